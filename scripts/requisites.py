"""Say what the tests need and this machine lacks: a sentence each and status 1, or silence and 0."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from scripts.postgis_cluster import INSTALL, find_binaries

__all__ = ["NO_CHROMIUM", "NO_CURL", "NO_GDAL", "find_chromium", "main"]

NO_CHROMIUM = (
    "Chromium was not found on this machine: install it (Debian: apt-get install chromium; elsewhere: "
    ".venv/bin/playwright install chromium), or name it by CHROMIUM=<path>"
)
NO_CURL = "curl was not found on this machine: install it (Debian: apt-get install curl)"
NO_GDAL = "ogrinfo and ogr2ogr were not found on this machine: install them (Debian: apt-get install gdal-bin)"


def find_chromium() -> Path | None:
    """Return the path of a Chromium or Chrome: the one that CHROMIUM names, the system's, or playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return Path(found)
    installed = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
    caches = [Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"]
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
    own = [path for cache in caches for pattern in patterns for path in sorted(cache.glob(pattern))]
    return next((path for path in [installed, *reversed(own)] if path.is_file()), None)


def main() -> int:
    """Print a sentence for each thing that is missing."""
    lacking = []
    if not os.environ.get("TEST_POSTGIS_URL") and find_binaries() is None:
        lacking.append(INSTALL)
    if find_chromium() is None:
        lacking.append(NO_CHROMIUM)
    if shutil.which("curl") is None:
        lacking.append(NO_CURL)
    if shutil.which("ogrinfo") is None or shutil.which("ogr2ogr") is None:
        lacking.append(NO_GDAL)
    for sentence in lacking:
        print(sentence, file=sys.stderr)
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main())
