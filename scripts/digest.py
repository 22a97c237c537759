"""Print one hash for the contents of files and folders: the key by which set-up knows that nothing changed.

Paths that do not exist count as absent, not as an error. Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

GENERATED = {"node_modules", "dist", "__pycache__", "test-results", ".svelte-kit", ".vite"}


def files(path: Path) -> Iterator[Path]:
    """Yield the files at or below `path`, in an order that does not depend on the file system."""
    if path.is_file():
        yield path
    for folder, names, children in os.walk(path):
        names[:] = sorted(name for name in names if name not in GENERATED)
        yield from (Path(folder, child) for child in sorted(children))


def main() -> None:
    """Hash the Python version, and every file's path, length and bytes."""
    digest = hashlib.sha256(sys.version.split()[0].encode())
    for argument in sys.argv[1:]:
        for file in files(Path(argument)):
            content = file.read_bytes()
            digest.update(f"{file}\0{len(content)}\0".encode() + content)
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
