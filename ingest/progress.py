"""How a build tells where it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

__all__ = ["Advance", "Progress", "Silent", "Stage"]

Advance = Callable[[], None]
"""Call it after each step of a stage."""
Stage = Callable[[str, int], AbstractContextManager[Advance]]
"""Opens a stage: its name, and how many steps it has."""


class Progress(Protocol):
    """Somebody who is told of stages."""

    def stage(self, name: str, steps: int) -> AbstractContextManager[Advance]:
        """Open a stage of so many steps (at least one)."""


class Silent:
    """Nobody listens."""

    @contextmanager
    def stage(self, name: str, steps: int) -> Iterator[Advance]:  # noqa: ARG002 - the protocol's names
        """Open a stage that nobody hears of."""
        yield lambda: None
