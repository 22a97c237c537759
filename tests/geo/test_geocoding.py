"""The address index: suggestions, one answer or a refusal with candidates, and the address near a point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import AlentoursError, AmbiguousAddress, UnknownAddress
from geo.geocoding import AddressIndex, Match
from geo.places import Position
from geo.projection import ground_m
from tests.geo.postal_country import (
    ADDRESSES,
    COMMUNES,
    CREUSE,
    METRE_DEG,
    SERNIN_BOIS,
    SERNIN_PLAIN,
    TORCE,
    labels,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Iterator[AddressIndex]:
    path = tmp_path_factory.mktemp("addresses") / "addresses.sqlite"
    AddressIndex.write(path, ADDRESSES, COMMUNES, {"00": "Treillis"})
    opened = AddressIndex.open(path)
    yield opened
    opened.close()


# ---------------------------------------------------------------- one answer


@pytest.mark.parametrize(
    "typed",
    [
        "187 Rue du Maréchal Foch 00200 Le Creuset",
        "187 rue du maréchal foch, le creuset",
        "187 RUE DU MARECHAL FOCH LE CREUSET",
        "187, r. du Mal-Foch, 00200 Le Creuset Cedex, FRANCE",
        "187 rue maréchal foch 00200",
        "rue du Maréchal Foch 187, Le Creuset",
        "Le Creuset, 187 rue du Maréchal Foch",
        "187 maréchal foch creuset",
        "  187   rue  du  maréchal   foch ,le creuset (00) ",
    ],
)
def test_an_address_in_many_writings_is_one(index, typed):
    match = index.resolve(typed)
    assert match.label == "187 Rue du Maréchal Foch 00200 Le Creuset"
    assert match.type is Position.HOUSENUMBER


def test_what_an_answer_says(index):
    assert index.resolve("12 bis rue du Maréchal Foch, Le Creuset") == Match(
        id="00001_000_003",
        label="12 bis Rue du Maréchal Foch 00200 Le Creuset",
        type=Position.HOUSENUMBER,
        number="12 bis",
        street="Rue du Maréchal Foch",
        postcode="00200",
        insee=CREUSE,
        commune="Le Creuset",
        context="00, Treillis",
        lon=4.003,
        lat=46.0,
        score=1.0,
        importance=pytest.approx(0.25, abs=0.01),
    )


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("12bis rue du Maréchal Foch Le Creuset", "12 bis Rue du Maréchal Foch 00200 Le Creuset"),
        ("12 b rue du Maréchal Foch Le Creuset", "12 bis Rue du Maréchal Foch 00200 Le Creuset"),
        ("12 A rue du Maréchal Foch Le Creuset", "12 A Rue du Maréchal Foch 00200 Le Creuset"),
        ("12 rue du Maréchal Foch Le Creuset", "12 Rue du Maréchal Foch 00200 Le Creuset"),
        ("4 pl. de l'eglise, le creuset", "4 Place de l’Église 00200 Le Creuset"),
        ("8 bd du huit mai 1945, le creuset", "8 Boulevard du 8 Mai 1945 00200 Le Creuset"),
        ("8 boulevard du 8 mai 1945 le creuset", "8 Boulevard du 8 Mai 1945 00200 Le Creuset"),
        ("5 avenue du Général de Gaulle, Le Creuset", "5 Av. du Gal de Gaulle 00200 Le Creuset"),
        ("1 rue D, Le Creuset", "1 Rue D 00200 Le Creuset"),
        ("9 gde rue St Sernin du Bois", "9 Grande Rue 00200 Saint-Sernin-du-Bois"),
        ("2 che de l'etang", "2 Chemin de l'Étang Saint-Sernin-du-Plain"),
        ("3 le bourg torcé", "3 Le Bourg 00210 Torcé"),
        ("20 rue de la gare, Torce", "20 Rue de la Gare 00210 Torcé"),
        ("1 rue de la gare 00210", "1 Rue de la Gare 00210 Torcé"),
    ],
)
def test_house_numbers(index, typed, label):
    assert index.resolve(typed).label == label


def test_a_street_without_number_is_no_address(index):
    with pytest.raises(AmbiguousAddress, match="7 house numbers") as refused:
        index.resolve("rue du Maréchal Foch, Le Creuset")
    (street,) = refused.value.candidates
    assert (street.type, street.missing) == (Position.STREET, ("housenumber",))
    assert refused.value.reason == "street"


def test_a_street_is_an_answer_where_one_asks_for_it(index):
    match = index.resolve("rue du Maréchal Foch, Le Creuset", precision=Position.STREET)
    houses = [a for a in ADDRESSES if a.street == "Rue du Maréchal Foch"]
    off_m = [float(ground_m(match.lon, match.lat, a.lon, a.lat)) for a in houses]
    assert match.spread_m == pytest.approx(max(off_m), abs=0.06)
    assert (match.type, match.number, match.street) == (Position.STREET, "", "Rue du Maréchal Foch")
    assert match.id == "00001_rue-marechal-foch"
    assert (match.lon, match.lat) in {(a.lon, a.lat) for a in ADDRESSES}  # one of its houses: it lies on the street


def test_a_name_that_starts_with_a_number(index):
    """``4 Chemins`` is a place of that name; ``2 Les Quatre Chemins`` is a house."""
    assert index.resolve("4 chemins, Le Creuset").type is Position.LOCALITY
    assert index.resolve("2 les quatre chemins, Le Creuset").number == "2"


def test_the_commune_after_the_comma_is_the_commune(index):
    """One street is called after the other town in each."""
    assert index.resolve("7 rue de Torcé, Le Creuset").insee == CREUSE
    assert index.resolve("7 rue du Creuset, Torcé").insee == TORCE
    assert index.resolve("7 rue de Torcé 00200 Le Creuset").insee == CREUSE
    assert index.resolve("7 rue de Torcé Le Creuset").insee == CREUSE  # by the order of the words alone


# ---------------------------------------------------------------- no answer


def test_the_same_street_in_two_communes_is_ambiguous(index):
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("1 rue de la Gare")
    assert sorted(labels(refused.value.candidates)) == [
        "1 Rue de la Gare 00200 Le Creuset",
        "1 Rue de la Gare 00210 Torcé",
    ]
    assert refused.value.reason == "street_in_several_places"


def test_a_number_that_only_one_of_them_has_is_no_proof(index):
    """The index may lack the other's: nothing in the words says which commune is meant."""
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("20 rue de la Gare")
    assert labels(refused.value.candidates) == ["20 Rue de la Gare 00210 Torcé", "Rue de la Gare 00200 Le Creuset"]


def test_half_of_a_communes_name_does_not_choose(index):
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("9 grande rue, Saint-Sernin")
    assert {match.insee for match in refused.value.candidates} == {SERNIN_BOIS, SERNIN_PLAIN}


def test_words_that_two_streets_share_are_ambiguous(index):
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("1 rue du Maréchal, Le Creuset")
    assert labels(refused.value.candidates) == [
        "1 Rue du Maréchal Foch 00200 Le Creuset",
        "1 Rue du Maréchal Joffre 00200 Le Creuset",
    ]
    assert refused.value.reason == "unknown"


def test_a_number_that_the_street_lacks_offers_the_nearest(index):
    with pytest.raises(UnknownAddress, match="number") as refused:
        index.resolve("13 rue du Maréchal Foch, Le Creuset")
    assert [match.number for match in refused.value.candidates] == ["12", "12 A", "12 bis", "14", "2"]
    assert {match.type for match in refused.value.candidates} == {Position.HOUSENUMBER}
    assert refused.value.reason == "no_such_number"


def test_a_suffix_that_the_number_lacks_is_not_passed_over(index):
    with pytest.raises(UnknownAddress) as refused:
        index.resolve("14 bis rue du Maréchal Foch, Le Creuset")
    assert refused.value.candidates[0].number == "14"


def test_a_number_where_there_are_none(index):
    with pytest.raises(UnknownAddress) as refused:
        index.resolve("3 4 chemins, Le Creuset")
    assert [match.type for match in refused.value.candidates] == [Position.LOCALITY]


@pytest.mark.parametrize("typed", ["Le Creuset", "00200 Le Creuset", "12 Le Creuset", "creuset"])
def test_a_commune_is_no_address(index, typed):
    with pytest.raises(AmbiguousAddress, match="Le Creuset is a commune") as refused:
        index.resolve(typed)
    assert {match.insee for match in refused.value.candidates} == {CREUSE}
    assert {match.type for match in refused.value.candidates} <= {Position.STREET, Position.LOCALITY}
    assert refused.value.reason == "municipality"


def test_a_postcode_is_no_address(index):
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("00200")
    assert labels(refused.value.candidates) == ["Le Creuset", "Saint-Sernin-du-Bois"]
    assert refused.value.reason == "municipality"


@pytest.mark.parametrize("typed", ["Lointaine-sur-Saône", "12 rue des Lilas, Lointaine sur Saône", "lointaine s/saone"])
def test_a_commune_whose_addresses_are_not_loaded_is_named(index, typed):
    with pytest.raises(UnknownAddress, match="no address of Lointaine-sur-Saône is loaded") as refused:
        index.resolve(typed)
    assert labels(refused.value.candidates) == ["Lointaine-sur-Saône"]
    assert refused.value.reason == "not_loaded"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        ",,,",
        "12",
        "zzxqv 999999 qqq",
        "rue de la Gare, Ailleurs",
        "187 rue du Maréchal Fo, Le Creuset",
        "'\"*()",
        "x" * 5000,
    ],
)
def test_what_nobody_knows_is_unknown(index, typed):
    with pytest.raises(UnknownAddress):
        index.resolve(typed)


def test_a_slip_offers_what_comes_near(index):
    with pytest.raises(UnknownAddress) as refused:
        index.resolve("187 rue du Maréchal Fosh, Le Creuset")
    assert "Rue du Maréchal Foch 00200 Le Creuset" in labels(refused.value.candidates)
    assert refused.value.reason == "unknown"


def test_a_wrong_postcode_is_not_passed_over(index):
    with pytest.raises(UnknownAddress) as refused:
        index.resolve("187 rue du Maréchal Foch 00210 Le Creuset")
    assert labels(refused.value.candidates)[0] == "Rue du Maréchal Foch 00200 Le Creuset"


@settings(deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_typed_is_answered_or_refused(index, text):
    try:
        match = index.resolve(text)
    except AlentoursError:
        return
    assert match.label


# ---------------------------------------------------------------- suggestions


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("187 rue du maréchal fo", "187 Rue du Maréchal Foch 00200 Le Creuset"),
        ("187 rue mar", "187 Rue du Maréchal Foch 00200 Le Creuset"),
        ("187 mal fo", "187 Rue du Maréchal Foch 00200 Le Creuset"),
        ("187 rue du maréchal foch 002", "187 Rue du Maréchal Foch 00200 Le Creuset"),
        ("187 rue du maréchal foch le cre", "187 Rue du Maréchal Foch 00200 Le Creuset"),
        ("boul", "Boulevard du 8 Mai 1945 00200 Le Creuset"),
        ("bd", "Boulevard du 8 Mai 1945 00200 Le Creuset"),
        ("grande rue saint sernin du p", "Grande Rue Saint-Sernin-du-Plain"),
        ("st sernin du pl", "Saint-Sernin-du-Plain"),
        ("le creu", "Le Creuset"),
        ("00510", "Saint-Sernin-du-Plain"),
        ("av du gal", "Av. du Gal de Gaulle 00200 Le Creuset"),
        ("avenue gen", "Av. du Gal de Gaulle 00200 Le Creuset"),
        ("loint", "Lointaine-sur-Saône"),
    ],
)
def test_while_typing(index, typed, first):
    assert labels(index.search(typed))[0] == first


def test_every_keystroke_of_an_address_leads_to_it(index):
    typed = "187 rue du maréchal foch le creuset"
    for length in range(len("187 rue m"), len(typed) + 1):
        assert "187 Rue du Maréchal Foch 00200 Le Creuset" in labels(index.search(typed[:length], limit=5)), typed[
            :length
        ]


def test_a_number_that_the_street_lacks_gives_the_street(index):
    best = index.search("13 rue du maréchal foch le creuset")[0]
    assert (best.label, best.type) == ("Rue du Maréchal Foch 00200 Le Creuset", Position.STREET)
    assert best.score < index.search("12 rue du maréchal foch le creuset")[0].score


def test_a_wrong_postcode_still_suggests(index):
    assert labels(index.search("187 rue du maréchal foch 00210"))[0] == "187 Rue du Maréchal Foch 00200 Le Creuset"


def test_kinds_can_be_asked_for(index):
    assert {m.type for m in index.search("creuset", kinds=[Position.STREET])} == {Position.STREET}
    assert labels(index.search("le creuset", kinds=[Position.MUNICIPALITY])) == ["Le Creuset"]
    assert index.search("rue foch", kinds=[Position.HOUSENUMBER]) == []


def test_lists_are_short_sorted_and_the_same_each_time(index):
    for typed in ("rue", "1 rue", "saint", "le"):
        found = index.search(typed, limit=4)
        assert len(found) <= 4
        assert [m.score for m in found] == sorted((m.score for m in found), reverse=True)
        assert found == index.search(typed, limit=4)
        assert all(0.0 <= m.score <= 1.0 and 0.0 <= m.importance <= 1.0 for m in found)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_searched(index, text):
    assert len(index.search(text)) <= 5


# ---------------------------------------------------------------- around a point


def test_the_address_at_a_point(index):
    (match,) = index.reverse(4.006, 46.0 + 10 * METRE_DEG)
    assert match.label == "187 Rue du Maréchal Foch 00200 Le Creuset"
    assert match.distance_m == pytest.approx(10, abs=0.1)
    assert match.score == pytest.approx(1 / 1.1, abs=0.001)


def test_the_nearest_come_first(index):
    found = index.reverse(4.0, 46.0, limit=5)
    assert [m.distance_m for m in found] == sorted(m.distance_m for m in found)
    assert len(found) == 5
    assert {m.type for m in found} == {Position.HOUSENUMBER}


def test_a_place_without_numbers_is_found_too(index):
    place = next(a for a in ADDRESSES if a.street == "4 Chemins")
    assert index.reverse(place.lon, place.lat)[0].label == "4 Chemins 00200 Le Creuset"


def test_far_from_every_address_there_is_none(index):
    assert index.reverse(-30.0, 45.0) == []
    assert index.reverse(0.0, 90.0) == []
