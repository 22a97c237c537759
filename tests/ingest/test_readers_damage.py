"""Damage of every kind to files of every format: rows, named rejects or a clear error come out, never a crash."""

from __future__ import annotations

import bz2
import contextlib
import json
import random

import pytest

from geo.errors import SourceMalformed
from ingest.connectors import file
from tests.ingest.test_readers_containers import PACKED, TEXT
from tests.ingest.test_readers_maps import parquet
from tests.ingest.test_readers_markup import FLOW
from tests.ingest.test_readers_workbook import ROWS, book
from tests.ingest.world import contours, fetched, source

FILES = {
    "csv": TEXT,
    "quoted csv": TEXT.replace(b";", b'";"').replace(b"\n", b'"\n"')[:-1],
    "csv.bz2": bz2.compress(TEXT),
    "7z in a zip": PACKED["7z in a zip"],
    "geojson": json.dumps(contours()).encode(),
    "script": b"var x = [{'id': 1, 'nom': 'L\\'\xc5\x93uf'}, {'id': 2, 'nom': NULL}];",
    "xml": FLOW.format(encoding="utf-8").encode(),
    "workbook": book(ROWS * 20),
    "parquet": parquet({"id": [str(n) for n in range(500)], "x": [n / 3 for n in range(500)]}),
}
_SIGNS = b"\"';,\n\r{}[]<>&\0\xff0"


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Cut, overwrite, drop, insert or double somewhere."""
    made, at = bytearray(content), rng.randrange(len(content))
    piece = slice(at, at + rng.randrange(1, 300))
    match rng.randrange(6):
        case 0:
            return content[:at]
        case 1:
            for _ in range(rng.randrange(1, 6)):
                made[rng.randrange(len(made))] = rng.randrange(256)
        case 2:
            for _ in range(max(1, len(made) // 200)):
                made[rng.randrange(len(made))] = rng.choice(_SIGNS)
        case 3:
            del made[piece]
        case 4:
            made[at:at] = rng.randbytes(rng.randrange(1, 60))
        case 5:
            made[at:at] = made[piece]
    return bytes(made)


@pytest.mark.parametrize("kind", FILES)
def test_damage_ends_in_rows_rejects_or_a_clear_error(tmp_path, kind):
    rng = random.Random(f"71 {kind}")
    of = source(columns={"key": "@content"}, rows="site" if kind == "xml" else "")
    path = tmp_path / "essai"
    for _ in range(25):
        path.write_bytes(damaged(FILES[kind], rng))
        with contextlib.suppress(SourceMalformed):
            table = file.read_every_column(of, [fetched(path, of)])
            assert table.read == len(table.frame) + len(table.rejects)


@pytest.mark.parametrize("step", [97, 61])
def test_a_plain_file_loses_no_line_to_signs_in_its_cells(tmp_path, step):
    """Quotes and separators where none belong: every line is a row or a reject, or the file is refused."""
    rng = random.Random(step)
    lines = TEXT.decode().splitlines()
    for number in range(1, len(lines), step):
        sign = rng.choice(['"', ";", '"";', "''", '" '])
        place = rng.randrange(len(lines[number]))
        lines[number] = lines[number][:place] + sign + lines[number][place:]
    of, path = source(columns={"key": "id", "lon": "lon", "lat": "lat"}), tmp_path / "essai.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = file.read(of, [fetched(path, of)])
    assert table.read == len(lines) - 1
