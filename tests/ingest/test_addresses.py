"""The national address base and the communes' own, row by row; and one address in two sources."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address_text import HouseNumber, house_number
from geo.places import Position
from ingest.address_sources import join_addresses
from ingest.addresses import normalise_addresses
from ingest.doors import door
from ingest.ledger import Ledger, RejectCode
from ingest.source_files import parse_source
from tests.ingest.world import fetched, lonlat, scope, source, table

BAN = {
    "key": "id", "number": "numero", "repetition": "rep", "street": "nom_voie", "postcode": "code_postal",
    "insee": "code_insee", "former_insee": "code_insee_ancienne_commune", "lon": "lon", "lat": "lat",
    "precision": "type_position",
}  # fmt: skip
HEADER = "id;numero;rep;nom_voie;code_postal;code_insee;code_insee_ancienne_commune;lon;lat;type_position"
WORDS = {"entrée": "entrance", "parcelle": "housenumber", "segment": "street", "voie": "street", "lieu-dit": "locality"}


def row(key="71001_a_1", number="1", rep="", street="Rue Haute", postcode="71100", insee="71001", former="",
        at=(2, 2), precision="parcelle"):  # fmt: skip
    lon, lat = lonlat(*at) if at else ("", "")
    return ";".join(map(str, (key, number, rep, street, postcode, insee, former, lon, lat, precision)))


def base(**given):
    return source(**{"id": "ban", "kind": "addresses", "category": "", "columns": BAN, "precision": WORDS, **given})


def addresses(folder, *lines, header=HEADER, of=None):
    of = of or base()
    read = table(folder, of, "\n".join([header, *lines]) + "\n")
    made = normalise_addresses(of, read, [fetched(folder / "essai.csv", of)], scope())
    made.ledger.check(of.id)
    return made


def test_a_house_has_what_its_row_says(tmp_path):
    (one,) = addresses(tmp_path, row(rep="bis", street="Rue  Haute ")).addresses
    assert (one.id, one.number, one.street, one.postcode) == ("ban:71001_a_1", "1 bis", "Rue Haute", "71100")
    assert (one.insee, one.commune, one.position, one.residential) == ("71001", "Alpha", Position.HOUSENUMBER, True)
    assert (one.lon, one.lat) == pytest.approx(lonlat(2, 2))


@pytest.mark.parametrize(
    ("number", "rep", "written"),
    [
        ("12", "", "12"), ("12", "b", "12 B"), ("12", "TER", "12 ter"), ("12", "bv", "12 BV"), ("12", "p1", "12 P1"),
        ("12", "10", "12 10"), ("00009", "", "9"), ("163,0000000000", "", "163"), ("163.0", "a", "163 A"),
        ("0", "", "0"), ("12 bis", "", "12 bis"), ("12-14", "", "12-14"), ("9999", "", ""), ("99999", "", ""),
        ("", "", ""), ("numéro", "", None), ("12", "?", None), ("-1", "", None),
        ("1" * 5000, "", None), ("12-" + "3" * 5000, "", None),
    ],
)  # fmt: skip
def test_a_number_as_the_door_bears_it(number, rep, written):
    assert door(number, rep) == written


@given(st.integers(0, 9998), st.text("abcdefghijklmnopqrstuvwxyz", max_size=3))
def test_every_number_of_the_base_is_read_back(number, rep):
    assert house_number(door(f"{number:05}", rep) or "") == HouseNumber(number, rep)


def test_the_commune_is_the_one_declared_unless_the_house_stands_far_off(tmp_path):
    made = addresses(
        tmp_path,
        row("a", insee="71002", at=(3.5, 2)),  # 500 m outside Bêta
        row("b", insee="71002", at=(2.5, 2)),  # 1.5 km outside
        row("c", insee="71904", at=(6, 6)),
        row("d", insee="99999", former="71903", at=(2, 6)),
        row("e", insee="", at=(6, 2)),
        row("f", insee="21001", at=(2, 2.5)),
        row("g", insee="75001", at=None),
    )
    assert {a.id: a.insee for a in made.addresses} == {
        "ban:a": "71002", "ban:c": "71003", "ban:d": "71003", "ban:e": "71002"
    }  # fmt: skip
    assert [(r.code, r.line) for r in made.rejects] == [(RejectCode.OTHER_COMMUNE, 3)]
    assert made.ledger == Ledger(read=7, kept=4, merged=0, out_of_scope=2, rejected=1)


def test_what_is_no_address_is_named(tmp_path):
    made = addresses(
        tmp_path,
        row("a", at=None),
        row("b", number="douze"),
        row("c", street=""),
        row(""),
        row("e", insee="", at=(20, 20)),
        row("f", insee="", at=(2, 200)),
    )
    assert Counter(r.code for r in made.rejects) == {
        RejectCode.NO_POSITION: 1, RejectCode.BAD_NUMBER: 1, RejectCode.NO_STREET: 1, RejectCode.NO_KEY: 1,
        RejectCode.UNKNOWN_COMMUNE: 1,
    }  # fmt: skip
    assert made.ledger == Ledger(read=6, kept=0, merged=0, out_of_scope=1, rejected=5)


def test_a_street_or_a_locality_without_numbers(tmp_path):
    made = addresses(
        tmp_path,
        row("a", number="99999", street="Chemin du Bois", precision=""),
        row("b", number="9999", street="Les Essarts", precision=""),
        row("c", number="", street="Chemin des Dames", precision="lieu-dit"),
        row("d", number="", street="Les Places", precision="voie"),
    )
    assert {a.id[4:]: (a.number, a.position) for a in made.addresses} == {
        "a": ("", Position.STREET), "b": ("", Position.LOCALITY),
        "c": ("", Position.LOCALITY), "d": ("", Position.STREET),
    }  # fmt: skip


def test_several_places_of_one_key_are_one_address_at_the_finest(tmp_path):
    made = addresses(
        tmp_path,
        row(at=(2, 2), precision="segment"),
        row(at=(2.2, 2), precision="Entrée"),
        row(at=(2.1, 2), precision="parcelle"),
        row("other", number="2", at=(2, 3)),
    )
    assert [a.lon for a in made.addresses if a.number == "1"] == pytest.approx([lonlat(2.2, 2)[0]])
    assert made.ledger == Ledger(read=4, kept=2, merged=2, out_of_scope=0, rejected=0)


def test_two_rows_of_one_door_are_one_within_fifty_metres(tmp_path):
    made = addresses(tmp_path, row("a"), row("b", at=(2.04, 2)), row("c", at=(2.2, 2)))
    assert [a.id for a in made.addresses] == ["ban:a", "ban:c"]
    assert made.ledger.merged == 1


def test_a_base_without_keys_is_keyed_by_what_a_row_says(tmp_path):
    nameless = base(columns={**BAN, "key": "@content"})
    made = addresses(tmp_path, row("a"), row("b", number="2"), row("c", number="2"), of=nameless)
    assert len({a.id for a in made.addresses}) == 2
    assert made.ledger == Ledger(read=3, kept=2, merged=1, out_of_scope=0, rejected=0)


def test_the_only_postcode_of_a_commune_fills_a_gap(tmp_path):
    made = addresses(tmp_path, row("a", postcode=""), row("b", postcode="7110", number="2"),
                     row("c", postcode="", insee="71002", at=(6, 2)))  # fmt: skip
    assert [a.postcode for a in made.addresses] == ["71100", "71100", ""]


def test_words_for_nothing_are_nothing_where_a_vintage_says_so(tmp_path):
    line = row(rep="NA", former="NA", postcode="NA")
    assert addresses(tmp_path, line, of=base(empty=["NA"])).addresses[0].number == "1"
    assert addresses(tmp_path, line).addresses[0].number == "1 NA"


BAL_HEADERS = {
    "1.3": "cle_interop;uid_adresse;voie_nom;numero;suffixe;commune_nom;position;x;y;long;lat;source;date_der_maj",
    "1.4": "cle_interop;commune_insee;voie_nom;numero;suffixe;commune_nom;position;long;lat;x;y",
    "1.5": "cle_interop;commune_insee;toponyme;numero;suffixe;commune_nom;position;long;lat;x;y",
}


@pytest.fixture(scope="module")
def bal(repository):
    text = (repository / "data" / "sources" / "bal.toml").read_text(encoding="utf-8")
    return parse_source("bal", tomllib.loads(text), {})


@pytest.mark.parametrize("version", BAL_HEADERS)
def test_a_commune_s_own_base_in_three_versions(tmp_path, bal, version):
    """1.3 names no commune, 1.5 calls the street a toponym."""
    lon, lat = lonlat(2, 2)
    cells = {"cle_interop": "71001_0010_00005", "commune_insee": "71001", "numero": "5", "suffixe": "bis",
             "voie_nom": "Rue Haute", "toponyme": "Rue Haute", "position": "entrée",
             "long": lon, "lat": lat}  # fmt: skip
    line = ";".join(str(cells.get(name, "")) for name in BAL_HEADERS[version].split(";"))
    (one,) = addresses(tmp_path, line, header=BAL_HEADERS[version], of=bal).addresses
    assert (one.number, one.street, one.insee, one.position) == ("5 bis", "Rue Haute", "71001", Position.HOUSENUMBER)


def joined(folder, official, volunteers):
    """Join two sources of the given lines."""
    both = [("ban", True, official), ("osm", False, volunteers)]
    results = [addresses(folder, *lines, of=base(id=name, official=first)) for name, first, lines in both]
    kept, ledgers = join_addresses(results[::-1])
    for result in results:
        ledgers.get(result.source.id, result.ledger).check(result.source.id)
    return {a.id for a in kept}, {name: ledger.merged for name, ledger in ledgers.items()}


def test_one_address_in_two_sources_is_the_official_row(tmp_path):
    ids, merged = joined(
        tmp_path,
        [row("a"), row("b", number="3", rep="b")],
        [
            row("a", at=(2.03, 2), postcode="99999"),  # 30 m off
            row("b", number="3", rep="bis"),
            row("c", at=(2.1, 2)),  # 100 m off: another house
            row("d", street="Rue Basse"),
        ],
    )
    assert ids == {"ban:a", "ban:b", "osm:c", "osm:d"}
    assert merged == {"osm": 2}


def test_b_and_bis_are_two_where_the_official_source_has_both(tmp_path):
    ids, merged = joined(tmp_path, [row("b", rep="b"), row("bis", rep="bis", at=(2.3, 2))], [row("x", rep="bis")])
    assert ids == {"ban:b", "ban:bis", "osm:x"}
    assert merged == {}


def test_a_single_source_is_left_as_it_is(tmp_path):
    result = addresses(tmp_path, row("a"))
    assert join_addresses([result]) == ([*result.addresses], {})
    assert join_addresses([]) == ([], {})
