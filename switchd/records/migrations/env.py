"""Alembic loads this file; it runs the migrations on the connection that it was given."""

from alembic import context

from switchd.records.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
)
context.run_migrations()
