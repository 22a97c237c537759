"""Checks before publication, each at its threshold, and a territory gathered from files to records."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pytest

from geo.errors import ConfigurationError, SourceMalformed
from geo.manifest import Completeness, SourceLedger
from geo.method import Method
from geo.places import Cell
from geo.publication import current_id
from geo.taxonomy import Taxonomy
from ingest.findings import Finding, Outcome
from ingest.gates import check_sources, old_in_short
from ingest.gather import gather
from ingest.ledger import Ledger, RejectCode
from ingest.losses import Former, check_losses, count_categories
from ingest.totals import check_totals
from tests.ingest.test_osm import Town, addresses_source, services_source
from tests.ingest.world import COG, SAONE_ET_LOIRE, cog_source, contour_source, contours, fetched, lonlat, source

DATA = Path(__file__).resolve().parents[2] / "data"
TAXONOMY = Taxonomy.load(DATA / "taxonomy.toml")
METHOD = Method.load(DATA / "method.toml", TAXONOMY)
PHARMACIES = source(id="pharmacies", complete=["health.pharmacy"], expect={"rows": [2, 9], "fresh_after": "2024-05"})
STREETS = source(id="rues", kind="streets", reader="osm_streets", category="", columns={})


def rows(*places):
    lines = [f"{n};Pharmacie {n};{lonlat(*place)[0]};{lonlat(*place)[1]}" for n, place in enumerate(places)]
    return "\n".join(["id;nom;lon;lat", *lines]) + "\n"


@dataclass
class Files:
    """A folder of the files of a small territory."""

    folder: Path

    def lay(self, pharmacies=""):
        pharmacies = pharmacies or rows((1, 1), (5, 1), (2, 200))
        town = Town()
        town.way((1, 1), (1, 2), highway="residential")
        town.node(1.01, 1, shop="bakery", name="Au Four")
        town.node(1, 1.2, addr__housenumber="2", addr__street="Rue Haute")
        osm = town.write(self.folder)
        texts = {"cog.json": json.dumps(COG), "contours.geojson": json.dumps(contours()), "pharmacies.csv": pharmacies}
        for name, text in texts.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        laid = [(cog_source(), "cog.json"), (contour_source(), "contours.geojson"), (PHARMACIES, "pharmacies.csv")]
        osm_sources = (services_source(), addresses_source(), STREETS)
        self.sources = [of for of, _ in laid] + list(osm_sources)
        self.fetched = {of.id: [fetched(self.folder / name, of)] for of, name in laid}
        self.fetched |= {of.id: [fetched(osm, of)] for of in osm_sources}
        return self

    def gather(self, advance=lambda: None):
        return gather(self.sources, self.fetched, SAONE_ET_LOIRE, DATA, advance)


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path).lay()


def findings(gathered):
    return {(f.check, f.subject): f for f in check_sources(gathered, METHOD)}


def test_a_territory_is_gathered_and_accounted_for(files):
    steps = []
    gathered = files.gather(lambda: steps.append(1))
    assert len(steps) == len(files.sources)
    assert [s.id for s in gathered.services] == ["osm:n4", "pharmacies:0", "pharmacies:1"]
    assert [a.street for a in gathered.addresses] == ["Rue Haute"]
    assert [c.insee for c in gathered.communes] == ["21001", "71001", "71002", "71003"]
    assert [f.path.name for f in gathered.streets] == ["bourg.osm"]
    assert gathered.ledgers["pharmacies"] == Ledger(3, 2, 0, 1, 0)
    assert gathered.ledgers["rues"] == Ledger(1, 1, 0, 0, 0)
    record = {record.id: record for record in gathered.sources}["pharmacies"]
    assert (record.data_date, record.fetched_at, record.complete) == (
        "2024-05",
        "2024-05-06T07:08:09Z",
        ("health.pharmacy",),
    )
    assert {f.outcome for f in check_sources(gathered, METHOD)} == {Outcome.PASS}


def test_completeness_is_what_the_sources_that_were_read_declare(files):
    known = files.gather().completeness(TAXONOMY)
    assert known["health.pharmacy"] is Completeness.COMPLETE
    assert known["shop.bakery"] is Completeness.PARTIAL
    assert known["culture.cinema"] is Completeness.NONE
    assert list(known) == list(TAXONOMY)


def test_a_source_without_files_is_left_out_by_name(files):
    del files.fetched["pharmacies"]
    gathered = files.gather()
    assert [source.id for source in gathered.excluded] == ["pharmacies"]
    assert gathered.completeness(["health.pharmacy"])["health.pharmacy"] is Completeness.NONE
    (found,) = [f for f in check_sources(gathered, METHOD, {"pharmacies": "HTTP 404"}) if f.check == "excluded"]
    assert (found.name, found.outcome) == ("excluded:pharmacies", Outcome.WARN)
    assert found.text == "pharmacies: left out: HTTP 404"


def losses(gathered, ledgers=MappingProxyType({}), categories=MappingProxyType({})):
    return {finding.name: finding for finding in check_losses(gathered, Former(ledgers, categories))}


def test_what_serves_may_not_be_left_out(files):
    del files.fetched["pharmacies"]
    whole = SourceLedger(read=1, kept=1, merged=0, out_of_scope=0, rejected=0)
    gathered = files.gather()
    assert losses(gathered) == {}
    assert "lost:pharmacies" not in losses(gathered, {"rues": whole})
    assert losses(gathered, {"pharmacies": whole})["lost:pharmacies"].outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("before", "lost"),
    [
        (SourceLedger(read=3, kept=2, merged=0, out_of_scope=1, rejected=0), False),
        (SourceLedger(read=2, kept=1, merged=0, out_of_scope=1, rejected=0), False),
        (SourceLedger(read=4, kept=2, merged=0, out_of_scope=2, rejected=0), True),  # a quarter of the rows
        (SourceLedger(read=3, kept=2, merged=1, out_of_scope=0, rejected=0), True),  # a third of the places
    ],
    ids=["as before", "grown", "rows lost", "places lost"],
)
def test_a_source_may_not_lose_a_fifth_of_its_rows_or_places(files, before, lost):
    found = losses(files.gather(), {"pharmacies": before})["shrunk:pharmacies"]
    assert found.outcome is (Outcome.FAIL if lost else Outcome.PASS)


@pytest.mark.parametrize(
    ("before", "outcome"),
    [(0, Outcome.PASS), (2, Outcome.PASS), (3, Outcome.WARN), (6, Outcome.WARN), (7, Outcome.FAIL)],
)
def test_a_category_may_not_vanish_inside_a_source(files, before, outcome):
    """Two are left: two of three is a fifth lost and may be life; five gone at once is not."""
    found = losses(files.gather(), categories={("pharmacies", "health.pharmacy"): before})
    assert found["thinned:pharmacies/health.pharmacy"].outcome is outcome


def test_only_what_a_source_still_gives_is_held_against_the_past(files):
    gone = {("pharmacies", "health.hospital"): 9, ("nobody", "health.pharmacy"): 9}
    assert losses(files.gather(), categories=gone) == {}


def test_a_snapshot_that_serves_and_cannot_be_read_is_told(files, tmp_path, sample_folder):
    assert Former.of(tmp_path) == Former()
    served = sample_folder / "snapshots" / "00"
    whole = Former.of(served)
    assert whole.ledgers
    assert not whole.unread
    assert sum(whole.categories.values()) > 100
    folder = tmp_path / "00"
    folder.mkdir()
    shutil.copytree(served / str(current_id(served)), folder / "aaa1")
    (folder / "CURRENT").write_text("aaa1\n")
    (folder / "aaa1" / "services.arrow").write_bytes(b"ARROW1 of another age")
    former = Former.of(folder)
    assert former.ledgers == whole.ledgers
    (found,) = [f for f in check_losses(files.gather(), former) if f.check == "compared"]
    assert found.outcome is Outcome.WARN
    (folder / "aaa1" / "sources.json").write_text("{")
    assert Former.of(folder) == Former()


def test_every_source_behind_a_service_is_counted(files):
    services = files.gather().services
    assert count_categories(services)["pharmacies", "health.pharmacy"] == 2
    row = next(s for s in services if s.id == "pharmacies:0")
    linked = replace(row, provenance=(*row.provenance, replace(row.provenance[0], source="other")))
    assert count_categories([linked]) == {("pharmacies", "health.pharmacy"): 1, ("other", "health.pharmacy"): 1}


@pytest.mark.parametrize(("geocoded", "outcome"), [(0, Outcome.PASS), (1, Outcome.WARN)])
def test_the_share_of_rows_that_stand_at_their_address(files, geocoded, outcome):
    gathered = replace(files.gather(), geocoded={"pharmacies": geocoded})
    assert findings(gathered)["geocoded", "pharmacies"].outcome is outcome


@pytest.mark.parametrize("kind", ["cog", "contours"])
def test_without_its_ground_a_territory_is_none(files, kind):
    del files.fetched[kind]
    with pytest.raises(ConfigurationError, match="needs one source of kind"):
        files.gather()


@pytest.mark.parametrize(
    "text",
    ["<html>", "\n", "id;nom;lon\n1;a;4\n", "id;nom;lon;lat\n1;a;4;46\n2;b", "a\0b"],
    ids=["page", "empty", "column", "cut", "binary"],
)
def test_a_bad_file_stops_the_build_before_anything_is_made(files, text):
    (files.folder / "pharmacies.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SourceMalformed, match=r"source pharmacies: .*pharmacies\.csv"):
        files.gather()


def test_a_file_without_streets_is_no_source_of_streets(files):
    town = Town()
    town.node(1, 1, shop="bakery")
    town.write(files.folder)
    with pytest.raises(SourceMalformed, match="holds no street"):
        files.gather()


@pytest.mark.parametrize(
    ("count", "outcome"), [(1, Outcome.FAIL), (2, Outcome.PASS), (9, Outcome.PASS), (10, Outcome.WARN)]
)
def test_too_few_rows_fail_and_too_many_warn(files, count, outcome):
    files.lay(rows(*[(1, 1)] * count))
    found = findings(files.gather())["rows", "pharmacies"]
    assert found.outcome is outcome
    assert found.text == f"pharmacies: {count} rows, 2 to 9 expected"


@pytest.mark.parametrize(
    ("limit", "current", "outcome"),
    [
        ("2024-05", False, Outcome.PASS),
        ("2024", True, Outcome.PASS),
        ("2024-05-31", False, Outcome.PASS),  # the file says no day: it may be of the last
        ("2024-06", False, Outcome.WARN),
        ("2025", True, Outcome.FAIL),
    ],
)
def test_an_old_file_warns_and_fails_where_the_source_says_that_it_is_current(files, limit, current, outcome):
    gathered = files.gather()
    declared = gathered.declared["pharmacies"].model_copy(
        update={"expect": PHARMACIES.expect.model_copy(update={"fresh_after": limit, "current": current})}
    )
    gathered = replace(gathered, declared={**gathered.declared, "pharmacies": declared})
    assert findings(gathered)["age", "pharmacies"].outcome is outcome


def test_many_old_sources_make_one_warning_that_names_the_oldest_first():
    def old(name, date):
        return Finding("age", name, Outcome.WARN, f"{name}: of {date}, old before 2025-01")

    few = [old("b", "2019"), old("a", "2013-03"), old("c", "2021")]
    assert old_in_short([*few, Finding("rows", "d", Outcome.WARN, "d: 1 row")]) == [
        few[1].text,
        few[0].text,
        few[2].text,
    ]
    (told,) = old_in_short([*few, old("d", "2012-05"), old("e", "2024")])
    assert told.startswith(f"5 sources are older than they allow, of these the oldest: {old('d', '2012-05').text}; ")
    assert "c: of 2021" not in told
    assert old_in_short([]) == []


@pytest.mark.parametrize(
    ("good", "far", "bad", "outcome"),
    [
        (19, 0, 1, Outcome.PASS),
        (18, 0, 1, Outcome.WARN),
        (2, 0, 1, Outcome.WARN),  # a third, but one row
        (12, 0, 6, Outcome.FAIL),
        (12, 99, 6, Outcome.WARN),  # little of the whole file, much of what is here
        (0, 99, 6, Outcome.FAIL),  # nothing of what is here
    ],
)
def test_the_share_of_rejects(files, good, far, bad, outcome):
    files.lay(rows(*[(1, 1)] * good, *[(2, 200)] * far) + "".join(f"x{n};;;\n" for n in range(bad)))
    gathered = files.gather()
    assert [reject.code for reject in gathered.rejects] == [RejectCode.NO_POSITION] * bad
    assert findings(gathered)["rejected", "pharmacies"].outcome is outcome


def test_a_category_that_an_official_source_should_fill_and_that_is_empty(files):
    files.lay(rows((2, 200), (9, 1), (9, 2)))
    found = findings(files.gather())["category", "health.pharmacy"]
    assert found.outcome is Outcome.FAIL
    assert found.text == "health.pharmacy: 0 in the territory, declared complete by pharmacies"


def test_a_ledger_that_does_not_add_up_fails(files):
    gathered = files.gather()
    gathered = replace(gathered, ledgers={**gathered.ledgers, "pharmacies": Ledger(5, 2, 0, 1, 0)})
    assert findings(gathered)["ledger", "pharmacies"].outcome is Outcome.FAIL


def totals(gathered):
    return {finding.name: finding.outcome for finding in check_totals(gathered)}


def test_communes_and_people(files):
    gathered = files.gather()
    assert set(totals(gathered).values()) == {Outcome.PASS}
    lost = [replace(c, population=None) if c.insee == "71002" else c for c in gathered.communes]
    assert totals(replace(gathered, communes=tuple(lost)))["communes:71"] is Outcome.WARN
    bare = [replace(c, geometry=None) for c in gathered.communes]
    assert totals(replace(gathered, communes=tuple(bare)))["communes:71"] is Outcome.FAIL
    for people, outcome in ((1900.0, Outcome.PASS), (1800.0, Outcome.WARN), (900.0, Outcome.FAIL)):
        cells = (Cell("c", *lonlat(1, 1), "71001", people, 0.0, 0.0, None),)
        assert totals(replace(gathered, cells=cells))["cells:71"] is outcome, people


@pytest.mark.parametrize(("people", "outcome"), [(0.0, Outcome.PASS), (10.0, Outcome.WARN), (150.0, Outcome.FAIL)])
def test_people_outside_any_commune(files, people, outcome):
    cells = (
        Cell("c", *lonlat(1, 1), "71001", 1900.0 - people, 0.0, 0.0, None),
        Cell("d", *lonlat(1, 1), "", people, 0.0, 0.0, None),
    )
    assert totals(replace(files.gather(), cells=cells))["outside:71"] is outcome
    past = Cell("e", *lonlat(9, 1), "21001", 40_000.0, 0.0, 0.0, None, in_territory=False)
    again = totals(replace(files.gather(), cells=(*cells, past)))
    assert (again["outside:71"], again["cells:71"]) == (
        outcome,
        totals(replace(files.gather(), cells=cells))["cells:71"],
    )


def test_places_that_seem_to_stand_twice(files):
    gathered = files.gather()
    here = next(s for s in gathered.services if s.id == "pharmacies:0")
    for metres, outcome in ((90, Outcome.WARN), (120, Outcome.PASS)):
        lon, lat = lonlat(1 + metres / 1000, 1)
        again = replace(here, id="pharmacies:9", name="PHARMACIE  n° 0".replace("n° ", ""), lon=lon, lat=lat)
        assert totals(replace(gathered, services=(*gathered.services, again)))["twice:health.pharmacy"] is outcome
