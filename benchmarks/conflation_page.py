"""The section of ``docs/benchmarks.md`` about conflation."""

from __future__ import annotations

from benchmarks.conflation import Found, Quality

__all__ = ["conflation_section"]

_TEXT = """\
*Right* are links between two rows that are the same place, *wrong* those between two places, *missed* the pairs that
were not linked. Precision is the share of the links that are right, recall that of the true pairs that were linked;
[how it works](conflation.md). The schools of Occitanie stand in two files of the ministry, of 2024 and 2015; their
common identifier is hidden from the rules, and tells afterwards who is who. The thresholds were chosen on every other
département; the errors in the rest had been looked at once, so that no half is blind. A rule of names and metres
without more gives .977 and .858 there, splink .965 and .841. The labelled pairs are at most 2 km apart. The rules
were chosen on their open half; the [blind half](../benchmarks/pairs/README.md#the-blind-half) was labelled before any
rule had seen it, and then linked with a precision of .994 and a recall of .640."""
_HEADS = ["", "right", "wrong", "missed", "precision", "recall"]


def conflation_section(quality: Quality) -> str:
    """Return the section as Markdown."""
    title = "## The same place in two sources"
    rows = [
        _row("schools, départements that the thresholds were chosen on", quality.tuned),
        _row("schools, the other départements", quality.untouched),
        _row("**schools**", quality.schools),
        *(_row(f"`{category}`, open", found) for category, found in quality.pairs.items()),
        _row("**labelled pairs, open half**", quality.all_pairs),
        *(_row(f"`{category}`, blind", found) for category, found in quality.blind.items()),
        _row("**labelled pairs, blind half**", quality.all_blind),
    ]
    rule = ["---", *["---:"] * (len(_HEADS) - 1)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in [_HEADS, rule, *rows])
    return f"{title}\n\n{' '.join(_TEXT.split())}\n\n{table}"


def _row(name: str, found: Found) -> list[str]:
    counts = [f"{found.right:,}", f"{found.wrong:,}", f"{found.missed:,}"]
    return [name, *counts, f"{found.precision:.3f}", f"{found.recall:.3f}"]
