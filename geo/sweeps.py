"""Sweep labels over a hierarchy: the k nearest services of every junction, 16 categories side by side.

A junction holds k rows of 16 lanes, one lane a category: each lane's k smallest labels (``geo.labels``) of distinct
services, ascending.

Adding a cost saturates: what no longer fits costs 65,535, one more than is ever read, and never wraps to something
near.

Numba does not vectorise the merge of two rows by itself, so the two inner loops are written as LLVM vector
instructions: everything below one junction's arcs is straight-line code over ``<16 x i32>``. The machine's own vector
width is LLVM's business. They live in this file because numba's cache looks at this file alone for changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from geo.arrays import Flags, Int32s, Int64s
from geo.hierarchy import Hierarchy
from geo.labels import MAX_COST_DS, MAX_ROW, NO_LABEL, ROW_BITS, Labels, Seeds

__all__ = ["DEPTHS", "LANES", "MAX_COST_DS", "MAX_ROW", "NO_LABEL", "ROW_BITS", "Labels", "Seeds", "Sweep"]

LANES = 16
DEPTHS = (1, 3, 5)
"""How many nearest services a sweep can keep: each k is compiled apart."""
_AHEAD = 24
"""So many rows, or seeds, before its turn the memory is asked for what will be written: as long as it takes to come."""

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)


class _RowCode:
    """Writes the instructions for the arcs of one junction, whose labels are `depth` vectors of `lanes` uint32.

    No merge is skipped, be it of no use: a test that goes either way costs more than the merge.

    Parameters
    ----------
    labels, arcs, touched
        Pointers to the store, to the pairs (upper row, cost), and to the flags that say which rows hold labels: the
        others are not even read, so the store needs no clearing.
    """

    def __init__(self, builder: Any, depth: int, lanes: int, labels: Any, arcs: Any, touched: Any) -> None:
        self._builder, self._depth, self._lanes = builder, depth, lanes
        self._labels, self._arcs, self._touched = labels, arcs, touched
        self._vector = ir.VectorType(_I32, lanes)
        self._none = self._all(int(NO_LABEL))

    def push(self, row: Any, begin: Any, end: Any) -> None:
        """Send the labels of a touched row up its arcs."""
        builder = self._builder
        self._ask(builder.sub(row, ir.Constant(_I64, _AHEAD)))
        own = self._load(row)
        with cgutils.for_range_slice(builder, begin, end, ir.Constant(_I64, 1), _I64) as (index, _):
            upper, add = self._arc(index)
            with builder.if_else(self._is_touched(upper)) as (known, fresh):
                with known:
                    self._store(upper, self._merge(self._load(upper), [add(label) for label in own]))
                with fresh:
                    self._store(upper, [add(label) for label in own])
                    builder.store(ir.Constant(_I8, 1), builder.gep(self._touched, [upper]))

    def pull(self, row: Any, begin: Any, end: Any) -> None:
        """Bring the labels of every upper row down its arcs to a row, touched or not."""
        builder = self._builder
        self._ask(builder.add(row, ir.Constant(_I64, _AHEAD)))
        held = [cgutils.alloca_once(builder, self._vector) for _ in range(self._depth)]  # type: ignore[no-untyped-call]
        first = cgutils.alloca_once_value(builder, begin)  # type: ignore[no-untyped-call]
        with builder.if_else(self._is_touched(row)) as (known, fresh):
            with known:
                for label, slot in zip(self._load(row), held, strict=True):
                    builder.store(label, slot)
            with fresh:
                for slot in held:
                    builder.store(self._none, slot)
                with builder.if_then(builder.icmp_unsigned("<", begin, end)):  # nothing to merge the first arc's with
                    for label, slot in zip(self._arriving(begin), held, strict=True):
                        builder.store(label, slot)
                    builder.store(builder.add(begin, ir.Constant(_I64, 1)), first)
        begin = builder.load(first)
        with cgutils.for_range_slice(builder, begin, end, ir.Constant(_I64, 1), _I64) as (index, _):
            merged = self._merge([builder.load(slot) for slot in held], self._arriving(index))
            for label, slot in zip(merged, held, strict=True):
                builder.store(label, slot)
        self._store(row, [builder.load(slot) for slot in held])

    def _arriving(self, index: Any) -> list[Any]:
        """Return what an arc brings down."""
        upper, add = self._arc(index)
        return [add(label) for label in self._load(upper)]

    def _arc(self, index: Any) -> tuple[Any, Callable[[Any], Any]]:
        """Return an arc's upper row, and the saturating addition of its cost: one instruction a vector."""
        builder = self._builder
        first = builder.shl(index, ir.Constant(_I64, 1))
        second = builder.or_(first, ir.Constant(_I64, 1))
        upper = builder.zext(builder.load(builder.gep(self._arcs, [first])), _I64)
        cost = builder.load(builder.gep(self._arcs, [second]))  # below 65,535: a sweep reads no other
        halves = ir.VectorType(ir.IntType(ROW_BITS), 2 * self._lanes)  # rows and costs in turn; nothing goes to a row
        addend = builder.bitcast(self._spread(builder.shl(cost, ir.Constant(_I32, ROW_BITS))), halves)
        kind, name = ir.FunctionType(halves, [halves, halves]), f"llvm.uadd.sat.v{halves.count}i{ROW_BITS}"
        saturating_add = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)

        def add(labels: Any) -> Any:
            total = builder.call(saturating_add, [builder.bitcast(labels, halves), addend])
            return builder.bitcast(total, self._vector)

        return upper, add

    def _merge(self, held: Sequence[Any], arriving: Sequence[Any]) -> list[Any]:
        """Merge two ascending lists of distinct services into the smallest `depth`, without a branch.

        The arriving label of rank r can only land at rank r or after, and what it displaces moves on to the next rank.
        Once a label of the same service has been met nothing moves any more: of the two the smaller has stayed.
        """
        builder, merged = self._builder, list(held)
        for rank, label in enumerate(arriving):
            carried, moves = label, None
            for before in merged[:rank]:
                moves = self._and(moves, self._other_service(before, label))
            for position in range(rank, self._depth):
                old = merged[position]
                smaller = self._smaller(old, carried)
                merged[position] = smaller if moves is None else builder.select(moves, smaller, old)
                if position + 1 < self._depth:
                    moves = self._and(moves, self._other_service(old, label))
                    carried = self._larger(old, carried)
        return merged

    def _is_touched(self, row: Any) -> Any:
        flag = self._builder.load(self._builder.gep(self._touched, [row]))
        return self._builder.icmp_unsigned("!=", flag, ir.Constant(_I8, 0))

    def _address(self, row: Any, rank: int) -> Any:
        first = self._builder.mul(row, ir.Constant(_I64, self._depth * self._lanes))
        index = self._builder.add(first, ir.Constant(_I64, rank * self._lanes))
        return self._builder.bitcast(self._builder.gep(self._labels, [index]), self._vector.as_pointer())

    @property
    def _alignment(self) -> int:
        return min(64, 4 * self._lanes)

    def _load(self, row: Any) -> list[Any]:
        return [self._builder.load(self._address(row, rank), align=self._alignment) for rank in range(self._depth)]

    def _store(self, row: Any, labels: Sequence[Any]) -> None:
        for rank, label in enumerate(labels):
            self._builder.store(label, self._address(row, rank), align=self._alignment)

    def _all(self, value: int) -> Any:
        return ir.Constant(self._vector, [value] * self._lanes)

    def _spread(self, scalar: Any) -> Any:
        undefined = ir.Constant(self._vector, ir.Undefined)
        one = self._builder.insert_element(undefined, scalar, ir.Constant(_I32, 0))
        return self._builder.shuffle_vector(one, undefined, self._all(0))

    def _smaller(self, left: Any, right: Any) -> Any:
        return self._builder.select(self._builder.icmp_unsigned("<", left, right), left, right)

    def _larger(self, left: Any, right: Any) -> Any:
        return self._builder.select(self._builder.icmp_unsigned("<", left, right), right, left)

    def _other_service(self, left: Any, right: Any) -> Any:
        different = self._builder.and_(self._builder.xor(left, right), self._all((1 << ROW_BITS) - 1))
        return self._builder.icmp_unsigned("!=", different, self._all(0))

    def _and(self, left: Any, right: Any) -> Any:
        return right if left is None else self._builder.and_(left, right)

    def _ask(self, row: Any) -> None:
        """Ask the memory for a row that is written soon; beyond the ends of the store nothing happens."""
        if self._lanes > 1:
            for rank in range(self._depth):
                _write_prefetch(self._builder, self._address(row, rank))


def _write_prefetch(builder: Any, pointer: Any) -> None:
    place = builder.bitcast(pointer, _I8.as_pointer())
    kind, name = ir.FunctionType(ir.VoidType(), [place.type, _I32, _I32, _I32]), "llvm.prefetch.p0"
    ask = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    to_write, near, data = (ir.Constant(_I32, value) for value in (1, 3, 1))
    builder.call(ask, [place, to_write, near, data])


@intrinsic
def _prefetch(_: Any, labels: Any, position: Any) -> Any:
    """Ask the memory for the line of a label."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        _write_prefetch(builder, builder.gep(data, [values[1]]))
        return context.get_dummy_value()

    return types.void(labels, position), generate


def _intrinsic(write: Callable[..., None], depth: int, lanes: int) -> Any:
    """Make ``write`` callable from a kernel, as ``(labels, arcs, touched, row, begin, end)``."""

    @intrinsic
    def one_row(_: Any, labels: Any, arcs: Any, touched: Any, row: Any, begin: Any, end: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pointers = [
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip(signature.args[:3], values[:3], strict=True)
            ]
            write(_RowCode(builder, depth, lanes, *pointers), *values[3:])
            return context.get_dummy_value()

        return types.void(labels, arcs, touched, row, begin, end), generate

    return one_row


# One kernel for each shape, at module level: a kernel made inside a function would be compiled anew in every process.

_push_1x1, _pull_1x1 = _intrinsic(_RowCode.push, 1, 1), _intrinsic(_RowCode.pull, 1, 1)
_push_1x16, _pull_1x16 = _intrinsic(_RowCode.push, 1, LANES), _intrinsic(_RowCode.pull, 1, LANES)
_push_3x16, _pull_3x16 = _intrinsic(_RowCode.push, 3, LANES), _intrinsic(_RowCode.pull, 3, LANES)
_push_5x16, _pull_5x16 = _intrinsic(_RowCode.push, 5, LANES), _intrinsic(_RowCode.pull, 5, LANES)


class _Planted(NamedTuple):
    """The seeds of all lanes."""

    row: Int32s
    position: Int32s
    """Of the first rank of the seed's lane, within the labels of its row."""
    label: Labels


class _Arcs(NamedTuple):
    """The arcs of a hierarchy that a label can pass: cheapest first, so that they end where a label is full."""

    push_ptr: Int64s
    push_end: Int64s
    push: Int32s
    pull_ptr: Int64s
    pull_end: Int64s
    pull: Int32s


@njit(cache=True, nogil=True)
def _plant(labels: Labels, touched: Flags, planted: _Planted, depth: int, lanes: int) -> None:
    """Write the seeds into the store, each lane's list ascending. Unsigned positions: none counts from the end."""
    touched.fill(False)
    size, step = np.uint64(depth * lanes), np.uint64(lanes)
    for seed in range(planted.row.size):
        if seed + _AHEAD < planted.row.size:
            far = np.int64(planted.row[seed + _AHEAD]) * depth * lanes
            for position in range(far, far + depth * lanes, LANES):
                _prefetch(labels, position)  # type: ignore[call-arg]
        row = planted.row[seed]
        first = np.uint64(row) * size
        if not touched[row]:
            touched[row] = True
            for position in range(first, first + size):
                labels[position] = NO_LABEL
        carried = planted.label[seed]
        place = first + np.uint64(planted.position[seed])
        for _ in range(depth):
            held = labels[place]
            labels[place] = min(held, carried)
            carried = max(held, carried)
            place += step


@njit(cache=True, nogil=True)
def _sweep_1x1(labels: Labels, touched: Flags, planted: _Planted, arcs: _Arcs) -> None:
    _plant(labels, touched, planted, 1, 1)
    for row in range(touched.size - 1, -1, -1):
        if touched[row]:
            _push_1x1(labels, arcs.push, touched, row, arcs.push_ptr[row], arcs.push_end[row])
    for row in range(touched.size):
        _pull_1x1(labels, arcs.pull, touched, row, arcs.pull_ptr[row], arcs.pull_end[row])


@njit(cache=True, nogil=True)
def _sweep_1x16(labels: Labels, touched: Flags, planted: _Planted, arcs: _Arcs) -> None:
    _plant(labels, touched, planted, 1, LANES)
    for row in range(touched.size - 1, -1, -1):
        if touched[row]:
            _push_1x16(labels, arcs.push, touched, row, arcs.push_ptr[row], arcs.push_end[row])
    for row in range(touched.size):
        _pull_1x16(labels, arcs.pull, touched, row, arcs.pull_ptr[row], arcs.pull_end[row])


@njit(cache=True, nogil=True)
def _sweep_3x16(labels: Labels, touched: Flags, planted: _Planted, arcs: _Arcs) -> None:
    _plant(labels, touched, planted, 3, LANES)
    for row in range(touched.size - 1, -1, -1):
        if touched[row]:
            _push_3x16(labels, arcs.push, touched, row, arcs.push_ptr[row], arcs.push_end[row])
    for row in range(touched.size):
        _pull_3x16(labels, arcs.pull, touched, row, arcs.pull_ptr[row], arcs.pull_end[row])


@njit(cache=True, nogil=True)
def _sweep_5x16(labels: Labels, touched: Flags, planted: _Planted, arcs: _Arcs) -> None:
    _plant(labels, touched, planted, 5, LANES)
    for row in range(touched.size - 1, -1, -1):
        if touched[row]:
            _push_5x16(labels, arcs.push, touched, row, arcs.push_ptr[row], arcs.push_end[row])
    for row in range(touched.size):
        _pull_5x16(labels, arcs.pull, touched, row, arcs.pull_ptr[row], arcs.pull_end[row])


_KERNELS = {(1, 1): _sweep_1x1, (1, LANES): _sweep_1x16, (3, LANES): _sweep_3x16, (5, LANES): _sweep_5x16}


@njit(cache=True, nogil=True)
def _ends(ptr: Int64s, arcs: Int32s) -> Int64s:
    """Return where each row's arcs (cheapest first) begin to cost more than a label holds."""
    ends = ptr[1:].copy()
    for row in range(ends.size):
        while ends[row] > ptr[row] and arcs[2 * ends[row] - 1] > MAX_COST_DS:
            ends[row] -= 1
    return ends


class Sweep:
    """A store of labels for one hierarchy and depth, used again for batch after batch.

    Parameters
    ----------
    depth
        How many nearest services are kept: one of ``DEPTHS``.
    lanes
        Categories side by side: 16, or 1 with depth 1 (somebody's one place).
    """

    def __init__(self, hierarchy: Hierarchy, depth: int, lanes: int = LANES) -> None:
        if (depth, lanes) not in _KERNELS:
            raise ValueError(f"no sweep of {depth} × {lanes}: there are {sorted(_KERNELS)}")
        self.hierarchy, self.depth, self.lanes = hierarchy, depth, lanes
        size = hierarchy.junctions * depth * lanes
        # The vector loads need rows that begin at a multiple of 64 bytes; numpy promises 16.
        loose = np.empty(size + 16, np.uint32)
        begin = -(loose.ctypes.data // 4) % 16
        self._labels = loose[begin : begin + size]
        self._touched = np.empty(hierarchy.junctions, np.bool_)
        push = (hierarchy.push_ptr, _ends(hierarchy.push_ptr, hierarchy.push_arcs), hierarchy.push_arcs)
        pull = push
        if hierarchy.pull_arcs is not hierarchy.push_arcs:
            pull = (hierarchy.pull_ptr, _ends(hierarchy.pull_ptr, hierarchy.pull_arcs), hierarchy.pull_arcs)
        self._arcs = _Arcs(*push, *pull)

    def run(self, batch: Sequence[Seeds]) -> Labels:
        """Sweep up to ``lanes`` categories.

        Returns
        -------
        (N, depth, lanes) uint32 labels by *hierarchy row* (junction j is at ``hierarchy.row[j]``), ascending along
        depth; where there is no further service ``NO_LABEL``, or a label that costs more than ``MAX_COST_DS``. A view
        of the store: the next run overwrites it.

        Raises
        ------
        ValueError
            When there are more categories than lanes, or a seed does not fit a label.
        """
        if len(batch) > self.lanes:
            raise ValueError(f"{len(batch)} categories do not fit {self.lanes} lanes")
        _KERNELS[self.depth, self.lanes](self._labels, self._touched, self._planted(batch), self._arcs)
        return self._labels.reshape(self.hierarchy.junctions, self.depth, self.lanes)

    def _planted(self, batch: Sequence[Seeds]) -> _Planted:
        lanes = np.repeat(np.arange(len(batch), dtype=np.int32), [seeds.junction.size for seeds in batch])
        nothing = Seeds(*3 * [np.zeros(0, np.int32)])
        every = Seeds(*(np.concatenate(column) for column in zip(nothing, *batch, strict=True)))
        every.require_fit()
        labels = every.cost_ds.astype(np.uint32) << np.uint32(ROW_BITS) | every.row.astype(np.uint32)
        return _Planted(self.hierarchy.row[every.junction], lanes, labels)
