"""What every test may ask for: the mirror of real files, a PostGIS database, a browser.

Without a mirror the tests that ask for it are left out aloud (``real_files.py``). PostGIS and Chromium are never left
out: without them the tests fail and say what to install.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from scripts.postgis_cluster import INSTALL, TEMPLATE, Cluster, database_url, find_binaries
from scripts.requisites import NO_CHROMIUM, find_chromium

pytest_plugins = ("tests.built", "tests.real_files")

REPOSITORY = Path(__file__).resolve().parents[1]
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _numba_cache() -> str:
    """Return a writable folder for compiled kernels; the one that set-up fills, where that is possible."""
    folder = REPOSITORY / ".make" / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"alentours-numba-{os.geteuid()}"
        folder.mkdir(exist_ok=True, mode=0o700)
    return str(folder)


os.environ.setdefault("NUMBA_CACHE_DIR", _numba_cache())  # before any test imports numba


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the clone."""
    return REPOSITORY


# ---------------------------------------------------------------- PostGIS: one cluster a run, one database a worker

_CLUSTER = "ALENTOURS_TEST_CLUSTER"


def pytest_configure(config: pytest.Config) -> None:
    """Find the mirror, and name the cluster's folder before workers start: the first that needs it makes it."""
    from tests.real_files import REAL_FILES, RealFiles, find_mirror  # a plugin: pytest itself must import it first

    in_ci = os.environ.get("CI", "").lower() in {"true", "1"}
    mirror = find_mirror(os.environ.get("ALENTOURS_MIRROR"), beside=REPOSITORY.parent / "shared" / "mirror")
    config.stash[REAL_FILES] = RealFiles(mirror, in_ci)
    if not hasattr(config, "workerinput") and not os.environ.get("TEST_POSTGIS_URL"):
        # /tmp, since the socket's path must be short; a name nobody can guess, since whoever may is there too.
        os.environ[_CLUSTER] = f"/tmp/alpg-{secrets.token_hex(8)}"


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = None if hasattr(config, "workerinput") else os.environ.pop(_CLUSTER, None)
    if folder:
        binaries = find_binaries()
        if binaries is not None:
            Cluster(Path(folder), binaries).stop()
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder + ".lock").unlink(missing_ok=True)


def _start_cluster() -> Cluster:
    folder, binaries = Path(os.environ[_CLUSTER]), find_binaries()
    if binaries is None:
        pytest.fail(INSTALL, pytrace=False)
    cluster = Cluster(folder, binaries)
    with FileLock(f"{folder}.lock"):
        if not cluster.running:
            cluster.start()
            cluster.template()
    return cluster


@pytest.fixture(scope="session")
def _postgis_server() -> sqlalchemy.URL:
    """Address of a server on which databases may be made: the one that is named, else the run's own cluster."""
    named = os.environ.get("TEST_POSTGIS_URL")
    return sqlalchemy.make_url(named or database_url(_start_cluster().folder, "postgres"))


@contextlib.contextmanager
def _database(server: sqlalchemy.URL, name: str) -> Iterator[str]:
    """Make database `name` with PostGIS, and drop it at the end."""
    # A named server may have no template of ours: there the extension is made in the database itself.
    template = "template0" if os.environ.get("TEST_POSTGIS_URL") else TEMPLATE
    admin = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE {template}')
    url = server.set(database=name)
    try:
        if template == "template0":
            with sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool).begin() as connection:
                connection.exec_driver_sql("CREATE EXTENSION postgis")
        yield url.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgis_url(_postgis_server: sqlalchemy.URL) -> Iterator[str]:
    """SQLAlchemy address of this worker's database, with PostGIS in it; tests of one worker share it."""
    with _database(_postgis_server, f"alentours_test_{os.getpid()}") as url:
        yield url


@pytest.fixture
def empty_postgis_url(_postgis_server: sqlalchemy.URL) -> Iterator[str]:
    """SQLAlchemy address of a database with PostGIS that is this test's alone (a tenth of a second)."""
    with _database(_postgis_server, f"alentours_test_{os.getpid()}_alone") as url:
        yield url


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Path of the system's Chromium."""
    found = find_chromium()
    if found is None:
        pytest.fail(NO_CHROMIUM, pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """A headless Chromium for the session; each test opens its own context: ``browser.new_context(...)``."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield started
        started.close()
