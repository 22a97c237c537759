"""GTFS feeds that are not what they claim: unknown stops, ragged rows, cut or damaged files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import SourceMalformed
from ingest.connectors.gtfs import read_stops
from ingest.ledger import RejectCode
from ingest.transit import normalise_stops
from tests.ingest.feeds import (
    FEED,
    FREQUENCIES_HEADER,
    PLAIN,
    departures,
    feed,
    lines,
    stop,
    times,
    trip,
)
from tests.ingest.world import scope


def test_stops_and_trips_that_nobody_knows_are_named_once(tmp_path):
    calls = times(
        trip("matin", "08:00 A", "08:10 X", "08:20 C"), trip("perdu", "09:00 A", "09:10 B"),
        trip("soir", "18:00 X", "18:10 B"),
    )  # fmt: skip
    table = read_stops(FEED, feed(tmp_path, stop_times=calls))
    assert [(reject.code, reject.line, reject.example) for reject in table.rejects] == [
        (RejectCode.UNKNOWN_SERVICE, 3, "stop_id X"), (RejectCode.UNKNOWN_SERVICE, 5, "trip_id perdu"),
    ]  # fmt: skip
    assert table.read == 3 + 2
    assert departures(table) == {"A": (1, 0, 0), "B": (0, 0, 0), "C": (0, 0, 0)}


def test_ragged_rows_are_named_and_a_cut_is_refused(tmp_path):
    rows = [row for number in range(30) for row in trip("matin", f"{8 + number // 10:02}:{number % 6}0 A")]
    good = times(rows, trip("soir", "18:00 B", "18:10 C"))
    bad = good + "matin,08:00:00\n"
    table = read_stops(FEED, feed(tmp_path / "a", stop_times=bad))
    assert [(reject.code, reject.file, reject.line) for reject in table.rejects] == [
        (RejectCode.RAGGED_ROW, "stop_times.txt", 34)
    ]
    with pytest.raises(SourceMalformed, match="cut off: its last row has 2 cells instead of 6"):
        read_stops(FEED, feed(tmp_path / "b", packed=False, stop_times=bad.rstrip("\n")))
    stops = PLAIN["stops.txt"] + "".join(stop(f"S{number}") + "\n" for number in range(30)) + "trop,court\n"
    table = read_stops(FEED, feed(tmp_path / "c", stops=stops))
    assert [(reject.code, reject.file, reject.line) for reject in table.rejects] == [
        (RejectCode.RAGGED_ROW, "stops.txt", 35)
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stops": None}, "the feed lacks stops.txt"),
        ({"trips": None}, "the feed lacks trips.txt"),
        ({"stop_times": None}, "the feed lacks stop_times.txt"),
        ({"stops": ""}, "empty"),
        ({"stops": lines("stop_id,stop_name,stop_lat", "A,Arrêt,46.7")}, "the column 'stop_lon' is gone"),
        ({"trips": lines("route_id,trip_id", "bus,matin")}, "the column 'service_id' is gone"),
        ({"stop_times": lines("trip_id,stop_sequence", "matin,1")}, "the column 'stop_id' is gone"),
        ({"stop_times": "trip_id,stop_id\n" + "matin\n" * 5}, "do not have the 2 cells"),
        ({"stops": PLAIN["stops.txt"].encode("utf-16")}, "not written in utf-8"),
        ({"stop_times": PLAIN["stop_times.txt"].encode("utf-16")}, "is gone"),
    ],
)
def test_a_feed_without_its_tables_is_refused(tmp_path, changed, said):
    of = FEED.model_copy(update={"encoding": ("utf-8",)})
    with pytest.raises(SourceMalformed, match=said):
        read_stops(of, feed(tmp_path, of, **changed))


def test_latin_letters_a_mark_and_loose_headers_are_read(tmp_path):
    stops = "\ufeff" + PLAIN["stops.txt"].replace(",", ", ", 5)
    assert departures(read_stops(FEED, feed(tmp_path / "a", stops=stops)))["B"] == (2, 1, 1)
    latin = {
        "stops": PLAIN["stops.txt"].encode("cp1252"),
        "trips": PLAIN["trips.txt"].replace("bus", "été").encode("cp1252"),
    }
    table = read_stops(FEED, feed(tmp_path / "b", routes=None, **latin))
    assert departures(table)["B"] == (2, 1, 1)
    assert table.frame["stop_name"].tolist() == ["Arrêt A", "Arrêt B", "Arrêt C"]


def test_a_damaged_zip_is_refused(tmp_path):
    (file,) = feed(tmp_path)
    whole = file.path.read_bytes()
    for size in (5, len(whole) // 2, len(whole) - 30):
        file.path.write_bytes(whole[:size])
        with pytest.raises(SourceMalformed):
            read_stops(FEED, [file])
    at = whole.index(b"matin")
    file.path.write_bytes(whole[:at] + b"soiree" + whole[at + 6 :])
    with pytest.raises(SourceMalformed, match="cut off"):
        read_stops(FEED, [file])
    file.path.write_text("<!DOCTYPE html><title>Erreur</title>")
    with pytest.raises(SourceMalformed, match="a web page"):
        read_stops(FEED, [file])


def test_a_table_that_stands_twice_is_refused(tmp_path):
    first, second = feed(tmp_path / "a"), feed(tmp_path / "b", packed=False)
    with pytest.raises(SourceMalformed, match="twice"):
        read_stops(FEED, [*first, *second])


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    (file,) = feed(tmp_path)
    whole = bytearray(file.path.read_bytes())
    entry = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"stop_times.txt"))
    whole[entry + 24 : entry + 28] = (3 << 30).to_bytes(4, "little")
    file.path.write_bytes(bytes(whole))
    with pytest.raises(SourceMalformed, match="3 GiB"):
        read_stops(FEED, [file])


@given(
    name=st.sampled_from(["stops", "trips", "stop_times", "calendar", "routes", "frequencies", "location_group_stops"]),
    at=st.floats(0, 1, exclude_max=True),
    harm=st.sampled_from(["cut", "byte", "cell", "row", "column", "twice", "page"]),
    noise=st.binary(min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_damage_ends_in_rows_rejects_or_a_clear_refusal(name, at, harm, noise):
    tables = dict(PLAIN) | {
        "frequencies.txt": lines(FREQUENCIES_HEADER, "matin,08:00:00,09:00:00,600"),
        "location_group_stops.txt": lines("location_group_id,stop_id", "groupe,A"),
    }
    whole = tables[f"{name}.txt"].encode()
    rows = whole.splitlines(keepends=True)
    byte, row = int(at * len(whole)), int(at * len(rows))
    cells = rows[row].rstrip().split(b",")
    cells[int(at * 7) % len(cells)] = noise
    damaged = {
        "cut": whole[:byte],
        "byte": whole[:byte] + noise + whole[byte + 1 :],
        "cell": b"".join([*rows[:row], b",".join(cells) + b"\n", *rows[row + 1 :]]),
        "row": b"".join(rows[:row] + rows[row + 1 :]),
        "column": b"".join(b",".join(line.rstrip().split(b",")[1:]) + b"\n" for line in rows),
        "twice": whole + b"".join(rows[1:]),
        "page": b"<!DOCTYPE html><title>Erreur 503</title>",
    }[harm]
    with tempfile.TemporaryDirectory() as folder:
        files = feed(Path(folder), packed=False, **{key[:-4]: text for key, text in tables.items()} | {name: damaged})
        try:
            table = read_stops(FEED, files)
        except SourceMalformed:
            return
        made = normalise_stops(FEED, table, files, scope())
    made.ledger.check("reseau")
    assert made.ledger.read == len(table.frame) + len(table.rejects)
