"""The page of a run: ``docs/benchmarks.md``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.addresses import AddressTimes
from benchmarks.against import Against
from benchmarks.building import BuildTimes, building_section
from benchmarks.clock import FEWEST_ROUNDS
from benchmarks.conflation import Quality
from benchmarks.conflation_page import conflation_section
from benchmarks.fields import FieldTimes
from benchmarks.geocoder.measuring import GeocoderResults
from benchmarks.geocoder.section import geocoder_section
from benchmarks.growth import growth_section
from benchmarks.lookups import GATHERED, LookupTimes
from benchmarks.page_contests import contests_section
from benchmarks.page_distances import distances_section
from benchmarks.page_rules import rules_section
from benchmarks.reading import ReadingTimes
from benchmarks.scores import ScoreTimes
from benchmarks.snapping import SnapTimes
from geo.sweeps import LANES

__all__ = ["Results", "write_page"]


@dataclass(frozen=True)
class Results:
    """All that one run measured."""

    day: str
    rounds: int
    machine: Sequence[str]
    mirror: bool
    fields: Sequence[FieldTimes]
    lookups: Sequence[LookupTimes]
    snapping: Sequence[SnapTimes]
    scores: Sequence[ScoreTimes]
    addresses: AddressTimes
    reading: Sequence[ReadingTimes]
    against: Against
    geocoder: GeocoderResults | None = None
    """None where it was not asked."""
    conflation: Quality | None = None
    """None without a mirror."""
    building: BuildTimes | None = None
    """None without a mirror."""


def write_page(results: Results) -> str:
    """Return the page as Markdown."""
    parts = [
        _opening(results),
        contests_section(results.against.contests, results.against.absent),
        growth_section(results.against.sizes),
        *_beside_others(results.against),
        _fields(results.fields),
        _preparation(results.fields),
        _one_place(results.fields),
        _lookups(results.lookups),
        _snapping(results.snapping),
        _scores(results.scores),
        _addresses(results.addresses),
        *([geocoder_section(results.geocoder)] if results.geocoder else []),
        _reading(results.reading),
        *([conflation_section(results.conflation)] if results.conflation else []),
        *([building_section(results.building)] if results.building else []),
    ]
    return "\n\n".join(parts) + "\n"


def _opening(results: Results) -> str:
    compared = sum(depth.labels for times in results.fields for depth in (*times.depths, times.one_place))
    real = (
        "The real streets are the extracts of Le Creusot and Malta in the mirror."
        if results.mirror
        else "Real streets are measured where there is a mirror ([sources](sources.md#mirror)); this run had none."
    )
    how = (
        f"Written by `make bench` in one run on {results.day}. Trust the **ratios**: both sides ran in turns in one "
        f"process, each warm, and the best of up to {results.rounds} rounds ({FEWEST_ROUNDS} at least) counts. "
        "Times are the processor's, of one thread, so that other work on the machine counts for neither side; they "
        "belong to this machine and promise nothing about another:"
    )
    equal = (
        "Before a time counts, both sides must have given the same answer. In this run "
        f"{compared:,} labels of sweeps and searches were compared, cost and service, and none differed; one that "
        "does fails the run, and nothing is written."
    )
    where = (
        "The *drawn grid* is made by the benchmark from a seed: blocks of about 100 m, 8 % of them missing, 5 % "
        "one-way. A grid has no natural narrow places to cut at, and so is the hardest kind of town for a "
        "hierarchy. *Rural* is drawn too: a département of 150,000 junctions, of which a fifth are dead ends, with "
        f"towns of every size and lanes between them. {real} Services are scattered along the edges: 8 in the rarest "
        f"of {LANES} categories, 3 % of the junctions in the commonest."
    )
    return "\n\n".join(["# Benchmarks", how, "\n".join(f"- {line}" for line in results.machine), equal, where])


def _beside_others(against: Against) -> list[str]:
    found = [distances_section(against.distances, against.agreements), rules_section(against.rules)]
    return [section for section in found if section]


def _fields(times: Sequence[FieldTimes]) -> str:
    rows = [
        [
            _name(t.area, t.mode),
            f"{t.junctions:,}",
            str(depth.k),
            _ms(depth.sweep_s / LANES),
            _ms(depth.search_s / LANES),
            f"**{_ratio(depth.search_s, depth.sweep_s)}**",
            "" if depth.scipy_s is None else _ms(depth.scipy_s / LANES),
            "" if depth.scipy_s is None else f"**{_ratio(depth.scipy_s, depth.sweep_s)}**",
        ]
        for t in times
        for depth in t.depths
    ]
    return _section(
        "One category, every junction",
        "The k nearest services of a category at every junction, with their times, as far as a label goes (6,553 s). "
        f"A sweep carries {LANES} categories at once; its time is divided by {LANES}. The Dijkstra carries k labels "
        "and is ours (`geo/search.py`), the one that tests hold the sweeps against. scipy is "
        "`scipy.sparse.csgraph.dijkstra(min_only=True)`, which finds the nearest service alone; its graph is laid out "
        "before the clock starts.",
        ["streets", "junctions", "k", "sweep, ms", "Dijkstra, ms", "ratio", "scipy, ms", "ratio"],
        rows,
    )


def _preparation(times: Sequence[FieldTimes]) -> str:
    rows = []
    for t in times:
        three = next(depth for depth in t.depths if depth.k == 3)
        saved_s = (three.search_s - three.sweep_s) / LANES
        rows.append(
            [
                _name(t.area, t.mode),
                f"{t.edges:,}",
                _short(t.prepare_s),
                _short(t.customise_s),
                f"{t.prepare_s / saved_s:.1f}",
            ]
        )
    return _section(
        "What a sweep needs first",
        "The hierarchy of a mode is prepared once and kept in the snapshot. *Other costs* prepares it again for the "
        "same streets, when a speed changes. The last column says how many categories (k = 3) a search would have to "
        "find before preparing was the quicker way.",
        ["streets", "edges", "prepare, s", "other costs, s", "pays from … categories on"],
        rows,
    )


def _one_place(times: Sequence[FieldTimes]) -> str:
    rows = [
        [
            _name(t.area, t.mode),
            _ms(t.one_place.sweep_s),
            _ms(t.one_place.search_s),
            f"**{_ratio(t.one_place.search_s, t.one_place.sweep_s)}**",
            "" if t.one_place.scipy_s is None else _ms(t.one_place.scipy_s),
            "" if t.one_place.scipy_s is None else f"**{_ratio(t.one_place.scipy_s, t.one_place.sweep_s)}**",
        ]
        for t in times
    ]
    return _section(
        "Somebody's own place",
        'One place, k = 1, every junction: what it costs to add "my work". One lane fills no vector, so less is '
        "gained; and on foot the searches may stop early, since a label ends at 6,553 s.",
        ["streets", "sweep, ms", "Dijkstra, ms", "ratio", "scipy, ms", "ratio"],
        rows,
    )


def _lookups(times: Sequence[LookupTimes]) -> str:
    rows = [
        [
            _name(t.area, t.mode),
            _ms(t.field_s),
            _ms(t.proof_s),
            _us(t.gather_s),
            _us(t.search_s),
            f"**{_ratio(t.search_s, t.gather_s)}**",
        ]
        for t in times
    ]
    return _section(
        "An address",
        f"{LANES} categories, k = 3, to 3,600 s. *Field* is seeds, sweeps and records; *proof* looks at every arc "
        "once; *read* merges the two ends of the address's edge with the services on it, in a batch of "
        f"{GATHERED:,}. *Search* is what a field saves: a bounded search from the address, over junctions alone, that "
        "finds the same seconds.",
        ["streets", "field, ms", "proof, ms", "read, µs an address", "search, µs an address", "ratio"],
        rows,
    )


def _snapping(times: Sequence[SnapTimes]) -> str:
    rows = [
        [
            _name(t.area, t.mode),
            f"{t.segments:,}",
            _us(t.snap_s),
            _us(t.tree_snap_s),
            f"**{_ratio(t.tree_snap_s, t.snap_s)}**",
            _ms(t.build_s),
            _ms(t.tree_build_s),
        ]
        for t in times
    ]
    return _section(
        "Snapping",
        "The nearest street of a place, from degrees. Our grid returns edge, share of the edge and metres on the "
        "ground; `shapely.STRtree.query_nearest` over the same segments returns segment and metres of the plane, "
        "which agree to a micrometre.",
        ["streets", "segments", "grid, µs a place", "STRtree, µs a place", "ratio", "grid built, ms", "tree built, ms"],
        rows,
    )


def _scores(times: Sequence[ScoreTimes]) -> str:
    rows = [
        [
            t.mode,
            str(t.components),
            f"{1 / t.batch_s:,.0f}",
            f"{1 / t.alone_s:,.0f}",
            f"**{_ratio(t.alone_s, t.batch_s)}**",
        ]
        for t in times
    ]
    return _section(
        "Scores",
        "Snap, field, decay, components and evidence through `geo.scoring.score`, on the snapshot of a small town; "
        "neither HTTP nor JSON is in it. By itself and in a batch a place gets the same score, component by component.",
        ["mode", "components", "places/s in a batch", "places/s one by one", "ratio"],
        rows,
    )


def _addresses(times: AddressTimes) -> str:
    own_s = times.read_s + times.normalise_s
    return _section(
        "The addresses of a département",
        "A file of the national address base (gzip, 23 columns) with as many rows as a large département has, drawn "
        "from a seed: read to text, and normalised to distinct addresses with the commune of each. pandas is "
        "`pandas.read_csv` of the same file with every column as text, which does no more than the first step. Timed "
        "once; the project asks for 30 s at most.",
        ["rows", "read, s", "normalise, s", "together, s", "rows a second", "pandas, s", "ratio"],
        [
            [
                f"{times.rows:,}",
                f"{times.read_s:.1f}",
                f"{times.normalise_s:.1f}",
                f"**{own_s:.1f}**",
                f"{times.rows / own_s:,.0f}",
                f"{times.pandas_s:.1f}",
                _ratio(own_s, times.pandas_s),
            ]
        ],
    )


def _reading(times: Sequence[ReadingTimes]) -> str:
    return _section(
        "A file of services",
        "A CSV of 16 columns, drawn from a seed: read to text (the eight columns that its source declares), and "
        "normalised to services, each with its commune. pandas is `pandas.read_csv` of the same file with every "
        "column as text, which does no more than the first step. *Plain* files have as many records as lines and are "
        "read in one sweep, in quotes or not; others record by record, so that a reject knows its line. The project "
        "asks for 100,000 rows a second and a ratio of 4 at most, of a plain file on one core.",
        ["cells", "rows", "read, ms", "read and normalised, ms", "rows a second", "pandas, ms", "ratio"],
        [
            [
                t.kind,
                f"{t.rows:,}",
                _ms(t.read_s),
                _ms(t.both_s),
                f"{t.rows / t.both_s:,.0f}",
                _ms(t.pandas_s),
                f"**{_ratio(t.both_s, t.pandas_s)}**",
            ]
            for t in times
        ],
    )


def _name(area: str, mode: str) -> str:
    return f"{area}, {mode}"


def _ms(seconds: float) -> str:
    return _short(seconds * 1e3)


def _us(seconds: float) -> str:
    return _short(seconds * 1e6)


def _short(value: float) -> str:
    """Write two or three digits: a measurement has no more."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _ratio(peer_s: float, own_s: float) -> str:
    ratio = peer_s / own_s
    return f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:.1f}×"


def _section(title: str, text: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, rule, *rows])
    return f"## {title}\n\n{text}\n\n{table}"
