"""A whole build, on both stores and against what may go wrong on the way."""

from __future__ import annotations

import json
import re
import shutil
from itertools import islice
from pathlib import Path

import httpx
import pytest

from geo.errors import ConfigurationError, GateRefused, InvalidParameter, SourceMalformed, SourceUnavailable
from geo.publication import current_id
from geo.scoring import Place, score
from geo.snapshot import Snapshot
from ingest.alone import alone
from ingest.build import Builder, Built
from ingest.overrides import Accepted
from ingest.source_files import load_sources
from ingest.store import open_store
from tests.built import build_settings
from tests.ingest.store.differences import differences


def _no_network(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("there is no network here", request=request)


NO_NETWORK = httpx.MockTransport(_no_network)
"""What a mirror lacks is left out, whether or not the machine has a network."""


def files_of(snapshot: Path) -> dict[str, bytes]:
    """Every file of a snapshot but its clock times."""
    paths = (path for path in snapshot.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(snapshot).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def own_sample(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built sample, to break."""
    folder = tmp_path_factory.mktemp("own") / "sample"
    shutil.copytree(sample_folder, folder)
    return folder


def sample_file(folder: Path, name: str) -> Path:
    """The only file of this name among the sample's."""
    (found,) = (folder / "raw" / "sample").rglob(name)
    return found


def test_a_second_build_of_the_same_inputs_does_nothing(sample_folder: Path) -> None:
    first = current_id(sample_folder / "snapshots" / "00")
    again = Builder(build_settings(sample_folder)).build("00")
    assert again.unchanged
    assert again.snapshot_id == first


def test_every_check_of_the_gates_is_in_the_table(sample_folder: Path, repository: Path) -> None:
    page = (repository / "docs" / "sources.md").read_text(encoding="utf-8")
    table = page[page.index("## Gates") :]
    told = {name for row in re.findall(r"^\| (`.+?) \| ", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    run = Snapshot.current(sample_folder / "snapshots", "00").folder / "run.json"
    found = {finding["check"] for finding in json.loads(run.read_text())["findings"]}
    assert found <= told
    assert {"ledger", "rows", "rejected", "category", "cells", "twice", "snapped", "field"} <= found


def test_a_second_build_of_a_territory_waits_its_turn(sample_folder: Path, tmp_path: Path) -> None:
    settings = build_settings(tmp_path, raw=sample_folder / "raw")
    with alone(settings.snapshots / "00"), pytest.raises(ConfigurationError, match="another build of territory 00"):
        Builder(settings).build("00")
    with alone(settings.snapshots / "00"):
        pass


def test_only_what_changed_is_read_again(sample_folder: Path, tmp_path: Path) -> None:
    """One row less in one file: its own source is read, and what follows; streets and other sources are not.

    The fields are made again only where a service has changed: the row may be one that was merged.
    """
    folder = tmp_path / "sample"
    shutil.copytree(sample_folder, folder)
    cache = folder / "cache" / "00"
    before = set(cache.glob("*/*"))
    path = sample_file(folder, "laposte.csv")
    path.write_bytes(path.read_bytes().rstrip(b"\n").rpartition(b"\n")[0] + b"\n")
    Builder(build_settings(folder)).build("00")
    made = {path.parent.name for path in cache.glob("*/*") if path not in before}
    assert made - {"field-walk", "field-car"} == {"read-sample_laposte", "conflate", "store"}


def test_postgis_and_the_embedded_store_give_the_same_bytes(
    sample_folder: Path, tmp_path: Path, empty_postgis_url: str
) -> None:
    settings = build_settings(tmp_path, raw=sample_folder / "raw", database_url=empty_postgis_url)
    built = Builder(settings).build("00")
    embedded = Snapshot.current(sample_folder / "snapshots", "00")
    assert built.snapshot_id == embedded.id
    assert files_of(built.folder) == files_of(embedded.folder)
    with open_store(empty_postgis_url) as store, open_store(sample_folder / "store" / "alentours.sqlite") as other:
        assert store.ledger("00").sources == other.ledger("00").sources


def test_the_store_keeps_the_accounts_of_the_published_run(sample_folder: Path) -> None:
    snapshot = Snapshot.current(sample_folder / "snapshots", "00")
    with open_store(sample_folder / "store" / "alentours.sqlite") as store:
        accounts = store.ledger("00")
    assert accounts.run.snapshot == snapshot.id
    assert [s.id for s in accounts.sources] == [s.id for s in snapshot.sources]
    for source in accounts.sources:
        ledger = source.ledger
        assert ledger.read == ledger.kept + ledger.merged + ledger.out_of_scope + ledger.rejected
        assert sum(source.rejects.values()) == ledger.rejected


@pytest.mark.parametrize(
    ("damage", "error", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:200]), (SourceMalformed, GateRefused), "laposte"),
        (lambda path: path.write_bytes(b""), SourceMalformed, "empty"),
        (lambda path: path.write_text("<!DOCTYPE html><html><body>404</body></html>"), SourceMalformed, "web page"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"Longitude", b"Longueur")), SourceMalformed, "lon"),
        (lambda path: path.unlink(), GateRefused, "laposte: left out, and the snapshot that serves has it"),
    ],
    ids=["truncated", "empty", "a web page", "a vanished column", "missing"],
)
def test_a_damaged_file_stops_the_build_and_the_former_snapshot_serves(
    own_sample: Path, damage: object, error: type[Exception], says: str
) -> None:
    path = sample_file(own_sample, "laposte.csv")
    whole, former = path.read_bytes(), current_id(own_sample / "snapshots" / "00")
    try:
        damage(path)
        with pytest.raises(error, match=says):
            Builder(build_settings(own_sample)).build("00")
    finally:
        path.write_bytes(whole)
    assert current_id(own_sample / "snapshots" / "00") == former
    assert Snapshot.current(own_sample / "snapshots", "00").id == former


def test_a_gate_that_refuses_publishes_nothing(own_sample: Path) -> None:
    """Half of the addresses' file gone at a row's end is a file that reads well: the gate of rows sees it."""
    path = sample_file(own_sample, "laposte.csv")
    whole, former = path.read_bytes(), current_id(own_sample / "snapshots" / "00")
    try:
        path.write_bytes(b"\n".join(whole.split(b"\n")[:4]) + b"\n")
        with pytest.raises(GateRefused, match="laposte: 3 rows"):
            Builder(build_settings(own_sample)).build("00")
    finally:
        path.write_bytes(whole)
    assert current_id(own_sample / "snapshots" / "00") == former


def test_a_file_cut_in_half_at_a_rows_end_is_refused_until_somebody_accepts_it(
    sample_folder: Path, tmp_path: Path
) -> None:
    """It reads well and would publish half of the pharmacies: only the snapshot that serves knows of the others."""
    folder, data = tmp_path / "sample", tmp_path / "data"
    shutil.copytree(sample_folder, folder)
    shutil.copytree(build_settings(folder).data, data, ignore=shutil.ignore_patterns("raw", "store", "snapshots"))
    declared = data / "sources" / "sample" / "sample_pharmacies.toml"
    declared.write_text(re.sub(r"rows = \[\d+, ", "rows = [1, ", declared.read_text()))
    path = sample_file(folder, "pharmacies.csv")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))
    former = current_id(folder / "snapshots" / "00")
    settings = build_settings(folder, data=data)
    with pytest.raises(
        GateRefused, match=r"sample_pharmacies: .* in the snapshot that serves \[shrunk:sample_pharmacies\]"
    ):
        Builder(settings).build("00")
    assert current_id(folder / "snapshots" / "00") == former
    names = ["shrunk:sample_pharmacies"]
    built = Builder(settings, accepted=Accepted(names, "half of them closed")).build("00")
    assert any("half of them closed" in warning for warning in built.warnings)
    recorded = json.loads((built.folder / "run.json").read_text())["overrides"]
    assert [(override["name"], override["reason"]) for override in recorded] == [
        (name, "half of them closed") for name in names
    ]
    with open_store(settings.store_target) as store:
        run = store.last_published("00")
        assert [override.gate for override in store.overrides(run.id)] == names
        assert {(f.name, f.outcome) for f in store.findings(run.id)} == {(f.name, f.outcome) for f in built.findings}
    assert current_id(folder / "snapshots" / "00") == built.snapshot_id != former


def test_a_source_that_nobody_gives_is_named_where_nothing_served_yet(own_sample: Path, tmp_path: Path) -> None:
    path = sample_file(own_sample, "laposte.csv")
    whole = path.read_bytes()
    try:
        path.unlink()
        built = Builder(build_settings(tmp_path, raw=own_sample / "raw")).build("00")
    finally:
        path.write_bytes(whole)
    snapshot = Snapshot.open(built.folder)
    assert dict(snapshot.excluded) == {"sample_laposte": "Points de contact postaux du territoire fictif"}
    assert snapshot.completeness["public.post"] != "complete"
    assert [f.subject for f in built.findings if f.check == "excluded"] == ["sample_laposte"]


def test_without_streets_nothing_is_built(own_sample: Path, tmp_path: Path) -> None:
    path = sample_file(own_sample, "territoire.osm.pbf")
    whole = path.read_bytes()
    try:
        path.unlink()
        with pytest.raises(SourceUnavailable, match="streets"):
            Builder(build_settings(tmp_path, raw=own_sample / "raw")).build("00")
    finally:
        path.write_bytes(whole)


def test_an_unknown_territory_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="unknown territory '710'"):
        Builder(build_settings(tmp_path)).build("710")


@pytest.fixture(scope="module")
def built_71(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Saône-et-Loire from real files."""
    return Builder(build_settings(tmp_path_factory.mktemp("71"), mirror=mirror), transport=NO_NETWORK).build("71")


def test_saone_et_loire_is_built_from_real_files(built_71: Built) -> None:
    snapshot = Snapshot.open(built_71.folder)
    declared = load_sources(build_settings(built_71.folder).data / "sources", "71")
    laid = {s.id for s in declared if any("71" in (vintage.territories or ["71"]) for vintage in s.mirror)}
    assert {source.id for source in snapshot.sources} == laid  # of the others there is no file but the live feed
    assert set(snapshot.excluded) == {source.id for source in declared} - laid
    assert len(laid) > 30
    colleges = [s for s in snapshot.services if s.category == "education.college" and s.in_territory]
    official = [s for s in colleges if s.provenance[0].source == "education_annuaire"]
    assert len(official) == 63
    assert len([s for s in colleges if s.standing == "confirmed"]) == 63
    assert sum(c.population or 0 for c in snapshot.communes if c.in_territory) == 550_310
    for source in snapshot.sources:
        ledger = source.ledger
        assert ledger.read == ledger.kept + ledger.merged + ledger.out_of_scope + ledger.rejected


def test_the_door_of_the_method_page_scores_as_the_page_says(built_71: Built, repository: Path) -> None:
    """docs/method.md works one address out by hand: its table and totals are what the program finds."""
    page = (repository / "docs" / "method.md").read_text(encoding="utf-8")
    table = page[page.index("<!-- worked example") :]
    rows = re.findall(r"^\| ([a-z_]+\.[a-z_]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", table, re.MULTILINE)
    walk_total, car_total = (
        float(re.search(pattern, table)[1])
        for pattern in (r"Total = [\d. /]+ = (\d+\.\d+)", r"By car .* has (\d+\.\d+)")
    )
    snapshot = Snapshot.open(built_71.folder)
    match = snapshot.addresses.resolve("187 rue du Maréchal Foch, Le Creusot")
    place = Place(match.lon, match.lat)
    (walk,) = score(snapshot, [place], "walk", snapshot.profiles["famille"])
    (car,) = score(snapshot, [place], "car", snapshot.profiles["famille"])
    found = {
        c.category: (f"{c.weight:.1f}", f"{c.value:.4f}", f"{c.weight * c.value:.2f}")
        for c in walk.components
        if c.value is not None
    }
    assert found == {category: tuple(figures) for category, *figures in rows}
    assert (round(walk.total, 2), round(car.total, 2)) == (walk_total, car_total)


def test_saone_et_loire_is_the_same_from_postgis(
    built_71: Built, mirror: Path, tmp_path: Path, empty_postgis_url: str
) -> None:
    settings = build_settings(tmp_path, mirror=mirror, database_url=empty_postgis_url)
    other = Builder(settings, transport=NO_NETWORK).build("71")
    assert other.snapshot_id == built_71.snapshot_id
    assert files_of(other.folder) == files_of(built_71.folder)
    embedded = built_71.folder.parents[2] / "store" / "alentours.sqlite"
    assert embedded.is_file()
    with open_store(embedded) as one, open_store(empty_postgis_url) as two:
        assert list(islice(differences(one, two, "71"), 20)) == []


def test_another_store_is_filled_though_the_snapshot_stands(
    sample_folder: Path, tmp_path: Path, empty_postgis_url: str
) -> None:
    """Who turns to PostGIS after a first build expects the data there, not an answer that nothing changed."""
    folder = tmp_path / "sample"
    shutil.copytree(sample_folder, folder)
    settings = build_settings(folder, database_url=empty_postgis_url)
    first = Builder(settings).build("00")
    assert not first.unchanged
    with open_store(empty_postgis_url) as store:
        published = store.last_published("00")
    assert published is not None
    assert published.snapshot == first.snapshot_id
    assert Builder(settings).build("00").unchanged
    assert Builder(build_settings(folder)).build("00").unchanged
