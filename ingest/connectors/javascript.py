"""JSON that a publisher's page keeps as a script: ``var points = {…};``, ``data.stops=[{'stop_id': 1, …}]``."""

from __future__ import annotations

import re

__all__ = ["is_script", "opening", "rest_is_idle", "to_json"]

_NAME = r"[A-Za-z_$][\w$.]*"
_IDLE = rf"(?:\s|/\*.*?\*/|//[^\n]*\n|(?:var|let|const)\s+{_NAME}\s*=\s*[\w$.]+\s*(?:\|\|\s*(?:\[\]|\{{\}}))?\s*;)*"
"""Comments, and ``var data = data || [];``."""
_OPENING = re.compile(
    rf"{_IDLE}(?:(?:export\s+)?(?:(?:var|let|const)\s+)?{_NAME}\s*=|export\s+default|{_NAME}\s*\()\s*(?=[\[{{])",
    re.DOTALL,
)
_ENDING = re.compile(
    rf"\s*\)?\s*;?\s*(?:(?:export\s+default|module\.exports\s*=|export)\s*[{{]?\s*{_NAME}\s*[}}]?\s*;?\s*)?", re.DOTALL
)
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")
      | (?P<single>'(?:[^'\\]|\\.)*')
      | (?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<number>\d[\w.]*(?:(?<=[eE])[-+]\d+)?)
      | (?P<word>[A-Za-z_$][\w$]*)(?P<colon>\s*:)?
      | (?P<comma>,(?=\s*[\]}]))""",
    re.DOTALL | re.VERBOSE,
)
_WORDS = {"true": "true", "false": "false", "null": "null", "undefined": "null", "nan": "null", "none": "null"}


def is_script(start: str) -> bool:
    """Tell whether a text begins as a script that holds one value."""
    return _OPENING.match(start) is not None


def opening(text: str) -> int:
    """Return how many characters come before the value; 0 where the text is the value itself."""
    match = _OPENING.match(text)
    return match.end() if match else 0


def rest_is_idle(rest: str) -> bool:
    """Tell whether what follows the value holds no further data."""
    return _ENDING.fullmatch(rest) is not None


def to_json(literal: str) -> str:
    """Write a literal of JavaScript as JSON, line by line: single quotes, bare keys, ``NULL``, trailing commas."""
    return _TOKEN.sub(_token, literal)


def _token(match: re.Match[str]) -> str:
    whole = match[0]
    if match["single"] is not None:
        inside = re.sub(r'\\.|"', lambda m: {"\\'": "'", '"': '\\"'}.get(m[0], m[0]), whole[1:-1], flags=re.DOTALL)
        return f'"{inside}"'
    if match["comment"] is not None:
        return "\n" * whole.count("\n")
    if match["colon"] is not None:
        return f'"{match["word"]}"{match["colon"]}'
    if match["word"] is not None:
        return _WORDS.get(whole.lower(), whole)
    return "" if match["comma"] is not None else whole
