"""Facts of communes from beside the COG: intercommunalité, class of density, legal population, postcodes.

They fill the fields of the communes that the ground has laid. A second population checks the first, and replaces none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.places import Commune
from ingest.catalogue import Source
from ingest.codes import read_codes, read_insee
from ingest.connectors.table import FILE, Table
from ingest.decimals import read_decimals
from ingest.fetch import Fetched
from ingest.filters import leave_out_filtered
from ingest.ledger import RejectCode
from ingest.results import CommuneFact, Sorter, SourceResult
from ingest.scope import Scope

__all__ = ["PeopleGap", "add_facts", "normalise_facts", "people_gaps", "population_gaps"]

_DENSITIES = range(1, 8)


@dataclass(frozen=True, slots=True)
class PeopleGap:
    """A commune of which two sources count people."""

    insee: str
    name: str
    people: float
    """As the COG gives them."""
    others: float
    """As the other source gives them."""

    @property
    def share(self) -> float:
        """How far apart the two are, of the larger."""
        return abs(self.others - self.people) / max(self.others, self.people, 1.0)


def normalise_facts(source: Source, table: Table, fetched: Sequence[Fetched], scope: Scope) -> SourceResult:
    """Turn the rows of a source into one fact for each commune of the territory and the halo.

    Rows of former communes are joined to the commune of today: people are added up, each code's once however often it
    is repeated, postcodes gathered, the rest is taken from the row of its own code, else from the others as far as they
    agree. All but one row of a commune count as merged; communes of elsewhere are out of scope.
    """
    sorter = Sorter(source, table)
    leave_out_filtered(sorter)
    codes = read_codes(table.cells(source.columns["key"]), read_insee)
    today = [scope.current.get(code, "") for code in codes]
    told = {name: table.text(source.columns.get(name, ())) for name in ("density", "population")}
    numbers = {name: read_decimals(text) for name, text in told.items()}
    sorter.reject(np.array([code == "" for code in codes], dtype=bool), RejectCode.NO_KEY, table.cells([FILE]))
    sorter.reject(np.array([code == "" for code in today], dtype=bool), RejectCode.UNKNOWN_COMMUNE, codes)
    sorter.leave_out(np.array([code not in scope.by_code for code in today], dtype=bool))
    for name, text in told.items():
        written = (text != "").to_numpy(dtype=bool)
        sorter.reject(written & ~_plausible(name, numbers[name]), RejectCode.BAD_NUMBER, text)
    texts = {name: table.cells(source.columns.get(name, ())) for name in ("epci", "epci_name", "postcode")}
    rows: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(sorter.open).tolist():
        rows[today[row]].append(row)
    facts = []
    for insee, mine in sorted(rows.items()):
        own = [row for row in mine if codes[row] == insee] or mine
        density = {int(numbers["density"][row]) for row in own if np.isfinite(numbers["density"][row])}
        people: dict[str, float] = {}
        for row in mine:
            if np.isfinite(numbers["population"][row]):
                people.setdefault(codes[row], float(numbers["population"][row]))
        fact = CommuneFact(
            insee,
            epci=_agreed(texts["epci"][row] for row in own),
            epci_name=_agreed(texts["epci_name"][row] for row in own),
            density=density.pop() if len(density) == 1 else None,
            population=round(sum(people.values())) if people else None,
            postcodes=tuple(sorted({texts["postcode"][row] for row in mine} - {""})),
        )
        facts.append(fact)
    ledger = sorter.ledger()
    ledger = ledger.with_merged(ledger.kept - len(facts))
    return SourceResult(source, tuple(fetched), ledger, tuple(sorter.rejects), facts=tuple(facts))


def add_facts(scope: Scope, facts: Iterable[CommuneFact]) -> Scope:
    """Return the scope with communes that know their facts; what a commune knows already stays."""
    known: dict[str, list[CommuneFact]] = defaultdict(list)
    for fact in facts:
        known[fact.insee].append(fact)
    communes = tuple(_filled(commune, known.get(commune.insee, ())) for commune in scope.communes)
    return replace(scope, communes=communes)


def population_gaps(communes: Iterable[Commune], facts: Iterable[CommuneFact]) -> list[PeopleGap]:
    """Return the territory's communes of which a second source counts people too, the farthest apart first."""
    second = {fact.insee: fact.population for fact in facts if fact.population is not None}
    return people_gaps(communes, second)


def people_gaps(communes: Iterable[Commune], second: Mapping[str, float]) -> list[PeopleGap]:
    """Return the territory's communes whose people are counted twice, the farthest apart first."""
    gaps = [
        PeopleGap(commune.insee, commune.name, float(commune.population), float(second[commune.insee]))
        for commune in communes
        if commune.in_territory and commune.population is not None and commune.insee in second
    ]
    return sorted(gaps, key=lambda gap: (-abs(gap.others - gap.people), gap.insee))


def _filled(commune: Commune, facts: Sequence[CommuneFact]) -> Commune:
    return replace(
        commune,
        epci=next((fact.epci for fact in facts if fact.epci), commune.epci),
        epci_name=next((fact.epci_name for fact in facts if fact.epci_name), commune.epci_name),
        density=next((fact.density for fact in facts if fact.density is not None), commune.density),
        postcodes=tuple(sorted({*commune.postcodes, *(code for fact in facts for code in fact.postcodes)})),
    )


def _plausible(name: str, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    if name == "density":
        return np.isin(numbers, _DENSITIES)
    return np.isfinite(numbers) & (numbers >= 0)


def _agreed(texts: Iterable[str]) -> str:
    """Return what all that say something say; empty where they differ."""
    said = set(texts) - {""}
    return said.pop() if len(said) == 1 else ""
