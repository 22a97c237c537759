"""Addresses of rows, found among the territory's own: exactly, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.places import Address, Licence, Position, Precision
from ingest.locate import Asked, Located, Locator, may_place
from tests.ingest.world import lonlat, scope


def address(number, street, insee, at, position=Position.HOUSENUMBER):
    lon, lat = lonlat(*at)
    commune = scope().by_code[insee]
    name = f"ban:{insee}_{street}_{number}_{at}"
    return Address(name, number, street, commune.postcodes[0], insee, commune.name, lon, lat, position, "ban")


ADDRESSES = [
    *(address(str(n), "Rue du Maréchal Foch", "71001", (1 + n / 100, 1)) for n in (1, 2, 3, 4, 9)),
    address("2 bis", "Rue du Maréchal Foch", "71001", (1.025, 1)),
    address("1", "Rue du Maréchal Foch", "71002", (5, 1)),
    # A commune of two old ones has two of this street: house 5 stands twice, house 6 once.
    address("5", "Rue de l’Église", "71003", (1, 5)),
    address("5", "Rue de l’Église", "71003", (5, 5)),
    address("6", "Rue de l’Église", "71003", (5.02, 5)),
    address("", "Le Grand Champ", "71001", (3, 3), Position.LOCALITY),
    address("7", "Rue Seule", "71003", (2, 6)),
]


@pytest.fixture(scope="module")
def locator():
    made = Locator(scope().communes)
    made.add(ADDRESSES)
    return made


def at(*place):
    return pytest.approx(lonlat(*place), abs=1e-9)


def house(found):
    assert found is not None
    assert found.precision is Precision.HOUSENUMBER
    return found.lon, found.lat


@pytest.mark.parametrize(
    "asked",
    [
        Asked(insee="71001", number="2", street="rue du Mal Foch"),
        Asked(insee="71001", line="2 RUE MARECHAL FOCH"),
        Asked(insee="71001", line="Rue du Maréchal-Foch, 2"),
        Asked(postcode="71100", city="ALPHA", line="2, rue du maréchal Foch"),
        Asked(postcode="71100", city="Alpha Cedex 1", line="2 rue du Maréchal Foch BP 12"),
        Asked(line="2 rue du Maréchal Foch 71100 Alpha"),
        Asked(line="2 rue du Maréchal Foch, 71100 ALPHA CEDEX"),
        Asked(insee="71001", line="2 rue du Maréchal Foch, 71100, Alpha"),
        Asked(postcode="71100", line="2 rue du Maréchal Foch"),  # one commune alone has this postcode
    ],
)
def test_a_house_is_found_however_it_is_written(locator, asked):
    found = locator.find(asked)
    assert house(found) == at(1.02, 1)
    assert found.insee == "71001"


def test_a_repetition_is_another_house(locator):
    assert house(locator.find(Asked(insee="71001", number="2 bis", street="Rue du Maréchal Foch"))) == at(1.025, 1)
    assert house(locator.find(Asked(insee="71001", line="2 B rue du Maréchal Foch"))) == at(1.025, 1)


@pytest.mark.parametrize("number", ["", "8", "200"])
def test_without_a_known_number_the_house_in_the_street_s_middle_stands_for_it(locator, number):
    found = locator.find(Asked(insee="71001", number=number, street="Rue du Maréchal Foch"))
    assert found == Located(*lonlat(1.025, 1), Precision.STREET, "71001")


@pytest.mark.parametrize(
    "asked",
    [
        Asked(insee="71001", line="2 rue du Général Foch"),
        Asked(insee="71003", line="2 rue du Maréchal Foch"),  # the street is in another commune
        Asked(line="2 rue du Maréchal Foch"),  # in which commune?
        Asked(line="2 rue du Maréchal Foch", city="Alpha"),  # there may be others of the name
        Asked(postcode="75000", city="Oméga", line="2 rue du Maréchal Foch"),
        Asked(insee="71001", line="Le Grand Champ"),  # a place without numbers is no street
        Asked(insee="71001", line="Alpha"),
        Asked(insee="71001"),
        Asked(),
    ],
)
def test_what_is_in_doubt_is_not_found(locator, asked):
    assert locator.find(asked) is None


def test_two_streets_of_one_name_are_told_apart_by_their_numbers_alone(locator):
    assert locator.find(Asked(insee="71003", line="5 rue de l'Eglise")) is None
    assert locator.find(Asked(insee="71003", line="rue de l'Eglise")) is None
    assert house(locator.find(Asked(insee="71003", line="6 rue de l'Eglise"))) == at(5.02, 5)


def test_the_first_source_is_believed_and_the_others_fill_in():
    made = Locator(scope().communes)
    made.add([address("7", "Rue Seule", "71003", (2, 6))])
    made.add([address("7", "Rue Seule", "71003", (2.5, 6)), address("8", "rue seule", "71003", (2.6, 6))])
    assert house(made.find(Asked(insee="71003", line="7 rue Seule"))) == at(2, 6)
    assert house(made.find(Asked(insee="71003", line="8 rue Seule"))) == at(2.6, 6)
    assert made.find(Asked(insee="71003", line="9 rue Seule")) == Located(*lonlat(2, 6), Precision.STREET, "71003")


def test_a_doubt_of_one_source_is_not_settled_by_another():
    made = Locator(scope().communes)
    made.add(ADDRESSES)
    made.add([address("5", "Rue de l’Église", "71003", (1, 5))])
    assert made.find(Asked(insee="71003", line="5 rue de l'Eglise")) is None


def test_a_town_and_a_postcode_name_a_commune(locator):
    assert locator.commune_of("71100", "ALPHA") == "71001"
    assert locator.commune_of("71210", "beta cedex") == "71002"
    assert locator.commune_of("71200", "Alpha") == ""
    assert locator.commune_of("", "Alpha") == ""
    assert locator.commune_of("71100", "") == ""
    assert locator.has_postcode("21000")
    assert not locator.has_postcode("75000")


@settings(max_examples=200, deadline=None)
@given(st.builds(Asked, *(st.text(max_size=30) for _ in range(6))), st.sampled_from(["", "71001", "71003"]))
def test_no_text_breaks_it_and_what_it_finds_is_known(locator, asked, insee):
    found = locator.find(Asked(insee, asked.postcode, asked.city, asked.line, asked.number, asked.street))
    known = {(a.lon, a.lat) for a in ADDRESSES}
    assert found is None or ((found.lon, found.lat) in known and insee in {"", found.insee})


def test_an_address_under_share_alike_places_no_row_of_another_licence():
    placed = {(a, b): may_place(a, b) for a in Licence for b in Licence}
    assert not placed[Licence.ODBL_1_0, Licence.LO_2_0]
    assert all(placed[a, b] for a, b in placed if a is not Licence.ODBL_1_0 or b is Licence.ODBL_1_0)
