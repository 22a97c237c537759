"""Many arrays handed to a kernel as one.

Python looks at each argument of a compiled call, and at each array of a tuple: with some thirty arrays that takes far
longer than one address takes to read. *Pinned* arrays stay where they are, and a kernel is given a table of where that
is. It opens them by number, with the functions below; each names the type that the array must have been pinned with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit, types  # type: ignore[attr-defined]
from numba.extending import intrinsic
from numpy.typing import NDArray

from geo.arrays import Int64s

__all__ = [
    "Pinned",
    "float_pairs",
    "float_quads",
    "floats",
    "int8s",
    "int32s",
    "int64s",
    "packed_records",
    "tables",
    "uint16s",
]

_DIMENSIONS = 4


class Pinned:
    """Arrays, and the table of where they lie.

    Parameters
    ----------
    arrays
        Contiguous, of at most four dimensions; kept for as long as this is, so that no address outlives its array. The
        table of other pinned arrays is one too.

    Attributes
    ----------
    table : (A, 5) int64
        Of each array the address of its first element, and its shape, filled up with ones.
    """

    def __init__(self, *arrays: NDArray[Any] | Pinned) -> None:
        self._kept = arrays
        opened = [array.table if isinstance(array, Pinned) else array for array in arrays]
        if not all(array.flags.c_contiguous and array.ndim <= _DIMENSIONS for array in opened):
            raise ValueError("only contiguous arrays of at most four dimensions can be pinned")
        # as writable as a table that a kernel opens, so that both have one type and one compilation
        self.table: Int64s = np.array(
            [[a.ctypes.data, *a.shape, *[1] * (_DIMENSIONS - a.ndim)] for a in opened], np.int64
        )


def _address_as_pointer(_context: Any, _address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.int64), generate


_pointer: Any = intrinsic(_address_as_pointer)


@njit(cache=True, nogil=True)
def tables(table: Int64s, number: int) -> NDArray[np.int64]:
    """Open a pinned table of other arrays."""
    return carray(_pointer(table[number, 0]), (table[number, 1], 5), np.int64)


@njit(cache=True, nogil=True)
def int8s(table: Int64s, number: int) -> NDArray[np.int8]:
    """Open a pinned array (N,) int8."""
    return carray(_pointer(table[number, 0]), (table[number, 1],), np.int8)


@njit(cache=True, nogil=True)
def int32s(table: Int64s, number: int) -> NDArray[np.int32]:
    """Open a pinned array (N,) int32."""
    return carray(_pointer(table[number, 0]), (table[number, 1],), np.int32)


@njit(cache=True, nogil=True)
def int64s(table: Int64s, number: int) -> NDArray[np.int64]:
    """Open a pinned array (N,) int64."""
    return carray(_pointer(table[number, 0]), (table[number, 1],), np.int64)


@njit(cache=True, nogil=True)
def uint16s(table: Int64s, number: int) -> NDArray[np.uint16]:
    """Open a pinned array (N,) uint16."""
    return carray(_pointer(table[number, 0]), (table[number, 1],), np.uint16)


@njit(cache=True, nogil=True)
def floats(table: Int64s, number: int) -> NDArray[np.float64]:
    """Open a pinned array (N,) float64."""
    return carray(_pointer(table[number, 0]), (table[number, 1],), np.float64)


@njit(cache=True, nogil=True)
def float_pairs(table: Int64s, number: int) -> NDArray[np.float64]:
    """Open a pinned array (N, 2) float64."""
    return carray(_pointer(table[number, 0]), (table[number, 1], 2), np.float64)


@njit(cache=True, nogil=True)
def float_quads(table: Int64s, number: int) -> NDArray[np.float64]:
    """Open a pinned array (N, 4) float64."""
    return carray(_pointer(table[number, 0]), (table[number, 1], 4), np.float64)


@njit(cache=True, nogil=True)
def packed_records(table: Int64s, number: int) -> NDArray[np.uint32]:
    """Open a pinned array (N, C, k, 2) uint16 as (N · C · k,) uint32: of each pair the first in the lower bits."""
    row = table[number]
    return carray(_pointer(row[0]), (row[1] * row[2] * row[3],), np.uint32)
