"""The lines that licences ask to show, beside what they are asked for."""

from __future__ import annotations

from collections.abc import Iterable

from geo.snapshot import Snapshot, SourceRecord

__all__ = ["attribution", "base_attribution", "line_of"]


def attribution(snapshot: Snapshot, sources: Iterable[str]) -> list[str]:
    """Return the lines that licences ask to show beside data of these sources, and of what every answer stands on.

    Streets, addresses, contours and codes stand behind every answer; a source that only gives services, or areas of
    transport on demand, is named where one of them is shown.
    """
    shown = set(sources)
    lines: dict[str, tuple[bool, str]] = snapshot.memo("app.attribution", lambda: _lines(snapshot))
    return list(dict.fromkeys(line for source, (always, line) in lines.items() if always or source in shown))


def base_attribution(snapshot: Snapshot) -> list[str]:
    """Return the lines of what every answer stands on."""
    return attribution(snapshot, ())


def _lines(snapshot: Snapshot) -> dict[str, tuple[bool, str]]:
    giving = set(snapshot.services.arrow.column("provenance").flatten().field("source").unique().to_pylist())
    giving |= snapshot.zones.sources
    return {s.id: (s.id not in giving, line_of(s)) for s in snapshot.sources}


def line_of(source: SourceRecord) -> str:
    """Return the line that a source asks to show, or the one that every licence asks for at least."""
    return source.attribution or f"{source.producer}, {source.title}, {source.data_date}, {source.licence.label}"
