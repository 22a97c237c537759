"""Tables of GTFS that a page keeps as scripts: ``data.stops=[{'stop_id': 1, …}]`` → the table that it stands for."""

from __future__ import annotations

from geo.errors import SourceMalformed
from ingest.catalogue import Source
from ingest.connectors import javascript, json_rows
from ingest.connectors.table import FILE, LINE, Wanted
from ingest.connectors.text import to_utf8

__all__ = ["as_table", "is_script", "table_name"]


def is_script(start: bytes) -> bool:
    """Tell whether a file begins as a script that holds rows."""
    return javascript.is_script(start.decode("latin-1"))


def table_name(name: str) -> str:
    """Return the table that a script is, by its name: ``stop_times.js`` is ``stop_times.txt``."""
    return f"{name.partition('.')[0]}.txt"


def as_table(source: Source, content: bytes, name: str) -> bytes:
    """Write the rows of a script as the CSV that the format asks for; ``NULL`` is an empty cell.

    Raises
    ------
    SourceMalformed
        When it is cut off, holds no rows, or is in none of the source's encodings.
    """
    frame = json_rows.read(source, to_utf8(source, content, name), name, Wanted(None)).frame
    try:
        return frame.drop(columns=[LINE, FILE]).to_csv(index=False).encode(source.encoding[0])
    except UnicodeEncodeError as error:
        raise SourceMalformed(source.id, f"not written in {source.encoding[0]}", file=name) from error
