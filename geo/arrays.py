"""Arrays as the kernels take them: contiguous, read-only, in memory or mapped from a file.

A compiled kernel is specialised by its arguments' types, and a read-only array has another type than a writable one.
Everything that is only read is therefore frozen before it meets a kernel: one compilation serves an array just built
and the same array mapped from a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.errors import LabelOverflow, SnapshotCorrupt

__all__ = [
    "MOST_ROWS",
    "Flags",
    "Floats",
    "Int8s",
    "Int32s",
    "Int64s",
    "frozen",
    "open_arrays",
    "require_rows",
    "save_arrays",
]

Int8s = NDArray[np.int8]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Scalar = TypeVar("Scalar", bound=np.generic)

MOST_ROWS = 1 << 30
"""Rows of one table that an int32 numbers, with room for as many again: copies, splits, two directions of an edge."""


def frozen(array: NDArray[Any], dtype: type[Scalar]) -> NDArray[Scalar]:
    """Return a contiguous, read-only view, or a copy where dtype or layout ask for one; the argument stays as it is.

    Any shape, which stays.
    """
    view = np.ascontiguousarray(array, dtype=dtype).view(np.ndarray)
    view.flags.writeable = False
    return view


def require_rows(count: int, what: str) -> None:
    """Refuse more rows than an int32 numbers.

    Raises
    ------
    LabelOverflow
        Names what there is too much of.
    """
    if count > MOST_ROWS:
        detail = f"{count:,} {what} are more than the {MOST_ROWS:,} that can be numbered: build smaller areas"
        raise LabelOverflow(detail)


def save_arrays(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write each array, of any shape, as ``<name>.npy`` into the folder, which is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def open_arrays(folder: Path, names: Mapping[str, type[np.generic]]) -> dict[str, NDArray[Any]]:
    """Map ``<name>.npy`` of each name, read-only, and check its dtype; whoever asks checks its shape.

    Raises
    ------
    SnapshotCorrupt
        When a file is missing, is no array or holds another dtype.
    """
    arrays = {}
    for name, dtype in names.items():
        path = folder / f"{name}.npy"
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, EOFError, ValueError) as error:
            raise SnapshotCorrupt(f"{path.name} of the snapshot cannot be read: {error}") from error
        if array.dtype != dtype:
            raise SnapshotCorrupt(f"{path.name} of the snapshot holds {array.dtype}, not {np.dtype(dtype)}")
        arrays[name] = frozen(array, dtype)
    return arrays
