"""Migrations: what they build, and whom they refuse."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from switchd.records import agent_tables
from switchd.records.engine import open_engine
from switchd.records.errors import SchemaTooNew, StoreUnavailable, StoreUrlError
from switchd.records.schema import migrate
from switchd.records.store import Store
from tests.records.examples import ANSWERED_CALL

METADATA = agent_tables.Base.metadata
"""Of all tables: those of `tables`, too."""


@pytest.fixture
def engine(url: str) -> Engine:
    return open_engine(url)


class TestMigrate:
    def test_migrations_build_exactly_what_the_models_describe(
        self, url: str, engine: Engine
    ) -> None:
        migrate(url)
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, METADATA) == []
        engine.dispose()

    def test_the_comparison_would_notice_a_difference(self, url: str, engine: Engine) -> None:
        migrate(url)
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE calls DROP COLUMN trunk"))
            connection.execute(text("DROP INDEX ix_calls_arrived_at"))
            found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert {difference[0] for difference in found} == {"add_column", "add_index"}
        engine.dispose()

    def test_migrating_again_keeps_the_records(self, url: str) -> None:
        migrate(url)
        store = Store(url)
        store.write([ANSWERED_CALL])
        migrate(url)
        assert store.get("call-1") == ANSWERED_CALL
        store.close()

    def test_calls_from_before_departments_stay_and_have_none(
        self, url: str, engine: Engine
    ) -> None:
        migrate(url)
        store = Store(url)
        store.write([ANSWERED_CALL])
        with engine.begin() as connection:
            for column in ("department", "kind", "callback"):
                connection.execute(text(f"ALTER TABLE calls DROP COLUMN {column}"))
            for table in reversed(METADATA.sorted_tables):
                if table.name not in ("calls", "legs", "caller_rules", "plan_versions"):
                    table.drop(connection)
            connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
        migrate(url)
        assert store.get("call-1") == replace(ANSWERED_CALL, department="")
        store.close()
        engine.dispose()

    def test_daemons_that_start_together_do_not_get_in_each_others_way(self, url: str) -> None:
        with ThreadPoolExecutor(4) as threads:
            for migration in [threads.submit(migrate, url) for _ in range(4)]:
                migration.result()
        store = Store(url)
        assert store.write([ANSWERED_CALL]) == 1
        store.close()

    def test_a_database_of_a_newer_switchd_is_refused_untouched(
        self, url: str, engine: Engine
    ) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
        with pytest.raises(SchemaTooNew, match=r"revision 9999.*knows up to [0-9]{4}.*install"):
            migrate(url)
        assert inspect(engine).get_table_names() == ["alembic_version"]
        engine.dispose()

    def test_a_migration_that_fails_leaves_nothing_behind(self, url: str, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE legs (mine INTEGER)"))
        with pytest.raises(StoreUnavailable, match="legs"):
            migrate(url)
        assert inspect(engine).get_table_names() == ["legs"]
        engine.dispose()


class TestSqlite:
    def test_readers_are_not_held_up_and_nothing_committed_is_lost(self, sqlite_url: str) -> None:
        migrate(sqlite_url)
        engine = open_engine(sqlite_url)
        with engine.connect() as connection:
            settings = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
            }
        engine.dispose()
        assert settings == {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": 2,
            "busy_timeout": 10_000,
        }


class TestPostgresql:
    @pytest.mark.postgresql
    def test_a_database_that_cannot_hold_every_text_is_refused(
        self, postgresql_server: str
    ) -> None:
        server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            options = "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
            connection.execute(text(f"CREATE DATABASE switchd_test_latin {options}"))
        try:
            url = make_url(postgresql_server).set(database="switchd_test_latin")
            with pytest.raises(StoreUrlError, match=r"encoded in LATIN1.*create it with"):
                migrate(url.render_as_string(hide_password=False))
        finally:
            with server.connect() as connection:
                connection.execute(text("DROP DATABASE switchd_test_latin"))
            server.dispose()

    def test_a_server_that_is_not_there_is_named_without_its_password(self, tmp_path: Path) -> None:
        pytest.importorskip("psycopg")
        with pytest.raises(StoreUnavailable, match=r"switchd:\*+@/records") as told:
            migrate(f"postgresql+psycopg://switchd:secret@/records?host={tmp_path}")
        assert "secret" not in str(told.value)

    def test_a_missing_driver_is_told_with_how_to_get_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(
            StoreUrlError, match=r"install switchd with the extra switchd\[postgresql\]"
        ):
            Store("postgresql+psycopg://db/records")


class TestUrls:
    """An admin's mistake in the URL is told with what to write instead."""

    @pytest.mark.parametrize(
        ("url", "complaint"),
        [
            ("records.db", "is no database URL; write sqlite:///"),
            ("mysql://root:secret@db/records", r"mysql://root:\*\*\*@db/records: records cannot"),
            ("postgresql://db/records", "records cannot be kept there; write"),
            ("sqlite://", "records need a file"),
            ("sqlite:///:memory:", "records need a file"),
        ],
    )
    def test_a_url_that_cannot_work_is_refused(self, url: str, complaint: str) -> None:
        with pytest.raises(StoreUrlError, match=complaint):
            migrate(url)

    def test_a_folder_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUrlError, match=f"the folder {tmp_path}/none does not exist"):
            Store(f"sqlite:///{tmp_path}/none/records.db")
