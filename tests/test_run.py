"""``scripts/run``, the command behind ``make run``, and what a machine must have: run as a person runs them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from geo.publication import current_id
from scripts.requisites import NO_CHROMIUM, NO_CURL, NO_GDAL
from tests.built import environment

RUN = "scripts/run"
PATIENCE_S = 60


@pytest.fixture
def own_sample(sample_folder: Path, tmp_path: Path) -> Path:
    """Folder with the built sample that is this test's alone."""
    return shutil.copytree(sample_folder, tmp_path / "sample")


def test_run_serves_what_is_built_and_leaves_nothing_behind(own_sample: Path, repository: Path, tmp_path: Path) -> None:
    folder = own_sample / "snapshots" / "00"
    before, files = current_id(folder), written(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    with running([RUN, "serve"], repository, log, own_sample, PORT=str(port)) as process:
        url = f"http://127.0.0.1:{port}"
        assert until(lambda: health(url, process, log), "answer") == {"status": "ok", "snapshot": before}
        until(lambda: url in log.read_text(), "sentence that says where it answers")  # said by a thread of its own
        said = log.read_text()
        assert f"nothing changed, snapshot {before} serves" in " ".join(said.split())
        assert "published" not in said
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C does
        process.wait(timeout=PATIENCE_S)
        until(lambda: not alive(process.pid), "end of the group")
    assert "Traceback" not in log.read_text()
    assert (current_id(folder), written(folder)) == (before, files)
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def test_run_refuses_a_mirror_that_is_not_there(repository: Path, tmp_path: Path) -> None:
    given = {**environment(tmp_path), "MIRROR": "nonexistent"}
    done = subprocess.run([RUN, "build"], cwd=repository, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("MIRROR=nonexistent is not a folder")
    assert list(tmp_path.iterdir()) == []


def test_each_thing_that_the_machine_lacks_has_its_sentence(repository: Path, tmp_path: Path) -> None:
    bare = {"PATH": str(tmp_path), "CHROMIUM": str(tmp_path / "none"), "TEST_POSTGIS_URL": "postgresql://named"}
    command = [sys.executable, "scripts/requisites.py"]
    done = subprocess.run(command, cwd=repository, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (1, [NO_CHROMIUM, NO_CURL, NO_GDAL])
    for name in ("curl", "chromium", "ogrinfo", "ogr2ogr"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    bare["CHROMIUM"] = str(tmp_path / "chromium")
    done = subprocess.run(command, cwd=repository, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@contextmanager
def running(
    command: list[str], repository: Path, log: Path, data: Path, **given: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, as a shell does for a person; nothing of it survives the test."""
    variables = {**environment(data), "TERRITORY": "00", **given}
    for name in ("MIRROR", "DATABASE_URL"):
        variables.pop(name, None)
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=repository, env=variables, stdout=said, stderr=said, start_new_session=True
        )
    try:
        yield process
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE_S)


def alive(group: int) -> bool:
    """Whether the process group has a member left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def health(url: str, process: subprocess.Popen[bytes], log: Path) -> dict[str, str] | None:
    if process.poll() is not None:
        pytest.fail(f"it ended: {log.read_text()}", pytrace=False)
    try:
        answer = httpx.get(f"{url}/api/v1/healthz", timeout=5)
    except httpx.TransportError:
        return None
    return answer.json() if answer.status_code == httpx.codes.OK else None


def until(condition, what: str):
    """Return what `condition` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail(f"in {PATIENCE_S} s no {what}")


def written(folder: Path) -> dict[str, int]:
    """When each file of a folder was last written; a build that writes again shows here."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()
    }
