"""The address index as a file: each address once, the same bytes, safe to share; and a real town's addresses."""

from __future__ import annotations

import csv
import random
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from geo.address_book import SAME_ADDRESS_M, distinct_addresses
from geo.errors import AmbiguousAddress, SnapshotCorrupt, UnknownAddress
from geo.geocoding import AddressIndex
from geo.places import Address, Commune, Position
from geo.projection import ground_m
from tests.geo.postal_country import ADDRESSES, COMMUNES, CREUSE, METRE_DEG, SERNIN_PLAIN, TORCE, address, labels, made


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Iterator[AddressIndex]:
    path = tmp_path_factory.mktemp("addresses") / "addresses.sqlite"
    AddressIndex.write(path, ADDRESSES, COMMUNES, {"00": "Treillis"})
    opened = AddressIndex.open(path)
    yield opened
    opened.close()


# ---------------------------------------------------------------- each address once


@pytest.mark.parametrize(("metres", "kept"), [(0, 1), (4, 1), (49, 1), (51, 2), (300, 2)])
def test_a_number_and_a_shop_at_it_are_one_within_50_m(metres, kept):
    house = ADDRESSES[0]
    shop = replace(house, id="shop", lat=house.lat + metres * METRE_DEG, residential=False)
    assert SAME_ADDRESS_M == 50
    found = distinct_addresses([shop, house])
    assert len(found) == kept
    assert house in found


def test_a_crowd_of_one_name_is_thinned_as_comparing_all_with_all_does():
    """What a damaged file says: one number and street for every row."""
    rng = random.Random(5)
    house = ADDRESSES[0]
    rows = [
        replace(house, id=f"{n:04}", lon=house.lon + rng.uniform(0, 0.02), lat=house.lat + rng.uniform(0, 0.01))
        for n in range(1500)
    ]
    kept: list[Address] = []
    for row in rows:
        if kept:
            lon, lat = zip(*((other.lon, other.lat) for other in kept), strict=True)
            if ground_m([row.lon] * len(kept), [row.lat] * len(kept), lon, lat).min() <= SAME_ADDRESS_M:
                continue
        kept.append(row)
    assert distinct_addresses(rng.sample(rows, len(rows))) == kept
    assert 100 < len(kept) < 1000


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
    assert index.resolve("grande rue", precision=Position.STREET).postcode == ""  # it has two
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


def test_a_commune_of_the_halo_is_found_by_its_addresses_alone(tmp_path):
    """A bare “rue” must not lead to a commune across the border that happens to hold the word."""
    beyond = Commune("99001", "Saulon-la-Rue", "99", 500, ("99100",), False, None)
    index = made(tmp_path / "halo.sqlite", ADDRESSES, [*COMMUNES, beyond])
    assert index.search("rue", 5)[0].type is Position.STREET
    assert not index.search("saulon", 5)
    there = replace(ADDRESSES[0], id="there", insee="99001", commune="Saulon-la-Rue")
    with_one = made(tmp_path / "one.sqlite", [*ADDRESSES, there], [*COMMUNES, beyond])
    assert with_one.search("saulon", 5)[0].commune == "Saulon-la-Rue"
    index.close()
    with_one.close()
