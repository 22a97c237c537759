"""The machine of a run, in the words that a reader needs to judge its seconds; nothing that says whose it is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

import llvmlite.binding as llvm

__all__ = ["PACKAGES", "describe"]

PACKAGES = ("numpy", "numba", "scipy", "shapely")


def describe() -> list[str]:
    """Return lines about cores, vectors, memory, versions and how busy the machine was."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"{cores} cores, {platform.machine()}{_vectors()}{_memory()}, {platform.system()}",
        f"Python {platform.python_version()}, {packages}",
        f"load average when the run began: {os.getloadavg()[0]:.1f}",
    ]


def _vectors() -> str:
    features = llvm.get_host_cpu_features()
    widest = next((name for key, name in _VECTORS.items() if features.get(key)), "")
    return f" with {widest}" if widest else ""


_VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "neon": "NEON"}


def _memory() -> str:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):  # not every system says
        return ""
    return f", {total / 2**30:.0f} GiB"
