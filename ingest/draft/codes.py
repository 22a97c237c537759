"""Which categories the codes of a column may lead to: a map that ships already, or names that resemble a category's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from geo.taxonomy import Taxonomy
from ingest.likeness import words
from ingest.tags import OUT_OF_SCOPE

__all__ = ["fitting_map", "likely_category"]

_KNOWN_SHARE = 0.6
"""Share of a column's codes that a map must know to be proposed."""
_ALIKE = 88.0
"""Likeness (0 … 100) from which a name is taken for a category's."""
_ANYTHING = frozenset(
    ("centre", "espace", "lieu", "maison", "point", "relais", "salle", "service", "station", "structure")
)
"""Words that a category's name begins with and that many other names begin with too."""


def fitting_map(codes: Iterable[str], maps: Mapping[str, Mapping[str, str]]) -> str:
    """Return the name of the map that knows most of the codes; empty where none knows enough of them."""
    asked = set(codes)
    shares = {name: len(asked & set(known)) / len(asked) for name, known in maps.items()} if asked else {}
    best = max(sorted(shares), key=lambda name: shares[name], default="")
    return best if shares.get(best, 0.0) >= _KNOWN_SHARE else ""


def likely_category(text: str, taxonomy: Taxonomy) -> str:
    """Return the category whose French name has a part that the text resembles; ``out_of_scope`` where none does.

    A name such as "boucherie, primeur, marché" has three parts. A text that is no more than a beginning ("centre" of
    "centre social", "maison" of "maison de santé") could be that of anything, and resembles none.
    """
    said = words(text)
    best, chosen = 0.0, OUT_OF_SCOPE
    for category in taxonomy.values():
        for part in category.label.fr.split(","):
            name = _singular(part)
            beginning = len(said) < len(name) and set(said) < set(name) and not set(said).isdisjoint(_ANYTHING)
            alike = fuzz.token_set_ratio(" ".join(said), " ".join(name)) if said and not beginning else 0.0
            if alike > best:
                best, chosen = alike, category.id
    return chosen if best >= _ALIKE else OUT_OF_SCOPE


def _singular(text: str) -> list[str]:
    return [word for word in words(text) if len(word) > 2]
