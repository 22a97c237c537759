"""A seeded sample of what ``python -m benchmarks.damage`` does whole: damaged files end well, and publish nothing."""

from __future__ import annotations

import random
import re
import shutil
import subprocess

import pytest

from benchmarks.damage import Bench
from benchmarks.damage_verdict import Account, Verdict, judge
from benchmarks.damages import DAMAGES, Damaged
from geo.publication import current_id
from tests.built import COMMAND, environment
from tests.ingest.world import source

SEED = 20261124
LONG_BYTES = 500_000
"""Longer files, and extracts of OpenStreetMap, are cut alone: writing their rows anew takes seconds."""
OTHERS = [kind for kind in DAMAGES if kind != "web page"]
SAMPLE = [
    "addresses csv.gz", "cells csv", "commune_facts csv", "communes json", "contours geojson", "sectors csv",
    "services csv", "services geojson", "gtfs_stops zip", "gtfs_zones zip",
    "osm_addresses pbf", "osm_services pbf", "osm_streets pbf",
]  # fmt: skip
REAL = [
    "addresses csv", "addresses csv.gz", "commune_facts csv", "commune_facts json", "commune_facts xlsx",
    "communes json", "contours geojson", "counts csv", "sectors csv",
    "services csv", "services csv.bz2", "services js", "services json", "services shp", "services xml", "gtfs_stops js",
    "osm_addresses osm", "osm_addresses pbf", "osm_services osm", "osm_services pbf", "osm_streets osm",
    "osm_streets pbf",
]  # fmt: skip
"""How files are read, by what they give and by how they are written: of each, one target is drawn, and its damage."""


def reading(target):
    """How a target is read: ``"services csv.bz2"``, ``"osm_streets pbf"``."""
    source, name = target.source, target.files[0].path.name
    packed = re.search(r"csv\.\w+$", name)
    ending = packed[0] if packed else name.rpartition(".")[2]
    return f"{source.kind if source.reader == 'file' else source.reader} {ending}"


def drawn(bench, name):
    """A target of those that are read so, its damage, and how much of each: of all of them, by the seed."""
    rng = random.Random(f"{SEED} {name}")
    target = rng.choice([target for target in bench.targets if reading(target) == name])
    whole = target.source.reader == "file" and sum(file.path.stat().st_size for file in target.files) < LONG_BYTES
    return target, {"web page": 1} | (dict.fromkeys(rng.sample(OTHERS, 3), 1) if whole else {"cut": 2})


@pytest.fixture(scope="module")
def sample_bench(tmp_path_factory, sample_folder):
    """The sample's files as the shared build drew them."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "raw").symlink_to(sample_folder / "raw", target_is_directory=True)
    return Bench(folder, None)


@pytest.fixture(scope="module")
def real_bench(sample_bench, mirror):
    """Those of the mirror, beside the sample's."""
    bench = Bench(sample_bench.folder, mirror)
    bench.targets = bench.targets[len(sample_bench.targets) :]
    return bench


def ends_well(bench, name):
    target, kinds = drawn(bench, name)
    subject = bench.subject(target)
    cases = [case for kind, seeds in kinds.items() for case in subject.cases(kind, range(seeds))]
    assert [(case.target, case.kind, case.seed, case.why) for case in cases if case.verdict is Verdict.WRONG] == []
    assert {case.kind: case.verdict for case in cases}["web page"] is Verdict.ERROR


@pytest.mark.parametrize("name", SAMPLE)
def test_damage_to_the_sample_ends_well(sample_bench, name):
    ends_well(sample_bench, name)


@pytest.mark.parametrize("name", REAL)
def test_damage_to_a_real_file_ends_well(real_bench, name):
    ends_well(real_bench, name)


def test_no_way_of_reading_is_left_out(sample_bench, real_bench):
    assert sorted({reading(target) for target in sample_bench.targets}) == sorted(SAMPLE)
    assert sorted({reading(target) for target in real_bench.targets}) == sorted(REAL)


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
