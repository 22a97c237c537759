"""The hierarchy of the village as a tree: the top junction above all, below each what was contracted before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from geo.arrays import Int32s, Int64s
from geo.hierarchy import Hierarchy
from scripts.drawings.sheet import Point

__all__ = ["Tree", "arcs_of", "tree_of"]


@dataclass(frozen=True)
class Tree:
    """Where each row of a sweep stands in the tree, and its arcs."""

    column: tuple[float, ...]
    """By row; leaves are one apart."""
    depth: tuple[int, ...]
    """By row, 0 at the top."""
    parent: tuple[int, ...]
    """By row; −1 at the top."""

    def at(self, row: int, origin: Point, step_x: float, step_y: float) -> Point:
        """Return the pixels of a row, the top's left margin and line at the origin."""
        return origin[0] + self.column[row] * step_x, origin[1] + self.depth[row] * step_y


def tree_of(hierarchy: Hierarchy) -> Tree:
    """Lay the elimination tree out, children in the order of the sweep."""
    size = hierarchy.junctions
    row_of_place = {int(place): int(row) for place, row in zip(hierarchy.place, hierarchy.row, strict=True)}
    parent = [-1] * size
    for place in range(size):
        begin, end = hierarchy.upper_ptr[place : place + 2]
        if begin < end:
            parent[row_of_place[place]] = row_of_place[int(hierarchy.upper[begin])]
    depth = [0] * size
    column = [0.0] * size
    leaves = 0
    for row in range(size):  # parents come before children
        depth[row] = depth[parent[row]] + 1 if parent[row] >= 0 else 0
    for row in range(size - 1, -1, -1):  # and children after
        children = [child for child in range(size) if parent[child] == row]
        if children:
            column[row] = (column[children[0]] + column[children[-1]]) / 2
        else:
            column[row], leaves = float(leaves), leaves + 1
    return Tree(tuple(column), tuple(depth), tuple(parent))


def arcs_of(ptr: Int64s, arcs: Int32s, row: int) -> Iterator[tuple[int, int]]:
    """Yield (upper row, tenths of a second) of a row's arcs."""
    for index in range(int(ptr[row]), int(ptr[row + 1])):
        yield int(arcs[2 * index]), int(arcs[2 * index + 1])
