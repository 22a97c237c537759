from __future__ import annotations

import numpy as np
import pytest

from geo.label_records import write_records
from geo.sweeps import DEPTHS, LANES, NO_LABEL

NONE = 65_535


def labels_of(junctions, depth, lanes):
    """Labels of every cost and row there is, and none, without an order."""
    random = np.random.default_rng(depth)
    labels = random.integers(0, 2**32, (junctions, depth, lanes), dtype=np.uint32)
    labels[random.random(labels.shape) < 0.3] = NO_LABEL
    return labels


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("categories", [0, 1, 11, LANES])
def test_each_category_keeps_its_ranks_side_by_side(depth, categories):
    cutoff, first = 36_000, 3
    labels = labels_of(50, depth, LANES)
    row_of = np.random.default_rng(1).permutation(50).astype(np.int32)
    records = np.full((50, first + LANES + 2, depth, 2), 7, np.uint16)
    write_records(labels, row_of, first, categories, cutoff, records)
    expected = np.full_like(records, 7)
    for junction, row in enumerate(row_of):
        for category in range(categories):
            for rank in range(depth):
                cost, service = divmod(int(labels[row, rank, category]), 1 << 16)
                expected[junction, first + category, rank] = (cost, service) if cost <= cutoff else (NONE, NONE)
    np.testing.assert_array_equal(records, expected)


def test_one_lane_and_no_junction():
    records = np.zeros((1, 1, 1, 2), np.uint16)
    write_records(np.array([[[9 << 16 | 4]]], np.uint32), np.zeros(1, np.int32), 0, 1, 9, records)
    assert records.ravel().tolist() == [9, 4]
    write_records(
        np.zeros((0, 3, LANES), np.uint32), np.zeros(0, np.int32), 0, LANES, 9, np.zeros((0, 16, 3, 2), np.uint16)
    )
