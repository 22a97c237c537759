"""What a network keeps of its ways so that a route can be told: their titles, waits and slopes, and where no trip ends.

A *piece* runs from one vertex of an edge to the next, and is numbered by the row of the vertex where it begins. No
search and no sweep reads any of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.arrays import Int32s, Int64s, open_arrays, save_arrays
from geo.modes import Mode
from geo.node_rules import WaitSort
from geo.streets import RawStreets, Segments
from geo.way_titles import Title, WaySort, title_of

__all__ = ["Extra", "ExtraSort", "StreetNotes"]


class ExtraSort(StrEnum):
    """What seconds are owed to, beside the metres of the level street."""

    SIGNALS = WaitSort.SIGNALS
    BARRIER = WaitSort.BARRIER
    TOLL = WaitSort.TOLL
    KERB = WaitSort.KERB
    SLOPE = "slope"


_WAYS, _EXTRAS = tuple(WaySort), tuple(ExtraSort)


class Extra(NamedTuple):
    """Milliseconds on one piece that are owed to something."""

    sort: ExtraSort
    at_end: bool
    """Of a wait: at the node where the piece ends, not where it begins. Both as the edge is drawn."""
    forward_ms: int
    """For who follows the edge from its ``edge_from``; 0 where that is forbidden."""
    backward_ms: int


@dataclass(frozen=True)
class StreetNotes:
    """Notes on the V vertices of a network's edges, perhaps memory-mapped."""

    title_ptr: Int64s
    """(T + 1,) where each title starts in ``title_text``."""
    title_text: NDArray[np.uint8]
    """(B,) UTF-8: name and number of each title, a line feed between them."""
    title_sort: NDArray[np.uint8]
    """(T,) index of its :class:`~geo.way_titles.WaySort`."""
    run_vertex: Int64s
    """(R,) vertices from which on another title holds, ascending; the first is 0."""
    run_title: Int32s
    """(R,) that title."""
    through: Int64s
    """(P,) the pieces along which the mode passes, and on which no trip begins or ends; ascending."""
    extra_piece: Int64s
    """(X,) pieces that cost more or less than their metres, ascending; one may come several times."""
    extra_sort: NDArray[np.uint8]
    """(X,) index of its :class:`ExtraSort`."""
    extra_at_end: NDArray[np.bool_]
    """(X,) :attr:`Extra.at_end`."""
    extra_ms: Int32s
    """(X, 2) forward and backward."""

    @classmethod
    def of(
        cls, raw: RawStreets, segments: Segments, mode: Mode, vertex_segment: Int32s, flipped: NDArray[np.bool_]
    ) -> StreetNotes:
        """Note what the ways say.

        Parameters
        ----------
        segments
            That the edges are made of.
        vertex_segment
            (V,) the segment of the piece that begins at each vertex; −1 at the last of an edge.
        flipped
            (S,) whether the segment runs against its edge.
        """
        piece = np.flatnonzero(vertex_segment >= 0)
        segment = vertex_segment[piece]
        ways, way = np.unique(segments.way[segment], return_inverse=True)
        stops = np.array([mode.rules.stops(raw.way_tags[row]) for row in ways], np.bool_)
        through = piece[~stops[way]] if ways.size else piece
        titles = _Titles()
        of_way = np.array([titles.number(title_of(raw.way_tags[row])) for row in ways], np.int32)
        run_vertex, run_title = _runs(piece, of_way[way] if ways.size else of_way)
        extras = _extras(raw, segments, mode, _Pieces(piece, segment, flipped[segment]))
        title_ptr, title_text, title_sort = titles.arrays()
        return cls(
            title_ptr=title_ptr,
            title_text=title_text,
            title_sort=title_sort,
            run_vertex=run_vertex,
            run_title=run_title,
            through=through,
            extra_piece=extras[0],
            extra_sort=extras[1],
            extra_at_end=extras[2],
            extra_ms=extras[3],
        )

    def title(self, piece: int) -> Title:
        """Return the title of the way that a piece is of."""
        return self._read(int(self.run_title[np.searchsorted(self.run_vertex, piece, "right") - 1]))

    def extras(self, piece: int) -> list[Extra]:
        """Return what a piece costs beside its metres."""
        first, last = np.searchsorted(self.extra_piece, [piece, piece + 1])
        return [
            Extra(_EXTRAS[self.extra_sort[row]], bool(self.extra_at_end[row]), *self.extra_ms[row].tolist())
            for row in range(first, last)
        ]

    def _read(self, number: int) -> Title:
        text = bytes(self.title_text[self.title_ptr[number] : self.title_ptr[number + 1]]).decode()
        name, _, ref = text.partition("\n")
        return Title(name, ref, _WAYS[self.title_sort[number]])

    def save(self, folder: Path) -> None:
        """Write one ``note_*.npy`` file per array; the same notes give the same bytes."""
        save_arrays(folder, {_PREFIX + name: getattr(self, name) for name in _DTYPES})

    @classmethod
    def open(cls, folder: Path) -> StreetNotes | None:
        """Map what :meth:`save` wrote into a folder; None when it wrote nothing there.

        Raises
        ------
        SnapshotCorrupt
            When a file is missing or unreadable.
        """
        if not any(folder.glob(f"{_PREFIX}*.npy")):
            return None
        arrays = open_arrays(folder, {_PREFIX + name: dtype for name, dtype in _DTYPES.items()})
        return cls(**{name.removeprefix(_PREFIX): array for name, array in arrays.items()})

    def belongs_to(self, vertices: int) -> bool:
        """Whether the arrays fit each other and a network of so many vertices."""
        numbers = (self.run_vertex, self.through, self.extra_piece)
        last = max((int(rows[-1]) for rows in numbers if rows.size), default=-1)
        return (
            last < vertices
            and self.run_vertex.size == self.run_title.size
            and self.title_sort.size == self.title_ptr.size - 1
            and self.title_text.size == int(self.title_ptr[-1])
            and self.extra_piece.size == self.extra_sort.size == self.extra_at_end.size == len(self.extra_ms)
        )


_PREFIX = "note_"
_DTYPES: dict[str, type[np.generic]] = {
    "title_ptr": np.int64,
    "title_text": np.uint8,
    "title_sort": np.uint8,
    "run_vertex": np.int64,
    "run_title": np.int32,
    "through": np.int64,
    "extra_piece": np.int64,
    "extra_sort": np.uint8,
    "extra_at_end": np.bool_,
    "extra_ms": np.int32,
}


def _runs(piece: Int64s, title: Int32s) -> tuple[Int64s, Int32s]:
    """Return where the title changes along all vertices; the last vertex of an edge goes with its last piece."""
    changes = np.ones(piece.size, np.bool_)
    changes[1:] = np.diff(title) != 0
    return piece[changes], np.ascontiguousarray(title[changes])


class _Titles:
    """Titles, each kept once, numbered as they come."""

    def __init__(self) -> None:
        self._number: dict[Title, int] = {}

    def number(self, title: Title) -> int:
        return self._number.setdefault(title, len(self._number))

    def arrays(self) -> tuple[Int64s, NDArray[np.uint8], NDArray[np.uint8]]:
        texts = [f"{title.name}\n{title.ref}".encode() for title in self._number]
        ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(text) for text in texts], dtype=np.int64)])
        sorts = np.array([_WAYS.index(title.sort) for title in self._number], np.uint8)
        return ptr, np.frombuffer(b"".join(texts), np.uint8), sorts


class _Pieces(NamedTuple):
    """All pieces (Q,): their numbers, their segments, and whether the segment runs against the edge."""

    number: Int64s
    segment: Int32s
    against: NDArray[np.bool_]

    def along_edge(self, by_segment: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn (S, 2) of segments, forward and backward, into (Q, 2) of pieces as their edges are drawn."""
        own = by_segment[self.segment]
        return np.where(self.against[:, None], own[:, ::-1], own)


def _extras(
    raw: RawStreets, segments: Segments, mode: Mode, pieces: _Pieces
) -> tuple[Int64s, NDArray[np.uint8], NDArray[np.bool_], NDArray[np.int32]]:
    """Return piece, sort, end and milliseconds of all extras, ascending by the first three."""
    found = list(_waits(raw, segments, mode, pieces))
    if segments.slope_ms is not None:
        slope = np.full(pieces.number.size, _EXTRAS.index(ExtraSort.SLOPE), np.uint8)
        found.append((pieces.number, slope, np.zeros(slope.size, np.bool_), pieces.along_edge(segments.slope_ms)))
    number, sort, at_end, ms = (np.concatenate(columns) for columns in zip(*found, strict=True))
    whole_ms = np.rint(ms).astype(np.int32)
    kept = whole_ms.any(axis=1)
    number, sort, at_end, whole_ms = number[kept], sort[kept], at_end[kept], whole_ms[kept]
    order = np.lexsort((at_end, sort, number))
    return number[order], sort[order], at_end[order], whole_ms[order]


def _waits(raw: RawStreets, segments: Segments, mode: Mode, pieces: _Pieces) -> Iterator[tuple[NDArray[Any], ...]]:
    """Give the halves of waits that lie on the pieces, at where these begin and at where they end."""
    nodes = len(segments.node_lonlat)
    node_s, node_sort = np.zeros((nodes, 2)), np.zeros(nodes, np.uint8)
    node_s[: len(segments.node_s)] = segments.node_s
    for node in np.flatnonzero(node_s.any(axis=1)).tolist():
        node_sort[node] = _EXTRAS.index(ExtraSort(mode.nodes.wait_sort(raw.node_tags[node])))
    is_open = np.column_stack([segments.forward_ms >= 0, segments.backward_ms >= 0])
    for at_end in (False, True):
        # the segment's end, where the two run the same way
        at = np.where(pieces.against != at_end, segments.end[pieces.segment], segments.start[pieces.segment])
        waits = np.flatnonzero(node_s[at].any(axis=1))
        own = _Pieces(pieces.number[waits], pieces.segment[waits], pieces.against[waits])
        half_ms = np.where(is_open[own.segment], node_s[at[waits]] * 500.0, 0.0)
        half_ms = np.where(own.against[:, None], half_ms[:, ::-1], half_ms)
        yield own.number, node_sort[at[waits]], np.full(waits.size, at_end), half_ms
