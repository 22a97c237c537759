"""Measurements beside peers, in one process and one run: ``python -m benchmarks`` writes ``docs/benchmarks.md``.

What counts is the ratio of two figures of the same run, after both sides have given the same answer; the seconds
belong to the machine that the page names.
"""
