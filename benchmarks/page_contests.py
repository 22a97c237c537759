"""The page's first table: what somebody could use instead, and by how much the engine is ahead."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.contests import Contest, short

__all__ = ["contests_section", "sentence_missed"]

_HEADS = ("work", "streets", "against", "ours", "theirs", "ratio", "reach", "met")


def contests_section(contests: Sequence[Contest], absent: Sequence[str]) -> str:
    """Return the table, and a line for each peer that the run had to do without."""
    text = (
        "Every row is two measurements of this run and their ratio; *reach* is what the project wants it to be, at "
        "least (≥) or at most (≤). Before a time counts, both sides have given the same answer, wherever both answer "
        "the same question. What was tried for the figures of fields, hierarchies and single places, and what lost: "
        "[decision 11](adr/0011-narrow-cuts-and-what-was-tried.md)."
    )
    rows = [_HEADS, ("---", "---", "---", "---:", "---:", "---:", "---:", "---"), *map(_row, contests)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    without = "".join(f"\n- {line}" for line in absent)
    return f"## Beside what one could use instead\n\n{text}\n\n{table}" + (
        f"\n\nLeft out of this run:\n{without}" if absent else ""
    )


def _row(contest: Contest) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: f"no, {contest.lacking:.0%} {'over' if contest.at_most else 'short'}"}
    reach = "" if contest.reach is None else f"{'≤' if contest.at_most else '≥'} {contest.reach:,g}×"
    ratio = f"**{short(contest.ratio)}×**"
    fixed = (contest.work, contest.streets, contest.against, contest.own, contest.peer)
    return (*fixed, ratio, reach, met[contest.met])


def sentence_missed(contest: Contest) -> str:
    """Say in a line what was promised and what the run has."""
    sign = "≤" if contest.at_most else "≥"
    what = f"{contest.work}, {contest.streets}, against {contest.against}"
    return f"{what}: {short(contest.ratio)}×, {sign} {contest.reach:,g}× promised"
