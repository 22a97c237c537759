"""Territories that are built once a run, and a service that serves one: the house as a newcomer meets it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from ingest.build import Builder
from ingest.settings import BuildSettings

COMMAND = Path(sys.executable).with_name("alentours")
START_LIMIT_S = 90


def build_settings(folder: Path, **given: object) -> BuildSettings:
    """Settings of a build that writes below ``folder`` alone."""
    places = {name: folder / name for name in ("raw", "store", "snapshots", "cache")}
    return BuildSettings.model_validate({**places, "mirror": None, "database_url": "", **given})


def environment(folder: Path, territory: str = "00") -> dict[str, str]:
    """Environment of a process that works below ``folder``."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ALENTOURS_")}
    places = {f"ALENTOURS_{name.upper()}": str(folder / name) for name in ("raw", "store", "snapshots", "cache")}
    return {**ours, **places, "ALENTOURS_TERRITORY": territory}


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ``raw/``, ``store/`` and ``snapshots/`` of the sample territory, published. Only read it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "sample"
    with FileLock(f"{folder}.lock"):  # one worker builds; the others find it unchanged
        Builder(build_settings(folder)).build("00")
    return folder


@pytest.fixture(scope="session")
def sample_data(sample_folder: Path) -> dict[str, str]:
    """Environment in which ``alentours`` works on the built sample."""
    return environment(sample_folder)


@pytest.fixture(scope="session")
def served_sample(sample_data: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real service on the sample, such as ``http://127.0.0.1:41873``."""
    with serving(sample_data, "00", tmp_path_factory.mktemp("served") / "log") as home:
        yield home


@contextlib.contextmanager
def serving(data: dict[str, str], territory: str, log_path: Path) -> Iterator[str]:
    """Run a real service in the environment ``data`` on a free port; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [COMMAND, "serve", "--territory", territory, "--port", str(port)]
    with log_path.open("wb") as log, subprocess.Popen(command, env=data, stdout=log, stderr=log) as process:
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}", process, log_path)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the service ended: {log.read_text()}", pytrace=False)
        try:
            if httpx.get(f"{address}/api/v1/healthz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the service did not answer within {START_LIMIT_S} s", pytrace=False)
