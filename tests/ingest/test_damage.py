"""A seeded sample of what ``python -m benchmarks.damage`` does whole: damaged files end well, and publish nothing."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from benchmarks.damage import Bench
from benchmarks.damage_verdict import Account, Verdict, judge
from benchmarks.damages import DAMAGES, Damaged
from geo.publication import current_id
from tests.built import COMMAND, environment
from tests.ingest.world import source

SAMPLE = ["sample_creches", "sample_gtfs", "sample_pharmacies", "sample_contours", "sample_gtfs_zones"]
"""CSV, a feed of timetables, shapes: of the sample, that everybody has."""
REAL = ["buscephale[0]", "creches_44[0]", "finess_structures[0]", "france_services[1]", "opendata71_restaurants[0]"]
"""A script, GeoJSON in a script, XML, a shapefile, and a packed file in cp1252."""


@pytest.fixture(scope="module")
def sample_bench(tmp_path_factory, sample_folder):
    """The sample's files as the shared build drew them."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "raw").symlink_to(sample_folder / "raw", target_is_directory=True)
    return Bench(folder, None)


@pytest.fixture(scope="module")
def real_bench(sample_bench, mirror):
    return Bench(sample_bench.folder, mirror)


def ends_well(bench, target):
    subject = bench.subject(target)
    cases = [case for kind in DAMAGES for case in subject.cases(kind, range(3 if kind == "cut" else 1))]
    assert [(case.kind, case.seed, case.why) for case in cases if case.verdict is Verdict.WRONG] == []
    verdicts = {case.kind: case.verdict for case in cases}
    assert verdicts["web page"] is Verdict.ERROR
    assert verdicts["rows doubled"] is Verdict.SAME


@pytest.mark.parametrize("name", SAMPLE)
def test_damage_to_the_sample_ends_well(sample_bench, name):
    (target,) = (target for target in sample_bench.targets if target.source.id == name)
    ends_well(sample_bench, target)


@pytest.mark.parametrize("name", REAL)
def test_damage_to_a_real_file_ends_well(real_bench, name):
    (target,) = (target for target in real_bench.targets if target.name == name)
    ends_well(real_bench, target)


# --- nothing of it is published


def a_page(content):
    return b"<!DOCTYPE html><html><body>503 Service indisponible</body></html>"


def a_third(content):
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: len(lines) // 3])


@pytest.mark.parametrize(
    ("name", "damage", "code"), [("communes-00.geojson", a_page, 1), ("pharmacies.csv", a_third, 3)]
)
def test_damage_is_not_published(tmp_path, sample_folder, name, damage, code):
    """Of what nothing can be built without, and of services: cut at a row's end, it reads well."""
    for folder in ("raw", "snapshots", "store", "cache"):
        shutil.copytree(sample_folder / folder, tmp_path / folder)
    (path,) = (tmp_path / "raw" / "sample").rglob(name)
    path.write_bytes(damage(path.read_bytes()))
    before = current_id(tmp_path / "snapshots" / "00")
    command = [COMMAND, "build", "00", "--quiet"]
    done = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert path.stem in done.stderr
    assert "Traceback" not in done.stderr
    assert current_id(tmp_path / "snapshots" / "00") == before


# --- the judge itself


WHOLE = Account(
    read=2,
    records=(
        ("essai:1", "a.b", 4.0, 46.0, "71001", "Un", (("uai", "0710001A"),), "f.csv", 2),
        ("essai:2", "a.b", 4.1, 46.0, "", "", (), "f.csv", 3),
    ),
    services=True,
    lines={"f.csv": [2, 3]},
)


def verdict(kind, damaged=None, **came):
    of = source(columns={"key": "id", "lon": "x", "lat": "y"}, links={"uai": ["rne"]})
    account = Account(**{"read": 2, "records": WHOLE.records, "services": True, "lines": WHOLE.lines, **came})
    return judge(kind, of, "f.csv", damaged or Damaged({}), WHOLE, account)[0]


def test_what_is_no_good_end_is_told():
    moved = (("essai:1", "a.b", 5.0, 46.0, "71001", "Un", (("uai", "0710001A"),), "f.csv", 2), WHOLE.records[1])
    alone = (("essai:1", "a.b", 4.0, 46.0, "71001", "Un", (), "f.csv", 2), WHOLE.records[1])
    touched = Damaged({}, touched={0: frozenset({"x"})})
    assert verdict("columns shuffled") is Verdict.SAME
    assert verdict("columns shuffled", records=moved) is Verdict.WRONG
    assert verdict("cells replaced", touched, records=moved) is Verdict.WRONG
    assert verdict("cells replaced", touched, records=WHOLE.records[1:]) is Verdict.WRONG, "left out in silence"
    named = frozenset({("f.csv", 2)})
    assert verdict("cells replaced", touched, records=WHOLE.records[1:], rejected=named) is Verdict.REJECTS
    assert verdict("cells replaced", touched, records=WHOLE.records[:1], rejected=named) is Verdict.WRONG
    assert verdict("cut", records=WHOLE.records[:1], lines={"f.csv": [2]}, read=1) is Verdict.SHORT
    assert verdict("cut", records=WHOLE.records[:1], failed=frozenset({"shrunk:essai"})) is Verdict.GATE
    assert verdict("cut", crash="KeyError") is Verdict.WRONG
    assert verdict("cut", error="something is wrong") is Verdict.WRONG
    assert verdict("cut", error="source essai: cut off (f.csv)") is Verdict.ERROR
    assert verdict("web page") is Verdict.WRONG
    assert verdict("column dropped", Damaged({}, "x"), error="source essai: no CSV (f.csv)") is Verdict.WRONG
    assert verdict("column dropped", Damaged({}, "x"), error="source essai: 'x' is gone (f.csv)") is Verdict.ERROR
    other = "source essai: 'id' is gone; the file has: x, y (f.csv)"
    assert verdict("column dropped", Damaged({}, "x"), error=other) is Verdict.WRONG
    assert verdict("column dropped", Damaged({}, "rne"), records=alone) is Verdict.WRONG, "joined to nothing any more"
