"""Bringing a database to the schema that this code needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from switchd.records.engine import open_engine
from switchd.records.errors import SchemaTooNew

MIGRATIONS = Path(__file__).with_name("migrations")

_LOCK = 12345
"""PostgreSQL's advisory lock that keeps two daemons from migrating at the same time."""


def migrate(url: str) -> None:
    """Create or upgrade the schema, in one transaction; nothing happens if it is up to date.

    Raises SchemaTooNew, and changes nothing, if a newer switchd has been here, and StoreUrlError
    for a URL that records cannot be kept in. What the database itself refuses comes as
    SQLAlchemy's errors.
    """
    engine = open_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: Connection) -> None:
    """Do the work of `migrate` on an open connection, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for revision in MigrationContext.configure(connection).get_current_heads():
        if revision not in known:
            shown = connection.engine.url.render_as_string(hide_password=True)
            raise SchemaTooNew(
                f"{shown}: the schema has revision {revision}, which this switchd does not know "
                f"(it knows up to {max(known)}); install the newer switchd that wrote it, or "
                "point this one to another database"
            )
    command.upgrade(config, "head")
