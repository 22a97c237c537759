"""A place without an extract: found by osmnx, brought by Overpass, against a network that is made up."""

from __future__ import annotations

import shutil
import sys
import threading
from types import SimpleNamespace
from urllib.parse import parse_qs

import httpx
import osmium
import pytest

from geo.errors import ConfigurationError, InvalidParameter, SourceMalformed, SourceUnavailable
from geo.modes import tags_of
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapshot import Snapshot
from geo.taxonomy import Taxonomy
from ingest.build import Builder
from ingest.fetch import Fetcher, Limits
from ingest.place import Place, department_of, find_place, locate, sources_of, with_folders_of
from ingest.plan import make_plan
from ingest.progress import Silent
from ingest.settings import ROOT, BuildSettings
from ingest.source_files import load_sources
from ingest.streets import read_streets
from ingest.territories import Departments
from tests.built import build_settings
from tests.lattice import MODES

DEPARTMENTS = Departments.load(ROOT / "data" / "territories.toml")
TAXONOMY = Taxonomy.load(ROOT / "data" / "taxonomy.toml")
BOX = (4.10, 46.50, 4.12, 46.52)
EMPTY = '<?xml version="1.0"?><osm version="0.6"><note>…</note><meta osm_base="2026-11-24T12:00:00Z"/></osm>'
BUSY = '{"elements": [], "remark": "runtime error: Query timed out in \\"query\\" at line 1 after 25 seconds."}'


def place(box=BOX, name="Aubrelle, Ain", code="01"):
    return Place(name, DEPARTMENTS[code], box)


def overpass(*answers):
    """A server that gives one answer after the other, and keeps what it was asked."""
    asked, left = [], list(answers)

    def answer(request):
        asked.append(request)
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx.Response) else httpx.Response(200, content=given)

    return httpx.MockTransport(answer), asked


def fetched(folder, transport, **limits):
    """What the sources of OpenStreetMap are given for a place."""
    settings = BuildSettings(raw=folder)
    sources = [s for s in sources_of(place(), [], settings, TAXONOMY) if s.protocol == "overpass"]
    fetcher = Fetcher(folder, None, transport, limits=Limits(**{"wait_s": 0.0, "wait_max_s": 0.01, **limits}))
    return fetcher.get_all(sources, "01")


# ---------------------------------------------------------------- which place


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Pont-de-Veyle, Ain", "01"),
        ("Pont-de-Veyle, AIN, France", "01"),
        ("Dijon, Côte-d’Or", "21"),
        ("Dijon, cote-d'or", "21"),
        ("Saint-Denis, La Réunion", "974"),
    ],
)
def test_the_name_says_the_departement(name, code):
    assert department_of(name, DEPARTMENTS).code == code


@pytest.mark.parametrize("name", ["Pont-de-Veyle", "Ain", "", "Pont-de-Veyle, Bourgogne"])
def test_a_name_that_says_none_is_refused(name):
    with pytest.raises(InvalidParameter, match="after a comma"):
        department_of(name, DEPARTMENTS)


def test_a_place_gets_a_margin_of_two_kilometres_and_ends_on_a_grid():
    asked = []
    found = find_place("Aubrelle", "01", DEPARTMENTS, lambda name: asked.append(name) or BOX)
    assert asked == ["Aubrelle, Ain"]
    # 2,000 m are 0.01797° of latitude, and 0.02611° of longitude at 46.51° north.
    assert found.box == pytest.approx((4.073, 46.482, 4.147, 46.538), abs=1e-9)
    assert found.slug == "aubrelle-ain"
    assert "[bbox:46.482,4.073,46.538,4.147]" in found.query


def test_a_place_as_large_as_a_region_is_refused():
    with pytest.raises(InvalidParameter, match="40 km at most"):
        find_place("Aubrelle", "01", DEPARTMENTS, lambda _: (4.0, 46.0, 5.0, 46.1))


def test_a_name_without_a_letter_is_refused():
    with pytest.raises(InvalidParameter, match="is no name"):
        find_place("?,", "01", DEPARTMENTS, lambda _: BOX)


# ---------------------------------------------------------------- where it lies


def test_the_box_is_that_of_the_area_that_osmnx_finds():
    asked = []
    frame = SimpleNamespace(total_bounds=BOX)
    assert locate("Aubrelle, Ain", lambda name: asked.append(name) or frame) == BOX
    assert asked == ["Aubrelle, Ain, France"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ConnectionError("refused"), "does not answer"),
        (ValueError("no results"), "knows no area called Aubrelle"),
        (TypeError("no polygon"), "knows no area called Aubrelle"),
    ],
)
def test_an_outage_is_told_from_a_place_that_nobody_knows(error, said):
    def geocode(_):
        raise error

    with pytest.raises(SourceUnavailable, match=said):
        locate("Aubrelle, Ain", geocode)


def test_a_geocoder_that_never_answers_is_not_waited_for():
    with pytest.raises(SourceUnavailable, match="no answer within"):
        locate("Aubrelle, Ain", lambda _: threading.Event().wait(5), wait_s=0.05)


def test_without_osmnx_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "osmnx", None)  # what Python itself does for a package that is not there
    with pytest.raises(ConfigurationError, match=r"pip install alentours\[place\]"):
        locate("Aubrelle, Ain")


# ---------------------------------------------------------------- what Overpass says


def test_three_sources_ask_once_and_stand_in_for_all_of_openstreetmap(tmp_path, streets_xml):
    transport, asked = overpass(streets_xml.read_bytes())
    files = fetched(tmp_path, transport)
    assert sorted(files) == ["osm_addresses", "osm_services", "osm_streets"]
    assert len({file.sha256 for (file,) in files.values()}) == 1
    assert [parse_qs(request.content.decode())["data"] for request in asked] == [[place().query]]
    declared = load_sources(ROOT / "data" / "sources", "01", TAXONOMY)
    sources = sources_of(place(), declared, BuildSettings(), TAXONOMY)
    assert {s.id for s in sources if s.reader.startswith("osm_")} == set(files)
    assert {s.id for s in declared if not s.reader.startswith("osm_")} <= {s.id for s in sources}
    assert not any(s.complete or s.mirror for s in sources if s.id in files)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(504), "HTTP 504"),
        (httpx.Response(429), "HTTP 429"),
        (httpx.Response(400), "HTTP 400"),
        (httpx.ConnectError("no route"), "no route"),
        (httpx.ReadTimeout("silent"), "silent"),
    ],
)
def test_an_outage_is_told(tmp_path, answer, said):
    transport, _ = overpass(answer)
    for error in fetched(tmp_path, transport, attempts=2).values():
        assert isinstance(error, SourceUnavailable)
        assert said in str(error)


def test_a_query_that_overpass_gave_up_is_no_empty_place(tmp_path):
    transport, _ = overpass(BUSY)
    with pytest.raises(SourceMalformed, match="runtime error"):
        fetched(tmp_path, transport)


def test_what_the_mirror_has_of_overpass_is_told_apart_too(tmp_path, mirror):
    transport, _ = overpass((mirror / "overpass-json/overpy-fixtures/remark-runtime-error-01.json").read_bytes())
    with pytest.raises(SourceMalformed, match="runtime error"):
        fetched(tmp_path, transport)


def test_an_empty_answer_is_no_place(tmp_path):
    transport, _ = overpass(EMPTY)
    (file,) = fetched(tmp_path, transport)["osm_streets"]
    with pytest.raises(SourceMalformed, match="holds no street"):
        read_streets(file.path, tags_of(MODES.values()))


def test_a_real_answer_makes_the_streets_of_its_place(tmp_path, mirror):
    real = mirror / "osm" / "pont-de-veyle-01" / "overpass_pont_de_veyle.osm"
    transport, _ = overpass(real.read_bytes())
    (file,) = fetched(tmp_path, transport)["osm_streets"]
    tags, projection = tags_of(MODES.values()), Projection("EPSG:2154")
    ours, theirs = (
        StreetNetwork.build(read_streets(path, tags), MODES["walk"], projection) for path in (file.path, real)
    )
    assert ours.edges == theirs.edges > 300
    assert ours.length_m.tolist() == theirs.length_m.tolist()


# ---------------------------------------------------------------- the whole build


@pytest.fixture(scope="module")
def streets_xml(sample_folder, tmp_path_factory):
    """The sample's extract as Overpass would write it."""
    (extract,) = sample_folder.rglob("territoire.osm.pbf")
    path = tmp_path_factory.mktemp("overpass") / "answer.osm"
    with osmium.SimpleWriter(str(path)) as writer:
        for element in osmium.FileProcessor(str(extract)):
            writer.add(element)
    return path


def test_a_place_is_built_beside_its_departement(sample_folder, tmp_path, streets_xml):
    shutil.copytree(sample_folder / "raw", tmp_path / "raw")
    transport, asked = overpass(streets_xml.read_bytes())
    here = place(code="00", name="Aubrelle, Val-d’Aubrelle")
    settings = with_folders_of(here, build_settings(tmp_path))
    plan = make_plan("00", settings, Silent().stage, transport, here)
    assert len(asked) == 1
    built = Builder(settings, transport=transport).carry_out(plan)
    assert built.folder.parent == tmp_path / "snapshots" / "places" / "aubrelle-val-d-aubrelle" / "00"
    snapshot = Snapshot.open(built.folder)
    assert {source.id for source in snapshot.sources} >= {"osm_streets"}
