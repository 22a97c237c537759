"""What two stores hold differently of one territory, as sentences.

``python -m tests.ingest.store.differences ONE OTHER TERRITORY`` compares two databases after a full build of each.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from ingest.store import Store, open_store

__all__ = ["differences"]

TOLERANCE_DEG = 1e-7
"""A centimetre."""

LISTS: Mapping[str, Callable[[Any], Any]] = {
    "sources": lambda source: source.id,
    "refused": lambda row: (row.source, row.number),
    "services": lambda service: service.id,
    "addresses": lambda address: address.id,
    "communes": lambda commune: commune.insee,
    "cells": lambda cell: cell.id,
    "decisions": lambda decision: (decision.source, decision.local_id, decision.category, decision.kept),
    "dissents": lambda dissent: (dissent.service, dissent.property, dissent.source, dissent.local_id),
    "sectors": lambda sector: sector.id,
    "zones": lambda zone: zone.id,
    "counts": lambda count: (count.source, count.insee, count.category),
}
"""What is read of a run, with the key of each record."""


def differences(one: Store, other: Store, territory: str) -> Iterator[str]:
    """Yield a sentence for each record of the last published runs that the two stores do not share.

    Coordinates may differ by `TOLERANCE_DEG`, and the clock by anything; all else is compared as it is.
    """
    runs = one.last_published(territory), other.last_published(territory)
    if None in runs:
        yield f"territory {territory} is published in {'the other' if runs[0] is None else 'the first'} store at most"
        return
    for name, key in LISTS.items():
        lists = [getattr(store, name)(run.id) for store, run in zip((one, other), runs, strict=True) if run is not None]
        if len(lists[0]) != len(lists[1]):
            yield f"{name}: {len(lists[0])} rows and {len(lists[1])}"
        here, there = ({key(record): record for record in rows} for rows in lists)
        for missing in sorted(set(here) ^ set(there), key=str):
            yield f"{name}: {missing} is in {'the first' if missing in here else 'the other'} store alone"
        for shared in sorted(set(here) & set(there), key=str):
            yield from (f"{name}: {shared}: {said}" for said in _unlike(here[shared], there[shared]))


def _unlike(one: Any, other: Any) -> Iterator[str]:
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "fetched_at" or a == b:
            continue
        if field.name in {"lon", "lat"} and abs(a - b) <= TOLERANCE_DEG:
            continue
        yield f"{field.name} is {a!r} and {b!r}"


def main() -> int:
    """Print the differences of two stores; 1 when there are any."""
    one, other, territory = sys.argv[1:]
    with open_store(one) as first, open_store(other) as second:
        found = list(differences(first, second, territory))
    sys.stdout.write(("\n".join(found[:50]) or "no difference") + "\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
