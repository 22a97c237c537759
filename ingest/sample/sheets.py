"""Rows as publishers write them, each with what must become of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.sample.facilities import Facility
from ingest.sample.frame import Frame, lambert93_to_lonlat
from ingest.sample.osm_services import categories_of
from ingest.sample.truth import Fate

__all__ = ["FAR", "Sheet", "Spots", "kept", "listed", "shouted"]

FAR = Fate("out_of_scope")
_FAR_L93_M = (238_000.0, 6_612_000.0)
"""Where the publishers' rows of elsewhere lie: open sea, beyond any halo."""


@dataclass
class Sheet:
    """One file of rows."""

    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)

    def add(self, values: Mapping[str, object], fate: Fate) -> None:
        """Append a row; a column that it does not name stays empty."""
        unknown = set(values) - set(self.columns)
        if unknown:
            raise ValueError(f"no column {sorted(unknown)[0]!r}")
        self.rows.append([str(values.get(column, "")) for column in self.columns])
        self.fates.append(fate)

    def shuffled(self, rng: np.random.Generator, after: int = 0) -> None:
        """Mix the rows; the first `after` stay in front, so that a duplicate comes behind what it repeats."""
        order = [*range(after), *(after + i for i in rng.permutation(len(self.rows) - after).tolist())]
        self.rows = [self.rows[i] for i in order]
        self.fates = [self.fates[i] for i in order]

    def write(
        self, path: Path, separator: str, encoding: str, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL
    ) -> None:
        """Write the file; ``utf-8-sig`` puts a BOM in front."""
        path.write_bytes(self.encoded(separator, encoding, end, quoting))

    def encoded(self, separator: str, encoding: str, end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
        """Return what :meth:`write` writes."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue().encode(encoding)


class Spots:
    """Where rows stand: the places' own spots, a few metres off, and spots far away.

    Parameters
    ----------
    frame
        From the board to the ground.
    rng
        Draws the imprecision of every publisher.
    """

    def __init__(self, frame: Frame, rng: np.random.Generator) -> None:
        self._frame, self._rng = frame, rng

    def lambert93(self, facility: Facility, spread_m: float = 4.0) -> NDArray[np.float64]:
        """Return (x, y) in Lambert-93 metres."""
        on_ground = facility.kind.category.startswith("sport") and facility.plot is not None
        spot = facility.plot.centre_xy_m if on_ground and facility.plot else facility.xy_m
        xy = self._frame.to_lambert93(np.array([spot]))[0]
        return np.asarray(xy + self._rng.uniform(-spread_m, spread_m, 2), dtype=np.float64)

    def lonlat(self, facility: Facility, spread_m: float = 4.0) -> NDArray[np.float64]:
        """Return (lon, lat), WGS 84 degrees."""
        return np.asarray(lambert93_to_lonlat(self.lambert93(facility, spread_m)[None])[0])

    def far_lambert93(self) -> NDArray[np.float64]:
        """Return a spot beyond the halo, Lambert-93 metres."""
        return np.array(_FAR_L93_M) + self._rng.uniform(0, 24_000, 2)

    def far_lonlat(self) -> NDArray[np.float64]:
        """Return a spot beyond the halo, WGS 84 degrees."""
        return np.asarray(lambert93_to_lonlat(self.far_lambert93()[None])[0])


def listed(facilities: Sequence[Facility], file: str) -> list[Facility]:
    """Return the places that an official file lists."""
    return [f for f in facilities if f.official and f.kind.file == file]


def kept(facility: Facility) -> Fate:
    """Return the fate of a place's own row."""
    return Fate("kept", categories_of(facility), facility.site.commune.department == "00")


def shouted(text: str) -> str:
    """Write as old registers do: capitals without accents or apostrophes."""
    plain = text.upper().translate(str.maketrans("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ’-", "AAACEEEEIIOOUUUY  "))
    return " ".join(plain.replace("Œ", "OE").split())
