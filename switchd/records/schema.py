"""Bringing a database to the schema that this code needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from switchd.records.engine import open_engine, reason, shown_url
from switchd.records.errors import SchemaTooNew, StoreUnavailable, StoreUrlError

MIGRATIONS = Path(__file__).with_name("migrations")

_LOCK = 12345
"""PostgreSQL's advisory lock that keeps two daemons from migrating at the same time."""


def migrate(url: str) -> None:
    """Create or upgrade the schema, in one transaction; nothing happens if it is up to date.

    Raises SchemaTooNew, and changes nothing, if a newer switchd has been here, and StoreUrlError
    for a database that records cannot be kept in, StoreUnavailable for one that cannot be reached
    or refuses to be changed.
    """
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                _prepare_postgresql(connection)
            _upgrade(connection)
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"{shown_url(engine)}: {reason(error)}") from error
    finally:
        engine.dispose()


def _prepare_postgresql(connection: Connection) -> None:
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise StoreUrlError(
            f"{shown_url(connection.engine)}: the database is encoded in {encoding}, which does "
            "not hold every text; create it with ENCODING 'UTF8'"
        )
    # A large table takes its time, and so does the daemon that came first.
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            raise SchemaTooNew(
                f"{shown_url(connection.engine)}: the schema has revision {revision}, which this "
                f"switchd does not know (it knows up to {max(known)}); install the newer switchd "
                "that wrote it, or point this one to another database"
            )
    command.upgrade(config, "head")
