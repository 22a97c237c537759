"""What a damaged file came to, held against the whole one: the right rows, named rejects, a refusal, or a defect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from benchmarks.damages import Damaged
from ingest.catalogue import Source
from ingest.connectors.table import INSIDE, JOINED, Wanted, fold
from ingest.ledger import Ledger

__all__ = ["Account", "Verdict", "judge"]

Record = tuple[Any, ...]
_SAME = {"other encoding", "two encodings", "columns shuffled", "rows doubled"}
"""Damage that leaves every row as it was."""


class Verdict(StrEnum):
    """How a case ended."""

    SAME = "same"
    """The same records as from the whole file."""
    REJECTS = "rejects"
    """The rows that were left whole gave the same; the others are named, or differ in what was replaced."""
    ERROR = "error"
    """A sentence that names the file."""
    GATE = "gate"
    """The gates refuse publication."""
    SHORT = "short"
    """Fewer rows, each of them right, and no fewer than the gates allow."""
    WRONG = "wrong"
    """Anything else: a defect."""


@dataclass(frozen=True)
class Account:
    """What reading one file or several came to."""

    read: int = 0
    ledger: Ledger | None = None
    records: tuple[Record, ...] = ()
    """Of anything; of services: id, category, longitude, latitude, commune, name, identifiers, file, line."""
    services: bool = False
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """File → where its rows stand."""
    rejected: frozenset[tuple[str, int]] = frozenset()
    """File and line of the rows that were refused by name."""
    failed: frozenset[str] = frozenset()
    """Names of the gates that refuse."""
    error: str = ""
    """What a refusal said."""
    crash: str = ""
    """An exception that is no refusal, and where it was raised."""


def judge(  # noqa: PLR0911 - a way out for each verdict
    kind: str, source: Source, name: str, damaged: Damaged, whole: Account, came: Account
) -> tuple[Verdict, str]:
    """Return the verdict, and why where it is a defect.

    Parameters
    ----------
    kind
        Of the damage.
    name
        Of the file that was damaged.
    """
    if came.crash:
        return Verdict.WRONG, came.crash
    if came.error:
        return _refused(kind, source, name, damaged, came)
    if kind == "web page":
        return Verdict.WRONG, "a web page was read as data"
    gated = bool(came.failed - whole.failed)
    wrong = _wrong_rows(kind, source, name, damaged, whole, came)
    if gated:
        return Verdict.GATE, ""
    if wrong:
        return Verdict.WRONG, wrong
    if Counter(_plain(came)) == Counter(_plain(whole)):
        return Verdict.SAME, ""
    return (Verdict.SHORT if kind.startswith("cut") else Verdict.REJECTS), ""


def _refused(kind: str, source: Source, name: str, damaged: Damaged, came: Account) -> tuple[Verdict, str]:
    named = name in came.error or (source.reader.startswith("gtfs") and ".txt" in came.error)
    if not named or source.id not in came.error:
        return Verdict.WRONG, f"names neither file nor source: {came.error}"
    if kind in {"column renamed", "column dropped"} and not source.headers:
        about = _headers_beside(source, damaged.column)
        # That a file's other headers are told does not name the one that it lost.
        if not any(header in came.error.partition("; the file has:")[0] for header in about):
            return Verdict.WRONG, f"does not name the column {damaged.column!r}: {came.error}"
    return Verdict.ERROR, ""


def _headers_beside(source: Source, column: str) -> set[str]:
    """Return the headers, and the names of ours, under which a column is asked for."""
    groups = [*source.columns.values(), *(f.column for f in (*source.keep, *source.drop)), tuple(source.wide)]
    groups += [*(also.column for also in source.also), *((source.crs.column,) if source.crs else ())]
    groups += source.links.values()
    found = {column}
    for headers in groups:
        parts = {part for header in headers for part in header.replace(INSIDE, JOINED).split(JOINED)}
        if fold(column) in {fold(part) for part in parts}:
            found |= {*headers, *parts}
    return found


def _plain(account: Account) -> list[Record]:
    """Return the records without the place in the file; the names of services may be re-encoded, so they are told."""
    return [record[:-2] if account.services else record for record in account.records]


def _wrong_rows(kind: str, source: Source, name: str, damaged: Damaged, whole: Account, came: Account) -> str:
    if kind in _SAME and not (kind == "columns shuffled" and source.headers):
        return _differing(kind, whole, came)
    if kind in {"column renamed", "column dropped"}:
        return _without(source, damaged.column, whole, came)
    if kind == "cells replaced":
        return _replaced(source, name, damaged, whole, came)
    return _shortened(name, whole, came) if kind.startswith("cut") else ""


def _differing(kind: str, whole: Account, came: Account) -> str:
    encoded = "encoding" in kind
    ours, theirs = (Counter(_ascii(record) if encoded else record for record in _plain(a)) for a in (whole, came))
    gone, new = ours - theirs, theirs - ours
    if gone or new:
        shown = [*list(gone)[:1], *list(new)[:1]]
        return f"{gone.total()} of {ours.total()} records gone, {new.total()} new: {shown}"
    return ""


def _ascii(record: Record) -> Record:
    """Leave aside the signs that cp1252 lacks, which were lost before the file was read."""
    return tuple(v.encode("cp1252", "replace").decode("cp1252") if isinstance(v, str) else v for v in record)


def _without(source: Source, column: str, whole: Account, came: Account) -> str:
    """Without a column that must be there nothing is read; another way to say the same may stand in for it."""
    named = {**source.columns, **{f"links.{kind}": headers for kind, headers in source.links.items()}}
    may_lack = {part for name in source.optional for part in JOINED.join(named.get(name, ())).split(JOINED)}
    optional = any(fold(column) == fold(part.partition(INSIDE)[0]) for part in may_lack)
    filters = [f for f in (*source.keep, *source.drop) if f.if_present]
    optional |= any(fold(column) in map(fold, f.column) for f in filters)
    by_standard = source.reader != "file"  # a tag, or a column that a feed may lack
    if by_standard or column in Wanted.by(source):
        if optional or by_standard:
            return "" if by_standard or len(came.records) <= len(whole.records) else f"more records without {column!r}"
        if not came.services:
            return _differing("", whole, came)
        ours, theirs = ({(r[0], r[1], round(r[2], 2), round(r[3], 2), r[6]) for r in a.records} for a in (whole, came))
        return "" if ours == theirs else f"read without {column!r}: {len(ours)} records became {len(theirs)}"
    return _differing("", whole, came)


def _shortened(name: str, whole: Account, came: Account) -> str:
    """See that the rows before the cut give what they gave; of the last one, the last cell may be short."""
    if came.read > whole.read:
        return f"{came.read} rows of {whole.read}"
    if not came.services:
        return ""
    last = max(came.lines.get(name, [0]), default=0)
    ours = {record[:5] for record in whole.records}
    new = [record for record in came.records if record[:5] not in ours and record[-2:] != (name, last)]
    return f"{len(new)} records are new: {new[0]}" if new else ""


def _replaced(source: Source, name: str, damaged: Damaged, whole: Account, came: Account) -> str:
    lines = sorted(whole.lines.get(name, ()))
    touched = {lines[row]: columns for row, columns in damaged.touched.items() if row < len(lines)}
    if not came.services:
        lost, most = (
            (Counter(whole.records) - Counter(came.records)).total(),
            len(damaged.touched) * max(1, len(source.wide) + 1),
        )
        return f"{lost} records changed by {most} touched rows" if lost > most else ""
    if len(lines) < len(damaged.touched):
        return ""  # rows inside rows
    in_touched = {record[0] for record in (*whole.records, *came.records) if _is_touched(record, name, touched)}
    ours, theirs = ({r[0]: r for r in a.records if not _is_touched(r, name, touched)} for a in (whole, came))
    for key in sorted((ours.keys() | theirs.keys()) - in_touched):
        if ours.get(key, (key,))[:-2] != theirs.get(key, (key,))[:-2]:
            return f"a row that was not touched gave {ours.get(key)}, now {theirs.get(key)}"
    return _touched_rows(source, name, touched, whole, came)


def _is_touched(record: Record, name: str, touched: Mapping[int, frozenset[str]]) -> bool:
    return record[-2] == name and record[-1] in touched


def _touched_rows(
    source: Source, name: str, touched: Mapping[int, frozenset[str]], whole: Account, came: Account
) -> str:
    """See that a touched row that still gives a service stands where it stood, and is of the category that it was."""
    before: dict[int, list[Record]] = {}
    for record in whole.records:
        if _is_touched(record, name, touched):
            before.setdefault(record[-1], []).append(record)
    sorts = [*source.columns.get("category", ()), *(c for also in source.also for c in also.column)]
    if silent := _left_out(source, name, touched, before, came):
        return silent
    for record in came.records:
        if not _is_touched(record, name, touched) or record[-1] not in before:
            continue
        former = before[record[-1]]
        if not any(abs(record[2] - r[2]) < 1e-6 and abs(record[3] - r[3]) < 1e-6 for r in former):
            return f"moved by {sorted(touched[record[-1]])}: {former[0]} became {record}"
        parts = {fold(part) for header in sorts for part in header.replace(INSIDE, JOINED).split(JOINED)}
        if parts & set(map(fold, touched[record[-1]])) or source.tags:
            continue
        if record[1] not in {r[1] for r in former}:
            return f"of another category by {sorted(touched[record[-1]])}: {former[0]} became {record}"
    return ""


def _left_out(
    source: Source,
    name: str,
    touched: Mapping[int, frozenset[str]],
    before: Mapping[int, Sequence[Record]],
    came: Account,
) -> str:
    """Find a row that gave a service and is now neither one nor a reject, though its category and filters stand."""
    ids = {record[0] for record in came.records}
    lines = {record[-1] for record in came.records if record[-2] == name}
    telling = [*source.columns.get("key", ()), *source.columns.get("category", ())]
    telling += [column for part in (*source.keep, *source.drop) for column in part.column]
    telling += [column for also in source.also for column in also.column]
    tells = {fold(part) for header in telling for part in header.replace(INSIDE, JOINED).split(JOINED)}
    for line, former in before.items():
        if not former[0][4]:
            continue  # of a neighbour without contours: once its coordinates are spoilt, its commune counts as far
        gone = line not in lines and (name, line) not in came.rejected and former[0][0] not in ids
        if gone and not source.tags and not tells & set(map(fold, touched[line])) and "@content" not in telling:
            return f"left out in silence by {sorted(touched[line])}: {former[0]}"
    return ""
