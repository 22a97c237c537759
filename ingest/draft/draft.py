"""From a file or an address to the text of a source."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from geo.errors import ConfigurationError
from geo.places import Licence
from geo.taxonomy import Taxonomy
from ingest.catalogue import Kind, Source
from ingest.draft.encoding import Spelling, look_at_spelling
from ingest.draft.meaning import find_meaning
from ingest.draft.naming import Named, name_of_address, name_of_file
from ingest.draft.osm import draft_osm, is_osm
from ingest.draft.profile import profile_columns
from ingest.draft.rows import read_undescribed
from ingest.draft.write import About, Draft, write_draft
from ingest.fetch import Fetched, Fetcher
from ingest.hosts import Hosts
from ingest.settings import BuildSettings
from ingest.source_files import find_source

__all__ = ["Drafted", "draft_source"]

_PORTAL = re.compile(r"(https?://[^/]+)/(?:api/)?explore/(?:v2\.\d/catalog/datasets|dataset)/([^/?]+)")
_DATA_GOUV = re.compile(r"https?://www\.data\.gouv\.fr/(?:fr/)?(?:api/1/)?datasets/([^/?]+)")

_CALLED = "what is it called? The name of the file could be that of any: choose id and title (--id, --title)"


@dataclass(frozen=True)
class Drafted:
    """A draft, and the id that its files bear."""

    id: str
    draft: Draft

    @property
    def text(self) -> str:
        """The source, and the map below it where there is one."""
        return self.draft.source + (f"\n# --- maps/{self.id}.toml\n{self.draft.map}" if self.draft.map else "")

    def save(self, folder: Path) -> list[Path]:
        """Write the files into ``data/sources/``.

        Raises
        ------
        ConfigurationError
            When one of them is there already: a description that somebody made is not written over.
        """
        files = {folder / f"{self.id}.toml": self.draft.source}
        if self.draft.map:
            files[folder / "maps" / f"{self.id}.toml"] = self.draft.map
        if there := [path for path in files if path.exists()]:
            raise ConfigurationError(f"{there[0]} is there already: choose another with --id")
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        return list(files)


def draft_source(
    given: str,
    settings: BuildSettings,
    *,
    name: str = "",
    title: str = "",
    territory: str = "*",
    kind: Kind = "services",
    encoding: str = "",
) -> Drafted:
    """Read a file with every column, and write down what it seems to be.

    Parameters
    ----------
    given
        Path of a file (below the mirror of the settings, where one is set), or an address.
    encoding
        In which it is written; empty: to be found out.

    Raises
    ------
    ConfigurationError
        When there is no such file.
    SourceError
        When the address gives nothing, or the file is none of rows.
    """
    is_address = bool(re.match(r"https?://", given))
    named = _named(given, settings, territory, is_address=is_address)
    asked = () if (name and title) or not named.says_little else (_CALLED,)
    name = name or named.id
    file = _fetched(given, name, settings) if is_address else _local(given, name)
    about = About(
        id=name,
        title=title or named.title,
        address=_address(given) if is_address else {},
        path="" if is_address else _below_mirror(Path(given), settings.mirror),
        data_date=file.data_date,
        dated=is_address or bool(_date_in(Path(given).name)),
        territory=territory,
        kind=kind,
        questions=asked,
    )
    taxonomy = Taxonomy.load(settings.data / "taxonomy.toml")
    if is_osm(file.path):
        tags = find_source(settings.data / "sources", "osm_services", taxonomy).tags
        assert tags is not None  # noqa: S101 - the catalogue gives every osm_services source its map
        return Drafted(name, draft_osm(file.path, about, tags))
    spelling = Spelling(encoding) if encoding else look_at_spelling(file)
    table, rows = read_undescribed(file, spelling.encoding)
    profiles = profile_columns(table.frame)
    about = replace(
        about,
        read_as=f"{table.read:,} rows, {len(profiles)} columns",
        rows=table.read,
        rows_at=rows,
        encoding=spelling.encoding,
        questions=(*asked, *filter(None, [spelling.question])),
    )
    meaning = find_meaning(profiles, has_shapes=bool(table.geometries))
    return Drafted(name, write_draft(about, profiles, meaning, taxonomy, _maps(settings.data / "sources" / "maps")))


def _named(given: str, settings: BuildSettings, territory: str, *, is_address: bool) -> Named:
    if is_address:
        return name_of_address(given, _address(given).get("dataset", ""), territory)
    return name_of_file(Path(given), settings.mirror, territory)


def _fetched(address: str, name: str, settings: BuildSettings) -> Fetched:
    source = Source(
        id=name,
        title=name,
        producer="",
        licence=Licence.LO_2_0,
        territories=(),
        kind="zones",
        **_address(address),  # type: ignore[arg-type]
    )
    return Fetcher(settings.raw, hosts=Hosts(internal=settings.internal_hosts)).get(source)[0]


def _local(given: str, name: str) -> Fetched:
    path = Path(given)
    if not path.is_file():
        raise ConfigurationError(f"{given} is no file: name a file, or an address that begins with https://")
    changed = f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d}"
    return Fetched(name, path, "", path.name, "", _date_in(path.name) or changed, "")


def _date_in(name: str) -> str:
    """Return the date that a file's name holds, as publishers write it: ``20240801``, ``2024-08``, ``2024``."""
    match = re.search(r"(?<!\d)(20\d{2})-?(0[1-9]|1[0-2])?-?(0[1-9]|[12]\d|3[01])?(?!\d)", name)
    return "-".join(part for part in match.groups() if part) if match else ""


def _below_mirror(path: Path, mirror: Path | None) -> str:
    """Return the path below the mirror; a file that lies elsewhere will have to be laid there under its name."""
    if mirror is not None and path.resolve().is_relative_to(mirror.resolve()):
        return path.resolve().relative_to(mirror.resolve()).as_posix()
    return path.name


def _address(url: str) -> Mapping[str, str]:
    """Return the keys of a source that say how the publisher is asked."""
    if match := _DATA_GOUV.match(url):
        return {"protocol": "udata", "url": "https://www.data.gouv.fr", "dataset": match[1]}
    if match := _PORTAL.match(url):
        return {"protocol": "opendatasoft", "url": match[1], "dataset": match[2]}
    return {"url": url}


def _maps(folder: Path) -> dict[str, dict[str, str]]:
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    return {name: data["codes"] for name, data in files.items() if "codes" in data}
