"""Restrictions of turns: what they say, what they speak of, and what they cost in the lattice town."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import SnapshotCorrupt
from geo.network import StreetNetwork
from geo.projection import Projection
from geo.snapping import EdgeIndex
from geo.turns import NOT_LOADED, Outcome, Restriction, Sense, TurnReport
from tests.geo.shapes import field_of, place
from tests.lattice import MODES, Lattice

CAR = MODES["car"]
RULE = CAR.turns
STEP_S = 9.6
LAMBERT = Projection("EPSG:2154")


# ---------------------------------------------------------------- what a restriction says


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"restriction": "no_left_turn"}, Sense.NO),
        ({"restriction": "no_u_turn"}, Sense.NO_U_TURN),
        ({"restriction": "only_straight_on"}, Sense.ONLY),
        ({"restriction": "no_entry"}, Sense.NO),
        ({"restriction:motorcar": "no_left_turn"}, Sense.NO),
        ({"restriction:hgv": "no_left_turn"}, Outcome.OTHER_VEHICLES),
        ({"restriction:bicycle": "no_left_turn", "restriction": "only_left_turn"}, Sense.ONLY),
        ({"restriction:motorcar": "only_left_turn", "restriction": "no_left_turn"}, Sense.ONLY),
        ({"restriction": "no_left_turn", "except": "bicycle;psv"}, Sense.NO),
        ({"restriction": "no_left_turn", "except": "psv; motorcar"}, Outcome.OTHER_VEHICLES),
        ({"restriction:motorcar": "no_left_turn", "except": "motorcar"}, Sense.NO),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, Outcome.TIMED),
        ({"restriction:conditional": "no_left_turn @ (weight>3.5)"}, Outcome.TIMED),
        ({"restriction:conditional": "no_left_turn @ 24/7"}, Sense.NO),
        ({"restriction:hgv:conditional": "no_left_turn @ (07:00-09:00)"}, Outcome.OTHER_VEHICLES),
        ({"restriction": "no_left_turn", "day_on": "Monday", "day_off": "Friday"}, Outcome.TIMED),
        ({"restriction": "no_right_turn_on_red"}, Outcome.UNKNOWN_VALUE),
        ({"restriction": "give_way"}, Outcome.UNKNOWN_VALUE),
        ({"restriction": ""}, Outcome.UNKNOWN_VALUE),
        ({}, Outcome.OTHER_VEHICLES),
    ],
)
def test_what_a_restriction_says_to_a_car(tags, expected):
    assert RULE.read(tags) is expected


def test_walkers_turn_as_they_like():
    assert MODES["walk"].turns is None
    town = Lattice(4, 4).restrict("no_left_turn", (0, 1), (1, 1), (1, 2))
    assert town.network("walk").splits is None
    assert town.network("walk").turns is None


def test_the_share_understood_leaves_out_what_was_not_asked():
    report = TurnReport.of(
        {**dict.fromkeys(Outcome, 0), Outcome.APPLIED: 6, Outcome.TIMED: 2, Outcome.OTHER_VEHICLES: 90}, 0
    )
    assert (report.asked, report.understood, report.understood_share) == (8, 6, 0.75)
    assert TurnReport().understood_share == 1.0
    assert TurnReport.from_json(report.as_json()) == report


# ---------------------------------------------------------------- in the lattice town


def drive(town, start, end, network=None):
    """Steps by car from one place to another, without the seconds of parking."""
    network = network or town.network("car")
    index = EdgeIndex(network)
    field = field_of(network, [index.snap(town.lonlat(end))], [1], CAR)
    assert field.edge_inequality_violations(network) == 0
    return float(field.at(index.snap(town.lonlat(start))).seconds[0, 0, 0] - CAR.fixed_s) / STEP_S


def steps(expected):
    """A tenth of a second is a hundredth of a step."""
    return pytest.approx(expected, abs=0.025)


WEST, MIDDLE, NORTH, EAST, SOUTH = (1, 2), (2, 2), (2, 3), (3, 2), (2, 1)
FROM_EDGE, TO_EDGE = (1.5, 2), (2, 2.25)
"""Half a step before the middle, coming from the west; a quarter of a step after it, going north."""


def test_without_restrictions_one_turns_left():
    assert drive(Lattice(5, 5), FROM_EDGE, TO_EDGE) == steps(0.75)


def test_no_left_turn_is_driven_around():
    town = Lattice(5, 5).restrict("no_left_turn", WEST, MIDDLE, NORTH)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(2.75), "there and back to the east, then right"
    assert drive(town, FROM_EDGE, (2, 2.75)) == steps(2.75), "back to the west, over (1, 3) and (2, 3)"
    assert drive(town, FROM_EDGE, (2.5, 2)) == steps(1), "straight on"
    assert drive(town, FROM_EDGE, (2, 1.5)) == steps(1), "to the right"
    assert drive(town, TO_EDGE, FROM_EDGE) == steps(0.75), "the other way round"
    assert drive(town, (2, 1.5), TO_EDGE) == steps(0.75), "from elsewhere"
    assert drive(town, (1.25, 2), (1.75, 2)) == steps(0.5), "along one edge"
    assert town.network("car").turns.counts == {Outcome.APPLIED: 1}


def test_only_straight_on_forbids_all_else():
    town = Lattice(5, 5).restrict("only_straight_on", WEST, MIDDLE, EAST)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(2.75)
    assert drive(town, FROM_EDGE, (2, 1.75)) == steps(2.75)
    assert drive(town, FROM_EDGE, (2.5, 2)) == steps(1)
    assert town.network("car").splits.lane.size == 1


def test_without_u_turns_the_way_round_is_longer():
    town = Lattice(5, 5).one_way(WEST, MIDDLE).restrict("no_left_turn", WEST, MIDDLE, NORTH)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(2.75)
    for end in (EAST, SOUTH):
        town.restrict("no_u_turn", MIDDLE, end, MIDDLE)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(4.25), "over (3, 2), (3, 3) and (2, 3)"
    assert town.network("car").turns.counts == {Outcome.APPLIED: 3}


def test_a_restriction_at_a_bend_keeps_the_bend_as_a_junction():
    town = Lattice(5, 5, bends=1).restrict("no_u_turn", (0, 1), (0, 0), (0, 1))
    network = town.network("car")
    assert town.junction(network, (0, 0)) == int(network.splits.of[0])
    with pytest.raises(KeyError):
        town.junction(network, (4, 4))


def test_restrictions_at_one_junction_add_up():
    town = Lattice(5, 5).restrict("no_left_turn", WEST, MIDDLE, NORTH).restrict("no_right_turn", WEST, MIDDLE, SOUTH)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(2.75)
    assert drive(town, FROM_EDGE, (2, 1.75)) == steps(2.75)
    town.restrict("no_straight_on", WEST, MIDDLE, EAST)
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(3.25), "back to the west"
    town.restrict("no_right_turn", EAST, MIDDLE, NORTH)
    assert town.network("car").splits.of.size == 2
    assert drive(town, (2.5, 2), TO_EDGE) == steps(2.75), "there and back to the south"


def test_what_would_trap_a_driver_is_not_obeyed_and_counted():
    town = Lattice(5, 5)
    for value, to in (("no_left_turn", NORTH), ("no_right_turn", SOUTH), ("no_straight_on", EAST), ("no_u_turn", WEST)):
        town.restrict(value, WEST, MIDDLE, to)
    network = town.network("car")
    assert network.turns.counts == {Outcome.APPLIED: 3, Outcome.NO_WAY_OUT: 1}
    assert network.turns.understood_share == 0.75
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(3.25)


def test_an_obligation_to_enter_a_closed_street_is_not_obeyed():
    town = Lattice(5, 5).one_way(EAST, MIDDLE).restrict("only_straight_on", WEST, MIDDLE, EAST)
    assert town.network("car").turns.counts == {Outcome.NO_WAY_OUT: 1}
    assert drive(town, FROM_EDGE, TO_EDGE) == steps(0.75)


def test_what_nobody_can_do_needs_no_splitting():
    town = Lattice(5, 5).one_way(MIDDLE, WEST).restrict("no_left_turn", WEST, MIDDLE, NORTH)
    town.restrict("no_left_turn", SOUTH, MIDDLE, WEST, **{"except": "motorcar"})
    network = town.network("car")
    assert network.splits is None
    assert network.turns.counts == {Outcome.NOTHING_TO_FORBID: 1, Outcome.OTHER_VEHICLES: 1}


def test_over_a_way():
    """Who comes from the west and drives straight over the middle must not turn left at the next junction."""
    town = Lattice(5, 5).restrict("no_left_turn", WEST, MIDDLE, EAST, (3, 3))
    assert drive(Lattice(5, 5), FROM_EDGE, (3, 2.25)) == steps(1.75)
    assert drive(town, FROM_EDGE, (3, 2.25)) == steps(3.25), "over (2, 3) and (3, 3)"
    assert drive(town, (2.5, 2), (3, 2.25)) == steps(0.75), "from the way between"
    assert drive(town, (2, 1.5), (3, 2.25)) == steps(1.75), "from elsewhere over the way between"
    assert town.network("car").turns.counts == {Outcome.APPLIED: 1}
    obliged = Lattice(5, 5).restrict("only_left_turn", WEST, MIDDLE, EAST, (3, 3))
    assert obliged.network("car").turns.counts == {Outcome.ONLY_OVER_WAYS: 1}


def test_over_two_ways_however_they_are_drawn():
    town = Lattice(6, 6).retag((3, 2), (2, 2)).restrict("no_left_turn", WEST, MIDDLE, EAST, (4, 2), (4, 3))
    assert drive(town, FROM_EDGE, (4, 2.25)) == steps(4.25), "over row 3 from column 3 on"
    assert drive(town, (2.5, 2), (4, 2.25)) == steps(1.75)


def test_a_service_or_an_address_at_the_very_junction():
    town = Lattice(5, 5).restrict("only_straight_on", WEST, MIDDLE, EAST)
    network = town.network("car")
    middle, north = (town.junction(network, at) for at in (MIDDLE, NORTH))
    start, to_north = town.edge(network, WEST, MIDDLE), town.edge(network, MIDDLE, NORTH)
    at_middle = [place(edge, float(network.edge_to[edge] == middle)) for edge in (start, to_north)]
    before = place(start, 0.5)
    for service in at_middle:
        assert field_of(network, [service], [1]).at(before).seconds[0, 0, 0] == pytest.approx(STEP_S / 2, abs=0.1)
    far = place(to_north, float(network.edge_to[to_north] == north))
    for address in at_middle:
        assert field_of(network, [far], [1]).at(address).seconds[0, 0, 0] == pytest.approx(STEP_S, abs=0.1)


# ---------------------------------------------------------------- what restrictions cut off


@pytest.mark.parametrize("leaving", [False, True])
def test_a_street_without_a_way_in_or_out_is_cut_off_and_counted(leaving):
    town = Lattice(5, 5).street((4, 2), (5, 2))
    for side in ((3, 2), (4, 1), (4, 3)):
        town.restrict("no_entry", *(((5, 2), (4, 2), side) if leaving else (side, (4, 2), (5, 2))))
    network = town.network("car")
    assert network.kept_share == pytest.approx(40 / 41)
    assert network.edges == Lattice(5, 5).network("car").edges
    assert network.turns.edges_cut_off == 1
    assert network.turns.counts == {Outcome.NOTHING_TO_FORBID: 3}
    assert town.network("walk").edges == network.edges + 1
    assert drive(town, (5, 2), (3, 2), network) == pytest.approx(1 + 60 / STEP_S, abs=0.1), "80 m on foot"


def test_a_share_is_lost_where_it_is_cut_off():
    towns = Lattice(5, 5).street((4, 2), (5, 2)).island((40, 0), 3, 3)
    for side in ((3, 2), (4, 1), (4, 3)):
        towns.restrict("no_entry", side, (4, 2), (5, 2))
    network = towns.network("car", ((-1, -1), (20, 20)), ((30, -1), (60, 20)))
    assert network.kept_by_area == (pytest.approx(40 / 41), 1.0)
    assert network.kept_share == pytest.approx((40 + 12) / (41 + 12))


def test_a_dead_end_that_is_entered_one_way_stays():
    town = Lattice(5, 5).street((4, 2), (5, 2)).restrict("no_entry", (3, 2), (4, 2), (5, 2))
    assert town.network("car").turns.edges_cut_off == 0
    assert drive(town, (3.5, 2), (4.5, 2)) == steps(0.5 + 2 + 0.5), "by a U-turn at (4, 1)"


# ---------------------------------------------------------------- what is wrong with a restriction


def with_restriction(**changes):
    """The lattice with one restriction, of which something is not as it should be."""
    town = Lattice(5, 5).restrict("no_left_turn", WEST, MIDDLE, NORTH)
    raw = town.raw()
    (good,) = raw.restrictions
    changes = {name: value(raw) if callable(value) else value for name, value in changes.items()}
    return dataclasses.replace(raw, restrictions=(dataclasses.replace(good, **changes),))


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"from_ways": ()}, Outcome.INCOMPLETE),
        ({"to_ways": ()}, Outcome.INCOMPLETE),
        ({"via_nodes": ()}, Outcome.INCOMPLETE),
        ({"via_nodes": (0, 1)}, Outcome.INCOMPLETE),
        ({"via_ways": (0,)}, Outcome.INCOMPLETE),
        ({"from_ways": (NOT_LOADED,)}, Outcome.NOT_LOADED),
        ({"via_nodes": (NOT_LOADED,)}, Outcome.NOT_LOADED),
        ({"to_ways": (0,)}, Outcome.APART),
        ({"via_nodes": (), "via_ways": (0,)}, Outcome.APART),
        ({"tags": {"restriction": "no_parking"}}, Outcome.UNKNOWN_VALUE),
    ],
)
def test_what_cannot_be_obeyed_is_counted_and_changes_nothing(changes, outcome):
    network = StreetNetwork.build(with_restriction(**changes), CAR, LAMBERT)
    assert network.turns.counts == {outcome: 1}
    assert network.splits is None
    assert network.junctions == Lattice(5, 5).network("car").junctions


def test_a_way_that_runs_on_past_the_junction_is_ambiguous():
    town = Lattice(5, 5).remove(WEST, EAST).street(WEST, MIDDLE, EAST)
    raw = town.restrict("no_left_turn", SOUTH, MIDDLE, NORTH).raw()
    long_way = len(raw.way_tags) - 1
    (turn,) = raw.restrictions

    def counts(restriction, town=town):
        raw = dataclasses.replace(town.raw(), restrictions=(restriction,))
        return StreetNetwork.build(raw, CAR, LAMBERT).turns.counts

    assert counts(dataclasses.replace(turn, from_ways=(long_way,))) == {Outcome.AMBIGUOUS: 1}
    assert counts(dataclasses.replace(turn, to_ways=(long_way,))) == {Outcome.AMBIGUOUS: 1}
    one_way = Lattice(5, 5).remove(WEST, EAST).street(WEST, MIDDLE, EAST, oneway="yes")
    assert counts(dataclasses.replace(turn, from_ways=(long_way,)), one_way) == {Outcome.APPLIED: 1}
    back = dataclasses.replace(turn, tags={"restriction": "no_u_turn"}, from_ways=(long_way,), to_ways=(long_way,))
    assert counts(back) == {Outcome.APPLIED: 1}, "nobody turns round there, from either side"


@given(st.data())
def test_whatever_members_a_restriction_has_it_has_one_outcome(data):
    raw = Lattice(3, 3).raw()
    ways = st.lists(st.integers(-1, len(raw.way_tags) - 1), max_size=2).map(tuple)
    nodes = st.lists(st.integers(-1, len(raw.node_lonlat) - 1), max_size=2).map(tuple)
    value = st.sampled_from(["no_left_turn", "no_u_turn", "only_straight_on", "nonsense"])
    made = st.builds(Restriction, st.fixed_dictionaries({"restriction": value}), ways, ways, nodes, ways)
    restrictions = tuple(data.draw(st.lists(made, max_size=6)))
    network = StreetNetwork.build(dataclasses.replace(raw, restrictions=restrictions), CAR, LAMBERT)
    assert sum(network.turns.counts.values()) == len(restrictions)


# ---------------------------------------------------------------- files


def test_a_report_comes_back_with_its_network(tmp_path):
    town = Lattice(5, 5).restrict("no_left_turn", WEST, MIDDLE, NORTH).restrict("no_left_turn", EAST, MIDDLE, SOUTH)
    town.restrict("", EAST, MIDDLE, SOUTH, **{"restriction:conditional": "no_left_turn @ (08:00-09:00)"})
    for name in ("one", "two"):
        town.network("car").save(tmp_path / name)
    assert StreetNetwork.open(tmp_path / "one").turns.counts == {Outcome.APPLIED: 2, Outcome.TIMED: 1}
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    meta = (tmp_path / "one" / "meta.json").read_text()
    (tmp_path / "one" / "meta.json").write_text(meta.replace("applied", "forgotten"))
    with pytest.raises(SnapshotCorrupt, match="cannot be opened"):
        StreetNetwork.open(tmp_path / "one")
