"""Draw the pictures of docs/architecture.md: ``python -m scripts.drawings`` writes them into docs/images."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.drawings import DRAWINGS

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def main() -> None:
    """Write every drawing into the folder that is named, or into the documentation."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    for name, draw in DRAWINGS.items():
        (folder / f"{name}.svg").write_text(draw().render(), encoding="utf-8")


if __name__ == "__main__":
    main()
