"""One database, opened for one user of it: a connection with a transaction, and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gevent.monkey import get_original
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from switchd.records.engine import open_engine, reason, shown_url
from switchd.records.errors import RecordRefused, StoreUnavailable


class Database:
    """The database at `url`, whose schema `migrate` has brought up to date.

    Every method blocks the thread that calls it, may be called from any thread, and raises
    StoreUnavailable when the database cannot be reached or cannot do it now. In a gevent program
    call it in the hub's threadpool, or in a process by `desks`. It does one thing at a time: open a
    second one where long questions must not hold up a writer.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._shown_url = shown_url(self._engine)
        # A lock of the operating system's, patched or not: gevent's own, which SQLAlchemy's pool
        # gets in a patched process, can hang when threads contend for them.
        self._one_at_a_time = get_original("threading", "Lock")()

    def close(self) -> None:
        """Give back the connections; it can be used again afterwards."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, writes: bool = False) -> Iterator[Connection]:
        try:
            with (
                self._one_at_a_time,
                self._engine.connect().execution_options(writes=writes) as connection,
                connection.begin(),
            ):
                yield connection
        except SQLAlchemyError as error:
            if _is_refusal(error):
                raise RecordRefused(reason(error)) from error
            raise StoreUnavailable(f"{self._shown_url}: {reason(error)}") from error


def exists(url: str) -> bool:
    """Tell whether there is a database to read: SQLite would make an empty one."""
    parsed = make_url(url)
    return parsed.drivername != "sqlite" or Path(str(parsed.database)).is_file()


def _is_refusal(error: SQLAlchemyError) -> bool:
    """Tell a record that cannot be written from a database that cannot write."""
    if isinstance(error, DBAPIError):
        # Class 54, "program limit exceeded": a value too large for an index or a row.
        limits = str(getattr(error.orig, "sqlstate", None) or "").startswith("54")
        return limits or isinstance(error, DataError | IntegrityError)
    return isinstance(error, StatementError)  # a value that has no form in SQL
