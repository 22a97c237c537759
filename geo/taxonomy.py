"""Families and categories: what Alentours knows how to name. Weights are the method's (``method.py``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from geo.errors import ConfigurationError, FieldProblem, InvalidParameter, one_of

__all__ = ["Category", "Family", "Label", "Taxonomy"]


@dataclass(frozen=True, slots=True)
class Label:
    """A name in the two languages that a reader may ask for."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Family:
    """A column of the profiles."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of service; ``id`` reads ``"education.college"``."""

    id: str
    label: Label
    icon: str
    """Name of a Maki icon."""
    site: Label = Label("", "")
    """What counts as one: a school, whatever its sections; an installation, however many courts."""


class Taxonomy(Mapping[str, Category]):
    """The categories by id, in the order of the file."""

    def __init__(self, families: Mapping[str, Family], categories: Mapping[str, Category]) -> None:
        self.families = MappingProxyType(dict(families))
        self._categories = dict(categories)

    def __getitem__(self, category: str) -> Category:
        return self._categories[category]

    def __iter__(self) -> Iterator[str]:
        return iter(self._categories)

    def __len__(self) -> int:
        return len(self._categories)

    def require(self, category: str, field: str = "category") -> Category:
        """Return the category.

        Raises
        ------
        InvalidParameter
            When there is no such category; lists the right ones.
        """
        try:
            return self._categories[category]
        except KeyError:
            expected = one_of(category, self._categories)
            raise InvalidParameter(FieldProblem(field, f"unknown category {category!r}", expected)) from None

    @classmethod
    def load(cls, path: Path) -> Taxonomy:
        """Read ``taxonomy.toml``, strictly: an unknown key or a repeated id is refused.

        Raises
        ------
        ConfigurationError
            When the file cannot be read as a taxonomy.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            unknown = set(data) - {"family", "category"}
            if unknown:
                raise ConfigurationError(f"{path.name}: unknown table {sorted(unknown)[0]!r}")
            families = [Family(id=row.pop("id"), label=Label(**row.pop("label")), **row) for row in data["family"]]
            categories = [
                Category(
                    id=row.pop("id"),
                    label=Label(**row.pop("label")),
                    icon=row.pop("icon"),
                    site=Label(**row.pop("site", {"fr": "", "en": ""})),  # older snapshots do not say it
                    **row,
                )
                for row in data["category"]
            ]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"{path.name} is not a taxonomy: {error}") from error
        taxonomy = cls({f.id: f for f in families}, {c.id: c for c in categories})
        if len(taxonomy) != len(categories) or len(taxonomy.families) != len(families):
            raise ConfigurationError(f"{path.name}: an id stands twice")
        return taxonomy
