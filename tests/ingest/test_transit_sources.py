"""The stops of Saône-et-Loire in the mirror: Buscéphale's literals, and two vintages of the département's own list."""

from __future__ import annotations

import bz2
import json
import re
from pathlib import Path

import pytest

from ingest.connectors import file
from ingest.connectors.gtfs import STOP_COLUMNS, read_stops
from ingest.connectors.table import Table
from ingest.fetch import Fetched, Fetcher
from ingest.source_files import load_sources

SOURCES = {source.id: source for source in load_sources(Path(__file__).resolve().parents[2] / "data" / "sources", "71")}


def vintage(mirror: Path, raw: Path, name: str, number: int) -> tuple[dict[str, str], Table]:
    """Headers of the columns that a vintage of a source reads, those that its format prescribes too, and its rows."""
    whole = SOURCES[name]
    alone = whole.model_copy(
        update={
            "mirror": (whole.mirror[number],),
            "vintages": {0: whole.as_of(number)} if number in whole.vintages else {},
        }
    )
    files: list[Fetched] = Fetcher(raw, mirror=mirror).get(alone, "71")
    of = alone.as_of(files[0].vintage)
    if of.reader == "gtfs_stops":
        return {c: headers[0] for c, headers in {**STOP_COLUMNS, **of.columns}.items()}, read_stops(of, files)
    return {column: headers[0] for column, headers in of.columns.items()}, file.read(of, files)


def stops(mirror: Path, raw: Path, name: str, number: int = 0) -> dict[str, tuple[str, str, str, str]]:
    columns, table = vintage(mirror, raw, name, number)
    cells = [table.cells([columns[column]]) for column in ("key", "name", "lon", "lat", "insee")]
    assert table.rejects == ()
    return {
        key: (name, lon.replace(",", "."), lat.replace(",", "."), insee)
        for key, name, lon, lat, insee in zip(*cells, strict=True)
    }


def test_the_stops_of_buscephale_are_those_at_which_its_trips_call(mirror: Path, tmp_path: Path) -> None:
    folder = mirror / "gtfs" / "openbus71-buscephale"
    called = re.findall(r"'stop_id' : (\d+)", (folder / "stop_times.js").read_text(encoding="utf-8"))
    found = stops(mirror, tmp_path, "buscephale")
    assert set(found) == set(called)
    assert len(found) == 274
    assert sum("’" in name or "'" in name for name, *_ in found.values()) > 3  # escaped quotes came through
    assert not any("\\" in name for name, *_ in found.values())


def test_every_stop_of_buscephale_has_its_lines_and_no_frequency(mirror: Path, tmp_path: Path) -> None:
    folder = mirror / "gtfs" / "openbus71-buscephale"
    trips = re.findall(r"'trip_id' : (\d+),\s+'route_id' : '(\w+)'", (folder / "trips.js").read_text(encoding="utf-8"))
    calls = re.findall(
        r"'trip_id' : (\d+),\s+'stop_id' : (\d+)", (folder / "stop_times.js").read_text(encoding="utf-8")
    )
    line_of = dict(trips)
    expected: dict[str, set[str]] = {}
    for trip, stop in calls:
        expected.setdefault(stop, set()).add(line_of[trip])
    frame = vintage(mirror, tmp_path, "buscephale", 0)[1].frame
    found = {stop: json.loads(lines) for stop, lines in zip(frame["stop_id"], frame["@lines"], strict=True)}
    assert {stop: set(lines) for stop, lines in found.items()} == expected
    assert len(set().union(*expected.values())) == 33
    assert set(frame["@weekday"]) == set(frame["@evening"]) == set(frame["@sunday"]) == {""}
    assert set(frame["@use"]) == {"stop"}


def test_a_shifted_header_is_read_as_what_stands_under_it(mirror: Path, tmp_path: Path) -> None:
    newer = stops(mirror, tmp_path, "opendata71_stops", 0)
    older = stops(mirror, tmp_path, "opendata71_stops", 1)
    assert (len(newer), len(older)) == (2_800, 2_796)
    both = newer.keys() & older.keys()
    assert len(both) > 2_700
    placed = {key for key in both if all(newer[key][1:3]) and all(older[key][1:3])}
    assert len(placed) > 0.99 * len(both)
    swapped = [key for key in placed if float(older[key][1]) > float(older[key][2])]
    assert swapped == []  # degrees east stay below degrees north
    same = [
        key
        for key in placed
        if [float(x) for x in newer[key][1:3]] == pytest.approx([float(x) for x in older[key][1:3]], abs=2e-3)
    ]
    assert len(same) > 0.95 * len(both)
    assert all(newer[key][3].lstrip("0") == older[key][3] for key in both)


def test_the_same_pole_has_the_same_number_in_both_sources(mirror: Path, tmp_path: Path) -> None:
    served, listed = stops(mirror, tmp_path, "buscephale"), stops(mirror, tmp_path, "opendata71_stops")
    assert SOURCES["buscephale"].links.keys() == SOURCES["opendata71_stops"].links.keys()
    assert len(served.keys() & listed.keys()) > 250


def test_the_department_s_list_is_latin_and_french(mirror: Path) -> None:
    content = bz2.decompress((mirror / "osmose-merge-data" / "public_transport_FR_cg71.csv.bz2").read_bytes())
    assert b"\r\n" in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
