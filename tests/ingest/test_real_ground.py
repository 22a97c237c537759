"""Real files about the ground, through the shipped sources: figures that anyone can count again in the files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import shapely

from geo.places import Commune, Parity, Position
from ingest.address_sources import join_addresses
from ingest.addresses import normalise_addresses
from ingest.commune_history import CommuneChange, meanings_on
from ingest.counts import normalise_counts
from ingest.facts import add_facts, normalise_facts, population_gaps
from ingest.fetch import Fetched
from ingest.ground import lay_ground
from ingest.ledger import Ledger
from ingest.reading import read_table
from ingest.scope import Scope
from ingest.sectors import normalise_sectors, overlaps
from ingest.source_files import load_sources
from ingest.territories import Departments

DATA = Path(__file__).resolve().parents[2] / "data"
DEPARTMENTS = Departments.load(DATA / "territories.toml")


@pytest.fixture(scope="module")
def shelf(mirror):
    return Shelf(mirror)


class Shelf:
    """The sources that serve a territory, and their vintages in the mirror."""

    def __init__(self, mirror: Path) -> None:
        self.mirror = mirror
        self.sources = {code: {s.id: s for s in load_sources(DATA / "sources", code)} for code in ("71", "35", "75")}

    def read(self, name, vintage=-1, code="71"):
        source = self.sources[code][name]
        number = vintage % len(source.mirror)
        there = source.mirror[number]
        files = [
            Fetched(name, self.mirror / path, "0" * 64, path, "2026-01-01T00:00:00Z", there.data_date, "", number)
            for path in there.paths
        ]
        source = source.as_of(number)
        return source, read_table(source, files), files


@pytest.fixture(scope="module")
def ground(shelf):
    return lay_ground(DEPARTMENTS["71"], shelf.read("cog")[:2], shelf.read("contours")[:2])


@pytest.fixture(scope="module")
def register(mirror):
    return json.loads((mirror / "cog-2026" / "communes.json").read_text(encoding="utf-8"))


def scope_of(code, register):
    """The communes of a département of which the mirror has no contours."""
    current = {row["code"]: row["code"] for row in register if row["type"] == "commune-actuelle"}
    for row in register:
        current |= {former: row["code"] for former in row.get("anciensCodes", ()) if former not in current}
        if parent := row.get("chefLieu") or row.get("commune"):
            current.setdefault(row["code"], parent)
    communes = tuple(
        Commune(row["code"], row["nom"], code, None, tuple(row.get("codesPostaux", ())), True, None)
        for row in register
        if row["type"] == "commune-actuelle" and row["departement"] == code
    )
    country = shapely.box(-5.2, 41.3, 9.6, 51.2)
    return Scope(DEPARTMENTS[code], communes, country, country, current)


def facts(shelf, ground, name, vintage=-1):
    source, table, files = shelf.read(name, vintage)
    made = normalise_facts(source, table, files, ground.scope)
    made.ledger.check(name)
    return made


def test_every_code_of_the_country_leads_to_a_commune_of_today(ground):
    """Two codes were absorbed by one commune, given back, and are a part of another today."""
    current = ground.scope.current
    assert len(set(current.values())) == 34_969
    assert (current["60455"], current["55273"], current["75109"]) == ("60694", "55386", "75056")


def test_the_567_communes_of_2018_are_led_to_today_s_563_by_date_and_by_latest_meaning_alike(shelf, ground):
    """Whatever merged since, in the order in which it may have: the mirror tells no days."""
    source, drawn, _ = shelf.read("contours")
    then = [code for code in drawn.text(source.columns["key"]) if code.startswith("71")]
    current = ground.scope.current
    merged = [code for code in then if current[code] != code]
    changes = [
        CommuneChange(f"{2019 + number}-01-01", before, current[code])
        for number, code in enumerate(merged)
        for before in (code, current[code])
    ]
    assert (len(then), len(merged)) == (567, 4)
    for date in ("2018-10", "2022", "2026-01-01"):
        led = meanings_on(date, changes, current)
        assert {led[code] for code in then} == {c.insee for c in ground.scope.communes if c.in_territory}
        assert {code: led[code] for code in then} == {code: current[code] for code in then}


@pytest.mark.parametrize(
    ("vintage", "ledger"),
    [(-1, Ledger(34871, 1151, 0, 33720, 0)), (0, Ledger(34931, 1151, 1, 33779, 0))],
    ids=["epci.json of 2026", "epcicom.xlsx of 2024"],
)
def test_all_communes_of_the_territory_are_in_one_of_twenty_intercommunalites(shelf, ground, vintage, ledger):
    made = facts(shelf, ground, "epci", vintage)
    mine = [c for c in add_facts(ground.scope, made.facts).communes if c.in_territory]
    assert made.ledger == ledger
    assert len({c.epci for c in mine}) == len({c.epci_name for c in mine}) == 20
    assert all(len(c.epci) == 9 for c in mine)


def test_the_legal_population_checks_the_cog(shelf, ground):
    made = facts(shelf, ground, "population_legale")
    gaps = population_gaps(ground.scope.communes, made.facts)
    assert made.ledger == Ledger(read=34970, kept=1151, merged=1, out_of_scope=33818, rejected=0)
    assert (len(gaps), sum(g.people for g in gaps), sum(g.others for g in gaps)) == (563, 550_310, 549_288)
    assert (gaps[0].insee, gaps[0].people - gaps[0].others) == ("71270", 729)


def test_postcodes_of_former_communes_go_to_today_s(shelf, ground):
    made = facts(shelf, ground, "codes_postaux")
    assert made.ledger == Ledger(read=39201, kept=1151, merged=89, out_of_scope=37961, rejected=0)
    told = {fact.insee: fact.postcodes for fact in made.facts}
    assert all(told[c.insee] == c.postcodes for c in ground.scope.communes if c.in_territory)


@pytest.mark.parametrize(
    ("name", "ledger", "category", "total", "communes"),
    [
        ("bpe_denombrement", Ledger(68294, 509, 179, 67606, 0), "education.college", 62, 42),
        ("res_familles", Ledger(28734, 372, 2, 28360, 0), "sport.pool", 84, 35),
    ],
)
def test_services_are_counted_by_commune(shelf, ground, name, ledger, category, total, communes):
    source, table, files = shelf.read(name)
    made = normalise_counts(source, table, files, ground.scope)
    of_it = [count.count for count in made.counts if count.category == category]
    assert made.ledger == ledger
    assert (sum(of_it), len(of_it)) == (total, communes)


def test_the_sectors_of_ille_et_vilaine(shelf, register):
    source, table, files = shelf.read("carte_scolaire", code="35")
    made = normalise_sectors(source, table, files, scope_of("35", register))
    rows = made.sectors
    # Six rows stand there twice.
    assert made.ledger == Ledger(read=5416, kept=5410, merged=6, out_of_scope=0, rejected=0)
    assert Counter(row.parity for row in rows) == {Parity.BOTH: 4359, Parity.ODD: 587, Parity.EVEN: 464}
    assert sum(row.street == "" for row in rows) == sum(row.exclusive for row in rows) == 342
    whole = [row for row in rows if row.first in {None, 1} and row.last is None and row.parity is Parity.BOTH]
    assert len(rows) - len(whole) == 1066, "rows with a range that is not the whole street"
    pairs = Counter(one.insee for one, _ in overlaps(rows))
    assert (sum(pairs.values()), pairs["35238"]) == (1383, 1354), "Rennes lets parents choose among several"


def test_the_national_base_of_paris(shelf, register):
    """All 158,048 house numbers: arrondissements are Paris."""
    source, table, files = shelf.read("ban", code="75")
    made = normalise_addresses(source, table, files, scope_of("75", register))
    assert made.ledger == Ledger(read=158_048, kept=158_048, merged=0, out_of_scope=0, rejected=0)
    assert {a.insee for a in made.addresses} == {"75056"}
    assert {a.position for a in made.addresses} == {Position.HOUSENUMBER}
    assert len({a.postcode for a in made.addresses}) == 21
    assert join_addresses([made]) == ([*made.addresses], {})


def test_the_national_base_of_bondy_as_r_wrote_it(shelf, register):
    source, table, files = shelf.read("ban", vintage=0, code="75")
    made = normalise_addresses(source, table, files, scope_of("93", register))
    assert made.ledger.read == 8413
    assert made.ledger.rejected == 0
    assert {a.insee for a in made.addresses} == {"93010"}
    assert not any("NA" in a.number for a in made.addresses)
    assert sum(a.number.endswith(" bis") for a in made.addresses) == 624
