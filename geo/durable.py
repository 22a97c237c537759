"""Writes that survive a power cut: on the disk before anybody can see them, and seen in one step."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["replace_text", "sync_folder", "sync_tree"]


def replace_text(path: Path, text: str) -> None:
    """Replace a small text file; a reader meets the former text or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    _sync_file(draft)
    draft.replace(path)
    sync_folder(path.parent)


def sync_tree(folder: Path) -> None:
    """Bring every file and folder below, and the folder itself, to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            _sync_file(path)
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
