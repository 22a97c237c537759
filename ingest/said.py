"""What rows say of a service beside its place: name, capacity, date, shared identifiers, and how exact the place."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.places import Precision
from ingest.catalogue import Source
from ingest.coarse import stands_for_commune
from ingest.connectors.osm import ENTRANCES
from ingest.connectors.table import Table
from ingest.dates import read_dates
from ingest.decimals import read_decimals
from ingest.entrances import as_points
from ingest.keys import shared_identifiers
from ingest.known_places import KnownPlaces
from ingest.placing import Placed
from ingest.scope import Scope

__all__ = ["Said", "describe"]

_NAME_TAGS = ("name", "brand", "operator")
_LABEL = ("address", "number", "repetition", "street")


class Said:
    """What the rows that are kept say beside their place."""

    def __init__(self, source: Source, table: Table, rows: NDArray[np.int64]) -> None:
        self._source, self._table, self._rows = source, table, rows

    def _text(self, name: str) -> pd.Series[str] | None:
        headers = self._source.columns.get(name, ())
        return self._table.text(headers).iloc[self._rows] if headers else None

    def _tag(self, *names: str) -> list[str]:
        tags = [self._table.tags[row] for row in self._rows.tolist()]
        return [next((given[name] for name in names if name in given), "") for given in tags]

    def names(self) -> list[str]:
        """Return their names; empty where a row has none."""
        if self._table.tags:
            return self._tag(*_NAME_TAGS)
        text = self._text("name")
        return [""] * len(self._rows) if text is None else [" ".join(name.split()) for name in text.tolist()]

    def labels(self, names: list[str]) -> list[str]:
        """Return what tells their places apart: the address, or the name where the source gives none."""
        columns = [text.tolist() for text in map(self._text, _LABEL) if text is not None]
        return [" ".join(parts) for parts in zip(*columns, strict=True)] if columns else names

    def capacities(self) -> list[float | None]:
        """Return the number of places; None when it is not said, or said as 0 by a file that fills its blanks."""
        text = pd.Series(self._tag("capacity")) if self._table.tags else self._text("capacity")
        if text is None:
            return [None] * len(self._rows)
        numbers = read_decimals(text)
        known = np.isfinite(numbers) & (numbers > 0)
        return [number if is_known else None for number, is_known in zip(numbers.tolist(), known.tolist(), strict=True)]

    def precisions(self) -> list[Precision]:
        """Return how exactly their publisher says that they are placed."""
        text = self._text("precision")
        if text is None:
            return [Precision.UNKNOWN] * len(self._rows)
        return [self._source.precision.get(word, Precision.UNKNOWN) for word in text.tolist()]

    def updates(self) -> list[str]:
        """Return when each was last looked at, as an ISO date; empty where that is not said."""
        text = self._text("updated")
        return [""] * len(self._rows) if text is None else read_dates(text.tolist())

    def entrances(self) -> list[tuple[tuple[float, float], ...]]:
        """Return where one gets into each, (lon, lat); empty where that is not said."""
        cells = self._table.text([ENTRANCES]).iloc[self._rows]
        return [as_points(cell) if cell else () for cell in cells.tolist()]

    def links(self) -> list[tuple[tuple[str, str], ...]]:
        """Return the identifiers that each row shares with other sources."""
        if not self._source.links:
            return [()] * len(self._rows)
        columns = [
            [[(kind, value) for value in shared_identifiers(kind, cell)] if cell else [] for cell in cells]
            for kind, cells in (
                (kind, self._table.text(names).iloc[self._rows]) for kind, names in self._source.links.items()
            )
        ]
        return [tuple(chain.from_iterable(found)) for found in zip(*columns, strict=True)]


def describe(
    said: Said, placed: Placed, rows: NDArray[np.int64], scope: Scope, known: KnownPlaces | None
) -> tuple[list[str], list[Precision]]:
    """Return the name of some rows, and how exactly they are placed."""
    name, precision = said.names(), said.precisions()
    numbers = rows.tolist()
    taken = {place: placed.taken[row] for place, row in enumerate(numbers) if row in placed.taken}
    told = known.usable.loc[list(taken.values())] if known is not None and taken else None
    if told is not None:
        for place, other in zip(taken, told["name"], strict=True):
            name[place] = name[place] or other
    coarse = stands_for_commune(placed.lon[rows], placed.lat[rows], placed.insee[rows], said.labels(name), scope)
    for place in np.flatnonzero(coarse).tolist():
        precision[place] = Precision.LOCALITY if precision[place] is Precision.UNKNOWN else precision[place]
    if placed.geocoded:
        precision = [placed.geocoded.get(row, given) for row, given in zip(numbers, precision, strict=True)]
    if told is not None:
        for place, other in zip(taken, told["precision"], strict=True):
            precision[place] = Precision(other)  # a column of pandas holds plain text
    return name, precision
