"""Vector tiles, from an archive with one directory and from one with leaves."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from app.tiles import TileArchive
from geo.errors import SnapshotCorrupt
from tests.app.conftest import Client
from tests.app.town import TILE


def archive(path: Path, tiles: dict[tuple[int, int, int], bytes], compression: Compression) -> TileArchive:
    with path.open("wb") as file:
        writer = Writer(file)
        for key in sorted(tiles, key=lambda zxy: zxy_to_tileid(*zxy)):
            writer.write_tile(zxy_to_tileid(*key), tiles[key])
        header = dict.fromkeys(("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"), 0)
        header |= {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        writer.finalize({"tile_type": TileType.MVT, "tile_compression": compression, **header}, {})
    return TileArchive(path)


def test_every_tile_is_found_and_no_other(tmp_path: Path) -> None:
    """Zoom 8 whole, each tile different: more entries than a root directory holds, so there are leaves."""
    tiles = {(8, x, y): f"{x}/{y}".encode() * (1 + x % 7) for x in range(256) for y in range(0, 256, 2)}
    opened = archive(tmp_path / "t.pmtiles", tiles, Compression.NONE)
    assert not opened.gzipped
    assert opened.zooms == (8, 8)
    assert all(opened.get(*key) == body for key, body in list(tiles.items())[::97])
    assert opened.get(8, 0, 1) is None
    assert opened.get(7, 0, 0) is None
    assert opened.get(9, 0, 0) is None


@pytest.mark.parametrize("body", [b"", b"PMTiles", b"not an archive" * 40])
def test_what_is_no_archive_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "t.pmtiles").write_bytes(body)
    with pytest.raises(SnapshotCorrupt, match=r"t\.pmtiles"):
        TileArchive(tmp_path / "t.pmtiles")


def test_a_tile_is_served_as_it_is_kept(client: Client) -> None:
    response = client.get("/tiles/0/0/0.mvt")
    assert (response.status_code, response.content) == (200, TILE)  # the client unpacked it
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-length"] == str(len(gzip.compress(TILE, mtime=0)))
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"


def test_who_cannot_unpack_gets_it_plain(client: Client) -> None:
    response = client.request("GET", "/tiles/0/0/0.mvt", headers={"Accept-Encoding": "identity"})
    assert response.content == TILE
    assert "content-encoding" not in response.headers


def test_an_empty_tile_is_204(client: Client) -> None:
    assert client.get("/tiles/14/0/0.mvt").status_code == 204


def test_who_has_the_tile_gets_304(client: Client) -> None:
    etag = client.get("/tiles/0/0/0.mvt").headers["etag"]
    assert client.request("GET", "/tiles/0/0/0.mvt", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["1/2/0", "1/0/2", "23/0/0", "99999999999999999999/0/0", "-1/0/0", "a/b/c", "0/0/0.5"])
def test_a_tile_that_cannot_be_is_refused(client: Client, path: str) -> None:
    assert client.get(f"/tiles/{path}.mvt").status_code == 422
