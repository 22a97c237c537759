"""Where the rows of a source stand, by an identifier that another source shares with it.

Some registers say in one file where a place is, and in another what is done there. The second is read after the first
and takes its places from it (``placed_by``). All rows of the first count, whatever becomes of them: a place that is
closed, or beyond the halo, is known there and none here, which is something else than a place that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.catalogue import Source
from ingest.connectors.table import Table
from ingest.ledger import RejectCode

__all__ = ["KnownPlaces", "read_identifiers"]

_USABLE, _LEFT_OUT, _REFUSED, _UNKNOWN = range(4)
"""What a row is worth to others, the best first: of several rows of one identifier the best is taken."""


@dataclass(frozen=True)
class KnownPlaces:
    """What became of the places of a table's rows."""

    identifiers: Mapping[str, pd.Series[str]]
    """Kind of identifier (``"finess"``) → of each row, in capitals; empty where it has none."""
    problem: NDArray[np.object_]
    """``RejectCode`` of the rows that are refused for their place, else None."""
    usable: pd.DataFrame
    """Of the rows that stand in the territory or its halo, by their number: ``lon`` and ``lat`` (WGS 84, degrees),
    ``insee``, ``name``, ``precision``. Rows with neither place nor problem are out of scope."""

    @classmethod
    def of(
        cls, source: Source, table: Table, kinds: Sequence[str], problem: NDArray[np.object_], usable: pd.DataFrame
    ) -> KnownPlaces:
        """Return what the rows of a table are worth to sources that share these kinds of identifiers with it."""
        return cls({kind: read_identifiers(source, table, kind) for kind in kinds}, problem, usable)

    @cached_property
    def _worth(self) -> NDArray[np.int8]:
        """Of each row; the last entry stands for a row that is not there (−1)."""
        refused = np.array(self.problem != None, dtype=bool)  # noqa: E711 - elementwise
        worth = np.append(np.where(refused, _REFUSED, _LEFT_OUT), _UNKNOWN).astype(np.int8)
        worth[self.usable.index.to_numpy()] = _USABLE
        return worth

    def find(self, kind: str, identifiers: pd.Series[str]) -> NDArray[np.int64]:
        """Return the row of each identifier (in capitals): −1 where it is empty or nobody knows it."""
        order = np.argsort(self._worth[:-1], kind="stable")[::-1]
        known = pa.array(self.identifiers[kind], pa.string()).dictionary_encode()
        best = np.full(len(known.dictionary) + 1, -1, dtype=np.int64)
        best[known.indices.to_numpy()[order]] = order  # the best of an identifier is written last
        asked = pa.array(identifiers, pa.string())
        places = pc.index_in(pc.if_else(pc.equal(asked, ""), None, asked), known.dictionary)
        rows: NDArray[np.int64] = best[places.fill_null(-1).to_numpy()]
        return rows

    def is_usable(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of the rows that were found stand in the territory or its halo."""
        return np.array(self._worth[rows] == _USABLE, dtype=bool)

    def is_left_out(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which of the rows that were found are out of scope."""
        return np.array(self._worth[rows] == _LEFT_OUT, dtype=bool)

    def problems(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return why the rows that were found have no place; None where they have one, or are out of scope."""
        found: NDArray[np.object_] = np.append(self.problem, RejectCode.UNKNOWN_SERVICE)[rows]
        return found


def read_identifiers(source: Source, table: Table, kind: str) -> pd.Series[str]:
    """Return an identifier that sources share, of every row, as :class:`KnownPlaces` holds it."""
    return table.text(source.links[kind]).str.upper()
