"""The page's table of what osmnx opens to a mode and the engine does not, or the other way round, and why."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.peers.osmnx import Rules

__all__ = ["rules_section"]

_WHY = {
    ("ours", "walk", "access=private"): "the way’s `foot` lets walkers in, and the key that is most exact decides",
    ("ours", "car", "access=private, highway=track"): "the way’s `motorcar` lets cars in; see *track*",
    ("ours", "walk", "highway=cycleway"): "walked where no path runs beside it",
    ("ours", "walk", "highway=platform"): "the way to a train",
    ("ours", "bike", "highway=footway"): "the way’s `bicycle` lets riders in",
    ("ours", "bike", "highway=steps"): "a bicycle is carried, slowly: rather that than no way at all",
    ("ours", "bike", "one direction"): "a contresens cyclable: the way or its zone lets riders go against the one-way",
    ("ours", "car", "highway=track"): "some farms are reached by nothing else; too slow to be a short cut",
    ("ours", "car", "highway=service"): "where cars park: slow, but the end of many trips",
    ("ours", "car", "service="): "where cars park: slow, but the end of many trips",
    ("ours", "", "area=yes"): "a square is crossed along its rim, where osmnx has no way at all",
    ("theirs", "bike", "highway=bridleway"): "closed to riders but where a sign lets them in",
}
"""By who opens it, the mode (all when empty), and how what closes it to the other begins."""


def rules_section(rules: Sequence[Rules]) -> str:
    """Return the table; empty where nothing was compared."""
    if not rules:
        return ""
    rows = [
        f"| {each.streets} | {who} | {kind} | {count} | {_why(side, each.streets, kind)} |"
        for each in rules
        for side, who, kinds in (("ours", "we alone", each.ours), ("theirs", "osmnx alone", each.theirs))
        for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    ]
    same = "; ".join(
        f"{each.streets}: {each.both:,} open to both, {each.ways:,} ways, at most {each.worst:.1%} apart"
        for each in rules
    )
    text = (
        f"A small place from one file, by {rules[0].peer} (its own filter of each mode) and by `data/modes.toml`. On "
        "the directed segments that both open both ways, networkx finds the engine’s seconds from everywhere to 25 "
        f"junctions, but for the sphere that osmnx measures on and for our tenths of a second ({same}). Every segment "
        "that one alone opens is here, by the tags that close it to the other:"
    )
    heads = (
        "| streets | opened by | closed to the other by | directed segments | why |\n| --- | --- | --- | ---: | --- |"
    )
    return "\n\n".join(["## Rules beside osmnx", text, "\n".join([heads, *rows])])


def _why(side: str, streets: str, kind: str) -> str:
    mode = streets.rsplit(", ", 1)[1]
    found = [
        why for (of, on, begins), why in _WHY.items() if of == side and on in {"", mode} and kind.startswith(begins)
    ]
    return found[0] if found else "not explained"
