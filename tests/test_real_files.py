"""Without a mirror the real-file tests are left out aloud, and in CI they fail: each is a run of pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_files import NO_MIRROR, find_mirror

TESTS = """
import pytest

@pytest.fixture
def extract(mirror):
    return mirror / "extract"

def test_without():
    pass

def test_with(mirror):
    assert mirror.is_dir()

def test_with_it_behind_a_fixture(extract):
    assert extract.parent.is_dir()
"""


def run(folder: Path, repository: Path, real: str, *options: str) -> tuple[int, list[str]]:
    """Run `TESTS` with what `real` makes known of the mirror; gives the exit code and the lines that a reader sees."""
    (folder / "test_it.py").write_text(TESTS)
    (folder / "conftest.py").write_text(
        'from pathlib import Path\npytest_plugins = ("tests.real_files",)\n'
        "def pytest_configure(config):\n    from tests.real_files import REAL_FILES, RealFiles\n"
        f"    config.stash[REAL_FILES] = {real}\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\n")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ALENTOURS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *options],
        cwd=folder,
        env={**ours, "PYTHONPATH": str(repository), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_without_a_mirror_they_are_left_out_aloud(tmp_path: Path, repository: Path, options: tuple[str, ...]) -> None:
    code, lines = run(tmp_path, repository, "RealFiles(None, in_ci=False)", *options)
    assert code == 0
    assert [line for line in lines if "left out" in line] == [f"2 real-file tests were left out: {NO_MIRROR}"]
    assert "1 passed" in lines[-1]
    assert "skipped" not in lines[-1]
    assert ("2 deselected" in lines[-1]) == (not options)  # workers deselect, and pytest-xdist does not bring it home


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_without_a_mirror_they_fail_in_ci(tmp_path: Path, repository: Path, options: tuple[str, ...]) -> None:
    code, lines = run(tmp_path, repository, "RealFiles(None, in_ci=True)", *options)
    assert code == 1
    assert "1 passed, 2 errors" in lines[-1]
    assert lines.count(NO_MIRROR) == 2
    assert not [line for line in lines if "left out" in line]


def test_with_a_mirror_all_run_in_silence(tmp_path: Path, repository: Path) -> None:
    code, lines = run(tmp_path, repository, "RealFiles(Path.cwd(), in_ci=False)")
    assert code == 0
    assert "3 passed" in lines[-1]
    assert not [line for line in lines if "left out" in line]


def test_a_mirror_is_named_or_lies_beside(tmp_path: Path) -> None:
    (tmp_path / "beside").mkdir()
    (tmp_path / "named").mkdir()
    assert find_mirror(str(tmp_path / "named"), tmp_path / "beside") == tmp_path / "named"
    assert find_mirror(None, tmp_path / "beside") == tmp_path / "beside"
    assert find_mirror("", tmp_path / "none") is None
    with pytest.raises(pytest.UsageError, match=r"ALENTOURS_MIRROR names .*slip"):
        find_mirror(str(tmp_path / "slip"), tmp_path / "beside")
