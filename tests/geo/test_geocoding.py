"""The address index: suggestions, one answer or a refusal with candidates, and the address near a point."""

from __future__ import annotations

import csv
import random
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo.address_book import SAME_ADDRESS_M, distinct_addresses
from geo.errors import AlentoursError, AmbiguousAddress, SnapshotCorrupt, UnknownAddress
from geo.geocoding import AddressIndex, Match
from geo.places import Address, Commune, Position
from geo.projection import ground_m

METRE_DEG = 1 / 111_132  # of latitude, about

CREUSE, TORCE, SERNIN_BOIS, SERNIN_PLAIN, FAR = "00001", "00002", "00003", "00004", "00005"
NAMES = {
    CREUSE: "Le Creuset",
    TORCE: "Torcé",
    SERNIN_BOIS: "Saint-Sernin-du-Bois",
    SERNIN_PLAIN: "Saint-Sernin-du-Plain",
    FAR: "Lointaine-sur-Saône",
}


def commune(insee: str, postcodes: tuple[str, ...], population: int, west: float) -> Commune:
    return Commune(insee, NAMES[insee], "00", population, postcodes, True, box(west, 46.0, west + 0.1, 46.1))


COMMUNES = [
    commune(CREUSE, ("00200",), 21_000, 4.0),
    commune(TORCE, ("00210",), 3_000, 4.1),
    commune(SERNIN_BOIS, ("00200",), 1_700, 4.2),
    commune(SERNIN_PLAIN, ("00510", "00520"), 600, 4.3),
    commune(FAR, ("00900",), 9_000, 4.4),
]
WEST = {CREUSE: 4.0, TORCE: 4.1, SERNIN_BOIS: 4.2, SERNIN_PLAIN: 4.3}
STREETS = [
    (CREUSE, "Rue du Maréchal Foch", ["1", "2", "12", "12 bis", "12 A", "14", "187"]),
    (CREUSE, "Rue du Maréchal Joffre", ["1", "3"]),
    (CREUSE, "Rue de la Gare", ["1", "2", "8"]),
    (CREUSE, "Place de l’Église", ["4"]),
    (CREUSE, "Boulevard du 8 Mai 1945", ["8", "10"]),
    (CREUSE, "Av. du Gal de Gaulle", ["5"]),
    (CREUSE, "Rue de Torcé", ["7"]),
    (CREUSE, "Les Quatre Chemins", ["2"]),
    (CREUSE, "4 Chemins", []),
    (CREUSE, "Rue D", ["1"]),
    (TORCE, "Rue de la Gare", ["1", "20"]),
    (TORCE, "Rue du Creuset", ["7"]),
    (TORCE, "Le Bourg", ["3"]),
    (SERNIN_BOIS, "Grande Rue", ["9"]),
    (SERNIN_PLAIN, "Grande Rue", ["9", "11"]),
    (SERNIN_PLAIN, "Chemin de l'Étang", ["2"]),
]


def address(insee: str, street: str, number: str, row: int, column: int, **more) -> Address:
    lon, lat = WEST[insee] + 0.001 * column, 46.0 + 0.002 * row
    kind = Position.HOUSENUMBER if number else Position.LOCALITY
    key = f"{insee}_{row:03d}_{column:03d}"
    return replace(Address(key, number, street, "", insee, NAMES[insee], lon, lat, kind, "adresses"), **more)


ADDRESSES = [
    address(insee, street, number, row, column)
    for row, (insee, street, numbers) in enumerate(STREETS)
    for column, number in enumerate(numbers or [""])
]


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Iterator[AddressIndex]:
    path = tmp_path_factory.mktemp("addresses") / "addresses.sqlite"
    AddressIndex.write(path, ADDRESSES, COMMUNES, {"00": "Treillis"})
    opened = AddressIndex.open(path)
    yield opened
    opened.close()


def made(path: Path, addresses: list[Address], communes: list[Commune] | None = None) -> AddressIndex:
    AddressIndex.write(path, addresses, communes or COMMUNES)
    return AddressIndex.open(path)


def labels(found) -> list[str]:
    return [match.label for match in found]


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


def test_a_street_without_number_is_a_street(index):
    match = index.resolve("rue du Maréchal Foch, Le Creuset")
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


def test_a_number_that_the_street_lacks_offers_the_nearest(index):
    with pytest.raises(UnknownAddress, match="number") as refused:
        index.resolve("13 rue du Maréchal Foch, Le Creuset")
    assert [match.number for match in refused.value.candidates] == ["12", "12 A", "12 bis", "14", "2"]
    assert {match.type for match in refused.value.candidates} == {Position.HOUSENUMBER}


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


def test_a_postcode_is_no_address(index):
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("00200")
    assert labels(refused.value.candidates) == ["Le Creuset", "Saint-Sernin-du-Bois"]


@pytest.mark.parametrize("typed", ["Lointaine-sur-Saône", "12 rue des Lilas, Lointaine sur Saône", "lointaine s/saone"])
def test_a_commune_whose_addresses_are_not_loaded_is_named(index, typed):
    with pytest.raises(UnknownAddress, match="no address of Lointaine-sur-Saône is loaded") as refused:
        index.resolve(typed)
    assert labels(refused.value.candidates) == ["Lointaine-sur-Saône"]


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


# ---------------------------------------------------------------- each address once


@pytest.mark.parametrize(("metres", "kept"), [(0, 1), (4, 1), (49, 1), (51, 2), (300, 2)])
def test_a_number_and_a_shop_at_it_are_one_within_50_m(metres, kept):
    house = ADDRESSES[0]
    shop = replace(house, id="shop", lat=house.lat + metres * METRE_DEG, residential=False)
    assert SAME_ADDRESS_M == 50
    found = distinct_addresses([shop, house])
    assert len(found) == kept
    assert house in found


def test_the_same_number_of_another_street_or_commune_is_another(index):
    house = ADDRESSES[0]
    others = [
        replace(house, id="a", street="Rue Neuve"),
        replace(house, id="b", insee=TORCE),
        replace(house, id="c", number="1 bis"),
    ]
    assert len(distinct_addresses([house, *others])) == 4


def test_spellings_of_one_street_are_one_street(tmp_path):
    rows = [
        address(CREUSE, "Rue du Maréchal Foch", "1", 0, 0),
        address(CREUSE, "Rue du Maréchal Foch", "2", 0, 1),
        address(CREUSE, "rue maréchal-foch", "3", 0, 2),
        address(CREUSE, "R. du Mal Foch", "4", 0, 3),
    ]
    index = made(tmp_path / "a.sqlite", rows)
    assert {index.resolve(f"{n} rue du Maréchal Foch, Le Creuset").street for n in (1, 2, 3, 4)} == {
        "Rue du Maréchal Foch"
    }
    index.close()


def test_a_number_twice_in_one_street_far_apart_is_ambiguous(tmp_path):
    twice = [address(CREUSE, "Grande Rue", "1", 0, 0), address(CREUSE, "Grande Rue", "1", 9, 9)]
    index = made(tmp_path / "a.sqlite", twice)
    with pytest.raises(AmbiguousAddress) as refused:
        index.resolve("1 grande rue, Le Creuset")
    assert len(refused.value.candidates) == 2
    index.close()


def test_postcodes_of_the_rows_come_before_the_communes(tmp_path):
    rows = [
        address(SERNIN_PLAIN, "Grande Rue", "1", 0, 0, postcode="00520"),
        address(SERNIN_PLAIN, "Grande Rue", "2", 0, 1, postcode="00510"),
    ]
    index = made(tmp_path / "a.sqlite", rows)
    assert index.resolve("1 grande rue 00520").label == "1 Grande Rue 00520 Saint-Sernin-du-Plain"
    assert index.resolve("2 grande rue").postcode == "00510"
    assert index.resolve("grande rue").postcode == ""  # it has two
    index.close()


def test_a_commune_without_contour_stands_among_its_addresses(tmp_path):
    bare = [replace(c, geometry=None) for c in COMMUNES]
    index = made(tmp_path / "a.sqlite", ADDRESSES, bare)
    (creuset,) = index.search("le creuset", kinds=[Position.MUNICIPALITY])
    assert 4.0 <= creuset.lon <= 4.01
    assert index.search("lointaine") == []  # it has no place at all
    index.close()


# ---------------------------------------------------------------- the file


def test_equal_addresses_are_equal_bytes_in_any_order(tmp_path):
    shuffled, communes = ADDRESSES.copy(), COMMUNES.copy()
    random.Random(3).shuffle(shuffled)
    random.Random(4).shuffle(communes)
    AddressIndex.write(tmp_path / "a.sqlite", ADDRESSES, COMMUNES, {"00": "Treillis"})
    AddressIndex.write(tmp_path / "b.sqlite", shuffled, communes, {"00": "Treillis"})
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.sqlite", "b.sqlite"]  # no journal is left


def test_an_index_of_nothing_answers_nothing(tmp_path):
    AddressIndex.write(tmp_path / "a.sqlite", [], [])
    index = AddressIndex.open(tmp_path / "a.sqlite")
    assert index.search("rue") == []
    assert index.reverse(4.0, 46.0) == []
    with pytest.raises(UnknownAddress):
        index.resolve("1 rue de la Gare")
    index.close()


def test_a_file_that_is_no_index_is_refused(tmp_path):
    path = tmp_path / "addresses.sqlite"
    with pytest.raises(SnapshotCorrupt):
        AddressIndex.open(path)
    assert not path.exists()
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(SnapshotCorrupt):
        AddressIndex.open(path)
    path.unlink()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (a)")
    other.close()
    with pytest.raises(SnapshotCorrupt, match="format 0"):
        AddressIndex.open(path)


def test_each_thread_reads_for_itself(index):
    wanted, answers, problems = labels(index.search("1 rue")), [], []

    def ask() -> None:
        try:
            answers.extend(labels(index.search("1 rue")) for _ in range(20))
        except Exception as error:  # noqa: BLE001 - whatever happens in a thread has to reach the test
            problems.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert answers == [wanted] * 160


def test_a_path_with_spaces_and_signs(tmp_path):
    folder = tmp_path / "à côté #1 ?"
    folder.mkdir()
    index = made(folder / "a.sqlite", ADDRESSES)
    assert index.search("rue foch")
    index.close()


# ---------------------------------------------------------------- an official file


def test_every_address_of_a_real_town_finds_itself(mirror, tmp_path):
    """The national address base of Bondy: each row, asked for in two writings, is answered by itself, or by the row
    of the same number within 50 m that it was merged with."""
    with (mirror / "ban" / "bondy-93" / "adresse.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            Address(
                row["id"],
                f"{row['numero']} {row['rep']}".strip(),
                row["nom_voie"],
                row["code_postal"],
                row["code_insee"],
                row["nom_commune"],
                float(row["lon"]),
                float(row["lat"]),
                Position.HOUSENUMBER,
                "ban",
            )
            for row in csv.DictReader(file)
        ]
    index = made(tmp_path / "ban.sqlite", rows, [Commune("93010", "Bondy", "93", 54_000, ("93140",), True, None)])
    assert len(rows) == 8413
    for row in rows[::5]:
        for typed in (f"{row.number} {row.street} 93140 Bondy", f"{row.number}, {row.street.upper()}, BONDY"):
            match = index.resolve(typed)
            assert match.type is Position.HOUSENUMBER
            assert ground_m(match.lon, match.lat, row.lon, row.lat) <= SAME_ADDRESS_M
    index.close()
