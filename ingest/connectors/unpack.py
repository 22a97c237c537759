"""Containers: bz2, gz, zip and 7z, one in the other, opened in memory and within limits.

What is inside is told by what it begins with, not by its name. An archive from the net may be a bomb, or hold paths
that climb out of any folder: nothing is written under a name that it gives, and what swells beyond reason is refused
while it is being opened.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import PurePosixPath
from typing import IO

import py7zr
from py7zr.exceptions import ArchiveError
from py7zr.io import Py7zIO, WriterFactory

from geo.errors import SourceMalformed
from ingest.catalogue import Source

__all__ = ["LIMITS", "Limits", "Unpacked", "unpack"]

_CHUNK_BYTES = 1 << 20
_DEPTH = 4
_SHAPES = (".shp", ".gpkg")
_BZ2, _GZ, _ZIP, _7Z = b"BZh", b"\x1f\x8b", b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c"


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may come to."""

    bytes: int = 2 << 30
    """Unpacked."""
    ratio: int = 250
    """Unpacked bytes for each packed one, once it is more than ``small_bytes``: text shrinks to a hundredth at best."""
    small_bytes: int = 64 << 20
    members: int = 10_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file taken out of its containers."""

    content: bytes
    name: str
    """Its own name; of a file that was in no archive, the one it was given under."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """Suffix → content of the files that belong to a shapefile: ``.dbf``, ``.prj``…"""
    is_workbook: bool = False


class _TooLarge(Exception):
    """More came out than the limits allow."""


def unpack(source: Source, content: bytes, name: str, limits: Limits = LIMITS) -> Unpacked:
    """Open every container around a file.

    Raises
    ------
    SourceMalformed
        When a container is cut off, damaged, encrypted or a bomb, holds a path that climbs out of its folder, or does
        not hold exactly one file that ``source.member`` tells.
    """
    found = Unpacked(content, name)
    try:
        for _ in range(_DEPTH):
            inner = _open(source, found, limits)
            if inner is None:
                return found
            found = inner
    except _TooLarge as error:
        raise SourceMalformed(source.id, f"unpacks to {error}: refused as a bomb", file=name) from error
    except _DAMAGE as error:
        raise SourceMalformed(source.id, f"cut off or damaged: {error}", file=name) from error
    raise SourceMalformed(source.id, f"more than {_DEPTH} archives one in the other", file=name)


_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,  # zipfile: encrypted, or packed in a way that it does not know
    IndexError,  # py7zr, whose header was cut
    KeyError,
    TypeError,
    AttributeError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    ArchiveError,
)


def _open(source: Source, packed: Unpacked, limits: Limits) -> Unpacked | None:
    content = packed.content
    if content.startswith(_BZ2):
        return Unpacked(_drain(bz2.BZ2File(io.BytesIO(content)), len(content), limits), packed.name)
    if content.startswith(_GZ):
        return Unpacked(_drain(gzip.GzipFile(fileobj=io.BytesIO(content)), len(content), limits), packed.name)
    if content.startswith(_ZIP) and not packed.is_workbook:
        return _open_zip(source, packed, limits)
    if content.startswith(_7Z):
        return _open_7z(source, packed, limits)
    return None


def _open_zip(source: Source, packed: Unpacked, limits: Limits) -> Unpacked:
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        _check_members(source, list(infos), packed.name, limits)
        if "[Content_Types].xml" in infos:
            _check_size(sum(info.file_size for info in infos.values()), len(packed.content), limits)
            return Unpacked(packed.content, packed.name, is_workbook=True)

        def read(member: str) -> bytes:
            with archive.open(infos[member]) as stream:
                return _drain(stream, infos[member].compress_size, limits)

        return _pick(source, list(infos), packed.name, "zip", read)


def _open_7z(source: Source, packed: Unpacked, limits: Limits) -> Unpacked:
    with py7zr.SevenZipFile(io.BytesIO(packed.content)) as archive:
        if archive.needs_password():
            raise SourceMalformed(source.id, "the archive is encrypted", file=packed.name)
        names = [info.filename for info in archive.list() if info.is_file]
        _check_members(source, names, packed.name, limits)

        def read(member: str) -> bytes:
            collector = _Collector(len(packed.content), limits)
            archive.reset()
            archive.extract(targets=[member], factory=collector)
            return collector.buffer.getvalue()

        return _pick(source, names, packed.name, "7z", read)


class _Collector(WriterFactory, Py7zIO):
    """Takes the one member that is asked for, and stops when it swells."""

    def __init__(self, packed_bytes: int, limits: Limits) -> None:
        self.buffer, self._packed_bytes, self._limits = io.BytesIO(), packed_bytes, limits

    def create(self, filename: str) -> Py7zIO:  # noqa: ARG002 - what py7zr asks for
        return self

    def write(self, s: bytes | bytearray) -> int:
        _check_size(self.buffer.tell() + len(s), self._packed_bytes, self._limits)
        return self.buffer.write(s)

    def read(self, size: int | None = None) -> bytes:
        return self.buffer.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.buffer.seek(offset, whence)

    def flush(self) -> None:
        """Nothing waits: all is in memory."""

    def size(self) -> int:
        return len(self.buffer.getbuffer())


def _check_members(source: Source, names: Sequence[str], archive: str, limits: Limits) -> None:
    if len(names) > limits.members:
        raise SourceMalformed(source.id, f"{len(names)} files in one archive: refused as a bomb", file=archive)
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise SourceMalformed(source.id, f"the path {name!r} climbs out of the archive", file=archive)


def _pick(source: Source, names: Sequence[str], archive: str, kind: str, read: Callable[[str], bytes]) -> Unpacked:
    """Take the one file that ``source.member`` tells; in the archive of a map, its shapes and what belongs to them."""
    chosen = [name for name in names if not source.member or re.search(source.member, name)]
    shapes = [name for name in chosen if name.lower().endswith(_SHAPES)]
    chosen = shapes or chosen
    if len(chosen) != 1:
        wanted = f"that matches {source.member!r}" if source.member else "alone"
        detail = f"expected one file {wanted} in the {kind}, found {list(names)[:20]}"
        raise SourceMalformed(source.id, detail, file=archive)
    stem = PurePosixPath(chosen[0]).with_suffix("")
    siblings = [name for name in names if shapes and name != chosen[0] and PurePosixPath(name).with_suffix("") == stem]
    beside = {PurePosixPath(name).suffix.lower(): read(name) for name in siblings}
    return Unpacked(read(chosen[0]), PurePosixPath(chosen[0]).name, beside)


def _drain(stream: BufferedIOBase | IO[bytes], packed_bytes: int, limits: Limits) -> bytes:
    out = io.BytesIO()
    with stream:
        while chunk := stream.read(_CHUNK_BYTES):
            _check_size(out.tell() + len(chunk), packed_bytes, limits)
            out.write(chunk)
    return out.getvalue()


def _check_size(unpacked_bytes: int, packed_bytes: int, limits: Limits) -> None:
    if unpacked_bytes > limits.bytes:
        raise _TooLarge(f"more than {limits.bytes} bytes")
    if unpacked_bytes > limits.small_bytes and unpacked_bytes > limits.ratio * max(packed_bytes, 1):
        raise _TooLarge(f"more than {limits.ratio} times its size")
