"""Vector tiles from the snapshot's PMTiles archive, read in place."""

from __future__ import annotations

import mmap
import struct
from functools import lru_cache
from pathlib import Path

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from geo.errors import SnapshotCorrupt

__all__ = ["TileArchive"]

_HEADER_BYTES = 127
_MAX_DEPTH = 4
_KEPT_LEAVES = 256
_NO_ARCHIVE = (OSError, ValueError, EOFError, IndexError, struct.error, MagicNumberNotFound, SpecVersionUnsupported)


class TileArchive:
    """An open archive; its directories are parsed once, its tiles are cut from the mapped file.

    Raises
    ------
    SnapshotCorrupt
        When the file is no PMTiles archive of gzipped or plain tiles.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._header = deserialize_header(self._bytes[:_HEADER_BYTES])
            self.gzipped = self._header["tile_compression"] == Compression.GZIP
            if self._header["tile_compression"] not in (Compression.GZIP, Compression.NONE):
                raise SnapshotCorrupt(f"{path.name}: tiles are neither gzipped nor plain")
            self._root = self._directory(self._header["root_offset"], self._header["root_length"])
        except _NO_ARCHIVE as error:
            raise SnapshotCorrupt(f"{path.name} is no PMTiles archive ({type(error).__name__})") from error
        self._leaf = lru_cache(maxsize=_KEPT_LEAVES)(self._directory)

    @property
    def zooms(self) -> tuple[int, int]:
        """Lowest and highest zoom that the archive holds."""
        return self._header["min_zoom"], self._header["max_zoom"]

    def get(self, z: int, x: int, y: int) -> bytes | None:
        """Return the tile's bytes, gzipped when ``gzipped`` says so; None where there is none.

        ``x`` and ``y`` must lie within the zoom's bounds.
        """
        if not self._header["min_zoom"] <= z <= self._header["max_zoom"]:
            return None
        tile_id, directory = zxy_to_tileid(z, x, y), self._root
        for _ in range(_MAX_DEPTH):
            entry = find_tile(directory, tile_id)
            if entry is None:
                return None
            if entry.run_length:
                start = self._header["tile_data_offset"] + entry.offset
                return self._bytes[start : start + entry.length]
            directory = self._leaf(self._header["leaf_directory_offset"] + entry.offset, entry.length)
        return None

    def _directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._bytes[offset : offset + length])
