"""The mirror of real files, and what becomes of the tests that ask for it where there is none.

A mirror is a folder of files as their publishers serve them (``docs/sources.md``). Who has none still runs all other
tests: those that ask for `mirror` are left out, and one line at the end of the run says so. With ``CI=true`` a missing
mirror fails them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NO_MIRROR = (
    "no mirror of real files: name one by ALENTOURS_MIRROR=<folder>, or lay it at ../shared/mirror; "
    "docs/sources.md says how to get one"
)


def find_mirror(named: str | None, beside: Path) -> Path | None:
    """Return the folder of real files, or None.

    Parameters
    ----------
    named
        What ``ALENTOURS_MIRROR`` says.
    beside
        Where it lies when nothing names it.

    Raises
    ------
    pytest.UsageError
        `named` is a folder that does not exist: a slip, not an absence; it ends the run before it starts.
    """
    if named:
        if not Path(named).is_dir():
            raise pytest.UsageError(f"ALENTOURS_MIRROR names {named}, which is not a folder")
        return Path(named).resolve()
    return beside if beside.is_dir() else None


@dataclass
class RealFiles:
    """What a run knows of the mirror; `pytest_configure` puts it under `REAL_FILES`."""

    folder: Path | None
    """The mirror; None where there is none."""
    in_ci: bool
    """Whether tests that ask for a mirror fail without one, rather than being left out."""
    left_out: int = 0


REAL_FILES = pytest.StashKey[RealFiles]()


@pytest.fixture(scope="session")
def mirror(request: pytest.FixtureRequest) -> Path:
    """Folder of real files, as their publishers served them. Never write to it."""
    folder = request.config.stash[REAL_FILES].folder
    if folder is None:
        pytest.fail(NO_MIRROR, pytrace=False)
    return folder


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    real = config.stash[REAL_FILES]
    if real.in_ci or real.folder is not None:
        return
    without = [item for item in items if "mirror" in getattr(item, "fixturenames", ())]
    if without:
        items[:] = [item for item in items if "mirror" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=without)
    real.left_out = len(without)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = len(without)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Bring a worker's count to the run that speaks to the reader; every worker collects the same tests."""
    real = node.config.stash[REAL_FILES]
    real.left_out = max(real.left_out, getattr(node, "workeroutput", {}).get("left_out", 0))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash[REAL_FILES].left_out
    if left_out:
        terminalreporter.write_line(f"{left_out} real-file tests were left out: {NO_MIRROR}", yellow=True)
