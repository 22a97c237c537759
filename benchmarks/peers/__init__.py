"""What somebody could take instead of the engine, each in a room of its own and on its own terms.

A peer that is not installed is left out with a line that says so (``make bench`` installs them). All compute in one
thread; times are the processor's, of the whole process, so that a peer's own threads are counted too.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

__all__ = ["Missing", "load", "named"]

for _name in ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"  # read when a peer is loaded, which is later


class Missing(Exception):
    """A peer is not there; the message says which and why, in words for the page."""


def load(name: str) -> ModuleType:
    """Import a peer.

    Raises
    ------
    Missing
        When it is not installed, or does not load.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise Missing(f"{name}: {error}") from error


def named(name: str) -> str:
    """Return a peer with its version, as the page names it."""
    return f"{name} {version(name)}"
