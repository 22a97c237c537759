"""The rows that no record could be made of, as a snapshot keeps them: each with its code, file, line and example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geo.tables import read_batch, write_batch

__all__ = ["Refusal", "RefusalTable", "write_refusals"]

_SCHEMA = pa.schema(
    [
        ("source", pa.dictionary(pa.int16(), pa.string())),
        ("code", pa.dictionary(pa.int16(), pa.string())),
        ("file", pa.dictionary(pa.int16(), pa.string())),
        ("line", pa.int64()),
        ("example", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of a publisher's file that could not become a record."""

    source: str
    code: str
    """Why, as ``docs/rejects.md`` lists them."""
    file: str
    line: int
    """From 1 with the header as line 1; the number of the feature or object where a file has no lines."""
    example: str
    """The value that was refused, shortened."""


def write_refusals(path: Path, refusals: Iterable[Refusal]) -> None:
    """Write them ordered by source, code, file and line."""
    rows = sorted(refusals, key=lambda r: (r.source, r.code, r.file, r.line, r.example))
    texts = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in ("source", "code", "file")}
    columns = {
        **{name: texts[name].dictionary_encode().cast(_SCHEMA.field(name).type) for name in texts},
        "line": [row.line for row in rows],
        "example": [row.example for row in rows],
    }
    write_batch(path, _SCHEMA, columns)


class RefusalTable:
    """The refused rows of a snapshot, mapped; a row is made when somebody asks for it."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch

    @classmethod
    def open(cls, path: Path) -> RefusalTable:
        """Map the file."""
        return cls(read_batch(path))

    def __len__(self) -> int:
        return int(self._batch.num_rows)

    def select(self, source: str | None = None, code: str | None = None) -> NDArray[np.int64]:
        """Return the rows (R,) of a source and a code, ascending; None stands for all, an unknown one for no row."""
        keep = np.ones(len(self), dtype=bool)
        for name, wanted in (("source", source), ("code", code)):
            if wanted is not None:
                column = self._batch.column(name)
                known = column.dictionary.to_pylist()
                number = known.index(wanted) if wanted in known else -1
                keep &= np.from_dlpack(column.indices) == number
        return np.flatnonzero(keep)

    def rows(self, indices: Iterable[int]) -> Iterator[Refusal]:
        """Yield the rows at these places."""
        for index in indices:
            yield Refusal(**{name: self._batch.column(name)[index].as_py() for name in _SCHEMA.names})
