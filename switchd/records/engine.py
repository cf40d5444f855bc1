"""How the database of records is opened: SQLite for a small place, PostgreSQL in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from switchd.records.errors import StoreUrlError

WAIT_SECONDS = 10
"""How long a connection attempt, or another writer's lock in SQLite, is waited for."""

_FORMS = "write sqlite:////var/lib/switchd/records.db or postgresql+psycopg://user@host/database"
_POSTGRESQL_OPTIONS: dict[str, Any] = {
    "application_name": "switchd",
    "connect_timeout": WAIT_SECONDS,
    "options": "-c statement_timeout=30s -c lock_timeout=10s",
    "tcp_user_timeout": 30_000,
}


def open_engine(url: str) -> Engine:
    """Return an engine for `url`; nothing is connected yet. Raise StoreUrlError if it cannot be.

    SQLite is opened in WAL mode with foreign keys on, and synced at every commit, since the spool
    forgets a record once it is committed.
    """
    parsed = _parse(url)
    if parsed.drivername == "postgresql+psycopg":
        try:
            return create_engine(parsed, connect_args=_POSTGRESQL_OPTIONS, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise StoreUrlError(
                f"PostgreSQL needs {error.name}; install switchd with the extra switchd[postgresql]"
            ) from error
    engine = create_engine(parsed, connect_args={"timeout": WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def shown_url(engine: Engine) -> str:
    """Return the engine's URL as it may be shown: without the password."""
    return engine.url.render_as_string(hide_password=True)


def reason(error: SQLAlchemyError) -> str:
    """Return what the database said, in one line and without the statement."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).strip()}".splitlines()[0][:300]


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUrlError(f"{url!r} is no database URL; {_FORMS}") from error
    shown = parsed.render_as_string(hide_password=True)
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    if parsed.drivername != "sqlite":
        raise StoreUrlError(f"{shown}: records cannot be kept there; {_FORMS}")
    if parsed.database in (None, "", ":memory:"):
        raise StoreUrlError(f"{shown}: records need a file; {_FORMS}")
    folder = Path(str(parsed.database)).absolute().parent
    if not folder.is_dir():
        raise StoreUrlError(f"{shown}: the folder {folder} does not exist; create it first")
    return parsed


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin a transaction only at the first INSERT, which leaves the statements
    # of a migration outside; with None it begins nothing and `_begin_sqlite` does.
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
