"""What the page says of addresses found by words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.geocoder.measuring import GeocoderResults, KindTimes, percentile
from benchmarks.geocoder.mistakes import KINDS
from benchmarks.streets import ROOT

__all__ = ["FAILURES", "geocoder_section"]

FAILURES = ROOT / ".make" / "geocoder" / "failures.tsv"
_REACH = {"exact": 99.5, "abbreviated": 99.5, "one typo": 97.0, "two typos": 95.0, "half-typed": 95.0}
"""Percent of first answers that shall be right."""
_P50_MS, _P95_MS, _KEY_P99_MS, _WORST_MS, _SHEET_S = 1.0, 5.0, 15.0, 50.0, 10.0


def geocoder_section(results: GeocoderResults) -> str:
    """Return the section as Markdown."""
    parts = [_opening(results), _table(_found_rows(results)), _by_ground(results), _speed(results), _causes(results)]
    return "\n\n".join(filter(None, parts))


def _opening(results: GeocoderResults) -> str:
    asked = sum(times.asked for times in results.kinds if times.engine == "ours")
    bases = ", ".join(f"{name} ({size:,})" for name, size, _ in results.sizes)
    absent = "".join(f" Not asked: {why}." for why in results.absent.values())
    return (
        "## Addresses found by words\n\n"
        f"{asked:,} questions over {bases} addresses, the same to both geocoders: ours, and addok 1.3.2 with addok-fr, "
        "addok-france and Redis, set up as their documentation has it and given streets as the national base writes "
        "them for it. Questions are addresses of the base, drawn from a seed and spoilt by a "
        "[model of errors](../benchmarks/geocoder/mistakes.py); *right* is a first answer with the number, street and "
        "commune meant (and the postcode, where the question says one); *near* are the right ones within 50 m of where "
        "the base has them. Milliseconds are the processor's, Redis included." + absent
    )


def _found_rows(results: GeocoderResults) -> list[list[str]]:
    rows = [["kind", "ours", "addok", "reach", "met", "near", "ours, p50", "p95", "addok, p50", "p95"]]
    for kind in KINDS:
        ours, theirs = _of(results, "ours", kind), _of(results, "addok", kind)
        share, other = _share(ours), _share(theirs)
        reach = _REACH.get(kind)
        enough = (reach is None or share >= reach) and (not theirs or share >= other)
        rows.append([
            kind,
            f"**{share:.1f} %**",
            f"{other:.1f} %" if theirs else "",
            ("" if reach is None else f"≥ {reach:g} %") or "≥ addok",
            "yes" if enough else "no",
            f"{100 * sum(t.near for t in ours) / max(1, sum(t.right for t in ours)):.1f} %",
            *_times(ours),
            *(_times(theirs) if theirs else ["", ""]),
        ])  # fmt: skip
    return rows


def _by_ground(results: GeocoderResults) -> str:
    rows = [["right, ours / addok", *(name for name, *_ in results.sizes)]]
    for kind in KINDS:
        cells = []
        for name, *_ in results.sizes:
            both = [
                _share([t for t in _of(results, engine, kind) if t.ground == name])
                for engine in ("ours", "addok")
                if engine not in results.absent and _of(results, engine, kind)
            ]
            cells.append(" / ".join(f"{share:.1f}" for share in both))
        rows.append([kind, *cells])
    return _table(rows)


def _speed(results: GeocoderResults) -> str:
    rows = [["work", "ours", "addok", "reach", "met"]]
    ours = [ms for times in results.kinds if times.engine == "ours" for ms in times.ms]
    theirs = [ms for times in results.kinds if times.engine == "addok" for ms in times.ms]
    for share, most in ((50, _P50_MS), (95, _P95_MS)):
        rows.append(_row(f"all questions, p{share}", ours, theirs, share, most))
    typed = [
        [ms for keys in results.keystrokes if keys.engine == engine for ms in keys.ms] for engine in ("ours", "addok")
    ]
    rows.append(_row("letter by letter from the third, p99", *typed, 99, _KEY_P99_MS))
    for name, size, took in results.sizes:
        both = [f"{took[engine]:.1f} s" if engine in took else "" for engine in ("ours", "addok")]
        rows.append([f"index of {name}, {size:,} addresses (by the wall’s clock)", *both, "", ""])
    if results.fuzz:
        worst = results.fuzz.worst_ms
        label = f"worst of {results.fuzz.texts:,} fuzzed texts (median {results.fuzz.p50_ms:.2f} ms)"
        rows.append([label, f"{worst:.1f} ms", "", f"≤ {_WORST_MS:g} ms", _yes(worst <= _WORST_MS)])
    if results.sheet:
        took_s = results.sheet.seconds
        label = f"a sheet of {results.sheet.rows:,} addresses, mixed kinds, read, answered and written"
        rows.append([label, f"{took_s:.1f} s", "", f"≤ {_SHEET_S:g} s", _yes(took_s <= _SHEET_S)])
    return _table(rows)


def _row(label: str, ours: Sequence[float], theirs: Sequence[float], share: float, most: float) -> list[str]:
    mine = percentile(ours, share)
    other = f"{percentile(theirs, share):.2f} ms" if theirs else ""
    return [label, f"{mine:.2f} ms", other, f"≤ {most:g} ms", _yes(mine <= most)]


def _causes(results: GeocoderResults) -> str:
    ours, theirs = results.causes("ours"), results.causes("addok")
    if not ours and not theirs:
        return ""
    rows = [["why a first answer was not the one meant", "ours", "addok"]]
    rows += [
        [cause, str(ours[cause]), str(theirs[cause])] for cause in sorted({*ours, *theirs}, key=lambda c: -ours[c])
    ]
    told = (
        f"Every failure is listed, with question and answers, in `{FAILURES.relative_to(ROOT)}` of the run. "
        "*As near to what was written*: the answer is an address of the base, and as few slips away from the question "
        "as the one meant: nothing in its words could tell them apart."
    )
    return f"{_table(rows)}\n\n{told}"


def _of(results: GeocoderResults, engine: str, kind: str) -> list[KindTimes]:
    return [times for times in results.kinds if times.engine == engine and times.kind == kind]


def _share(times: Sequence[KindTimes]) -> float:
    return 100 * sum(t.right for t in times) / max(1, sum(t.asked for t in times))


def _times(times: Sequence[KindTimes]) -> list[str]:
    ms = [value for each in times for value in each.ms]
    return [f"{percentile(ms, share):.2f} ms" for share in (50, 95)]


def _yes(met: bool) -> str:
    return "yes" if met else "no"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return "\n".join(_lines([head, ["---", *["---:"] * (len(head) - 1)], *body]))


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
