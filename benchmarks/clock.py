"""Timing: contenders take turns, each warm, and the best round of each counts."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

__all__ = ["FEWEST_ROUNDS", "ROUNDS", "Unequal", "race"]

ROUNDS = 7
FEWEST_ROUNDS = 2
BUDGET_S = 2.0
"""A contender that has run for so long takes part in no further round: its figure is the least in doubt."""


class Unequal(Exception):
    """Two contenders gave different answers: there is nothing to time."""


def race(rounds: int = ROUNDS, budget_s: float = BUDGET_S, /, **contenders: Callable[[], Any]) -> dict[str, float]:
    """Run contenders in turns; whatever else the machine does falls on all of them alike.

    Parameters
    ----------
    contenders
        What to run, already warm: each has run once, when its answer was compared.

    Returns
    -------
    Seconds of each contender's best round, of `rounds` or as many as it has time for, two at least.
    """
    best = dict.fromkeys(contenders, float("inf"))
    spent = dict.fromkeys(contenders, 0.0)
    for round_ in range(rounds):
        for name, run in contenders.items():
            if round_ >= FEWEST_ROUNDS and spent[name] > budget_s:
                continue
            start = perf_counter()
            run()
            took = perf_counter() - start
            best[name], spent[name] = min(best[name], took), spent[name] + took
    return best
