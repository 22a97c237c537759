"""Timing: contenders take turns, each warm, and the best round of each counts.

The clock is the processor's, of this thread: everything that is measured computes in one thread and waits for nothing.
On a busy machine wall time would favour the quick: a short round finds a quiet moment, a long one never does.
"""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time
from typing import Any

__all__ = ["FEWEST_ROUNDS", "ROUNDS", "Unequal", "race", "repeated"]

ROUNDS = 7
FEWEST_ROUNDS = 2
BUDGET_S = 3.0
"""A contender that has run for so long takes part in no further round: its figure is the least in doubt."""


class Unequal(Exception):
    """Two contenders gave different answers: there is nothing to time."""


def race(
    rounds: int = ROUNDS,
    budget_s: float = BUDGET_S,
    clock: Callable[[], float] = thread_time,
    /,
    **contenders: Callable[[], Any],
) -> dict[str, float]:
    """Run contenders in turns; whatever else the machine does falls on all of them alike.

    Parameters
    ----------
    clock
        Seconds of the processor: of this thread, or ``process_time`` where a contender works in threads of its own.
    contenders
        What to run, already warm: each has run once, when its answer was compared.

    Returns
    -------
    Processor seconds of each contender's best round, of `rounds` or as many as it has time for, two at least.
    """
    best = dict.fromkeys(contenders, float("inf"))
    spent = dict.fromkeys(contenders, 0.0)
    for round_ in range(rounds):
        for name, run in contenders.items():
            if round_ >= FEWEST_ROUNDS and spent[name] > budget_s:
                continue
            start = clock()
            run()
            took = clock() - start
            best[name], spent[name] = min(best[name], took), spent[name] + took
    return best


def repeated(run: Callable[[], Any], times: int) -> Callable[[], None]:
    """Return a contender that runs so many times: a short work among long ones would always begin in cold caches."""

    def runs() -> None:
        for _ in range(times):
            run()

    return runs
