"""A way told step by step, so that the seconds add up to the tenth.

Ways of one name are one step, whatever they are made of; what has no name is told by its sort, and ends where one
turns. What somebody waits for stands between them as steps of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.network import StreetNetwork
from geo.street_notes import Extra, ExtraSort, StreetNotes
from geo.way_titles import Title, WaySort

__all__ = ["Part", "Step", "Turn", "along", "plane_m", "steps_along"]

_STRAIGHT_DEG = 30.0
_SHARP_DEG = 150.0
_NO_TITLE = Title()


class Turn(StrEnum):
    """What one does where a step begins."""

    START = "start"
    """To unlock, or to walk to the car."""
    TO_STREET = "to_street"
    DEPART = "depart"
    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"
    WAIT = "wait"
    FROM_STREET = "from_street"
    END = "end"
    """To find a place and park."""
    ARRIVE = "arrive"


@dataclass(frozen=True, slots=True)
class Step:
    """What one does, and how far one then goes on."""

    turn: Turn
    ds: int
    """Tenths of a second: all steps of a way add up to the whole."""
    metres: float
    vertex: int
    """Row of the line where the step begins."""
    title: Title | None = None
    """Of the street that one then follows; None for what is no street."""
    wait: ExtraSort | None = None
    """What one waits for."""
    slope_ds: int = 0
    """How many of the tenths are owed to the slope; below 0 downhill."""

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.ds / 10


@dataclass(frozen=True, slots=True)
class Part:
    """A share of an edge, run in one direction."""

    edge: int
    begin: float
    end: float
    ds: int


@dataclass(slots=True)
class _Stretch:
    """Pieces that belong to one step, before its tenths are whole."""

    turn: Turn
    vertex: int
    title: Title
    wait: ExtraSort | None = None
    ds: float = 0.0
    slope_ds: float = 0.0
    metres: float = 0.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is run of a piece of an edge."""

    title: Title
    ds: float
    slope_ds: float
    metres: float
    before: tuple[tuple[ExtraSort, float], ...]
    """Waits at the node where one comes onto it."""
    after: tuple[tuple[ExtraSort, float], ...]


def along(network: StreetNetwork, part: Part) -> NDArray[np.float64]:
    """Return the vertices (V, 2) of a share of an edge, in metres of the plane, in the direction of travel."""
    shares = _shares(network, part)
    rows = slice(int(network.vertex_ptr[part.edge]), int(network.vertex_ptr[part.edge + 1]))
    own, xy_m = np.asarray(network.vertex_share[rows]), np.asarray(network.vertex_xy_m[rows])
    inner = xy_m[_within(own, part)]
    low, high = ([np.interp(share, own, xy_m[:, axis]) for axis in (0, 1)] for share in (shares[0], shares[-1]))
    line = np.vstack([low, inner, high])
    return line if part.begin < part.end else line[::-1]


def plane_m(line: NDArray[np.float64]) -> float:
    """Return the length of a line (V, 2) in its plane."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def steps_along(
    network: StreetNetwork, parts: Sequence[Part], lines: Sequence[NDArray[np.float64]], metres: Sequence[float]
) -> tuple[Step, ...]:
    """Tell the parts of a way as steps; their tenths add up to those of the parts.

    Parameters
    ----------
    parts
        In the order of travel.
    lines
        (V, 2) each, of :func:`along`.
    metres
        On the ground, of each.
    """
    stretches: list[_Stretch] = []
    vertex, street = 1, None
    for row, part in enumerate(parts):
        turn = _bend(lines[row - 1], lines[row]) if row else Turn.DEPART
        for piece in _pieces(network, part, lines[row], metres[row]):
            for sort, ds in piece.before:
                _wait(stretches, sort, ds, vertex)
            waited = not stretches or stretches[-1].wait is not None
            if street is None or waited or _is_another(street.title, piece.title, turn):
                street = _Stretch(turn, vertex, piece.title)
                stretches.append(street)
            street.ds += piece.ds
            street.slope_ds += piece.slope_ds
            street.metres += piece.metres
            vertex, turn = vertex + 1, Turn.STRAIGHT
            for sort, ds in piece.after:
                _wait(stretches, sort, ds, vertex)
    return _whole(stretches, sum(part.ds for part in parts))


def _wait(stretches: list[_Stretch], sort: ExtraSort, ds: float, vertex: int) -> None:
    """Add a half of a wait; what lies at one node is one."""
    last = stretches[-1] if stretches else None
    if last is None or last.wait is not sort or last.vertex != vertex:
        last = _Stretch(Turn.WAIT, vertex, _NO_TITLE, wait=sort)
        stretches.append(last)
    last.ds += ds


def _is_another(before: Title, title: Title, turn: Turn) -> bool:
    """Whether a step ends between two ways: they are called otherwise, or neither has a name and one turns."""
    if before.called or title.called:
        return before.called != title.called or turn is Turn.BACK
    if before.sort is WaySort.ROUNDABOUT:
        return title.sort is not before.sort  # around it one turns all the time
    return before.sort is not title.sort or turn not in {Turn.STRAIGHT, Turn.DEPART}


def _whole(stretches: Sequence[_Stretch], total_ds: int) -> tuple[Step, ...]:
    """Round to tenths so that nothing is lost: waits by themselves, streets along the way."""
    waits = [round(each.ds) if each.wait is not None else 0 for each in stretches]
    while sum(waits) > total_ds:
        waits[int(np.argmax(waits))] -= 1
    streets_ds = sum(each.ds for each in stretches if each.wait is None)
    left = total_ds - sum(waits)
    steps, run, told = [], 0.0, 0
    for each, wait_ds in zip(stretches, waits, strict=True):
        if each.wait is not None:
            steps.append(Step(Turn.WAIT, wait_ds, 0.0, each.vertex, wait=each.wait))
            continue
        run += each.ds
        up_to = round(left * run / streets_ds) if streets_ds > 0 else left
        steps.append(Step(each.turn, up_to - told, each.metres, each.vertex, each.title, slope_ds=round(each.slope_ds)))
        told = up_to
    if steps and told != left:
        # no street takes what rounding left: the last wait does
        steps[-1] = replace(steps[-1], ds=steps[-1].ds + left - told)
    return tuple(steps)


def _pieces(network: StreetNetwork, part: Part, line: NDArray[np.float64], metres: float) -> Iterator[_Piece]:
    """Cut a share of an edge at its vertices, in the direction of travel."""
    first = int(network.vertex_ptr[part.edge])
    own = np.asarray(network.vertex_share[first : int(network.vertex_ptr[part.edge + 1])])
    shares, ahead = _shares(network, part), part.begin < part.end
    run, middle = np.diff(shares), (shares[:-1] + shares[1:]) / 2
    rows = np.clip(np.searchsorted(own, middle, "right") - 1, 0, own.size - 2)
    whole_m, piece_m = plane_m(line), np.hypot(*np.diff(line, axis=0).T)
    order = range(rows.size) if ahead else range(rows.size - 1, -1, -1)
    for step, at in enumerate(order):
        row, whole = int(rows[at]), float(own[rows[at] + 1] - own[rows[at]])
        covered = float(run[at]) / whole if whole > 0 else 1.0
        reached = shares[at] <= own[row], shares[at + 1] >= own[row + 1]
        yield _told(
            network.notes,
            first + row,
            ahead=ahead,
            covered=covered,
            reached=reached,
            ds=part.ds * float(run[at]) / float(shares[-1] - shares[0]),
            metres=metres * float(piece_m[step]) / whole_m if whole_m > 0 else metres / rows.size,
        )


def _told(
    notes: StreetNotes | None,
    piece: int,
    *,
    ahead: bool,
    covered: float,
    reached: tuple[bool, bool],
    ds: float,
    metres: float,
) -> _Piece:
    """Take from the time of a piece what its notes say that it is owed to.

    A wait that lies beyond the place where one stands is spread along the piece, as fields count it: it is no step.
    """
    if notes is None:
        return _Piece(_NO_TITLE, ds, 0.0, metres, (), ())
    waits: tuple[list[tuple[ExtraSort, float]], list[tuple[ExtraSort, float]]] = ([], [])
    slope_ds = 0.0
    for extra in notes.extras(piece):
        own_ds = covered * _ms(extra, ahead) / 100
        if extra.sort is ExtraSort.SLOPE:
            slope_ds += own_ds
        elif reached[extra.at_end] and own_ds > 0:
            waits[extra.at_end == ahead].append((extra.sort, min(own_ds, ds)))
            ds -= min(own_ds, ds)
    return _Piece(notes.title(piece), ds, slope_ds, metres, tuple(waits[0]), tuple(waits[1]))


def _ms(extra: Extra, ahead: bool) -> int:
    return extra.forward_ms if ahead else extra.backward_ms


def _shares(network: StreetNetwork, part: Part) -> NDArray[np.float64]:
    """Return the shares, ascending, of the ends of a part and of the vertices between."""
    own = np.asarray(network.vertex_share[network.vertex_ptr[part.edge] : network.vertex_ptr[part.edge + 1]])
    low, high = sorted((part.begin, part.end))
    return np.concatenate([[low], own[_within(own, part)], [high]])


def _within(own: NDArray[np.float64], part: Part) -> NDArray[np.bool_]:
    low, high = sorted((part.begin, part.end))
    return np.asarray((own > low) & (own < high))


def _bend(before: NDArray[np.float64], after: NDArray[np.float64]) -> Turn:
    """Say how one turns between two parts."""
    degrees = np.degrees(_heading(after) - _heading(before[::-1]) - np.pi) % 360.0
    if degrees < _STRAIGHT_DEG or degrees > 360.0 - _STRAIGHT_DEG:
        return Turn.STRAIGHT
    if _SHARP_DEG < degrees < 360.0 - _SHARP_DEG:
        return Turn.BACK
    return Turn.LEFT if degrees < 180.0 else Turn.RIGHT


def _heading(line: NDArray[np.float64]) -> float:
    """Return the angle, counterclockwise from the east, at which a line sets out over its first ten metres."""
    away = np.hypot(*(line - line[0]).T)
    ahead = line[int(np.argmax(away >= min(10.0, away.max())))] - line[0]
    return float(np.arctan2(ahead[1], ahead[0]))
