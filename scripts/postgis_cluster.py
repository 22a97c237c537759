"""A private PostgreSQL with PostGIS: on a Unix socket only, from the machine's own binaries, as root and not as root.

Tests start a throw-away cluster through :class:`Cluster` (``tests/conftest.py``); ``make postgis`` keeps one for
development through the command below, which prints ``DATABASE_URL=…`` as its last line.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

__all__ = ["INSTALL", "TEMPLATE", "Cluster", "ClusterError", "database_url", "find_binaries"]

ROLE = "alentours"
TEMPLATE = "alentours_template"
INSTALL = (
    "PostGIS was not found on this machine: install it (Debian, Ubuntu: apt-get install postgresql-postgis; "
    "macOS: brew install postgis), or name a server by TEST_POSTGIS_URL (tests) or DATABASE_URL (builds)"
)


class ClusterError(RuntimeError):
    """The cluster cannot be made or started; the message says what PostgreSQL said."""


def find_binaries() -> Path | None:
    """Return the folder of a PostgreSQL that knows PostGIS, the newest first; None when there is none.

    ``PG_BINDIR`` names one outright. Looking at ``postgis.control`` matters: a server without PostGIS is common.
    """
    named = os.environ.get("PG_BINDIR")
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    found += [*Path("/opt/homebrew/opt").glob("postgresql@*/bin"), *Path("/usr/local/opt").glob("postgresql@*/bin")]
    found.sort(key=lambda folder: -int((re.findall(r"\d+", str(folder)) or ["0"])[-1]))
    usual = [Path("/opt/homebrew/bin"), Path("/usr/local/bin"), Path("/usr/bin")]
    for folder in [Path(named)] if named else [*found, *usual]:
        if all((folder / tool).exists() for tool in ("initdb", "pg_ctl", "pg_config")):
            answer = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
            if (Path(answer.stdout.strip()) / "extension" / "postgis.control").exists():
                return folder
    return None


def database_url(host: str | Path, database: str) -> str:
    """Return the SQLAlchemy address of a database of the cluster whose socket lies in `host`."""
    return f"postgresql+psycopg://{ROLE}@/{database}?host={host}"


def _unprivileged() -> dict[str, int | list[int]]:
    """Return what ``subprocess`` needs to leave root behind: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise ClusterError("PostgreSQL refuses to run as root, and neither user postgres nor nobody exists here")


@dataclass
class Cluster:
    """One private cluster in a folder of its own.

    Parameters
    ----------
    folder
        Where data, log and socket go. Keep it short: a socket's path may not exceed 107 bytes (103 on macOS).
    binaries
        Folder of ``initdb`` and ``pg_ctl``.
    durable
        False gives up safety at a power cut for speed: right for tests, wrong for anything that one keeps.
    """

    folder: Path
    binaries: Path
    durable: bool = False
    _as_user: dict[str, int | list[int]] = field(default_factory=_unprivileged, init=False)

    @property
    def data(self) -> Path:
        """Data folder."""
        return self.folder / "data"

    @property
    def running(self) -> bool:
        """Whether a server answers for this folder."""
        return self.data.exists() and self._pg_ctl("status").returncode == 0

    def start(self) -> None:
        """Make the cluster when it is new, and start it when it is not running.

        Raises
        ------
        ClusterError
            PostgreSQL refused; the message carries its log.
        """
        if self.running:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._as_user:
            os.chown(self.folder, int(str(self._as_user["user"])), int(str(self._as_user["group"])))
        if not self.data.exists():
            self._init()
        started = self._pg_ctl("start", "-l", str(self.folder / "log"), "-w", "-t", "60")
        if started.returncode:
            log = self.folder / "log"
            raise ClusterError(f"PostgreSQL did not start: {started.stderr}{log.read_text() if log.exists() else ''}")

    def stop(self, *, remove: bool = False) -> None:
        """Stop the server at once; with `remove`, leave nothing of the cluster behind."""
        if self.data.exists():
            self._pg_ctl("stop", "-m", "fast" if self.durable else "immediate", "-w")
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)

    def template(self) -> None:
        """Make the template that databases are copied from: an extension takes half a second, a copy a tenth."""
        self.create_database(TEMPLATE, template="template0")
        with self.connect(TEMPLATE) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")

    def create_database(self, name: str, template: str = TEMPLATE) -> str:
        """Make database `name` unless it exists, and return its SQLAlchemy address."""
        with self.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return database_url(self.folder, name)

    def connect(self, database: str) -> psycopg.Connection:
        """Open a connection that commits every statement."""
        return psycopg.connect(host=str(self.folder), user=ROLE, dbname=database, autocommit=True)

    def _init(self) -> None:
        options = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
        made = self._run("initdb", "-D", str(self.data), *options, *([] if self.durable else ["--no-sync"]))
        if made.returncode:
            raise ClusterError(f"initdb: {made.stdout}{made.stderr}")
        settings = [
            "listen_addresses = ''",
            f"unix_socket_directories = '{self.folder}'",
            "shared_buffers = 128MB",
            "max_connections = 60",
            "jit = off",
        ]
        if not self.durable:
            settings += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("\n".join(settings) + "\n")

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.data), *arguments)

    def _run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C", "HOME": str(self.folder)}
        return subprocess.run(
            [str(self.binaries / tool), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=environment,
            **self._as_user,  # type: ignore[call-overload]
        )


def development_folder(repository: Path) -> Path:
    """Return where ``make postgis`` keeps its cluster: one for each clone, on a short path any user may enter."""
    key = hashlib.sha256(str(repository).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"alentours-{os.geteuid()}-{key}"


def main(arguments: list[str] | None = None) -> int:
    """Start or stop the development cluster."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop", "remove"])
    action = parser.parse_args(arguments).action
    folder = development_folder(Path(__file__).resolve().parents[1])
    binaries = find_binaries()
    if binaries is None:
        if action == "start":
            print(INSTALL, file=sys.stderr)
        return int(action == "start")
    cluster = Cluster(folder, binaries, durable=True)
    if action != "start":
        cluster.stop(remove=action == "remove")
        return 0
    try:
        cluster.start()
        cluster.template()
        url = cluster.create_database("alentours")
    except (ClusterError, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"PostGIS runs on a socket in {folder}; `make postgis-stop` ends it, `make clean` removes it.")
    print(f"DATABASE_URL={url}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
