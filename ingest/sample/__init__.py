"""The sample: a fictional département, drawn from a seed and written in the official formats.

A peninsula of forty communes around a small town, with a strip of its neighbour. `generate` writes the very files that
a mirror of real ones would hold, dirt included, and says what a right ingest must find in them.
"""

from __future__ import annotations

from ingest.sample.publish import generate
from ingest.sample.truth import Services, SourceTruth, Truth

__all__ = ["Services", "SourceTruth", "Truth", "generate"]
