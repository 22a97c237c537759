"""The commands that the documentation shows, one by one: what stands in blocks marked ``sh``, and inline."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PAGES", "ROOT", "Command", "Fence", "commands", "fences", "inline_code"]

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command as a reader would copy it."""

    page: str
    line: int
    text: str
    """Without the comment that may follow it."""
    comment: str

    @property
    def words(self) -> list[str]:
        """Words as the shell splits them, variables before the program left out."""
        words = shlex.split(self.text)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        return words

    @property
    def program(self) -> str:
        return self.words[0] if self.words else ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Fence:
    """A block between ``` and ```."""

    page: str
    line: int
    label: str
    text: str


def fences() -> Iterator[Fence]:
    """Every block of every page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in _FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            yield Fence(str(page.relative_to(ROOT)), line, found[1].strip(), found[2])


def commands() -> list[Command]:
    """Every command of every block marked ``sh``."""
    return [command for fence in fences() if fence.label == "sh" for command in _commands(fence)]


def inline_code() -> Iterator[tuple[str, str]]:
    """Every page's pieces of code that stand in a sentence or a table."""
    for page in PAGES:
        text = _FENCE.sub("", page.read_text(encoding="utf-8"))
        for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
            yield str(page.relative_to(ROOT)), code


def _commands(fence: Fence) -> Iterator[Command]:
    """Split a block at its lines; one that ends in a backslash, or within quotes, goes on."""
    begun, first = "", 0
    for number, line in enumerate(fence.text.splitlines()):
        if not begun and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first, begun = (first, f"{begun}\n{line}") if begun else (number, line)
        if line.endswith("\\"):
            begun = begun[:-1].rstrip()
            continue
        try:
            shlex.split(begun, comments=True)
        except ValueError:  # a quote is still open
            continue
        text, comment = _without_comment(begun)
        yield Command(fence.page, fence.line + first, text, comment)
        begun = ""
    assert not begun, f"{fence.page}:{fence.line + first}: a command does not end: {begun}"


def _without_comment(text: str) -> tuple[str, str]:
    """Cut the comment off: at the first ``#`` after a space before which all quotes are closed."""
    for found in re.finditer(r"\s#\s", text):
        try:
            shlex.split(text[: found.start()])
        except ValueError:
            continue
        return text[: found.start()].rstrip(), text[found.end() :].strip()
    return text.strip(), ""
