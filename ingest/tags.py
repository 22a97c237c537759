"""OpenStreetMap tags → categories: the small language of ``data/sources/maps/osm.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["OUT_OF_SCOPE", "Selector", "TagMap"]

OUT_OF_SCOPE = "out_of_scope"
"""What a map says of a code or a tag that is known, and of no use to a score."""


@dataclass(frozen=True, slots=True)
class _Test:
    key: str
    wanted: re.Pattern[str] | None
    """The value must match whole; None: any value."""
    negated: bool

    def __call__(self, tags: Mapping[str, str]) -> bool:
        value = tags.get(self.key)
        found = value is not None and (self.wanted is None or self.wanted.fullmatch(value) is not None)
        return found != self.negated


@dataclass(frozen=True, slots=True)
class Selector:
    """Tests joined by ``&``: ``key=value``, ``key!=value``, ``key~regex``, ``key!~regex``, ``key=*``, ``!key``.

    A pattern matches the whole value; a negated test also holds where the key is absent.
    """

    text: str
    tests: tuple[_Test, ...]

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Read a selector.

        Raises
        ------
        ValueError
            When a test is none of these forms, a pattern does not compile, or the first test asks for an absence
            (it names the key that an object is found by).
        """
        tests = tuple(_parse_test(part) for part in text.split("&"))
        if tests[0].negated:
            raise ValueError(f"selector {text!r} must begin with a tag that is there")
        return cls(text, tests)

    @property
    def key(self) -> str:
        """The tag that an object must carry."""
        return self.tests[0].key

    def __call__(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the tags answer to every test."""
        return all(test(tags) for test in self.tests)


def _parse_test(part: str) -> _Test:
    if part.startswith("!"):
        return _Test(part[1:], None, negated=True)
    match = re.fullmatch(r"([^=~!]+)(!=|!~|=|~)(.+)", part)
    if match is None:
        raise ValueError(f"{part!r} is no test: expected key=value, key!=value, key~regex, key!~regex, key=* or !key")
    key, sign, value = match.groups()
    wanted = None if (sign, value) == ("=", "*") else re.compile(value if sign.endswith("~") else re.escape(value))
    return _Test(key, wanted, negated=sign.startswith("!"))


class TagMap:
    """Which categories an object gives.

    Parameters
    ----------
    categories
        Category → selectors, in the order that decides which category is an object's main one.
    accounted
        Keys whose every bearer is read: one without category is either ignored or a reject.
    ignored
        Selectors of objects that are known, and of no use to a score.
    """

    def __init__(
        self, categories: Mapping[str, Iterable[str]], accounted: Iterable[str] = (), ignored: Iterable[str] = ()
    ) -> None:
        self.categories = {category: tuple(map(Selector.parse, texts)) for category, texts in categories.items()}
        self.accounted = tuple(accounted)
        self.ignored = tuple(map(Selector.parse, ignored))
        self._by_key: dict[str, list[tuple[int, str, Selector]]] = {}
        for rank, (category, selectors) in enumerate(self.categories.items()):
            for selector in selectors:
                self._by_key.setdefault(selector.key, []).append((rank, category, selector))
        self.keys = tuple(dict.fromkeys([*self.accounted, *self._by_key]))
        """Keys by which an object can be read at all."""

    def of(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Return the categories of an object, its main one first; empty when it has none."""
        asked = (entry for key in tags if key in self._by_key for entry in self._by_key[key])
        found = {(rank, category) for rank, category, select in asked if select(tags)}
        return tuple(category for _, category in sorted(found))

    def ignores(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the object is declared to be of no use."""
        return any(select(tags) for select in self.ignored)

    def accounts_for(self, tags: Mapping[str, str]) -> str:
        """Return the first ``key=value`` of the accounted keys that the object carries; empty when it has none."""
        return next((f"{key}={tags[key]}" for key in self.accounted if key in tags), "")
