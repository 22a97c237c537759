"""The raster of heights that a build is given, and who is to be named for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from geo.errors import ConfigurationError
from geo.manifest import FileRecord, SourceLedger, SourceRecord
from geo.places import Licence
from geo.strict import StrictTable

__all__ = ["SOURCE", "Elevation", "credit_file"]

SOURCE = "elevation"
"""Id of the raster among the sources, and what errors call it."""

_NO_ROWS = SourceLedger(0, 0, 0, 0, 0)
_EXAMPLE = 'title = "BD ALTI", producer = "IGN", licence = "etalab-2.0", url = "https://…", data_date = "2024"'


@dataclass(frozen=True)
class Elevation:
    """A raster of heights and its credit."""

    path: Path
    sha256: str
    record: SourceRecord
    """As it stands among the sources of a snapshot; it has no rows."""

    @classmethod
    def of(cls, path: Path) -> Elevation:
        """Read who made a raster from the TOML file of its name beside it.

        Raises
        ------
        ConfigurationError
            When there is no such file, it is no TOML, a key is missing or unknown, or the licence is none that answers
            may be given under.
        """
        sha256 = FileRecord.of(path).sha256
        return cls(path, sha256, _record(credit_file(path), sha256))

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the snapshot depends on: name, content, and every word of the credit."""
        record = self.record
        words = (record.title, record.producer, record.licence, record.url, record.data_date, record.attribution)
        return (*self.heights, *words)

    @property
    def heights(self) -> tuple[str, str]:
        """What the streets' heights depend on."""
        return self.path.name, self.sha256


def credit_file(raster: Path) -> Path:
    """Return where the credit of a raster is read from."""
    return raster.with_suffix(".toml")


def _record(path: Path, sha256: str) -> SourceRecord:
    if not path.is_file():
        raise ConfigurationError(f"{path.name} is missing beside the raster: say there whom answers name, {_EXAMPLE}")
    try:
        table = StrictTable(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path.name}: {error}") from error
    licence = table.text("licence")
    if licence not in set(Licence):
        raise table.error(f"'licence' is {licence!r}, expected one of {', '.join(Licence)}")
    record = SourceRecord(
        id=SOURCE,
        title=table.text("title"),
        producer=table.text("producer"),
        licence=Licence(licence),
        url=table.text("url"),
        data_date=table.text("data_date"),
        fetched_at="",
        ledger=_NO_ROWS,
        attribution=table.text("attribution") if "attribution" in table else "",
        content=sha256,
    )
    table.close()
    return record
