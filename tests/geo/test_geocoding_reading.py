"""What people write, and what an answer is made of: slips, noise, old names, services, filters, damage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address_services import service_entries
from geo.geocoding import AddressIndex
from geo.places import Licence, Position, Provenance, Service, Standing
from geo.spelling import Vocabulary
from tests.geo.postal_country import ADDRESSES, COMMUNES, CREUSE, TORCE, labels

FOCH = "187 Rue du Maréchal Foch 00200 Le Creuset"
MADE = (Provenance("test", "1", Licence.LO_2_0, "2026"),)
COLLEGE = Service("test:1", "education.college", "Collège Centre", 4.001, 46.001, CREUSE, None, MADE)
SERVICES = [
    COLLEGE,
    replace(COLLEGE, id="test:2", name="Collège Lointain", insee="99999"),
    replace(COLLEGE, id="test:3", name="Collège Douteux", standing=Standing.UNCONFIRMED),
    replace(COLLEGE, id="test:4", category="transit.station", name="Torcé TGV", insee=TORCE),
]
NAMES = {"education.college": ("Collège", "Lower secondary school"), "transit.station": ("Gare", "Station")}


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Iterator[AddressIndex]:
    path = tmp_path_factory.mktemp("addresses") / "addresses.sqlite"
    found = service_entries(SERVICES, NAMES, COMMUNES, {"00": "Treillis"})
    AddressIndex.write(path, ADDRESSES, COMMUNES, {"00": "Treillis"}, {TORCE: ("Vieilleville", "Torcé")}, found)
    opened = AddressIndex.open(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "typed",
    [
        "187 rue du marehcal foch le creuset",
        "187 rue du marechal fosh le creust",
        "187 ruedumarechal foch le creuset",
        "187 rue du mare chal foch le creuset",
        "187 foch marechal rue le creuset",
        "le creuset 187 rue marechal foch",
        "187 à 189 rue du Maréchal Foch, Le Creuset",
        "187 rue du Maréchal Foch, 3e étage porte 12, 00200 LE CREUSET CEDEX 9",
        "Mme Martin\n187 rue du Maréchal Foch\n00200 Le Creuset\nTél. 01 23 45 67 89",
        "SCI du Parc - 187 rue du Maréchal Foch, bât. B - 00200 Le Creuset",
        "187 rue mar foch creus",
    ],
)
def test_what_is_meant_is_found(index, typed):
    assert labels(index.search(typed))[0] == FOCH


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_one_slip_in_any_letter_is_seen_through(index, data):
    typed = "187 rue du marechal foch le creuset"
    at = data.draw(st.sampled_from([place for place in range(11, len(typed)) if typed[place].isalpha()]))
    letter = data.draw(st.sampled_from("aeiourstnl"))
    slip = data.draw(st.sampled_from([typed[:at] + typed[at + 1 :], typed[:at] + letter + typed[at:]]))
    assert FOCH in labels(index.search(slip))[:2]


def test_the_parts_of_a_score_add_up(index):
    for typed in ("187 rue marechal foch", "rue foch creuset", "college centre", "gare", "13 rue du marechal foch"):
        for match in index.search(typed, near=(4.0, 46.0)):
            assert match.score == pytest.approx(sum(part.points for part in match.parts), abs=1e-9)
            assert all(0.0 <= part.points <= part.most + 1e-4 for part in match.parts)
            assert sum(part.most for part in match.parts) == pytest.approx(1.0)


def test_services_are_found_by_name_and_are_no_addresses(index):
    (found,) = index.search("collège centre", 1)
    assert (found.type, found.name, found.category) == (Position.POI, "Collège Centre", "education.college")
    assert [match.type for match in index.search("gare", 1)] == [Position.STREET]  # an address comes first
    assert [match.name for match in index.search("gare", kinds=[Position.POI])] == ["Torcé TGV"]
    assert index.search("collège douteux", kinds=[Position.POI])[0].name != "Collège Douteux"


def test_a_commune_is_found_by_a_name_that_it_had(index):
    assert index.search("vieilleville", 1)[0].insee == TORCE
    assert index.search("20 rue de la gare vieilleville", 1)[0].label == "20 Rue de la Gare 00210 Torcé"
    assert index.resolve("20 rue de la gare, Vieilleville").insee == TORCE


def test_a_search_can_be_narrowed(index):
    assert {match.insee for match in index.search("rue de la gare", citycode=TORCE)} == {TORCE}
    assert {match.insee for match in index.search("rue de la gare", postcode="00210")} == {TORCE}
    assert index.search("1 rue de la gare", near=(4.1, 46.0))[0].insee == TORCE
    assert index.search("1 rue de la gare", near=(4.0, 46.0))[0].insee == CREUSE


@pytest.mark.parametrize(
    "typed",
    ['" OR 1', "NEAR(a b, 2)", "*", "rue*", "words : rue", "'; DROP TABLE entry; --", "🏠🏡", "\x00\x01\x02", "שלום רחוב",  # noqa: E501
     "\u202e12 eur", "12 " * 4000, "é" * 10_000, "0" * 300, "a" * 200, "-" * 500],
)  # fmt: skip
def test_damage_is_searched_as_any_other_words(index, typed):
    assert all(0.0 <= match.score <= 1.0 for match in index.search(typed))


def test_slips_and_parts_of_words():
    vocabulary = Vocabulary([("rue", 9), ("foch", 2), ("marechal", 3), ("gare", 4)])
    assert vocabulary.meanings("marehcal")[0][0] == "marechal"
    assert vocabulary.meanings("fohc")[0][0] == "foch"
    assert vocabulary.meanings("zzzz") == ()
    assert vocabulary.parts("ruedelagare") == ("rue", "gare")
    assert vocabulary.parts("gare") == ()


def _distance(one: str, other: str) -> int:
    """Optimal string alignment by the book."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, there in enumerate(other, start=1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@settings(deadline=None)
@given(
    st.text("abc", min_size=5, max_size=9), st.lists(st.text("abc", min_size=2, max_size=10), min_size=1, max_size=8)
)
def test_slips_are_counted_as_by_the_book(typed, known):
    found = {word for word, _ in Vocabulary((word, 1) for word in set(known)).meanings(typed)}
    assert found == {word for word in known if _distance(typed, word) <= 2}
