"""Rows of real files as the rules see them: ids, names, positions, communes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.projection import Projection
from ingest.matching import Places

__all__ = ["CRS", "Rows", "communes", "content_id", "of_degrees", "of_metres", "read_table", "telephone"]

CRS = "EPSG:2154"


@dataclass(frozen=True)
class Rows:
    """One source's rows of one category."""

    ids: Sequence[str]
    places: Places
    said: Sequence[str]
    """What else tells who it is, hidden from the rules: a shared identifier, a telephone number."""


def content_id(*said: str) -> str:
    """Return the id of a row whose publisher gives none: of its words, by the hash that ingest uses.

    16 hexadecimal figures: BLAKE2b, 8 bytes, of the texts with single spaces, joined by U+001F.
    """
    text = "\x1f".join(" ".join(part.split()) for part in said)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def telephone(written: str) -> str:
    """Return the nine figures of a French number; empty when it is none, or one that many share."""
    figures = re.sub(r"\D", "", written)
    figures = figures[2:] if figures.startswith("33") else figures
    figures = figures.lstrip("0")
    return figures if len(figures) == 9 and figures[0] not in "8" else ""


def read_table(path: Path, separator: str = ",", encoding: str = "utf-8") -> pd.DataFrame:
    """Read a table as text."""
    return pd.read_csv(path, sep=separator, encoding=encoding, dtype=str, keep_default_na=False)


def of_degrees(
    ids: Iterable[str],
    names: Iterable[str],
    lonlat: tuple[Iterable[str], Iterable[str]],
    insee: Iterable[str],
    said: Iterable[str],
) -> Rows:
    """Make rows of columns in degrees; those without a position are left out, and an id counts once."""
    lon, lat = (pd.to_numeric(pd.Series(list(column), dtype=str).str.replace(",", "."), "coerce") for column in lonlat)
    frame = pd.DataFrame(
        {"id": list(ids), "name": list(names), "lon": lon, "lat": lat, "insee": list(insee), "said": list(said)}
    )
    frame = frame[frame["lon"].between(-6, 10) & frame["lat"].between(41, 52)].drop_duplicates("id")
    x, y = Projection(CRS).to_xy_m(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    return of_metres(frame, np.column_stack([x, y]))


def of_metres(frame: pd.DataFrame, xy_m: NDArray[np.float64]) -> Rows:
    """Make rows of a frame with the columns id, name, insee and said, and of (N, 2) metres of Lambert-93."""
    names = [" ".join(name.split()) for name in frame["name"]]
    return Rows(frame["id"].tolist(), Places(xy_m, names, frame["insee"].tolist()), frame["said"].tolist())


@lru_cache(maxsize=2)
def _postal_codes(
    mirror: Path,
) -> tuple[Mapping[tuple[str, str], str], Mapping[str, set[str]], Mapping[tuple[str, str], set[str]]]:
    """Return communes by postcode and name, by postcode, and by département and name."""
    table = read_table(next((mirror / "laposte-hexasmal").glob("*.csv")))
    by_name: dict[tuple[str, str], str] = {}
    by_code: dict[str, set[str]] = {}
    by_town: dict[tuple[str, str], set[str]] = {}
    for insee, name, code, line in zip(
        table["code_commune_insee"], table["nom_de_la_commune"], table["code_postal"], table["ligne_5"], strict=True
    ):
        by_name[(code, _town(name))] = insee
        by_name.setdefault((code, _town(line)), insee)
        by_code.setdefault(code, set()).add(insee)
        by_town.setdefault((code[:2], _town(name)), set()).add(insee)
    return by_name, by_code, by_town


def _town(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    plain = re.sub(r"\bCEDEX.*", "", re.sub(r"[^A-Z0-9]+", " ", plain))
    return re.sub(r"\bSAINT(E?)\b", r"ST\1", plain).strip()


def communes(mirror: Path, codes: Iterable[str], towns: Iterable[str]) -> list[str]:
    """Return the commune of each postcode and town; empty where they name none, or several.

    A postcode of CEDEX is in no list: there the town tells, where its département has one of the name.
    """
    by_name, by_code, by_town = _postal_codes(mirror)

    def commune(code: str, town: str) -> str:
        alone = by_code.get(code, set())
        alone = alone or by_town.get((code[:2], _town(town)), set())
        return by_name.get((code, _town(town))) or (next(iter(alone)) if len(alone) == 1 else "")

    return [commune(code.zfill(5), town) for code, town in zip(codes, towns, strict=True)]
