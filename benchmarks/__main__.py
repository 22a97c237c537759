"""``python -m benchmarks``: measure all, and write ``docs/benchmarks.md``.

A few minutes; with every peer there (``make bench``) some more.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from time import perf_counter

from benchmarks.addresses import time_addresses
from benchmarks.against import measure_against
from benchmarks.building import time_building
from benchmarks.clock import ROUNDS, Unequal
from benchmarks.conflation import measure_conflation
from benchmarks.fields import time_fields
from benchmarks.geocoder.failures import write_failures
from benchmarks.geocoder.measuring import measure_geocoder
from benchmarks.geocoder.section import FAILURES
from benchmarks.lookups import time_lookups
from benchmarks.machine import describe
from benchmarks.page import Results, write_page
from benchmarks.promises import missed
from benchmarks.reading import time_reading
from benchmarks.scores import time_scores
from benchmarks.snapping import time_snapping
from benchmarks.streets import MODES, areas, find_mirror, small_area
from geo.warmup import warm_up

_PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Run everything; 1 when contenders disagree (nothing is written then) or a promise is missed, with a sentence."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--output", type=Path, default=_PAGE, help="the page to write (docs/benchmarks.md)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each contender at most")
    parser.add_argument("--full", action="store_true", help="grow to seven million junctions: minutes, and 10 GB")
    arguments = parser.parse_args()
    start = perf_counter()
    try:
        results = measure(arguments.rounds, full=arguments.full)
    except (Unequal, NotADirectoryError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    arguments.output.write_text(write_page(results), encoding="utf-8")
    print(f"{arguments.output.name} is written, after {perf_counter() - start:.0f} s", file=sys.stderr)
    broken = list(missed(results))
    for sentence in broken:
        print(f"benchmarks: {sentence}", file=sys.stderr)
    return 1 if broken else 0


def measure(rounds: int, *, full: bool = False) -> Results:
    """Measure on every street network that is there."""
    machine = describe()
    warm_up()
    mirror = find_mirror()
    found = areas(mirror)
    grounds = [(area, MODES[mode]) for area in found for mode in ("walk", "car")]
    fields, lookups, snapping = [], [], []
    for area, mode in grounds:
        print(f"→ {area.name}, {mode.id}", file=sys.stderr)
        fields.append(time_fields(area, mode, rounds))
        lookups.append(time_lookups(area, mode, rounds))
        if mode.id == "walk":
            snapping.append(time_snapping(area, mode, rounds=rounds))
    against = measure_against(found, small_area(mirror), rounds=rounds, full=full)
    geocoder = measure_geocoder(mirror)
    write_failures(FAILURES, geocoder.failures)
    print("→ addresses, files of services, scores", file=sys.stderr)
    return Results(
        day=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        rounds=rounds,
        machine=machine,
        mirror=mirror is not None,
        against=against,
        fields=fields,
        lookups=lookups,
        snapping=snapping,
        scores=time_scores(rounds=rounds),
        addresses=time_addresses(),
        geocoder=geocoder,
        conflation=None if mirror is None else measure_conflation(mirror),
        reading=time_reading(rounds=rounds),
        building=None if mirror is None else time_building(mirror),
    )


if __name__ == "__main__":
    sys.exit(main())
