"""The proof that a field carries, made at every build: whatever is wrong in a label, it finds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from geo.lookup import NONE
from tests.geo.brute_force import Lanes
from tests.geo.scenes import Scene, Town
from tests.lattice import MODES, Lattice

KS = (1, 3, 5)
PLANTED = 30


def scene_of_the_lattice(mode):
    town = Lattice(7, 6).one_way((0, 2), (6, 2)).restrict("no_left_turn", (2, 3), (3, 3), (3, 4))
    network = town.restrict("only_straight_on", (1, 1), (2, 1), (3, 1)).network(mode)
    raw = town.raw(((-1, -1), (8, 8)))
    return Scene(MODES[mode], network, Lanes.of(network), np.random.default_rng(5), raw)


def field_of(scene):
    return scene.field(scene.services((12, 40, 40)), KS)


@pytest.fixture(scope="module", params=["walk", "car"])
def lattice(request):
    scene = scene_of_the_lattice(request.param)
    return scene, field_of(scene)


@pytest.fixture(scope="module", params=["walk", "car"])
def le_creusot(request, mirror):
    scene = Town(mirror, "Le Creusot", MODES).scene(request.param, 7)
    return scene, field_of(scene)


def cheaper(labels, rank):
    labels[rank, 0] -= 1


def dearer(labels, rank):
    labels[rank, 0] += 1


def other_service(labels, rank):
    labels[rank, 1] = next(row for row in (7, 8, 9, 10, 11, 0) if row not in labels[:, 1])


def swapped(labels, rank):
    labels[[rank, rank - 1]] = labels[[rank - 1, rank]]


def twice(labels, rank):
    labels[rank] = labels[rank - 1]


def lost(labels, rank):
    labels[rank:-1] = labels[rank + 1 :].copy()
    labels[-1] = NONE


def lost_with_a_gap(labels, rank):
    labels[rank] = NONE


def invented(labels, rank):
    labels[rank] = (labels[rank, 0] // 2, 11 if 11 not in labels[:, 1] else 10)
    labels[:] = labels[np.lexsort((labels[:, 1], labels[:, 0]))]


MISTAKES = [cheaper, dearer, other_service, swapped, twice, lost, lost_with_a_gap, invented]


def unnoticed(scene, field, mistake):
    """How many of the mistakes that were planted, one at a time, the proof did not find; and how many there were."""
    planted = missed = 0
    for k in KS:
        full = np.flatnonzero((field.records[k][:, 0, :, 0] < NONE).all(axis=1) & (field.records[k][:, 0, 0, 0] > 0))
        for junction in scene.random.choice(full, PLANTED, replace=False):
            rank = int(scene.random.integers(mistake in {swapped, twice}, k)) if k > 1 else 0
            records = field.records[k].copy()
            mistake(records[junction, 0], rank)
            if (records == field.records[k]).all():
                continue
            wrong = dataclasses.replace(field, records={**field.records, k: records})
            planted += 1
            missed += wrong.edge_inequality_violations(scene.network) == 0
    return missed, planted


def test_nothing_is_wrong_before(lattice):
    scene, field = lattice
    assert field.edge_inequality_violations(scene.network) == 0


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_planted_mistake_is_found(lattice, mistake):
    missed, planted = unnoticed(*lattice, mistake)
    assert planted >= PLANTED
    assert missed == 0


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_planted_mistake_is_found_on_real_streets(le_creusot, mistake):
    missed, planted = unnoticed(*le_creusot, mistake)
    assert planted >= PLANTED
    assert missed == 0


def test_a_label_at_a_junction_that_reaches_nothing_is_found(lattice):
    scene, field = lattice
    records = np.full_like(field.records[3], NONE)
    records[4, 0, 0] = (25, 3)
    wrong = dataclasses.replace(scene.field(scene.services((0, 0, 0)), KS), records={**field.records, 3: records})
    assert wrong.edge_inequality_violations(scene.network) > 0


def test_half_a_label_is_found(lattice):
    scene, field = lattice
    for cost, row in ((NONE, 3), (40, NONE)):
        records = field.records[5].copy()
        records[9, 0, 4] = (cost, row)
        wrong = dataclasses.replace(field, records={**field.records, 5: records})
        assert wrong.edge_inequality_violations(scene.network) > 0


def test_labels_that_hold_each_other_up_are_found(lattice):
    """A ring of junctions that all know a service which is nowhere: no label of it starts anywhere."""
    scene, field = lattice
    records = field.records[1].copy()
    records[:, 0, 0] = np.column_stack([np.maximum(1, records[:, 0, 0, 0] // 3), np.zeros(len(records))])
    wrong = dataclasses.replace(field, records={**field.records, 1: records})
    assert wrong.edge_inequality_violations(scene.network) > 0


def test_other_streets_and_freer_turns_are_found(lattice):
    scene, field = lattice
    network = scene.network
    slower = dataclasses.replace(network, forward_ms=np.where(network.forward_ms < 0, -1, network.forward_ms + 100))
    faster = dataclasses.replace(network, forward_ms=np.maximum(network.forward_ms - 100, -1))
    assert field.edge_inequality_violations(slower) > 0
    assert field.edge_inequality_violations(faster) > 0


def test_wrong_seconds_to_the_edge_are_found():
    scene = scene_of_the_lattice("car")
    # the loaded area ends across the town: seconds to its edge are known everywhere
    scene = dataclasses.replace(scene, raw=Lattice(7, 6).raw(((-1, -1), (3.5, 8))))
    field = field_of(scene)
    known = np.flatnonzero((field.edge_ds > 0) & (field.edge_ds < NONE))
    assert known.size > 5
    for junction in known[:10]:
        for value in (int(field.edge_ds[junction]) - 1, int(field.edge_ds[junction]) + 1, NONE, 0):
            edge_ds = field.edge_ds.copy()
            edge_ds[junction] = value
            assert dataclasses.replace(field, edge_ds=edge_ds).edge_inequality_violations(scene.network) > 0
