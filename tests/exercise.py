"""The exercise of ``docs/add-a-source.md``: its file, and its source as a reader would have answered it."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.draft.draft import draft_source
from ingest.settings import BuildSettings
from tests.documented import ROOT

__all__ = ["PAGE", "lay"]

PAGE = "docs/add-a-source.md"


def lay(folder: Path, settings: BuildSettings) -> tuple[str, Path]:
    """Write ``ludotheques.csv`` and the answered ``ludotheques.toml``; return the draft and the path of the latter."""
    file = folder / "ludotheques.csv"
    file.write_text(_block("csv"), encoding="utf-8")
    draft = draft_source(str(file), settings, territory="00").text
    answered = draft
    for line in _block("toml").splitlines():
        key = line.partition(" = ")[0]
        answered, changed = re.subn(rf"(?m)^{key} = .*$", line, answered)
        assert changed == 1, f"the draft has no {key} to answer"
    toml = folder / "ludotheques.toml"
    toml.write_text(answered, encoding="utf-8")
    return draft, toml


def _block(label: str) -> str:
    (found,) = re.findall(rf"```{label}\n(.*?)```", (ROOT / PAGE).read_text(encoding="utf-8"), re.DOTALL)
    return str(found)
