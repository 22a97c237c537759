"""A snapshot is whole or it does not serve; the same inputs are the same bytes; publication is one step."""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from geo.errors import ConfigurationError, InvalidParameter, NoSnapshot, SnapshotCorrupt
from geo.manifest import FORMAT, Completeness, Manifest, SourceLedger
from geo.publication import current_id
from geo.scoring import Place, score
from geo.snapshot import Snapshot
from geo.snapshot_writer import list_snapshots, publish, rollback, write
from tests.geo import hamlet


@pytest.fixture
def copy(written, tmp_path) -> Path:
    """A snapshot that a test may damage."""
    target = tmp_path / "00" / written.name
    shutil.copytree(written, target)
    return target


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ---------------------------------------------------------------- what goes in comes out


def test_everything_comes_back(written, content):
    snapshot = Snapshot.open(written)
    assert snapshot.id == "aaa1"
    assert snapshot.territory == content.territory
    assert snapshot.sources == tuple(content.sources)
    assert snapshot.built_at == "2026-11-24T08:00:00Z"
    assert list(snapshot.modes) == ["walk", "car"]
    assert {s.id: s for s in snapshot.services} == {s.id: s for s in hamlet.SERVICES}
    assert list(snapshot.communes) == sorted(hamlet.communes(), key=lambda c: c.insee)
    assert snapshot.completeness["health.pharmacy"] is Completeness.COMPLETE
    assert snapshot.completeness["culture.library"] is Completeness.PARTIAL
    assert snapshot.completeness["shop.bank"] is Completeness.NONE
    assert set(snapshot.profiles) == {"famille", "jeune_actif", "sans_voiture", "senior", "teletravail"}
    assert snapshot.loaded_area.equals(content.loaded_area)
    assert snapshot.basemap_path is None
    assert snapshot.networks["walk"].junctions == content.networks["walk"].junctions
    assert snapshot.hierarchies["car"].junctions == content.hierarchies["car"].junctions
    assert snapshot.addresses.resolve("3 Grande Rue, Ponant").id == "w02"
    assert snapshot.commune_at(*hamlet.lonlat((2, 1))).name == "Ponant"
    assert snapshot.commune_at(*hamlet.lonlat((2, 5))).insee == "99001"
    assert snapshot.commune_at(0.0, 0.0) is None
    assert snapshot.source("registre").producer == "Préfecture"
    assert snapshot.source("nobody") is None
    snapshot.close()


def test_the_basemap_is_copied(tmp_path):
    tiles = tmp_path / "made.pmtiles"
    tiles.write_bytes(b"PMTiles")
    snapshot = Snapshot.open(write(tmp_path / "00", hamlet.content(basemap=tiles)))
    assert snapshot.basemap_path.read_bytes() == b"PMTiles"
    snapshot.close()


def test_services_are_numbered_as_the_fields_number_them(written):
    snapshot = Snapshot.open(written)
    services = snapshot.services
    assert [services.row(i).id for i in services.ranges["health.pharmacy"]] == [f"registre:p{n}" for n in (1, 2, 3)]
    assert services.row(0) is services.row(0)
    snapshot.close()


def test_modes_and_profiles_that_are_not_there_list_those_that_are(written):
    snapshot = Snapshot.open(written)
    with pytest.raises(InvalidParameter, match="walk, car"):
        snapshot.require_mode("bike")
    with pytest.raises(InvalidParameter, match="famille, jeune_actif"):
        snapshot.require_profile("nobody")
    assert snapshot.require_mode("walk").id == "walk"
    assert snapshot.require_profile("senior").id == "senior"
    with pytest.raises(KeyError):
        snapshot.fields["bike"]
    snapshot.close()


def test_many_threads_share_one_snapshot(written):
    snapshot = Snapshot.open(written)
    place = Place(*hamlet.lonlat((1, 1)))
    answers, problems = [], []

    def ask() -> None:
        try:
            snapshot.addresses.search("grande rue")
            answers.append(score(snapshot, [place], "walk", snapshot.profiles["famille"]))
        except Exception as error:  # noqa: BLE001 - whatever happens in a thread has to reach the test
            problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(answers) == 16
    assert all(answer == answers[0] for answer in answers)
    snapshot.close()


# ---------------------------------------------------------------- the same bytes


def test_the_order_of_the_inputs_leaves_no_trace(written, content, tmp_path):
    turned = replace(
        content,
        services=content.services[::-1],
        communes=content.communes[::-1],
        cells=content.cells[::-1],
        addresses=content.addresses[::-1],
        completeness=dict(reversed(content.completeness.items())),
        run={"built_at": "2031-01-01T00:00:00Z"},
        sources=[replace(s, fetched_at="2031-01-01T00:00:00Z") for s in content.sources],
    )
    assert digests(write(tmp_path / "00", turned)) == digests(written)


def test_clock_times_are_told_but_in_no_checksum(written):
    run = json.loads((written / "run.json").read_text())
    assert run == {"built_at": "2026-11-24T08:00:00Z", "fetched_at": {"registre": "2026-11-20T10:00:00Z"}}
    assert "run.json" not in Manifest.read(written).files


def test_without_its_clock_times_a_snapshot_still_serves(copy):
    (copy / "run.json").write_text("{ half")
    snapshot = Snapshot.open(copy)
    assert snapshot.built_at == ""
    assert snapshot.sources[0].fetched_at == ""
    snapshot.close()


def test_writing_an_id_that_is_there_whole_changes_nothing(written, content):
    before = {path: path.stat().st_mtime_ns for path in written.rglob("*")}
    assert write(written.parent, content) == written
    assert {path: path.stat().st_mtime_ns for path in written.rglob("*")} == before


def test_writing_an_id_that_is_damaged_mends_it(copy, content, written):
    (copy / "services.arrow").write_bytes(b"nothing")
    assert digests(write(copy.parent, content)) == digests(written)


# ---------------------------------------------------------------- damage


def test_every_file_is_held_against_its_checksum(copy):
    """Whichever file loses one bit, opening names it; put back, the snapshot opens."""
    names = list(Manifest.read(copy).files)
    assert {"services.arrow", "communes.arrow", "cells.arrow", "demand.arrow", "addresses.sqlite"} <= set(names)
    assert {"sources.json", "loaded_area.wkb", "config/method.toml", "config/profiles/senior.toml"} <= set(names)
    assert {"network/walk/meta.json", "fields/car/meta.json", "fields/walk/k3.npy"} <= set(names)
    assert any(name.startswith("hierarchy/walk/") for name in names)
    everything = {str(p.relative_to(copy)) for p in copy.rglob("*") if p.is_file()}
    assert everything - set(names) == {"manifest.json", "run.json"}
    for name in names:
        path = copy / name
        sound = path.read_bytes()
        if not sound:
            continue
        path.write_bytes(bytes([sound[0] ^ 1]) + sound[1:])
        with pytest.raises(SnapshotCorrupt, match=path.name.replace(".", r"\.")):
            Snapshot.open(copy)
        path.write_bytes(sound)
    Snapshot.open(copy).close()


def test_a_file_that_is_missing_or_cut_short_is_named(copy):
    path = copy / "addresses.sqlite"
    sound = path.read_bytes()
    path.write_bytes(sound[: len(sound) // 2])
    with pytest.raises(SnapshotCorrupt, match=r"addresses\.sqlite has \d+ bytes"):
        Snapshot.open(copy)
    path.unlink()
    with pytest.raises(SnapshotCorrupt, match=r"addresses\.sqlite is missing"):
        Snapshot.open(copy)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[: len(text) // 2], "not a manifest"),
        (lambda text: "", "not a manifest"),
        (lambda text: "[]", "not a manifest"),
        (lambda text: text.replace(f'"format": {FORMAT}', '"format": 99'), "format 99"),
        (lambda text: text.replace("Pays du Treillis", "Pays du Treillage"), "altered"),
        (lambda text: text.replace('"bytes": ', '"bytes": 1'), "altered"),
    ],
)
def test_a_manifest_that_is_not_sound_is_refused(copy, change, says):
    path = copy / "manifest.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(SnapshotCorrupt, match=says):
        Snapshot.open(copy)


def test_a_folder_under_another_name_is_refused(copy):
    with pytest.raises(SnapshotCorrupt, match="aaa1"):
        Snapshot.open(copy.rename(copy.with_name("bbb2")))


def test_no_snapshot_is_said_with_what_to_do(tmp_path):
    with pytest.raises(NoSnapshot, match="alentours build 71"):
        Snapshot.current(tmp_path, "71")
    with pytest.raises(NoSnapshot):
        Snapshot.open(tmp_path / "nothing")


# ---------------------------------------------------------------- a build that fails


class Failing:
    """A network whose disk is full."""

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "half.npy").write_bytes(b"half")
        raise OSError(28, "No space left on device")


def test_a_build_that_breaks_leaves_the_former_snapshot_serving(tmp_path, content):
    folder = tmp_path / "00"
    write(folder, content)
    publish(folder, "aaa1")
    broken = replace(content, snapshot_id="bbb2", networks={**content.networks, "car": Failing()})
    with pytest.raises(OSError, match="No space left"):
        write(folder, broken)
    assert not (folder / "bbb2").exists()
    assert current_id(folder) == "aaa1"
    Snapshot.current(tmp_path, "00").close()
    assert [info.id for info in list_snapshots(folder)] == ["aaa1"]  # the half-written one is not offered
    write(folder, replace(content, snapshot_id="bbb2"))  # what was left behind is in nobody's way
    publish(folder, "bbb2")
    assert Snapshot.current(tmp_path, "00").id == "bbb2"


def test_a_crash_before_the_pointer_leaves_the_former_snapshot_serving(tmp_path, content):
    """The history is written first: killed between the two, a publication has not happened, and the way back holds."""
    folder = tmp_path / "00"
    for snapshot_id in ("aaa1", "bbb2", "ccc3"):
        write(folder, replace(content, snapshot_id=snapshot_id))
    publish(folder, "aaa1")
    publish(folder, "bbb2")
    with (folder / "HISTORY").open("a") as history:
        history.write("ccc3\n")
    assert current_id(folder) == "bbb2"
    assert rollback(folder) == "aaa1"
    publish(folder, "ccc3")
    assert rollback(folder) == "aaa1"


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"completeness": {"education.dragons": Completeness.COMPLETE}}, "education.dragons"),
        ({"completeness": {"transport.stop": Completeness.COMPLETE}}, "transport.stop"),
        ({"networks": {}}, "modes"),
        ({"services": [hamlet.service("education.dragons", "d1", (1, 1))]}, "education.dragons"),
        ({"services": [hamlet.service("shop.bank", "b", (1, 1))] * 2}, "stands twice"),
        ({"config": Path("/nowhere")}, "nowhere"),
    ],
)
def test_content_that_contradicts_itself_is_not_written(tmp_path, content, parts, says):
    with pytest.raises((ConfigurationError, OSError), match=says):
        write(tmp_path / "00", replace(content, **parts))
    assert not (tmp_path / "00" / "aaa1").exists()


def test_ids_cannot_lead_out_of_the_folder(tmp_path, content):
    for bad in ("../aaa1", "", ".aaa1", "a/b", "a\n", "x" * 200):
        with pytest.raises(SnapshotCorrupt):
            write(tmp_path / "00", replace(content, snapshot_id=bad))
        with pytest.raises(SnapshotCorrupt):
            publish(tmp_path / "00", bad)
    assert not any(tmp_path.rglob("manifest.json"))


def test_a_ledger_that_does_not_add_up_is_refused():
    with pytest.raises(ConfigurationError):
        SourceLedger(read=10, kept=7, merged=1, out_of_scope=1, rejected=0)


# ---------------------------------------------------------------- what a reader pays


def backing(array) -> object:
    """What an array's memory belongs to in the end."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return getattr(array, "obj", array)


def test_streets_and_fields_are_mapped_not_read(written):
    """So that opening costs the same whatever their size, and all workers share the same pages."""
    snapshot = Snapshot.open(written)
    for mode in snapshot.modes:
        arrays = [snapshot.networks[mode].vertex_xy_m, *snapshot.fields[mode].records.values()]
        assert all(isinstance(backing(array), mmap.mmap) for array in arrays if array.size)
    snapshot.close()


def test_reading_needs_no_frames(written, repository):
    """A web worker never imports what only an ingest needs."""
    program = (
        "import sys; from pathlib import Path; from geo.snapshot import Snapshot; from geo.scoring import score;"
        "from geo.coverage import coverage; s = Snapshot.open(Path(sys.argv[1])); s.addresses.search('rue');"
        "coverage(s, 'health.pharmacy', 'walk', 10); s.close();"
        "print([m for m in ('pandas', 'geopandas', 'sqlalchemy', 'httpx', 'osmium') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(written)], cwd=repository, capture_output=True, text=True, check=False
    )
    assert (run.stdout.strip(), run.returncode) == ("[]", 0), run.stderr
