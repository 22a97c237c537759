"""One build of a territory at a time: two would write to the same places."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import ConfigurationError

__all__ = ["alone"]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold ``snapshots/<territory>`` for one build. The system lets go of it however the build ends.

    Raises
    ------
    ConfigurationError
        When another build holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".build.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(
                f"another build of territory {folder.name} is running: wait for its end"
            ) from error
        yield
