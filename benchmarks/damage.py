"""``python -m benchmarks.damage``: every source of the sample and of the mirror, fed with damaged files.

Each case is read and normalised as a build does it, and ends in the right rows, in rejects that are named, in an error
that names the file, or in a gate that refuses: :mod:`benchmarks.damage_verdict` tells. Anything else is a defect.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import shapely

from benchmarks.damage_reading import Case, Place, Subject, Target
from benchmarks.damage_verdict import Verdict
from benchmarks.damages import DAMAGES
from geo.method import Method
from geo.modes import load_modes, tags_of
from geo.places import Commune
from geo.taxonomy import Taxonomy
from ingest.catalogue import FICTIONAL_TERRITORY, Source
from ingest.connectors.table import Table
from ingest.fetch import Fetched
from ingest.ground import lay_ground
from ingest.plan import sample_folder
from ingest.progress import Silent
from ingest.reading import read_table
from ingest.scope import Scope
from ingest.settings import ROOT
from ingest.source_files import find_source, load_sources
from ingest.territories import Departments

__all__ = ["Bench", "damage_all", "find_mirror", "main", "tell"]

DATA = ROOT / "data"
SEEDS: Mapping[str, int] = {
    "cut": 20, "cut inside": 4, "cut between rows": 4, "column renamed": 4, "column dropped": 4, "cells replaced": 3,
}  # fmt: skip
"""How often each damage is done to a target; once where nothing is said."""
_FRANCE_DEG = (-63.2, -21.5, 55.9, 51.3)
_SCENE = "71"


class Bench:
    """The targets, and the places where they are tried.

    Parameters
    ----------
    folder
        For the sample and for the damaged files.
    mirror
        Of real files; None: the sample alone.
    """

    def __init__(self, folder: Path, mirror: Path | None) -> None:
        self.folder = folder
        self._taxonomy = Taxonomy.load(DATA / "taxonomy.toml")
        self._method = Method.load(DATA / "method.toml", self._taxonomy)
        self._departments = Departments.load(DATA / "territories.toml")
        self._tags = tags_of(load_modes(DATA / "modes.toml").values())
        self._places: dict[str, Place] = {}
        sample = sample_folder(folder / "raw", Silent().stage)
        ours = load_sources(DATA / "sources", FICTIONAL_TERRITORY, self._taxonomy)
        self.targets = [target for source in ours for target in _vintages(sample, source, FICTIONAL_TERRITORY)]
        if mirror is not None:
            self.targets += self._real(mirror)

    def subject(self, target: Target) -> Subject:
        """Make a target ready for damage."""
        return Subject(target, self._place(target.territory), self._method, self._tags, self.folder)

    def _real(self, mirror: Path) -> list[Target]:
        """Return each vintage that the mirror has, on the scene where it serves that, else where it serves."""
        found: dict[str, Target] = {}
        paths = [*(DATA / "sources").glob("*.toml"), *(DATA / "sources" / "osm").glob("*.toml")]
        for source in (find_source(DATA / "sources", path.stem, self._taxonomy) for path in paths):
            everywhere = "*" in source.territories or not source.territories
            for territory in (_SCENE, *(sorted(self._departments) if everywhere else source.territories)):
                if everywhere or source.serves(territory):
                    for target in _vintages(mirror, source, territory):
                        found.setdefault(target.name, target)
        return [found[name] for name in sorted(found)]

    def _place(self, territory: str) -> Place:
        if territory not in self._places:
            known = territory in {FICTIONAL_TERRITORY, _SCENE}
            self._places[territory] = self._laid(territory) if known else self._drawn(territory)
        return self._places[territory]

    def _laid(self, territory: str) -> Place:
        ground: dict[str, tuple[Source, Table]] = {
            target.source.kind: (target.source, read_table(target.source, target.files))
            for target in self.targets
            if target.territory == territory and target.source.kind in {"communes", "contours"}
        }
        laid = lay_ground(self._departments.require(territory), ground["communes"], ground["contours"])
        return Place(laid.scope, ground)

    def _drawn(self, territory: str) -> Place:
        """Let a rectangle around the country stand for a territory whose outline nobody has."""
        scene = self._place(_SCENE)
        france = shapely.box(*_FRANCE_DEG)
        source, table = scene.ground["communes"]
        names = (table.text(source.columns[name]) for name in ("key", "name", "department", "type"))
        rows = [row for row in zip(*names, strict=True) if row[2:] == (territory, "commune-actuelle")]
        communes = tuple(
            Commune(code, name, territory, None, (), True, None if place else france)
            for place, (code, name, _, _) in enumerate(rows)
        )
        department = self._departments.require(territory)
        return Place(Scope(department, communes, france, france, scene.scope.current), {})


def _vintages(root: Path, source: Source, territory: str) -> Iterator[Target]:
    """Yield the vintages about a territory of which a folder has every file."""
    for number, vintage in enumerate(source.mirror):
        paths = [root / path.replace("{territory}", territory) for path in vintage.paths]
        if territory not in (vintage.territories or (territory,)) or not all(map(Path.is_file, paths)):
            continue
        files = [
            Fetched(
                source.id, path, "0" * 64, path.relative_to(root).as_posix(), "2026-01-02T03:04:05Z",
                vintage.data_date, source.producer, number,
            )
            for path in paths
        ]  # fmt: skip
        yield Target(source.as_of(number), number, territory, tuple(files))


def _seeds(target: Target, kind: str) -> int:
    """Return how often a damage is done; to an extract of OpenStreetMap less often: writing it anew takes long."""
    most = SEEDS.get(kind, 1)
    return most if target.source.reader == "file" or kind == "cut" else 1


def damage_all(bench: Bench, targets: Sequence[Target], kinds: Sequence[str]) -> list[Case]:
    """Do every damage to the targets, and say what is wrong as soon as it is found."""
    found: list[Case] = []
    for target in targets:
        start, before, subject = time.monotonic(), len(found), bench.subject(target)
        for kind in kinds:
            found += subject.cases(kind, range(_seeds(target, kind)))
        print(f"  {target.name}: {len(found) - before} cases in {time.monotonic() - start:.0f} s", file=sys.stderr)
        for case in found[before:]:
            if case.verdict is Verdict.WRONG:
                print(f"wrong: {case.target}, {case.kind} ({case.seed}): {case.why}", flush=True)
    return found


def tell(cases: Sequence[Case]) -> None:
    """Print the table."""
    print(f"{'damage':<18}{'cases':>7}" + "".join(f"{verdict.value:>9}" for verdict in Verdict))
    for kind in (*DAMAGES, ""):
        counts = Counter(case.verdict for case in cases if not kind or case.kind == kind)
        print(f"{kind or 'all':<18}{counts.total():>7,}" + "".join(f"{counts[verdict]:>9,}" for verdict in Verdict))


def find_mirror() -> Path | None:
    """Return the folder of real files that ``ALENTOURS_MIRROR`` names, or that lies beside; None: there is none."""
    beside = ROOT.parent / "shared" / "mirror"
    folder = Path(os.environ.get("ALENTOURS_MIRROR") or beside)
    return folder if folder.is_dir() else None


def main() -> int:
    """Run the whole matrix; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.damage", description=__doc__)
    parser.add_argument("sources", nargs="*", help="ids of sources (all)")
    parser.add_argument("--kind", action="append", choices=list(DAMAGES), help="of damage (all)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alentours-damage-") as folder:
        bench = Bench(Path(folder), find_mirror())
        chosen = [target for target in bench.targets if not asked.sources or target.source.id in asked.sources]
        cases = damage_all(bench, chosen, asked.kind or list(DAMAGES))
    tell(cases)
    return int(any(case.verdict is Verdict.WRONG for case in cases))


if __name__ == "__main__":
    sys.exit(main())
