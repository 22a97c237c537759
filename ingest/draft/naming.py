"""What a source is to be called, by the name of its file, by its folder or by its address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

__all__ = ["Named", "id_of", "name_of_address", "name_of_file"]

_SAYS_NOTHING = frozenset(
    [
        *("base", "csv", "data", "dataset", "donnee", "download", "export", "fichier", "file", "geojson", "json"),
        *("latest", "liste", "opendata", "record", "resource", "ressource", "resultat", "source", "table", "tableau"),
        *("centre", "etablissement", "lieu", "point", "service", "site", "structure", "xlsx", "zip"),
    ]
)
"""Names, in the singular, under which another file could lie as well."""
_FEWEST_LETTERS = 3
_DATE = re.compile(r"(?<!\d)20\d{2}(?:[-_]?(?:0[1-9]|1[0-2])(?:[-_]?(?:0[1-9]|[12]\d|3[01]))?)?(?!\d)|\d{6,}")


@dataclass(frozen=True, slots=True)
class Named:
    """A proposal."""

    id: str
    title: str
    says_little: bool = False
    """True where the names at hand could be those of any file, so that a person is asked."""


def name_of_file(path: Path, below: Path | None, territory: str) -> Named:
    """Name a source after its file; where that name says nothing, after folder and territory too.

    Parameters
    ----------
    below
        Folder whose own folders tell what they hold, such as a mirror; None: the file's name alone is looked at.
    territory
        Code, or ``*``.
    """
    folders: tuple[str, ...] = ()
    if below is not None and path.resolve().is_relative_to(below.resolve()):
        folders = path.resolve().relative_to(below.resolve()).parts[:-1]
    return _named(path.name, reversed(folders), territory)


def name_of_address(address: str, dataset: str, territory: str) -> Named:
    """Name a source after the dataset of its portal, else the path of its address, else the host.

    Parameters
    ----------
    dataset
        As its portal names it; empty where the address is that of a file.
    """
    parts = urlsplit(address)
    host = re.sub(r"^(?:www|data|opendata)\.|\.[a-z]+$", "", parts.hostname or "")
    steps = [unquote(step) for step in PurePosixPath(parts.path).parts if step != "/"]
    if dataset:
        return _named(dataset, [host], territory)
    return _named(steps[-1] if steps else host, [*reversed(steps[:-1]), host], territory)


def id_of(name: str) -> str:
    """Return an id for a file's name: lower case, without accents, suffixes and dates."""
    plain = unicodedata.normalize("NFKD", _stem(name).casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "source"


def _named(name: str, around: Iterable[str], territory: str) -> Named:
    own = id_of(name)
    title = _title(name) or name.partition(".")[0]
    if _says_something(own):
        return Named(own, title)
    before = next(_telling(around), "")
    code = territory.casefold() if territory != "*" else ""
    found = "_".join(part for part in (id_of(before) if before else "", own, code) if part)
    told = " – ".join(part for part in (_title(before), title) if part)
    return Named(found, told + (f" ({territory})" if code else ""), says_little=True)


def _telling(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if _says_something(id_of(name)))


def _says_something(name: str) -> bool:
    """Tell a name that is somebody's from one of which every word could be said of any file."""
    return not all(
        len(word) < _FEWEST_LETTERS or word in _SAYS_NOTHING or word.removesuffix("s") in _SAYS_NOTHING
        for word in re.split(r"[_\d]+", name)
    )


def _stem(name: str) -> str:
    return _DATE.sub("", name.partition(".")[0])


def _title(name: str) -> str:
    return " ".join(re.sub(r"[_-]+", " ", _stem(name)).split())
