"""A row of the page's first table: two measurements of one run, their ratio, and what the project wants it to be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Contest", "faster", "said_s", "short"]


@dataclass(frozen=True)
class Contest:
    """What was measured twice, ours and the other's."""

    work: str
    streets: str
    against: str
    own: str
    """As the page says it, with its unit."""
    peer: str
    ratio: float
    reach: float | None
    """What the ratio shall be; None: it is told, and nothing is promised."""
    at_most: bool = False
    """The reach is a ceiling (a share of the other's time, a growth), not a floor."""

    @property
    def met(self) -> bool | None:
        """Whether the ratio reaches what it shall; None where nothing is promised."""
        if self.reach is None:
            return None
        return self.ratio <= self.reach if self.at_most else self.ratio >= self.reach

    @property
    def lacking(self) -> float:
        """By how much the reach is missed, as a share of it; 0 when it is met."""
        if self.reach is None or self.met:
            return 0.0
        return abs(self.ratio / self.reach - 1.0)


def faster(
    work: str, streets: str, against: str, own_s: float, peer_s: float, reach: float | None, unit: str = ""
) -> Contest:
    """Say how many times faster ours is; `unit` names what one time is for (“ a category”)."""
    return Contest(work, streets, against, said_s(own_s) + unit, said_s(peer_s) + unit, peer_s / own_s, reach)


def said_s(seconds: float) -> str:
    """Write seconds in the unit that suits them."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1.0 or unit == "µs":
            break
    return f"{short(seconds * factor)} {unit}"


def short(value: float) -> str:
    """Write two or three digits: a measurement has no more."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
