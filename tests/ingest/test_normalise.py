"""Each row takes exactly one way out, and the counter-examples take the right one."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places import Licence, Precision, Provenance
from geo.taxonomy import Taxonomy
from ingest.connectors import file
from ingest.ledger import Ledger, RejectCode, count_codes
from ingest.normalise import normalise_services
from ingest.positions import read_positions, restore_point
from ingest.source_files import load_sources
from tests.ingest.world import fetched, lonlat, scope, source, table

ROOT = Path(__file__).resolve().parents[2]
COUNTEREXAMPLES = ROOT / "tests" / "counterexamples"
HERE = lonlat(2, 2)


@pytest.fixture(scope="module")
def shipped():
    taxonomy = Taxonomy.load(ROOT / "data" / "taxonomy.toml")
    return {s.id: s for t in ("71", "00") for s in load_sources(ROOT / "data" / "sources", t, taxonomy)}


def result(of, name):
    """What a shipped source makes of a counter-example."""
    files = [fetched(COUNTEREXAMPLES / name, of)]
    made = normalise_services(of, file.read(of, files), files, scope())
    made.ledger.check(of.id)
    return made


def rows(folder, *lines, header="id;nom;lon;lat", **given):
    """What a source makes of a few lines."""
    of = source(**given)
    read = table(folder, of, "\n".join([header, *lines]) + "\n")
    made = normalise_services(of, read, [fetched(folder / "essai.csv", of)], scope())
    made.ledger.check(of.id)
    return made


def services(made):
    return [draft.service for draft in made.drafts]


def at(x_km, y_km, decimals=6):
    lon, lat = lonlat(x_km, y_km)
    return f"{lon:.{decimals}f};{lat:.{decimals}f}"


def test_a_row_becomes_a_service_that_says_where_it_comes_from(tmp_path):
    made = rows(tmp_path, f"7;  Pharmacie   du Pré ;{at(2, 3)}")
    (service,) = services(made)
    assert (service.id, service.name, service.category) == ("essai:7", "Pharmacie du Pré", "health.pharmacy")
    assert (service.insee, service.in_territory) == ("71001", True)
    assert service.provenance == (Provenance("essai", "7", Licence.LO_2_0, "2024-05"),)
    assert (service.capacity, service.precision) == (None, Precision.UNKNOWN)
    assert np.allclose((service.lon, service.lat), lonlat(2, 3), atol=1e-6)


@pytest.mark.parametrize(
    ("lon_lat", "way"),
    [
        (at(2, 2), "kept"),
        (at(2, 2).replace(".", ","), "kept"),
        (at(14, 2), "kept"),  # in the halo, beyond every contour
        (at(2, 2000), "out_of_scope"),
        (";", RejectCode.NO_POSITION),
        (f"{HERE[0]};", RejectCode.NO_POSITION),
        ("0;0", RejectCode.ZERO_POSITION),
        ("0.0;0,00", RejectCode.ZERO_POSITION),
        (f"{HERE[1]};{HERE[0]}", RejectCode.SWAPPED_POSITION),
        ("ici;là", RejectCode.BAD_POSITION),
        (f"{HERE[0]};95", RejectCode.BAD_POSITION),
        (f"nan;{HERE[1]}", RejectCode.BAD_POSITION),
        (f"inf;{HERE[1]}", RejectCode.BAD_POSITION),
        (f"1e400;{HERE[1]}", RejectCode.BAD_POSITION),
        (f"0;{HERE[1]}", "out_of_scope"),  # longitude 0 is a place
    ],
)
def test_a_position_is_read_or_refused_by_name(tmp_path, lon_lat, way):
    made = rows(tmp_path, f"7;a;{lon_lat}")
    if isinstance(way, RejectCode):
        (reject,) = made.rejects
        assert (reject.code, reject.line, reject.source, reject.file) == (way, 2, "essai", "essai.csv")
    else:
        assert not made.rejects
        assert getattr(made.ledger, way) == 1


def test_in_the_halo_a_service_is_kept_and_said_to_be_outside(tmp_path):
    near, far = services(rows(tmp_path, f"1;a;{at(9, 1)}", f"2;b;{at(14, 2)}"))
    assert (near.insee, near.in_territory) == ("21001", False)
    assert (far.insee, far.in_territory) == ("", False)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (f"{HERE[1]}, {HERE[0]}", HERE),
        (f"{HERE[1]:.6f},{HERE[0]:.6f}", HERE),
        (f"({HERE[1]} {HERE[0]})", HERE),
        (f"{HERE[1]};{HERE[0]}".replace(".", ","), HERE),
        ("", RejectCode.NO_POSITION),
        ("Alpha", RejectCode.BAD_POSITION),
    ],
)
def test_a_point_in_one_cell_has_its_latitude_first(tmp_path, point, expected):
    made = rows(tmp_path, f'7|"{point}"', header="id|ici", columns={"key": "id", "point": "ici"}, separator="|")
    if isinstance(expected, RejectCode):
        assert [reject.code for reject in made.rejects] == [expected]
    else:
        (service,) = services(made)
        assert np.allclose((service.lon, service.lat), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("461757", 45.9, 47.4, 46.1757),
        ("4799971", 3.2, 5.9, 4.799971),
        ("47492656", 3.2, 5.9, 4.7492656),
        ("461757.0", 45.9, 47.4, 46.1757),
        ("-5123", -6.0, -5.0, -5.123),
        ("5", 3.2, 5.9, 5.0),
        ("999", 45.9, 47.4, math.nan),
        ("1234", 1.0, 13.0, math.nan),  # 1.234 and 12.34 both fit: nobody can know
        ("4.6e5", 45.9, 47.4, math.nan),
        ("", 45.9, 47.4, math.nan),
    ],
)
def test_a_lost_point_is_put_back_where_only_one_place_fits(text, low, high, expected):
    assert restore_point(text, low, high) == pytest.approx(expected, nan_ok=True)


@given(st.floats(45.9, 47.4).map(lambda v: round(v, 7)))
def test_what_lost_its_point_is_found_again(value):
    digits = f"{value:.7f}".rstrip("0").replace(".", "")
    found = restore_point(digits, 45.9, 47.4)
    assert found == pytest.approx(value, abs=1e-9)


def test_keys_and_filters(tmp_path):
    made = rows(
        tmp_path,
        f"1;a;{at(2, 2)};ouvert;officine",
        f";b;{at(2, 2)};ouvert;officine",
        f"3;c;{at(2, 2)};fermé;officine",
        ";d;;;fermé;officine",
        f"5;e;{at(2, 2)};ouvert;officine mutualiste",
        f"1;f;{at(3, 3)};ouvert;officine",
        header="id;nom;lon;lat;etat;type",
        keep=[{"column": "etat", "in": ["ouvert"]}],
        drop=[{"column": "type", "matches": ".*mutualiste"}],
    )
    assert made.ledger == Ledger(read=6, kept=1, merged=1, out_of_scope=3, rejected=1)
    assert count_codes(made.rejects) == {"no_key": 1}
    assert [s.name for s in services(made)] == ["a"]


def test_a_code_that_leads_nowhere_is_a_reject_with_its_value_never_a_default(tmp_path):
    made = rows(
        tmp_path,
        f"1;{at(2, 2)};340",
        f"2;{at(2, 2)};999",
        f"3;{at(2, 2)};",
        f"4;{at(2, 2)};390",
        f"5;{at(2, 200)};999",
        header="id;lon;lat;nature",
        categories={"340": "education.college", "390": "out_of_scope"},
        columns={"key": "id", "lon": "lon", "lat": "lat", "category": "nature"},
    )
    assert [(r.code, r.example, r.line) for r in made.rejects] == [
        (RejectCode.UNMAPPED_CATEGORY, "999", 3),
        (RejectCode.UNMAPPED_CATEGORY, "", 4),
    ]
    assert made.ledger == Ledger(5, 1, 0, 2, 2)


def test_a_code_is_judged_before_the_place(tmp_path):
    nowhere, far = ";", at(2, 200)
    made = rows(
        tmp_path,
        f"1;{nowhere};390;71001",  # out of scope, wherever it stands
        "2;0;0;390;",
        f"3;{nowhere};999;71001",  # unmapped, here or perhaps here
        f"4;{nowhere};999;",
        "5;ici;là;999;71002",
        f"6;{at(2, 2)};999;75001",  # its place and its commune contradict each other
        f"7;{far};999;",  # unmapped, and known to be elsewhere
        f"8;{nowhere};999;75001",
        f"9;{nowhere};340;71001",  # mapped, and without a place
        header="id;lon;lat;nature;insee",
        categories={"340": "education.college", "390": "out_of_scope"},
        columns={"key": "id", "lon": "lon", "lat": "lat", "category": "nature", "insee": "insee"},
    )
    assert made.ledger == Ledger(read=9, kept=0, merged=0, out_of_scope=4, rejected=5)
    assert {r.line - 1: r.code for r in made.rejects} == {
        3: RejectCode.UNMAPPED_CATEGORY, 4: RejectCode.UNMAPPED_CATEGORY, 5: RejectCode.UNMAPPED_CATEGORY,
        6: RejectCode.UNMAPPED_CATEGORY, 9: RejectCode.NO_POSITION,
    }  # fmt: skip
    assert all(r.example == "999" for r in made.rejects if r.code is RejectCode.UNMAPPED_CATEGORY)


def test_a_row_without_a_place_is_far_when_its_commune_is(tmp_path):
    made = rows(
        tmp_path, "1;;;75001", "2;;;71001", "3;;;71903", "4;;;99999", "5;;;",
        header="id;lon;lat;insee", columns={"key": "id", "lon": "lon", "lat": "lat", "insee": "insee"},
    )  # fmt: skip
    assert made.ledger == Ledger(5, 0, 0, 1, 4)
    assert [reject.example for reject in made.rejects] == ["2", "3", "4", "5"]


def test_a_key_that_is_made_of_names_is_not_shown(tmp_path):
    columns = {"key": "id+nom", "name": "nom", "lon": "lon", "lat": "lat"}
    made = rows(tmp_path, "1;Mme Untel;;", "2;M. Untel;0;0", columns=columns)
    assert [reject.example for reject in made.rejects] == [", ", "0, 0"]


@pytest.mark.parametrize(("written", "capacity"), [("40", 40.0), ("12,5", 12.5), ("0", None), ("", None), ("?", None)])
def test_an_unknown_capacity_is_none_and_never_zero(tmp_path, written, capacity):
    columns = {"key": "id", "lon": "lon", "lat": "lat", "capacity": "places"}
    made = rows(tmp_path, f"1;{at(2, 2)};{written}", header="id;lon;lat;places", columns=columns)
    assert services(made)[0].capacity == capacity


def test_a_code_may_stand_in_two_columns(tmp_path):
    codes = {"A/1": "education.college", "A/": "education.lycee", "/": "out_of_scope"}
    made = rows(
        tmp_path, f"1;{at(1, 2)};A;1", f"2;{at(1, 2)};A;", f"3;{at(1, 2)};;", f"4;{at(1, 2)};;1",
        header="id;lon;lat;type;sous-type", categories=codes,
        columns={"key": "id", "lon": "lon", "lat": "lat", "category": "type+sous-type"},
    )  # fmt: skip
    assert [s.category for s in services(made)] == ["education.college", "education.lycee"]
    assert [(r.code, r.example) for r in made.rejects] == [(RejectCode.UNMAPPED_CATEGORY, "/1")]
    assert made.ledger == Ledger(4, 2, 0, 1, 1)


def test_a_row_says_when_it_was_last_looked_at(tmp_path):
    columns = {"key": "id", "lon": "lon", "lat": "lat", "updated": "maj"}
    dates = ["31/12/2024", "2024-12-31T08:00", "12/2024", "31-12-24", ""]
    made = rows(
        tmp_path, *(f"{n};{at(1, 2)};{d}" for n, d in enumerate(dates)), header="id;lon;lat;maj", columns=columns
    )
    assert [s.updated for s in services(made)] == ["2024-12-31", "2024-12-31", "2024-12", "", ""]


# --- the counter-examples, through the sources that are shipped


def test_schools_each_in_its_own_system(shipped):
    made = result(shipped["education_annuaire"].as_of(0), "ecoles-latin1.csv")
    # One without coordinates is out of scope by its postcode, which had lost its zero.
    assert made.ledger == Ledger(read=8, kept=4, merged=0, out_of_scope=3, rejected=1)
    assert count_codes(made.rejects) == {"unmapped_category": 1}
    found = {(s.id, s.category): s for s in services(made)}
    primary = found["education_annuaire:0719001A", "education.ecole_elementaire"]
    assert (primary.name, primary.insee, primary.precision) == (
        "École primaire de la Côte",
        "71001",
        Precision.BUILDING,
    )
    assert found["education_annuaire:0719001A~ecole_maternelle", "education.ecole_maternelle"].lon == primary.lon
    assert found["education_annuaire:0719003C", "education.college"].insee == "71002"
    assert not found["education_annuaire:0219008H", "education.lycee"].in_territory
    assert {draft.links for draft in made.drafts if draft.row == 0} == {(("uai", "0719001A"),)}


def test_the_overseas_row_lies_where_it_is(shipped):
    of = shipped["education_annuaire"].as_of(0)
    files = [fetched(COUNTEREXAMPLES / "ecoles-latin1.csv", of)]
    read = file.read(of, files)
    places = read_positions(of, read, scope())
    row = read.cells(["numero_uai"]).index("9749005E")
    assert np.allclose((places.lon[row], places.lat[row]), (55.45, -20.88), atol=1e-6)
    assert np.allclose((places.lon[0], places.lat[0]), lonlat(1, 1), atol=1e-9)


def test_decimal_commas_of_a_plane(shipped):
    made = result(shipped["sample_pharmacies"], "officines-virgules.csv")
    assert made.ledger == Ledger(5, 1, 0, 1, 3)
    assert count_codes(made.rejects) == {"bad_position": 1, "no_position": 1, "zero_position": 1}
    assert np.allclose((made.drafts[0].service.lon, made.drafts[0].service.lat), lonlat(1.50025, 1.50075), atol=1e-9)
    assert made.drafts[0].links == (("finess", "719000011"),)


def test_lost_points(shipped):
    made = result(shipped["opendata71_restaurants"], "tables-sans-point.csv")
    assert made.ledger == Ledger(4, 3, 0, 0, 1)
    assert [s.insee for s in services(made)] == ["71001", "71002", "71001"]
    assert np.allclose((made.drafts[0].service.lon, made.drafts[0].service.lat), HERE, atol=1e-6)


def test_latitude_first_and_an_exchanged_row(shipped):
    made = result(shipped["laposte"].as_of(0), "poste-lat-avant-lon.csv")
    assert made.ledger == Ledger(3, 2, 0, 0, 1)
    assert [r.code for r in made.rejects] == [RejectCode.SWAPPED_POSITION]
    assert [s.precision for s in services(made)] == [Precision.HOUSENUMBER, Precision.LOCALITY]


def test_sites_not_rooms(shipped):
    made = result(shipped["sample_equipements"], "gymnases.geojson")
    assert made.ledger == Ledger(read=8, kept=3, merged=1, out_of_scope=3, rejected=1)
    assert [reject.line for reject in made.rejects] == [7]
    assert [s.id.split(":")[1] for s in services(made)] == ["I710010001~gym", "I710010001~pitch", "I710020002~pitch"]
    assert services(made)[2].insee == "71002"


def test_json_inside_cells(shipped):
    made = result(shipped["dila_services"], "services-publics.csv")
    assert made.ledger == Ledger(4, 2, 0, 1, 1)
    assert Counter(s.category for s in services(made)) == {"public.townhall": 1, "public.police": 1}
    assert made.drafts[0].links == (("siret", "12345678900011"),)


def test_rows_wrapped_in_javascript(tmp_path):
    of = source(columns={"key": "NUM", "name": "NOM"})
    files = [fetched(COUNTEREXAMPLES / "points-de-justice.js", of)]
    made = normalise_services(of, file.read(of, files), files, scope())
    assert [s.insee for s in services(made)] == ["71001", "71002"]


# --- properties

coordinates = st.one_of(
    st.just(""), st.just("0"), st.just("x"), st.floats(allow_nan=False).map(repr),
    st.floats(3, 6).map(lambda v: f"{v:.5f}"), st.floats(45, 48).map(lambda v: f"{v:.5f}".replace(".", ",")),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c"]), coordinates, coordinates, st.sampled_from(["1", "2", "3"])),
        min_size=1,
        max_size=25,
    )
)
def test_every_row_is_accounted_for_once(tmp_path_factory, made_up):
    columns = {"key": "id", "lon": "lon", "lat": "lat", "category": "c"}
    made = rows(
        tmp_path_factory.getbasetemp(), *(";".join(row) for row in made_up),
        header="id;lon;lat;c", columns=columns, categories={"1": "health.pharmacy", "2": "out_of_scope"},
    )  # fmt: skip
    assert made.ledger.read == len(made_up)
    assert made.ledger.rejected == len(made.rejects)
    assert made.ledger.kept == len({draft.row for draft in made.drafts})
    assert len({draft.service.id for draft in made.drafts}) == len(made.drafts)
    assert all(scope().covers(np.array([s.lon]), np.array([s.lat]))[0] for s in services(made))
