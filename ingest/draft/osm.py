"""A draft for a file of OpenStreetMap: which source it is like, and what its tags lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import osmium

from geo.errors import ConfigurationError, SourceMalformed
from ingest.catalogue import Kind
from ingest.draft.write import UNDATED, About, Draft, opening, way_in
from ingest.osm_faults import UNREADABLE
from ingest.tags import TagMap

__all__ = ["draft_osm", "is_osm"]

_LIKE: Mapping[Kind, str] = {"services": "osm_services", "addresses": "osm_addresses", "streets": "osm_streets"}
"""The source that ships, whose reader, map, links and filters take such a file."""
_STREETS = "highway"
_KEYS: Mapping[str, Kind] = {"addr:housenumber": "addresses", _STREETS: "streets"}
_IGNORED = "ignored"
_ASIDE = frozenset({_IGNORED, *_KEYS})
_SHOWN = 20


def is_osm(path: Path) -> bool:
    """Tell whether a file is OpenStreetMap's, as PBF or as XML: by its first bytes, if it is packed by its name."""
    with path.open("rb") as file:
        head = file.read(1024)
    return b"OSMHeader" in head[:64] or b"<osm " in head or path.name.endswith((".osm.bz2", ".osm.gz"))


def draft_osm(path: Path, about: About, tag_map: TagMap) -> Draft:
    """Write the source that reads the services, addresses or streets of a file.

    Parameters
    ----------
    about
        What is known beside the objects, which are counted here.
    tag_map
        Of the services that ship.

    Raises
    ------
    ConfigurationError
        When the kind that was asked for is none that such a file gives.
    SourceMalformed
        When the file is cut off or broken.
    """
    if about.kind not in _LIKE:
        raise ConfigurationError(f"a file of OpenStreetMap gives {', '.join(_LIKE)}, and no {about.kind}")
    try:
        found = Counter(_told(path, tag_map))
    except UNREADABLE as error:
        raise SourceMalformed(about.id, f"cut off or no OpenStreetMap file: {error}", file=path.name) from error
    of_kind = {kind: found[key] for key, kind in _KEYS.items()}
    of_kind["services"] = sum(count for name, count in found.items() if name not in _ASIDE)
    like = _LIKE[about.kind]
    questions = [
        *about.questions,
        "whose is it? What comes from OpenStreetMap itself is under ODbL-1.0; its producer comes with `like`",
        *([] if about.dated else [UNDATED]),
        *(_of_services(found) if about.kind == "services" else ()),
        *(
            f"{count:,} {kind} are in it too, and take a TOML of their own: --kind {kind}"
            for kind, count in of_kind.items()
            if kind != about.kind and count
        ),
    ]
    read_as = f"OpenStreetMap, {of_kind[about.kind]:,} {about.kind}"
    told = replace(about, read_as=read_as, rows=of_kind[about.kind])
    lines = [line for line in opening(told, questions) if not line.startswith("producer")]
    return Draft(
        "\n".join(
            filter(
                None,
                [
                    *lines,
                    f'like = "{like}" # reader = "{like}", with its map, links and filters',
                    *_origin(told),
                    "complete = []",
                ],
            )
        )
        + "\n"
    )


def _told(path: Path, tag_map: TagMap) -> Iterator[str]:
    """Yield what each object leads to: categories, a part of the file, nothing of use, or its tag where none knows."""
    objects = osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter(*tag_map.keys, *_KEYS))
    for item in objects:
        tags = {tag.k: tag.v for tag in item.tags}
        yield from (key for key in _KEYS if key in tags and (key != _STREETS or isinstance(item, osmium.osm.Way)))
        if found := tag_map.of(tags):
            yield from found
        elif told := tag_map.accounts_for(tags):
            yield _IGNORED if tag_map.ignores(tags) else told


def _of_services(found: Mapping[str, int]) -> Iterator[str]:
    ranked = sorted((item for item in found.items() if item[0] not in _ASIDE), key=lambda item: (-item[1], item[0]))
    known = [item for item in ranked if "=" not in item[0]]
    yield f"its tags lead to {_listed(known)}: may that be? of no use are {found.get(_IGNORED, 0):,} more"
    if unknown := [item for item in ranked if "=" in item[0]]:
        yield f"no map knows {_listed(unknown)}: each is a reject until data/sources/maps/osm.toml does"
    yield "which categories has somebody seen to be mapped to the last? Name them as complete: only those are scored"


def _listed(counts: Sequence[tuple[str, int]]) -> str:
    shown = ", ".join(f"{name} ({count:,})" for name, count in counts[:_SHOWN]) or "nothing"
    return f"{shown} and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else shown


def _origin(about: About) -> list[str]:
    """Return where the file comes from; of a mirror's, that the address of the one it is like is not its own."""
    return way_in(about) if about.address else ['url = ""', *way_in(about)]
