"""What rows say in words and codes about where they are: commune, postcode, address; told apart from coordinates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.catalogue import Source
from ingest.codes import departments_of_postcode, read_codes, read_insee, read_postcode
from ingest.connectors.table import Table
from ingest.locate import Asked, Locator
from ingest.scope import Scope

__all__ = ["Declared", "department_of", "read_declared"]

_IN_A_LINE = r"\b(\d{5})[\s,]+([^\d,]+)$"
"""``12 rue du Pré, 71100 Alpha``: a line that ends with the postcode and the town."""

_NAMES = ("address", "number", "repetition", "street", "city", "postcode", "insee")


@dataclass(frozen=True)
class Declared:
    """One entry for each row of a table; texts are empty where a row says nothing."""

    insee: NDArray[np.object_]
    """Today's code of the commune that the row declares, by its code or by its postcode and town."""
    postcode: NDArray[np.object_]
    here: NDArray[np.bool_]
    """It says that it is in the territory."""
    far: NDArray[np.bool_]
    """It says that it is beyond the halo."""
    _parts: Mapping[str, Sequence[str]]

    def asked(self, row: int) -> Asked:
        """Return the address that a row gives."""
        number = " ".join(filter(None, (self._parts[name][row] for name in ("number", "repetition"))))
        return Asked(
            insee=self.insee[row],
            postcode=self.postcode[row],
            city=self._parts["city"][row],
            line=self._parts["address"][row],
            number=number,
            street=self._parts["street"][row],
        )

    def departments(self, row: int) -> frozenset[str]:
        """Return the départements that a row may be in by its commune, else by its postcode; empty if it says none."""
        if self.insee[row]:
            return frozenset({department_of(self.insee[row])})
        return departments_of_postcode(self.postcode[row])

    def shown(self, row: int) -> str:
        """Return the address in one line, for an example."""
        asked = self.asked(row)
        parts = (asked.number, asked.street, asked.line, asked.postcode, asked.city, asked.insee)
        return " ".join(filter(None, parts))


def department_of(insee: str) -> str:
    """Return the département of a commune by its code."""
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def read_declared(source: Source, table: Table, scope: Scope, locator: Locator) -> Declared:
    """Read what every row says about where it is.

    Codes of former communes and of the arrondissements of Paris, Lyon and Marseille lead to today's commune. A code
    that was never one says nothing.
    """
    if not any(name in source.columns for name in _NAMES):
        return _silent(len(table.frame))
    parts = {name: _text(source, table, name) for name in ("address", "number", "repetition", "street", "city")}
    postcodes = read_codes(_text(source, table, "postcode"), read_postcode)
    if any(parts["address"]) and not (any(postcodes) and any(parts["city"])):
        postcodes, parts["city"] = _ends_of_lines(parts["address"], postcodes, parts["city"])
    codes = read_codes(_text(source, table, "insee"), read_insee)
    current = {code: scope.current.get(code, "") for code in set(codes)}
    pairs = list(zip(postcodes, parts["city"], strict=True))
    towns = {pair: locator.commune_of(*pair) for pair in set(pairs)}
    insee = [current[code] or towns[pair] for code, pair in zip(codes, pairs, strict=True)]
    territory = {commune.insee for commune in scope.communes if commune.in_territory}
    says = list(zip(insee, postcodes, strict=True))
    here = {pair: _is_here(*pair, territory, scope) for pair in set(says)}
    far = {pair: not here[pair] and _is_far(*pair, scope, locator) for pair in set(says)}
    return Declared(
        insee=np.array(insee, dtype=object),
        postcode=np.array(postcodes, dtype=object),
        here=np.array([here[pair] for pair in says], dtype=bool),
        far=np.array([far[pair] for pair in says], dtype=bool),
        _parts=parts,
    )


def _silent(rows: int) -> Declared:
    """Return what a source says whose rows say nothing but their coordinates."""
    nothing, no = np.full(rows, "", dtype=object), np.zeros(rows, dtype=bool)
    return Declared(nothing, nothing, no, no, dict.fromkeys(_NAMES, nothing.tolist()))


def _text(source: Source, table: Table, name: str) -> list[str]:
    """Return what a column says, or the part of it that its pattern looks for; empty where it is no such cell."""
    headers = source.columns.get(name, ())
    if not headers:
        return [""] * len(table.frame)
    cells: list[str] = table.text(headers).tolist()
    if (pattern := source.patterns.get(name)) is None:
        return cells
    found = {cell: re.fullmatch(pattern, cell) for cell in set(cells)}
    return [(match[1] or "") if (match := found[cell]) else "" for cell in cells]


def _ends_of_lines(
    lines: Sequence[str], postcodes: Sequence[str], cities: Sequence[str]
) -> tuple[list[str], list[str]]:
    found = pd.Series(lines, dtype=object).str.extract(_IN_A_LINE).fillna("")
    told = [bool(written) for written in postcodes]
    return (
        [own if is_told else end for own, end, is_told in zip(postcodes, found[0].tolist(), told, strict=True)],
        [own or ("" if is_told else end) for own, end, is_told in zip(cities, found[1].tolist(), told, strict=True)],
    )


def _is_here(insee: str, postcode: str, territory: set[str], scope: Scope) -> bool:
    if insee:
        return insee in territory
    return scope.department.code in departments_of_postcode(postcode)


def _is_far(insee: str, postcode: str, scope: Scope, locator: Locator) -> bool:
    if insee:
        return scope.is_far(insee)
    return bool(postcode) and not locator.has_postcode(postcode) and scope.is_far_postcode(postcode)
