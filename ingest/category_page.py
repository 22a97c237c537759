"""The page on categories: what each is, what counts as one site, how it counts, which sources give it by which codes.

``python -m ingest.category_page`` writes ``docs/categories.md``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from geo.method import Method
from geo.taxonomy import Taxonomy
from ingest.catalogue import FICTIONAL_TERRITORY, Source
from ingest.source_files import load_sources

__all__ = ["page", "shipped_page"]

ROOT = Path(__file__).resolve().parents[1]
_SHOWN_CODES = 6
"""So many codes are written out; the others are counted."""
_INTRODUCTION = """\
# Categories

Written by `python -m ingest.category_page` from `data/taxonomy.toml`, `data/method.toml` and `data/sources/`; a test
holds it against them.

*One site* is what counts as one in a score and on a map: rows of one source that share it are one service, rows of
several are linked (`data/conflation.toml`). *Share* is of the family's weight; a category with a share of 0 is shown
and weighs nothing. *Range* is INSEE's gamme, *k* how many of the nearest count. Of each source: the codes of its own
that lead to the category (`all rows` where the source knows one category), and **complete** where it declares that it
holds every service of its area (a vintage may say otherwise).

Codes that a source knows and that are of no use to a household are in its map as `out_of_scope`; a code that its map
does not know is a reject with its count, never a default.

The family *calm* (away from a main road, a railway, an industrial area) is not here. A category is a site that one
goes to, with a k and a range, and what it is worth falls with the minutes; being away from something rises with the
metres, and has no site, no k and no range. `data/taxonomy.toml` and `data/method.toml` refuse what lacks them, and a
category that merely bore the name would be scored as if a motorway were a service to be near. It needs a kind of its
own in the method first.
"""
_EVERY = "*"


def page(taxonomy: Taxonomy, method: Method, sources: Sequence[Source]) -> str:
    """Return the page.

    Parameters
    ----------
    sources
        Those of all real territories, by id.
    """
    lines = [_INTRODUCTION]
    for family in taxonomy.families.values():
        lines.append(f"## {family.label.fr} · {family.label.en}\n")
        for category, how in method.categories.items():
            if how.family == family.id:
                named = taxonomy[category]
                lines.append(f"### `{category}` {named.label.fr} · {named.label.en}\n")
                lines.append(f"One site: {named.site.fr} · {named.site.en}.  ")
                lines.append(f"Share {how.share:g}, range `{how.range}`, k = {how.k}, icon `{named.icon}`.\n")
                given = [_given(source, category) for source in sources if category in source.gives]
                lines.extend(given or ["- no source yet"])
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _given(source: Source, category: str) -> str:
    where = "" if _EVERY in source.territories else f" ({', '.join(source.territories)})"
    complete = ", **complete**" if category in source.complete else ""
    return f"- `{source.id}`{where}: {_codes(source, category)}{complete}"


def _codes(source: Source, category: str) -> str:
    if source.tags is not None:
        return _listed(selector.text for selector in source.tags.categories[category])
    if source.category:
        return "all rows"
    found = _listed(code for code, led in source.codes.items() if led == category)
    also = [f"{also.column[0]} ~ {also.matches}" for also in source.also if also.category == category]
    return "; ".join(part for part in (found, _listed(also)) if part)


def _listed(codes: Iterable[str]) -> str:
    every = [f"`{code}`" for code in codes]
    more = f" and {len(every) - _SHOWN_CODES} more" if len(every) > _SHOWN_CODES else ""
    return ", ".join(every[:_SHOWN_CODES]) + more


def shipped_page() -> str:
    """Return the page of the shipped taxonomy, method and sources."""
    data = ROOT / "data"
    taxonomy = Taxonomy.load(data / "taxonomy.toml")
    found: Mapping[str, Source] = {
        source.id: source
        for territory in sorted(_territories(data / "sources"))
        for source in load_sources(data / "sources", territory, taxonomy)
    }
    method = Method.load(data / "method.toml", taxonomy)
    return page(taxonomy, method, [found[name] for name in sorted(found)])


def _territories(folder: Path) -> set[str]:
    """Return the real territories that sources name; whichever serves all of them serves each of these."""
    named = (tomllib.loads(path.read_text(encoding="utf-8")).get("territories", []) for path in folder.rglob("*.toml"))
    return {code for codes in named for code in codes} - {_EVERY, FICTIONAL_TERRITORY}


if __name__ == "__main__":
    (ROOT / "docs" / "categories.md").write_text(shipped_page(), encoding="utf-8")
