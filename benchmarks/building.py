"""A département from nothing: `alentours build 71` from the mirror, as an operator runs it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from geo.publication import current_id

__all__ = ["BuildTimes", "building_section", "time_building"]

_TERRITORY = "71"


@dataclass(frozen=True, slots=True)
class BuildTimes:
    """One build into empty folders, the compiled kernels aside."""

    sources: int
    rows: int
    """Read, of all sources."""
    kept: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    """Largest memory of the one process."""


def time_building(mirror: Path) -> BuildTimes:
    """Build Saône-et-Loire into a folder that is removed afterwards.

    Raises
    ------
    subprocess.CalledProcessError
        When the build fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folders = {f"ALENTOURS_{name.upper()}": f"{scratch}/{name}" for name in ("raw", "store", "snapshots", "cache")}
        command = [Path(sys.executable).with_name("alentours"), "build", _TERRITORY, "--mirror", mirror, "--quiet"]
        environment = {**os.environ, **folders}
        environment.pop("ALENTOURS_DATABASE_URL", None)
        start = perf_counter()
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall_s = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        territory = Path(folders["ALENTOURS_SNAPSHOTS"]) / _TERRITORY
        sources = json.loads((territory / str(current_id(territory)) / "sources.json").read_text(encoding="utf-8"))
    ledgers = [source["ledger"] for source in sources]
    read, kept = (sum(ledger[name] for ledger in ledgers) for name in ("read", "kept"))
    return BuildTimes(len(sources), read, kept, wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def building_section(times: BuildTimes) -> str:
    """Return the section as Markdown."""
    heads = ["sources", "rows read", "kept", "seconds", "seconds of processor", "MB at most"]
    cells = [
        f"{times.sources}",
        f"{times.rows:,}",
        f"{times.kept:,}",
        f"{times.wall_s:.0f}",
        f"{times.cpu_s:.0f}",
        f"{times.peak_mb:.0f}",
    ]
    text = (
        "`alentours build 71` from a mirror into empty folders: every source read, normalised and conflated, the "
        "embedded store filled, streets, fields and basemap made, the gates passed and the snapshot published. The "
        "promise is 120 s and 2,048 MB on two cores. Seconds are the clock's, of one run."
    )
    lines = [heads, ["---:"] * len(heads), cells]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## A département from nothing\n\n{text}\n\n{table}"
