"""What becomes of the rows of one source: drafts, addresses or cells, rejects, and the account of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.places import Address, Cell, CommuneCount, Sector, Service, Zone
from ingest.catalogue import Source
from ingest.connectors.table import FILE, LINE, Table
from ingest.fetch import Fetched
from ingest.known_places import KnownPlaces
from ingest.ledger import Ledger, Reject, RejectCode

__all__ = ["CommuneFact", "Draft", "Sorter", "SourceResult"]

_EXAMPLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Draft:
    """A service of one source, before the sources are compared."""

    service: Service
    row: int
    """Its row in the source; a row that gives two categories has two drafts."""
    links: tuple[tuple[str, str], ...]
    """Identifiers shared with other sources: ``("uai", "0710001R")``."""


@dataclass(frozen=True, slots=True)
class CommuneFact:
    """What one source says of a commune beside its name and outline; what it does not say is empty or None."""

    insee: str
    """Today's code."""
    epci: str = ""
    epci_name: str = ""
    density: int | None = None
    population: int | None = None
    postcodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceResult:
    """What one source gave."""

    source: Source
    fetched: tuple[Fetched, ...]
    ledger: Ledger
    rejects: tuple[Reject, ...] = ()
    drafts: tuple[Draft, ...] = ()
    addresses: tuple[Address, ...] = ()
    cells: tuple[Cell, ...] = ()
    counts: tuple[CommuneCount, ...] = ()
    sectors: tuple[Sector, ...] = ()
    zones: tuple[Zone, ...] = ()
    facts: tuple[CommuneFact, ...] = ()
    ways: tuple[str, ...] = ()
    """Keys of the streets."""
    geocoded: int = 0
    """Rows that were kept at the place of their address, for want of usable coordinates."""
    places: KnownPlaces | None = None
    """Where its rows stand, for the sources that are placed by it; None: nobody asked."""

    @property
    def data_date(self) -> str:
        """What its files stand for: the oldest of them."""
        return min(file.data_date for file in self.fetched)


class Sorter:
    """Sends every row of a table to its way out, once."""

    def __init__(self, source: Source, table: Table) -> None:
        self.source, self.table = source, table
        self.open: NDArray[np.bool_] = np.ones(len(table.frame), dtype=bool)
        self.out_of_scope, self.merged = table.beyond, table.doubled
        self.rejects: list[Reject] = list(table.rejects)

    def leave_out(self, where: NDArray[np.bool_]) -> None:
        """Send the open rows of ``where`` out of scope."""
        where = where & self.open
        self.out_of_scope += int(where.sum())
        self.open &= ~where

    def reject(self, where: NDArray[np.bool_], code: RejectCode, shown: Sequence[str] | pd.Series[str]) -> None:
        """Reject the open rows of ``where``; ``shown`` holds the example of each row of the table."""
        where = where & self.open
        rows = np.flatnonzero(where)
        if not rows.size:
            return
        examples = shown.iloc[rows].tolist() if isinstance(shown, pd.Series) else [shown[row] for row in rows.tolist()]
        short = [example[:_EXAMPLE_CHARACTERS] for example in examples]
        lines, files = (self.table.frame[column].iloc[rows].tolist() for column in (LINE, FILE))
        self.rejects.extend(map(Reject, repeat(self.source.id), repeat(code), lines, short, files))
        self.open &= ~where

    def ledger(self) -> Ledger:
        """Return the account: what is still open is kept."""
        kept = int(self.open.sum())
        return Ledger(self.table.read, kept, self.merged, self.out_of_scope, len(self.rejects))
