"""One vintage of one source read as a build reads it, whole or damaged, and accounted for."""

from __future__ import annotations

import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.damage_verdict import Account, Record, Verdict, judge
from benchmarks.damages import Original
from benchmarks.sheets import Files
from geo.errors import AlentoursError
from geo.manifest import SourceLedger, SourceRecord
from geo.method import Method
from geo.places import Commune
from ingest.catalogue import Source
from ingest.connectors.table import FILE, LINE, Table
from ingest.fetch import Fetched
from ingest.gates import Outcome, check_sources
from ingest.gather import Gathered
from ingest.ground import Ground, lay_ground
from ingest.ledger import Ledger, count_codes
from ingest.locate import Locator
from ingest.losses import Former, check_losses
from ingest.reading import normalise, read_table
from ingest.results import SourceResult
from ingest.scope import Scope
from ingest.streets import read_streets

__all__ = ["Case", "Place", "Subject", "Target"]

_UNWRITTEN = {"cut", "cut inside", "web page", "other encoding", "two encodings"}
"""Damage to the bytes: the rest of the file is as its publisher wrote it."""


_ROWS = 6_000
"""Of longer files of services and addresses, and of workbooks, not all rows are written anew for each damage: it would
take an hour, and show nothing else."""


@dataclass(frozen=True)
class Target:
    """One vintage of one source that a folder has the files of."""

    source: Source
    """As the vintage reads it."""
    vintage: int
    territory: str
    files: tuple[Fetched, ...]

    @property
    def name(self) -> str:
        """By which a person speaks of it."""
        return f"{self.source.id}[{self.vintage}]"


@dataclass(frozen=True)
class Place:
    """Where a target is tried."""

    scope: Scope
    ground: Mapping[str, tuple[Source, Table]]
    """What the scope was made from, by kind; empty where a rectangle stands for the territory."""


@dataclass(frozen=True)
class Case:
    """One damage done to one file of a target, and what came of it."""

    target: str
    kind: str
    seed: int
    verdict: Verdict
    why: str


class Subject:
    """A target under damage.

    Parameters
    ----------
    place
        Where it is tried.
    method
        Names the categories that the gates ask for.
    tags
        Keys that are read of streets.
    folder
        For damaged files.
    """

    def __init__(self, target: Target, place: Place, method: Method, tags: Collection[str], folder: Path) -> None:
        self._target, self._place, self._method, self._tags, self._folder = target, place, method, tags, folder
        self._originals: dict[int, Original] = {}
        self._wholes: dict[int, Account] = {}

    def cases(self, kind: str, seeds: Sequence[int]) -> Iterator[Case]:
        """Do one damage to the target, once for each seed; nothing where its files cannot be damaged so."""
        target = self._target
        for seed in seeds:
            number = seed % len(target.files)
            path = target.files[number].path
            original = self._original(number)
            damaged = original.damaged(kind, f"{target.name} {kind} {seed}")
            if damaged is None:
                return
            whole = self._as_published if kind in _UNWRITTEN else self._rewritten(number, original)
            came = self._read(number, damaged.files, whole)
            verdict, why = judge(kind, target.source, path.name, damaged, whole, came)
            yield Case(target.name, kind, seed, verdict, why)

    @cached_property
    def _as_published(self) -> Account:
        return self._whole(self._read(0, {}, None))

    def _original(self, number: int) -> Original:
        """Return a file; of the rows of a long one, those that give something, and some of the others."""
        if number not in self._originals:
            source, path, whole = self._target.source, self._target.files[number].path, self._as_published
            lines = sorted(whole.lines.get(path.name, ()))
            rows = None
            long = source.kind in {"services", "addresses"} or source.format == "xlsx"
            if source.reader == "file" and long and len(lines) > _ROWS:
                gives = {record[-1] for record in whole.records if whole.services and record[-2] == path.name}
                rows = [row for row, line in enumerate(lines) if line in gives][: _ROWS // 2]
                rows = sorted({*rows, *range(0, len(lines), 2 * len(lines) // _ROWS)})
            self._originals[number] = Original(source, path, rows)
        return self._originals[number]

    def _rewritten(self, number: int, original: Original) -> Account:
        if number not in self._wholes:
            self._wholes[number] = self._whole(self._read(number, original.rewritten(), None))
        return self._wholes[number]

    def _whole(self, account: Account) -> Account:
        if account.error or account.crash:
            raise AssertionError(f"{self._target.name}, whole: {account.error or account.crash}")
        return account

    def _read(self, number: int, files: Files, whole: Account | None) -> Account:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            given = list(self._target.files)
            if files:
                path = Path(folder) / given[number].path.name
                for suffix, content in files.items():
                    (path.with_suffix(suffix) if suffix else path).write_bytes(content)
                given[number] = replace(given[number], path=path)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    return self._account(given, whole)
            except AlentoursError as error:
                return Account(error=str(error))
            except Exception as error:  # noqa: BLE001 - a defect, which is what is looked for
                places = traceback.extract_tb(error.__traceback__)
                near = [f"{Path(p.filename).name}:{p.lineno}" for p in places if "/ingest/" in p.filename]
                return Account(crash=f"{type(error).__name__}: {str(error)[:200]} at {' '.join(near[-3:])}")

    def _account(self, files: Sequence[Fetched], whole: Account | None) -> Account:
        source, scope = self._target.source, self._place.scope
        table = read_table(source, files)
        if source.kind in {"communes", "contours"}:
            result, records = self._lay(table)
        else:
            result = normalise(source, table, files, scope, Locator(scope.communes))
            records = self._streets(files) if source.kind == "streets" else _records(result, table)
        result.ledger.check(source.id)
        _hold_to_rows(result)
        lines: dict[str, list[int]] = {}
        for file, line in zip(table.frame[FILE], table.frame[LINE], strict=True):
            lines.setdefault(file, []).append(int(line))
        for reject in table.rejects:
            lines.setdefault(reject.file, []).append(reject.line)
        failed = frozenset(self._failed(result, whole))
        named = frozenset((reject.file, reject.line) for reject in result.rejects)
        return Account(table.read, result.ledger, tuple(records), source.kind == "services", lines, named, failed)

    def _lay(self, table: Table) -> tuple[SourceResult, list[Record]]:
        source = self._target.source
        tables = {**self._place.ground, source.kind: (source, table)}
        ground: Ground = lay_ground(self._place.scope.department, tables["communes"], tables["contours"])
        records: list[Record] = [
            (c.insee, c.name, c.department, c.population, c.postcodes, c.in_territory, _outline(c))
            for c in ground.scope.communes
        ]
        rejects = tuple(reject for reject in ground.rejects if reject.source == source.id)
        return SourceResult(source, (), ground.ledgers[source.id], rejects), records

    def _streets(self, files: Sequence[Fetched]) -> list[Record]:
        records: list[Record] = []
        for file in files:
            streets = read_streets(file.path, self._tags, source=file.source)
            segments = Counter(streets.segment_way.tolist())
            records += [(tuple(sorted(tags.items())), segments[way]) for way, tags in enumerate(streets.way_tags)]
        return records

    def _failed(self, result: SourceResult, whole: Account | None) -> Iterator[str]:
        """Name the gates that would refuse, where the whole file made the snapshot that serves."""
        source, scope = self._target.source, self._place.scope
        services = tuple(draft.service for draft in result.drafts)
        nothing: dict[str, Any] = {field.name: () for field in fields(Gathered)}
        known: dict[str, Any] = {
            "scope": scope, "services": services, "communes": scope.communes, "geocoded": {source.id: result.geocoded},
            "sources": (_source_record(self._target, result),), "declared": {source.id: source},
            "ledgers": {source.id: result.ledger}, "ground_key": "", "key": "",
        }  # fmt: skip
        gathered = Gathered(**nothing | known)
        former = Former()
        if whole is not None and whole.ledger is not None:
            categories = Counter((source.id, str(record[1])) for record in whole.records if whole.services)
            former = Former({source.id: _as_served(whole.ledger)}, categories)
        found = [*check_sources(gathered, self._method), *check_losses(gathered, former)]
        return (finding.name for finding in found if finding.outcome is Outcome.FAIL)


def _outline(commune: Commune) -> str:
    """Return the outline in the one way to write it, whatever the order of its points."""
    return "" if commune.geometry is None else str(commune.geometry.normalize().wkb_hex)


def _records(result: SourceResult, table: Table) -> list[Record]:
    files, lines = table.frame[FILE].tolist(), table.frame[LINE].tolist()
    found: list[Record] = [
        (s.id, s.category, s.lon, s.lat, s.insee, s.name, draft.links, files[draft.row], lines[draft.row])
        for draft in result.drafts
        for s in (draft.service,)
    ]
    # The id of a sector is the line on which it stands.
    sectors = [replace(sector, id="") for sector in result.sectors]
    others: list[Any] = [*result.addresses, *result.cells, *result.counts, *sectors, *result.zones]
    return [*found, *((repr(record),) for record in (*others, *result.facts))]


def _hold_to_rows(result: SourceResult) -> None:
    """Check that every reject is named, and that no row gives one service twice."""
    rows = Counter((draft.row, draft.service.category) for draft in result.drafts)
    if len(result.rejects) != result.ledger.rejected:
        raise AssertionError(f"{len(result.rejects)} rejects are named of {result.ledger.rejected}")
    if max(rows.values(), default=1) > 1 or len({row for row, _ in rows}) > result.ledger.kept:
        raise AssertionError("there are more services than rows")


def _as_served(ledger: Ledger) -> SourceLedger:
    return SourceLedger(ledger.read, ledger.kept, ledger.merged, ledger.out_of_scope, ledger.rejected)


def _source_record(target: Target, result: SourceResult) -> SourceRecord:
    source = target.source
    return SourceRecord(
        source.id, source.title, source.producer, source.licence, "", target.files[0].data_date, "",
        _as_served(result.ledger), count_codes(result.rejects), source.complete,
    )  # fmt: skip
