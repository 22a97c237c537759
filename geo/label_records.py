"""Labels as a field keeps them: by junction instead of by row, all ranks of a category side by side.

A sweep leaves 16 categories side by side, rank by rank. Turning that round value by value takes twice as long as the
sweep itself, so a whole batch is turned in vectors; what is no whole batch goes value by value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from geo.arrays import Int32s
from geo.labels import NO_LABEL, ROW_BITS, Labels
from geo.lookup import Records
from geo.sweeps import LANES

__all__ = ["write_records"]

_I32, _I64 = ir.IntType(32), ir.IntType(64)


def write_records(
    labels: Labels, row_of: Int32s, first: int, categories: int, cutoff_ds: int, records: Records
) -> None:
    """Write swept labels into records, from column `first` on. Threads may write other columns meanwhile.

    Parameters
    ----------
    labels
        (N, k, lanes) by row, as ``geo.sweeps.Sweep.run`` returns them.
    row_of
        (N,) the row of each junction.
    categories
        How many of the lanes are written.
    cutoff_ds
        What costs more is left out.
    """
    limit = np.uint32((cutoff_ds << ROW_BITS) + (1 << ROW_BITS) - 1)
    packed = records.reshape(-1).view(np.uint32)
    depth, width = records.shape[2], records.shape[1]
    if categories == LANES:
        _KERNELS[depth](labels.reshape(-1), row_of, first, width, limit, packed)
    else:
        _write_some(labels, row_of, first, categories, width, limit, packed)


def _intrinsic(depth: int) -> Any:
    """Write the instructions that turn one row: ``(labels, packed, from position, to position, limit)``."""
    vector = ir.VectorType(_I32, LANES)

    def every(value: int) -> Any:
        return ir.Constant(vector, [value] * LANES)

    def spread(builder: Any, scalar: Any) -> Any:
        one = builder.insert_element(ir.Constant(vector, ir.Undefined), scalar, ir.Constant(_I32, 0))
        return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), every(0))

    def at(builder: Any, pointer: Any, position: Any, rank: int) -> Any:
        index = builder.add(position, ir.Constant(_I64, rank * LANES))
        return builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer())

    def turned(builder: Any, ranks: list[Any], part: int) -> Any:
        """Return one vector of the turned row: categories ascending, of each all ranks."""
        wanted = [divmod(position, depth) for position in range(part * LANES, (part + 1) * LANES)]
        chosen = ranks[0]
        for rank in range(depth):
            mask = [
                LANES + category if own == rank else (lane if rank else category)
                for lane, (category, own) in enumerate(wanted)
            ]
            chosen = builder.shuffle_vector(chosen, ranks[rank], ir.Constant(vector, mask))
        return chosen

    @intrinsic
    def one_row(_: Any, labels: Any, packed: Any, source: Any, target: Any, limit: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            read, write = (
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip(signature.args[:2], values[:2], strict=True)
            )
            most, half, ranks = spread(builder, values[4]), every(ROW_BITS), []
            for rank in range(depth):
                label = builder.load(at(builder, read, values[2], rank), align=4)
                label = builder.select(builder.icmp_unsigned("<=", label, most), label, every(int(NO_LABEL)))
                ranks.append(builder.or_(builder.shl(label, half), builder.lshr(label, half)))
            for part in range(depth):
                builder.store(turned(builder, ranks, part), at(builder, write, values[3], part), align=4)
            return context.get_dummy_value()

        return types.void(labels, packed, source, target, limit), generate

    return one_row


_turn_1, _turn_3, _turn_5 = _intrinsic(1), _intrinsic(3), _intrinsic(5)


@njit(cache=True, nogil=True)
def _write_1(labels: Labels, row_of: Int32s, first: int, width: int, limit: np.uint32, packed: Labels) -> None:
    for junction in range(row_of.size):
        _turn_1(labels, packed, np.int64(row_of[junction]) * LANES, junction * width + first, limit)


@njit(cache=True, nogil=True)
def _write_3(labels: Labels, row_of: Int32s, first: int, width: int, limit: np.uint32, packed: Labels) -> None:
    for junction in range(row_of.size):
        _turn_3(labels, packed, np.int64(row_of[junction]) * 3 * LANES, (junction * width + first) * 3, limit)


@njit(cache=True, nogil=True)
def _write_5(labels: Labels, row_of: Int32s, first: int, width: int, limit: np.uint32, packed: Labels) -> None:
    for junction in range(row_of.size):
        _turn_5(labels, packed, np.int64(row_of[junction]) * 5 * LANES, (junction * width + first) * 5, limit)


_KERNELS = {1: _write_1, 3: _write_3, 5: _write_5}


@njit(cache=True, nogil=True)
def _write_some(
    labels: Labels, row_of: Int32s, first: int, categories: int, width: int, limit: np.uint32, packed: Labels
) -> None:
    depth = labels.shape[1]
    for junction in range(row_of.size):
        row = row_of[junction]
        begin = (junction * width + first) * depth
        for rank in range(depth):
            for category in range(categories):
                label = labels[row, rank, category]
                label = label if label <= limit else NO_LABEL
                turned = (label << np.uint32(ROW_BITS)) | (label >> np.uint32(ROW_BITS))
                packed[begin + category * depth + rank] = turned
