"""What a slope does to the speed of a mode: laws of the grade, each different up and down.

A grade is a rise over a horizontal run: 0.05 is 5 %. A law takes the speed that a street has on level ground, so that
without a slope every mode keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geo.tag_match import Match, Tags

__all__ = ["STRUCTURE_KEYS", "PowerLaw", "Slope", "SlopeLaw", "SlopeLimit", "ToblerLaw", "is_structure"]

Floats = NDArray[np.float64]

STRUCTURE_KEYS = ("bridge", "tunnel")
_STEEPEST = 0.35
"""The steepest street of the world; beyond, a raster shows a wall or a cliff that the street does not climb."""
_GRAVITY_M_S2 = 9.81
_AIR_KG_M3 = 1.2
_M_PER_S = 1 / 3.6
_SPEEDS_M_S = np.linspace(0.05, 25.0, 2_500)
_GRADES = np.linspace(-_STEEPEST, _STEEPEST, 701)


def is_structure(tags: Tags) -> bool:
    """Return whether a way leaves the ground, so that the ground's height is not the street's.

    A passage through a building lies on the ground.
    """
    return tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") not in {"no", "building_passage"}


class SlopeLaw(Protocol):
    """How fast somebody goes on a slope."""

    def speed_kmh(self, level_kmh: Floats, grade: Floats) -> Floats:
        """Return speeds, 0 where nobody gets on.

        Parameters
        ----------
        level_kmh
            (S,) speed of each street if it were level, above 0.
        grade
            (S,) in the direction of travel, above 0 uphill; finite.
        """


@dataclass(frozen=True, slots=True)
class ToblerLaw:
    """Tobler's hiking function, relative to level ground.

    W. Tobler (1993), *Three presentations on geographical analysis and modeling*, NCGIA technical report 93-1:
    6 km/h × exp(−3.5 · abs(grade + 0.05)), estimated from what E. Imhof (1950) gathered of marching in the Swiss army;
    hikers, not townspeople. Its 5 km/h on level ground is replaced by the street's speed.
    """

    def speed_kmh(self, level_kmh: Floats, grade: Floats) -> Floats:
        """Return speeds (M,) for speeds and grades (M,), finite: highest at 5 % downhill, half at 20 % uphill."""
        held = np.clip(grade, -_STEEPEST, _STEEPEST)
        return np.asarray(level_kmh * np.exp(-3.5 * (np.abs(held + 0.05) - 0.05)))


@dataclass(frozen=True)
class PowerLaw:
    """The speed at which a rider's power equals what weight, tyres and air take.

    power = v · (mass · g · (Crr · cos + sin) + ½ · air · CdA · v²): the balance that J. C. Martin and others validated
    on the road (*Validation of a mathematical model for road cycling power*, Journal of Applied Biomechanics 14, 1998),
    without wind, acceleration and the few per cent lost in the chain; D. G. Wilson's *Bicycling Science* (3rd edition,
    MIT Press 2004) explains it at length. The power on level ground is the one that keeps ``level_kmh``. It grows with
    the grade to ``climbing_w``, reached at ``full_effort``, and falls alike downhill, where from that grade on the
    wheel runs free. That climbers give more than they do on the flat, and gain less downhill than they lose uphill, is
    measured (J. Parkin and J. Rotheram, Transport Policy 17, 2010: about 150 W on the flat and 250 W uphill for
    everyday cyclists, 85 in 100 of whom ride no faster than 22 km/h on the flat); the watts and the shape between are
    ours, for somebody slower.
    """

    level_kmh: float
    mass_kg: float
    cda_m2: float
    crr: float
    climbing_w: float
    full_effort: float
    top_kmh: float
    """Nobody lets the wheel run faster."""
    push_kmh: float
    """Who would ride slower gets off and pushes at this pace."""
    _curve_kmh: Floats = field(init=False, repr=False, compare=False)
    """(G,) speeds at ``_GRADES``."""

    def __post_init__(self) -> None:
        curve = np.array([self._balance_kmh(float(grade)) for grade in _GRADES])
        object.__setattr__(self, "_curve_kmh", curve)

    def speed_kmh(self, level_kmh: Floats, grade: Floats) -> Floats:
        """Return speeds (M,) for speeds and grades (M,), finite.

        What slows a street on the flat slows it on a slope alike; there, none gains downhill.
        """
        pace = np.interp(grade, _GRADES, self._curve_kmh) / self.level_kmh
        held_back = level_kmh < self.level_kmh * (1 - 1e-9)
        pace = np.where(held_back, np.minimum(pace, 1.0), pace)
        # A street that is slower than pushing on the flat is no faster for being steep.
        return np.asarray(np.maximum(level_kmh * pace, np.minimum(level_kmh, self.push_kmh)))

    def _balance_kmh(self, grade: float) -> float:
        level_w = self._needed_w(0.0, self.level_kmh * _M_PER_S)
        effort = float(np.clip(grade / self.full_effort, -1.0, 1.0))
        power_w = level_w + effort * ((self.climbing_w - level_w) if effort > 0 else level_w)
        spare_w = power_w - self._needed_w(grade, _SPEEDS_M_S)
        # The highest speed at which the power still suffices: spare power falls from there on.
        enough = np.flatnonzero(spare_w >= 0)
        if not enough.size:
            return self.push_kmh
        last = int(enough[-1])
        if last + 1 == len(_SPEEDS_M_S):
            return self.top_kmh
        slow, fast = spare_w[last], spare_w[last + 1]
        v_m_s = _SPEEDS_M_S[last] + (_SPEEDS_M_S[last + 1] - _SPEEDS_M_S[last]) * slow / (slow - fast)
        return float(np.clip(v_m_s / _M_PER_S, self.push_kmh, self.top_kmh))

    def _needed_w(self, grade: float, v_m_s: Floats | float) -> Floats:
        along = 1 / np.hypot(1.0, grade)
        force_n = self.mass_kg * _GRAVITY_M_S2 * (self.crr + grade) * along
        return np.asarray(v_m_s * (force_n + 0.5 * _AIR_KG_M3 * self.cda_m2 * np.square(v_m_s)))


@dataclass(frozen=True, slots=True)
class SlopeLimit:
    """Limits up to which a slope can be taken at all: steeper than `slow_over`, slowly; than `closed_over`, not.

    The limits of the French order of 15 January 2007 on the accessibility of streets (in its version of 18 September
    2012) are for short ramps that are built: to apply them to whole streets is our choice.
    """

    slow_over: float
    slow_kmh: float
    closed_over: float

    def speed_kmh(self, level_kmh: Floats, grade: Floats) -> Floats:
        """Return speeds (M,) for speeds and grades (M,), the same up and down; 0 = closed."""
        steep = np.abs(grade)
        speed = np.where(steep > self.slow_over, np.minimum(level_kmh, self.slow_kmh), level_kmh)
        return np.asarray(np.where(steep > self.closed_over, 0.0, speed))


@dataclass(frozen=True, slots=True)
class Slope:
    """What slopes mean to one mode."""

    law: SlopeLaw
    unless: tuple[Match, ...] = ()
    """Ways whose speed or tags tell of their slope already."""

    def applies(self, tags: Tags) -> bool:
        """Return whether the law holds on a way with these tags."""
        return not any(match.holds(tags) for match in self.unless)

    def speeds_kmh(self, level_kmh: Floats, grade: Floats) -> Floats:
        """Return (S, 2) speeds forward and backward; what is closed, 0, stays so.

        Parameters
        ----------
        level_kmh
            (S, 2) on level ground.
        grade
            (S,) in the forward direction; finite.
        """
        speeds = level_kmh.copy()
        for direction, sign in enumerate((1.0, -1.0)):
            rows = (level_kmh[:, direction] > 0) & (grade != 0)
            speeds[rows, direction] = self.law.speed_kmh(level_kmh[rows, direction], sign * grade[rows])
        return speeds
