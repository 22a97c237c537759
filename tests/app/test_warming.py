"""The first request after a start finds everything loaded: counted in kernels, since seconds belong to a machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.app.town import CODE, Town

ROOT = Path(__file__).resolve().parents[2]


def test_no_first_request_loads_or_compiles_a_kernel(town: Town) -> None:
    question = {"root": str(town.root), "territory": CODE, "here": town.at(1.5, 1.1), "there": town.at(3, 2.5)}
    command = [sys.executable, "-m", "tests.app.first_requests", json.dumps(question)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told["statuses"] == [200]
    assert told["kernels"] > 20, "else nothing was counted"
    assert told["changed"] == {}
