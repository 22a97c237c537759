"""Answers beside those of a peer that has rules of its own: how near they are, and what lies far apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.peers.cityseer import Agreement
from benchmarks.peers.valhalla_distances import FAR, KINDS, Distances

__all__ = ["MEDIAN", "distances_section", "sentence_apart"]

MEDIAN = (0.97, 1.03)


def distances_section(distances: Sequence[Distances], agreements: Sequence[Agreement]) -> str:
    """Return the table beside Valhalla, what the kinds mean, and how far cityseer agrees."""
    used = [kind for kind in KINDS if any(d.far.get(kind) for d in distances)]
    heads = ["streets", "pairs", "median", "5 %", "95 %", "met", f"below {FAR[0]} or above {FAR[1]}", *used]
    rows = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for each in distances:
        low, median, high = np.percentile(each.ratio, [5, 50, 95])
        far = Counter(each.far)
        cells = [each.streets, f"{each.ratio.size:,}", f"**{median:.3f}**", f"{low:.2f}", f"{high:.2f}"]
        cells += ["yes" if MEDIAN[0] <= median <= MEDIAN[1] else "no", str(far.total()), *(str(far[k]) for k in used)]
        rows.append("| " + " | ".join(cells) + " |")
    text = (
        "Metres of the quickest way between random junctions, ours by Valhalla’s (3.9.1, its own rules and speeds, no "
        f"ferries) over the same extract; the median shall lie from {MEDIAN[0]} to {MEDIAN[1]}. Every pair farther "
        "apart was looked at, both ways against the other’s streets:"
    )
    kinds = "\n".join(f"- *{kind}*: {KINDS[kind]}." for kind in used)
    parts = ["## Distances beside Valhalla", text, kinds, "\n".join(rows), _off_trunk(distances)] if distances else []
    if agreements:
        parts += ["## Distances beside cityseer", _cityseer(agreements)]
    return "\n\n".join(part for part in parts if part)


def _off_trunk(distances: Sequence[Distances]) -> str:
    found = [
        f"{d.streets} {np.median(d.ratio[~d.by_trunk]):.3f} (of {int((~d.by_trunk).sum()):,})"
        for d in distances
        if d.by_trunk is not None and not d.by_trunk.all()
    ]
    if not found:
        return ""
    return (
        "Our rules are those of France, where a trunk road is a voie express unless its tags tell of people on foot or "
        "riders: a sign, a pavement or a lane for them, lamps where nothing says that it is fast or wide. Valhalla "
        "opens every trunk road. The median of the pairs whose way keeps off those that stay closed: "
        f"{'; '.join(found)}."
    )


def _cityseer(agreements: Sequence[Agreement]) -> str:
    said = "; ".join(f"{a.streets}: {a.different:,} of {a.compared:,} by more than 2 m" for a in agreements)
    return (
        "cityseer was asked on its own terms: metres along the streets both ways, to 2,400 m, services at junctions. "
        f"Its distances to the nearest service of each category are then ours, with few exceptions ({said}). Services "
        "beside a street that bends are not asked for: it has been found to set those at the wrong end."
    )


def sentence_apart(distances: Distances) -> str | None:
    """Say in a line that a median lies outside what was promised; None where it does not."""
    median = float(np.median(distances.ratio))
    if MEDIAN[0] <= median <= MEDIAN[1]:
        return None
    return f"{distances.streets}: half of the ways are {median:.3f} of Valhalla’s, {MEDIAN[0]} to {MEDIAN[1]} promised"
