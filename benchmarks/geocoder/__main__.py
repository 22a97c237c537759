"""``python -m benchmarks.geocoder``: this part alone; prints its section of the page and writes the failures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.geocoder.failures import write_failures
from benchmarks.geocoder.measuring import ENGINES, QUESTIONS, measure_geocoder
from benchmarks.geocoder.section import FAILURES, geocoder_section
from benchmarks.streets import find_mirror


def main() -> int:
    """Run and print; 0 always, since the page judges."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geocoder", description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), action="append", help="only this one")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each kind over each ground")
    parser.add_argument("--ground", default="", help="only grounds with this in their name")
    parser.add_argument("--failures", type=Path, default=FAILURES, help="where the failures are listed")
    arguments = parser.parse_args()
    results = measure_geocoder(find_mirror(), arguments.engine or list(ENGINES), arguments.questions, arguments.ground)
    write_failures(arguments.failures, results.failures)
    print(geocoder_section(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
