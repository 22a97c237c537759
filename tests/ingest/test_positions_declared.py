"""Coordinates held against what a row says in words: kept, put at its address, put the right way round, or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places import Precision
from ingest.ledger import Ledger, RejectCode, count_codes
from ingest.locate import Locator
from ingest.normalise import normalise_services
from tests.ingest.test_locate import ADDRESSES
from tests.ingest.world import ORIGIN_X_M, ORIGIN_Y_M, fetched, lonlat, scope, source, table

COLUMNS = {"key": "id", "name": "nom", "lon": "lon", "lat": "lat", "insee": "insee", "postcode": "cp", "city": "ville",
           "address": "adresse"}  # fmt: skip
HEADER = "id;nom;lon;lat;insee;cp;ville;adresse"
FOCH = "2 rue du Maréchal Foch"


@pytest.fixture(scope="module")
def locator():
    made = Locator(scope().communes)
    made.add(ADDRESSES)
    return made


@pytest.fixture
def place(tmp_path, locator):
    def place(*lines, **given):
        of = source(columns=COLUMNS, **given)
        read = table(tmp_path, of, "\n".join([HEADER, *lines]) + "\n")
        made = normalise_services(of, read, [fetched(tmp_path / "essai.csv", of)], scope(), locator)
        made.ledger.check(of.id)
        return made

    return place


def at(x_km, y_km):
    lon, lat = lonlat(x_km, y_km)
    return f"{lon:.6f};{lat:.6f}"


def swapped(x_km, y_km):
    lon, lat = lonlat(x_km, y_km)
    return f"{lat:.6f};{lon:.6f}"


def one(made):
    (draft,) = made.drafts
    assert made.ledger.rejected == 0
    return draft.service


def refused(made):
    (reject,) = made.rejects
    assert not made.drafts
    return reject.code


def near(service, x_km, y_km):
    return pytest.approx((service.lon, service.lat), abs=1e-5) == lonlat(x_km, y_km)


# --- rows without usable coordinates


@pytest.mark.parametrize("nowhere", [";", "0;0", "0.0;0,00", "0,00004;0,0004", "ici;là", f"{lonlat(1, 1)[0]};95"])
def test_a_row_without_usable_coordinates_stands_at_its_address(place, nowhere):
    made = place(f"1;a;{nowhere};71001;;;{FOCH}", f"2;b;{nowhere};;71100;ALPHA;Rue du Mal Foch")
    house, street = (draft.service for draft in made.drafts)
    assert made.geocoded == made.ledger.kept == 2
    assert near(house, 1.02, 1)
    assert (house.precision, street.precision) == (Precision.HOUSENUMBER, Precision.STREET)
    assert (house.insee, house.in_territory, street.insee) == ("71001", True, "71001")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (";;71001;;;12 rue Inconnue", RejectCode.ADDRESS_NOT_FOUND),
        (";;;71100;ALPHA;12 rue Inconnue", RejectCode.ADDRESS_NOT_FOUND),
        (";;;71999;LOIN CEDEX;12 rue Inconnue", RejectCode.ADDRESS_NOT_FOUND),
        (";;71001;;;", RejectCode.NO_POSITION),
        (";;21001;;;12 rue Inconnue", RejectCode.NO_POSITION),  # addresses of the halo are not loaded
        (";;;;;12 rue Inconnue", RejectCode.NO_POSITION),
        (";;99999;;;12 rue Inconnue", RejectCode.NO_POSITION),
        ("0;0;71001;;;12 rue Inconnue", RejectCode.ZERO_POSITION),
        ("x;y;71001;;;12 rue Inconnue", RejectCode.BAD_POSITION),
    ],
)
def test_an_address_that_is_not_known_is_named_as_what_is_missing(place, row, code):
    assert refused(place(f"1;a;{row}")) is code


@pytest.mark.parametrize("position", [";", "0;0", "x;y"])
@pytest.mark.parametrize("says", ["75001;;;", ";75000;OMEGA;", ";1500;LE COL;", "75001;71100;ALPHA;"])
def test_a_row_without_usable_coordinates_that_says_it_is_far_is_out_of_scope(place, position, says):
    assert place(f"1;a;{position};{says}").ledger == Ledger(1, 0, 0, 1, 0)


def test_the_example_is_the_address_that_was_not_found(place):
    (reject,) = place("1;Cabinet de M. Untel;;;71001;71100;Alpha;12 rue Inconnue").rejects
    assert reject.example == "12 rue Inconnue 71100 Alpha 71001"


# --- coordinates against the commune


def test_on_the_border_and_a_little_across_the_declared_commune_stands(place):
    assert one(place(f"1;a;{at(4.9, 2)};71001;;;")).insee == "71001"  # 900 m inside the next one
    assert one(place(f"1;a;{at(8.4, 2)};71002;;;")).in_territory  # 400 m across the département's border
    assert one(place(f"1;a;{at(2, 6)};71903;;;")).insee == "71003"  # by the code of a former commune
    assert one(place(f"1;a;{at(6, 3)};;71210;beta;")).insee == "71002"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{at(5.5, 2)};71001;;;", RejectCode.OTHER_COMMUNE),
        (f"{at(5.5, 2)};;71100;ALPHA;", RejectCode.OTHER_COMMUNE),
        (f"{at(5.5, 2)};71001;;;12 rue Inconnue", RejectCode.OTHER_COMMUNE),
        (f"{at(14, 2)};71001;;;", RejectCode.OTHER_COMMUNE),  # where no contour says whose it is
        (f"{at(10, 2)};71001;;;", RejectCode.OTHER_DEPARTMENT),
        (f"{at(2, 300)};71001;;;", RejectCode.OTHER_DEPARTMENT),  # far away: not silently out of scope
        (f"{at(2, 300)};;71100;;", RejectCode.OTHER_DEPARTMENT),
        (f"{at(4, 4)};75001;;;", RejectCode.OTHER_DEPARTMENT),
        (f"{at(4, 4)};;75000;;", RejectCode.OTHER_DEPARTMENT),
    ],
)
def test_coordinates_that_lie_elsewhere_are_refused(place, row, code):
    assert refused(place(f"1;a;{row}")) is code


@pytest.mark.parametrize("where", [at(5.5, 2), at(10, 2), at(2, 300)])
def test_the_address_decides_between_coordinates_and_commune(place, where):
    made = place(f"1;a;{where};71001;;;{FOCH}")
    assert near(one(made), 1.02, 1)
    assert made.geocoded == 1


@pytest.mark.parametrize(
    "row",
    [
        f"{at(5.5, 2)};;71100;;",  # a postcode alone tells the département alone
        f"{at(5.5, 2)};99999;;;",  # no code that ever was one
        f"{at(2, 2)};99999;;NULLE PART;",
        f"{at(8.5, 2)};;71300;;",  # 500 m across the border, where the post may come from
        f"{at(14, 2)};75001;;;",  # no contour says what département it stands in
    ],
)
def test_where_nothing_is_sure_coordinates_stand(place, row):
    assert one(place(f"1;a;{row}"))


@pytest.mark.parametrize(
    ("row", "way"),
    [
        (f"{at(2, 200)};;21000;;", RejectCode.OTHER_COMMUNE),  # a postcode of the halo, 190 km from there
        (f"{at(2, 200)};;21000;DELTA;", RejectCode.OTHER_COMMUNE),
        (f"{at(2, 200)};21001;;;", RejectCode.OTHER_COMMUNE),
        (f"{at(2, 200)};75001;21000;;", "out_of_scope"),  # the commune is beyond the halo, where the row stands
        (f"{at(2, 200)};;75000;;", "out_of_scope"),
        (f"{at(40, 4)};;21000;;", "out_of_scope"),  # 28 km from Delta: another commune of its postcode may lie there
        (f"{at(45, 4)};;21000;;", RejectCode.OTHER_COMMUNE),
        ("10;85;;21000;;", RejectCode.OTHER_COMMUNE),
    ],
)
def test_a_row_of_the_halo_that_stands_far_from_it_is_refused_by_name(place, row, way):
    made = place(f"1;a;{row}")
    assert way == "out_of_scope" or refused(made) is way
    assert made.ledger.out_of_scope == (way == "out_of_scope")


def test_and_put_at_its_address_where_that_is_known(place):
    assert near(one(place(f"1;a;{at(2, 200)};;71100;ALPHA;{FOCH}")), 1.02, 1)


# --- a code inside a longer cell


KEYED = {"columns": {**COLUMNS, "insee": "id", "postcode": "nom"},
         "patterns": {"insee": r".*-(\d[\dAB]\d{3})-\d+", "postcode": r"(\d{4,5})\d{3}"}}  # fmt: skip


def keyed(folder, locator, *lines):
    of = source(**KEYED)
    made = normalise_services(
        of, table(folder, of, "\n".join([HEADER, *lines]) + "\n"), [fetched(folder / "essai.csv", of)], scope(), locator
    )
    made.ledger.check(of.id)
    return made


def test_a_code_is_read_inside_a_key(tmp_path, locator):
    made = keyed(
        tmp_path,
        locator,
        f"mairie-71001-01;a;;;;;;{FOCH}",
        "mairie-75001-01;a;;;;;;",
        "mairie-75001;a;;;;;;",  # no such key: it says nothing
        "x-mairie-75001-01bis;a;;;;;;",
        "mairie-99999-01;a;;;;;;",  # never a commune
        "5;75000001;0;0;;;;",
        "6;1500001;0;0;;;;",  # a postcode whose zero was lost
        "7;75000;0;0;;;;",
        f"mairie-75001-02;a;{at(2, 2)};;;;",
    )
    assert [draft.service.insee for draft in made.drafts] == ["71001", "71001"]
    assert made.ledger.out_of_scope == 3
    assert [(r.code, r.line) for r in made.rejects] == [
        (RejectCode.NO_POSITION, 4), (RejectCode.NO_POSITION, 5), (RejectCode.NO_POSITION, 6),
        (RejectCode.ZERO_POSITION, 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        ({"inse": "(.)"}, "patterns: no column 'inse' that says where a row is, did you mean 'insee'"),
        ({"number": "(.)"}, "patterns: no column 'number'"),  # no such column is declared
        ({"key": "(.)"}, "patterns: no column 'key'"),
        ({"insee": "."}, "patterns.insee: expected one group"),
        ({"insee": "(.)(.)"}, "patterns.insee: expected one group"),
    ],
)
def test_a_pattern_is_of_a_declared_column_and_has_one_group(patterns, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        source(columns=COLUMNS, patterns=patterns)


def test_a_source_may_allow_more(place):
    far = f"1;a;{at(5.5, 2)};71001;;;"
    assert refused(place(far)) is RejectCode.OTHER_COMMUNE
    assert one(place(far, beside_commune_m=2000)).insee == "71002"  # where it lies
    assert refused(place(f"1;a;{at(4.1, 2)};71001;;;", beside_commune_m=50)) is RejectCode.OTHER_COMMUNE


def test_the_example_names_position_and_commune(place):
    (reject,) = place(f"1;a;{at(5.5, 2)};71001;;;").rejects
    assert reject.example == f"{at(5.5, 2).replace(';', ', ')} for 71001"


# --- exchanged coordinates


@pytest.mark.parametrize("says", ["71001;;;", ";71100;ALPHA;", ";71100;;", "71001;;;12 rue Inconnue"])
def test_exchanged_coordinates_are_put_right_where_the_commune_proves_it(place, says):
    made = place(f"1;a;{swapped(1, 3)};{says}")
    assert near(one(made), 1, 3)
    assert made.geocoded == 0


@pytest.mark.parametrize("says", [";;;", "71002;;;", "75001;;;", ";75000;;", "99999;;;"])
def test_otherwise_they_are_refused(place, says):
    assert refused(place(f"1;a;{swapped(1, 3)};{says}")) is RejectCode.SWAPPED_POSITION


def test_or_put_at_their_address(place):
    assert near(one(place(f"1;a;{swapped(6, 2)};71001;;;{FOCH}")), 1.02, 1)


# --- positions that are no finer than a commune


def test_the_centre_of_a_commune_is_a_locality(place):
    made = place(f"1;a;{at(2, 2)};71001;;;", f"2;b;{at(2, 2.02)};71001;;;", f"3;c;{at(2, 2.05)};71001;;;")
    assert [d.service.precision for d in made.drafts] == [Precision.LOCALITY, Precision.LOCALITY, Precision.UNKNOWN]


def test_many_unlike_rows_at_one_point_were_not_surveyed(place):
    here = at(1, 3)
    unlike = place(*(f"{n};n{n};{here};71001;;;{n} rue Inconnue" for n in range(5)))
    assert {d.service.precision for d in unlike.drafts} == {Precision.LOCALITY}
    few = place(*(f"{n};n{n};{here};71001;;;{n} rue Inconnue" for n in range(4)))
    assert {d.service.precision for d in few.drafts} == {Precision.UNKNOWN}
    mall = place(*(f"{n};n{n};{here};71001;;;1 place du Marché" for n in range(9)))
    assert {d.service.precision for d in mall.drafts} == {Precision.UNKNOWN}


# --- properties

cells = st.one_of(
    st.text(st.characters(blacklist_characters=';"\r\n\0', blacklist_categories=["Cs"]), max_size=12),
    st.sampled_from([
        "", "0", "71001", "7156", "71001.0", "2a004", "71100", "ALPHA", FOCH, "12 rue Inconnue", "75001", "nan",
        *(f"{value:.5f}" for value in (*lonlat(1, 1), *lonlat(6, 2), *lonlat(14, 2), *lonlat(2, 300))),
    ]),
)  # fmt: skip
dirt = st.lists(st.tuples(*[cells] * 8), min_size=1, max_size=15)


def outcome(tmp_path, locator, lines, key="id"):
    of = source(columns={**COLUMNS, "key": key})
    read = table(tmp_path, of, "\n".join([HEADER, *(";".join(line) for line in lines)]) + "\n")
    return normalise_services(of, read, [fetched(tmp_path / "essai.csv", of)], scope(), locator)


@settings(max_examples=40, deadline=None)
@given(dirt, st.sampled_from(["id", "@content"]))
def test_any_table_is_accounted_for(tmp_path_factory, locator, lines, key):
    lines = [line for line in lines if any(cell.strip() for cell in line)] or [("1", *[""] * 7)]
    made = outcome(tmp_path_factory.getbasetemp(), locator, lines, key)
    made.ledger.check("essai")
    assert made.ledger.read == len(lines)
    assert made.ledger.rejected == len(made.rejects)
    assert made.ledger.kept == len({draft.row for draft in made.drafts})
    assert len({draft.service.id for draft in made.drafts}) == len(made.drafts)
    assert made.geocoded <= made.ledger.kept
    assert all(len(reject.example) <= 80 for reject in made.rejects)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_order_of_rows_does_not_matter(tmp_path_factory, locator, data):
    lines = data.draw(dirt.map(lambda rows: [(str(n), *row[1:]) for n, row in enumerate(rows)]))
    folder = tmp_path_factory.getbasetemp()
    first = outcome(folder, locator, lines)
    second = outcome(folder, locator, data.draw(st.permutations(lines)))
    assert first.ledger == second.ledger
    assert count_codes(first.rejects) == count_codes(second.rejects)
    assert {d.service for d in first.drafts} == {d.service for d in second.drafts}


# --- keys of content


def test_rows_without_an_identifier_are_known_by_what_they_say(tmp_path, locator):
    lines = [("x", "Bain", *at(1, 3).split(";"), "71001", "", "", "1 rue A"),
             ("y", "Bain  ", *at(1, 3).split(";"), "71001", "", "", "1 rue A"),
             ("z", "Bain", *at(1, 3).split(";"), "71001", "", "", "2 rue A")]  # fmt: skip
    made = outcome(tmp_path, locator, lines, "@content")
    assert made.ledger == Ledger(3, 2, 1, 0, 0)
    again = outcome(tmp_path, locator, [lines[2], lines[0]], "@content")
    assert {d.service.id for d in made.drafts} == {d.service.id for d in again.drafts}
    ids = sorted(d.service.id for d in made.drafts)
    assert all(len(name) == len("essai:") + 16 for name in ids)


def test_a_key_may_be_of_several_headers(tmp_path, locator):
    lines = [("x", "Bain", *at(1, 3).split(";"), "71001", "", "", ""), ("x", "Lavoir", *at(1, 3).split(";"), *[""] * 4)]
    made = outcome(tmp_path, locator, lines, "id+nom")
    assert [d.service.id for d in made.drafts] == ["essai:x Bain", "essai:x Lavoir"]


@pytest.mark.parametrize("nowhere", ["4.4;-90", "127.5;-90.0", "0;90"])
def test_a_place_that_the_plane_does_not_hold_is_not_in_the_commune_declared(place, nowhere):
    assert refused(place(f"a;École;{nowhere};71001;;;")) is RejectCode.OTHER_DEPARTMENT


@pytest.mark.parametrize("northing", ["99999999999999999999", "-3e7"])
def test_metres_that_are_nowhere_on_earth_are_no_position(tmp_path, northing):
    """PROJ takes them to a pole, where a service would count as beyond the halo."""
    of = source(columns={"key": "id", "x": "x", "y": "y"}, crs={"default": "EPSG:2154"})
    read = table(tmp_path, of, f"id;x;y\na;{ORIGIN_X_M + 1000};{northing}\nb;{ORIGIN_X_M};{ORIGIN_Y_M + 1e6}\n")
    made = normalise_services(of, read, [fetched(tmp_path / "essai.csv", of)], scope())
    assert [r.code for r in made.rejects] == [RejectCode.BAD_POSITION]
    assert made.ledger == Ledger(read=2, kept=0, merged=0, out_of_scope=1, rejected=1)
