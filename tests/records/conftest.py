"""Databases to test with: SQLite always, PostgreSQL from the environment or thrown up for the run.

SWITCHD_TEST_POSTGRESQL=postgresql+psycopg://user:password@host/database names a server on which
databases may be created. Without it, a server found in /usr/lib/postgresql is started on a Unix
socket in a temporary folder; the tests that need one are skipped if there is neither.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from switchd.records.schema import migrate
from switchd.records.spool import Spool
from switchd.records.store import Store

UNPRIVILEGED = "postgres"
"""Who runs the server if we are root, which PostgreSQL refuses to be."""


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server on which databases may be created."""
    pytest.importorskip("psycopg", reason="install the extra switchd[postgresql]")
    if given := os.environ.get("SWITCHD_TEST_POSTGRESQL"):
        yield given
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    if not found:
        pytest.skip("no PostgreSQL: set SWITCHD_TEST_POSTGRESQL or install the package postgresql")
    prefix = _as_unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="switchd-pg-"))
    if prefix:
        shutil.chown(folder, UNPRIVILEGED)
    control = [*prefix, str(found[-1].with_name("pg_ctl")), "-D", str(folder / "data"), "-s"]
    # Durability is of no use to a database that is thrown away.
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off"
    try:
        _run([*control, "initdb", "-o", "-A trust -U postgres -E UTF8 --no-locale --no-sync"])
        _run([*control, "-w", "-l", str(folder / "server.txt"), "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def _as_unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    runuser = shutil.which("runuser")
    if runuser is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser to become another")
    return [runuser, "-u", UNPRIVILEGED, "--"]


def _run(command: list[str]) -> None:
    # pg_ctl's server inherits its output, so a pipe would stay open as long as the server runs.
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    engine = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    name = f"switchd_test_{uuid.uuid4().hex}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        url = make_url(postgresql_server).set(database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/records.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; the test runs once for each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store on a migrated database; the test runs once for each kind."""
    migrate(url)
    store = Store(url)
    yield store
    store.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """An empty spool."""
    spool = Spool(tmp_path / "spool")
    yield spool
    spool.close()
