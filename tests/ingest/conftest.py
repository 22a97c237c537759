"""What many tests of the ingest stand on."""

from __future__ import annotations

from tests.ingest.country import gathered, made, ways

__all__ = ["gathered", "made", "ways"]
