"""What may be wrong with a file of OpenStreetMap, said in words that help whoever has to mend it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import osmium

from geo.errors import SourceMalformed

__all__ = ["UNREADABLE", "refuse_disorder"]

UNREADABLE = (RuntimeError, ValueError, OSError, osmium.InvalidLocationError)
"""What libosmium raises at a file that breaks off, is something else, or holds what no OpenStreetMap file may hold."""
_SORTED = "Type_then_ID"


def refuse_disorder(path: Path, missing: Collection[int], name: str, source: str) -> None:
    """Refuse a file that holds nodes which its ways were not given, because they stand behind them.

    An extract lacks some nodes of the ways that its border cuts; that is no fault. A file that says that it is sorted
    is believed.

    Parameters
    ----------
    missing
        Numbers of the nodes for which ways asked in vain.

    Raises
    ------
    SourceMalformed
        Names the first of the nodes, and what to do.
    """
    astray = min(missing, default=1)
    if astray < 0:
        detail = f"node {astray} has a number below 0, as before an upload: give the file numbers of its own"
        raise SourceMalformed(source, f"{detail} (osmium renumber)", file=name)
    if not missing or _says_it_is_sorted(path):
        return
    nodes = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(osmium.filter.IdFilter(sorted(missing)))
    behind = next((node.id for node in nodes if isinstance(node, osmium.osm.Node) and node.location.valid()), None)
    if behind is not None:
        detail = f"node {behind} stands behind a way that it draws: sort the file (osmium sort)"
        raise SourceMalformed(source, detail, file=name)


def _says_it_is_sorted(path: Path) -> bool:
    reader = osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING)
    try:
        return bool(reader.header().get("sorting", "") == _SORTED)
    finally:
        reader.close()
