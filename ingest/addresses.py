"""Row → address: house numbers of OpenStreetMap, and the files of the national base (BAN) and of communes (BAL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.address_book import distinct_addresses
from geo.address_text import is_kind, words
from geo.places import Address, Position, Precision
from ingest.catalogue import Source
from ingest.connectors.osm import KEY, STREET
from ingest.connectors.table import Table
from ingest.doors import door, house_number, is_home
from ingest.fetch import Fetched
from ingest.keys import read_keys
from ingest.ledger import Ledger, RejectCode
from ingest.positions import Positions, read_positions
from ingest.results import Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["normalise_addresses"]

_FAR_M = 1_000.0
"""A contour is simplified and a border runs along streets: only farther off is a position another commune's."""
_FINENESS = {precision.value: place for place, precision in enumerate(Precision)}


@dataclass(frozen=True)
class _Written:
    """What each row says of itself."""

    key: list[str]
    number: list[str]
    """As a door bears it; empty for a street or a locality."""
    bad_number: NDArray[np.bool_]
    """Rows whose number is none."""
    shown: list[str]
    """The number as its publisher writes it, for examples."""
    street: list[str]
    postcode: list[str]
    commune: list[str]
    """Today's code of the commune that the row declares; empty where it declares none that is known."""
    position: list[Position]
    fineness: list[int]
    """How exact the place is, 0 the finest: of several places of one address the first is taken."""
    home: list[bool]


def normalise_addresses(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a source into the territory's addresses.

    Those of the halo are out of scope: nobody asks a territory for a home that lies in another. The commune is the one
    that the row declares, else the one that it stands in. Rows of one key (the entrance and the plot of one house) are
    one address, at the finest place. Rows that agree in number, street and commune within 50 m are one too (a home and
    the shop in it). The others count as merged.
    """
    sorter = Sorter(source, table)
    positions = read_positions(source, table, scope)
    written = _from_tags(table) if table.tags else _from_columns(source, table, scope)
    insee, inside = _communes(written, positions, scope)
    _sort_out(sorter, written, positions, scope, insee, inside)
    rows = _once_a_key(sorter, written)
    addresses = [_address(source, scope, written, positions, insee[row], row) for row in rows]
    distinct = distinct_addresses(addresses)
    ledger: Ledger = sorter.ledger().with_merged(len(addresses) - len(distinct))
    return SourceResult(source, tuple(fetched), ledger, tuple(sorter.rejects), addresses=tuple(distinct))


def _from_tags(table: Table) -> _Written:
    shown = [tags.get("addr:housenumber", "") for tags in table.tags]
    number = [house_number(text) for text in shown]
    return _Written(
        key=table.cells([KEY]),
        number=number,
        bad_number=np.array([text == "" for text in number], dtype=bool),
        shown=shown,
        street=table.cells([STREET]),
        postcode=[tags.get("addr:postcode", "") for tags in table.tags],
        commune=[""] * len(shown),
        position=[Position.HOUSENUMBER] * len(shown),
        fineness=[0] * len(shown),
        home=[is_home(tags) for tags in table.tags],
    )


def _from_columns(source: Source, table: Table, scope: Scope) -> _Written:
    text = {name: table.cells(source.columns.get(name, ())) for name in ("number", "repetition", "street")}
    doors = {pair: door(*pair) for pair in set(zip(text["number"], text["repetition"], strict=True))}
    number = [doors[pair] for pair in zip(text["number"], text["repetition"], strict=True)]
    fineness = _fineness(source, table)
    kinds = {name: _kind(name) for name in set(text["street"])}
    said = {_FINENESS[Precision.STREET]: Position.STREET, _FINENESS[Precision.LOCALITY]: Position.LOCALITY}
    return _Written(
        key=read_keys(source, table).tolist(),
        number=[told or "" for told in number],
        bad_number=np.array([told is None for told in number], dtype=bool),
        shown=text["number"],
        street=text["street"],
        postcode=table.cells(source.columns.get("postcode", ())),
        commune=_declared(source, table, scope),
        position=[
            Position.HOUSENUMBER if told else said.get(fine, kinds[name])
            for told, name, fine in zip(number, text["street"], fineness, strict=True)
        ],
        fineness=fineness,
        home=[True] * len(number),
    )


def _kind(name: str) -> Position:
    """Tell a street from a locality by the name's first word; a base without numbers does not say which it is."""
    normal = words(name)
    return Position.STREET if normal and is_kind(normal[0]) else Position.LOCALITY


def _fineness(source: Source, table: Table) -> list[int]:
    known = {word.casefold(): _FINENESS[precision] for word, precision in source.precision.items()}
    said = table.cells(source.columns.get("precision", ()))
    return [known.get(word.casefold(), _FINENESS[Precision.UNKNOWN]) for word in said]


def _declared(source: Source, table: Table, scope: Scope) -> list[str]:
    """Return today's commune of each row by the code that it declares, else by that of the former commune."""
    codes = table.text(source.columns.get("insee", ())).map(scope.current).fillna("")
    former = table.text(source.columns.get("former_insee", ())).map(scope.current).fillna("")
    declared: list[str] = codes.where(codes != "", former).tolist()
    return declared


def _communes(written: _Written, positions: Positions, scope: Scope) -> tuple[list[str], list[bool]]:
    """Return the commune of each row, and whether it lies in the territory."""
    located, _ = scope.locate(positions.lon, positions.lat)
    insee = [declared or found for declared, found in zip(written.commune, located, strict=True)]
    mine = {commune.insee for commune in scope.communes if commune.in_territory}
    return insee, [code in mine for code in insee]


def _sort_out(
    sorter: Sorter,
    written: _Written,
    positions: Positions,
    scope: Scope,
    insee: Sequence[str],
    inside: Sequence[bool],
) -> None:
    """Send every row that is no address of the territory to its way out."""
    elsewhere = ~np.array(inside, dtype=bool)
    named = np.array([code != "" for code in insee], dtype=bool)
    sorter.leave_out(elsewhere & named)
    for code in RejectCode:
        sorter.reject(positions.problem == code, code, positions.written)
    nameless = ~named & scope.covers(positions.lon, positions.lat)
    sorter.leave_out(elsewhere & ~nameless)
    sorter.reject(nameless, RejectCode.UNKNOWN_COMMUNE, positions.written)
    sorter.reject(_far_off(sorter.open, written, positions, scope), RejectCode.OTHER_COMMUNE, positions.written)
    sorter.reject(np.array([key == "" for key in written.key], dtype=bool), RejectCode.NO_KEY, written.street)
    sorter.reject(written.bad_number, RejectCode.BAD_NUMBER, written.shown)
    sorter.reject(
        np.array([street == "" for street in written.street], dtype=bool), RejectCode.NO_STREET, written.shown
    )


def _far_off(rows: NDArray[np.bool_], written: _Written, positions: Positions, scope: Scope) -> NDArray[np.bool_]:
    """Tell which of the rows stand far from the commune that they declare."""
    far = np.zeros(len(rows), dtype=bool)
    to_plane = Transformer.from_crs("EPSG:4326", scope.department.crs, always_xy=True)
    declared = pd.Series(written.commune)
    for code, where in declared[rows & (declared != "")].groupby(declared).groups.items():
        contour = scope.by_code[str(code)].geometry
        if contour is None:
            continue
        at = where.to_numpy()
        outside = at[~shapely.contains_xy(contour, positions.lon[at], positions.lat[at])]
        if outside.size:
            x, y = to_plane.transform(positions.lon[outside], positions.lat[outside])
            outline = gpd.GeoSeries([contour], crs="EPSG:4326").to_crs(scope.department.crs).iloc[0]
            far[outside] = shapely.distance(outline, shapely.points(x, y)) > _FAR_M
    return far


def _once_a_key(sorter: Sorter, written: _Written) -> list[int]:
    """Return the open rows that stand for their key; the others become merged."""
    chosen: dict[str, int] = {}
    for row in np.flatnonzero(sorter.open).tolist():
        other = chosen.get(written.key[row])
        if other is None or written.fineness[row] < written.fineness[other]:
            chosen[written.key[row]] = row
    kept = sorted(chosen.values())
    sorter.merged += int(sorter.open.sum()) - len(kept)
    sorter.open[:] = False
    sorter.open[kept] = True
    return kept


def _address(source: Source, scope: Scope, written: _Written, positions: Positions, insee: str, row: int) -> Address:
    commune = scope.by_code[insee]
    only = commune.postcodes[0] if len(commune.postcodes) == 1 else ""
    postcode = written.postcode[row]
    return Address(
        id=f"{source.id}:{written.key[row]}",
        number=written.number[row],
        street=" ".join(written.street[row].split()),
        postcode=postcode if len(postcode) == 5 and postcode.isdecimal() else only,
        insee=insee,
        commune=commune.name,
        lon=float(positions.lon[row]),
        lat=float(positions.lat[row]),
        position=written.position[row],
        source=source.id,
        residential=written.home[row],
    )
