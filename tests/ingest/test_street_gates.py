"""Checks of streets and fields before publication, each at its threshold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from shapely import box

from geo.places import Standing
from geo.streets import LoadedArea
from geo.turns import Outcome as Turn
from geo.turns import TurnReport
from ingest.findings import Outcome
from ingest.gates import check_access
from tests.ingest.store.records import service


@dataclass
class Access:
    """What a gate looks at of a mode."""

    services_on_network: int
    violations: int = 0
    kept_share: float = 1.0
    kept_by_area: tuple[float, ...] = (1.0,)
    turns: TurnReport | None = None

    @property
    def network(self):
        return self


@pytest.mark.parametrize(
    ("access", "check", "outcome"),
    [
        (Access(2), "snapped", Outcome.PASS),
        (Access(1), "snapped", Outcome.WARN),
        (Access(0), "snapped", Outcome.FAIL),
        (Access(2, kept_share=0.89), "streets", Outcome.WARN),
        (Access(2, kept_share=0.4), "streets", Outcome.FAIL),
        (Access(2, violations=1), "field", Outcome.FAIL),
        (Access(2, turns=TurnReport({Turn.APPLIED: 4, Turn.TIMED: 1, Turn.OTHER_VEHICLES: 9})), "turns", Outcome.PASS),
        (Access(2, turns=TurnReport({Turn.APPLIED: 3, Turn.TIMED: 1}, 2)), "turns", Outcome.WARN),
    ],
)
def test_streets_and_fields(access, check, outcome):
    services = [service(key, 4.5, 46.5) for key in ("1", "2")]
    doubtful = replace(services[0], standing=Standing.UNCONFIRMED)
    found = check_access({"walk": access}, [*services, doubtful], box(4, 46, 5, 47), box(4, 46, 5, 47))
    assert {f.check: f.outcome for f in found}[check] is outcome
    assert [f.text for f in found if f.subject != "walk"] == ["streets are loaded in 100.0% of the territory"]


def test_what_became_of_the_restrictions_of_turns_is_told():
    turns = TurnReport({Turn.APPLIED: 3, Turn.NOT_LOADED: 2, Turn.TIMED: 1}, 2)
    found = check_access({"car": Access(2, turns=turns)}, [], box(4, 46, 5, 47), box(4, 46, 5, 47))
    (told,) = (f.text for f in found if f.check == "turns")
    assert told == (
        "car: 3 of 4 restrictions of turns understood (3 applied, 2 not loaded, 1 timed); "
        "2 streets that they cut off left out"
    )


@pytest.mark.parametrize(
    ("of_south", "stated", "outcomes"),
    [
        (1.0, True, (Outcome.PASS, Outcome.PASS)),
        (0.89, False, (Outcome.WARN, Outcome.WARN)),
        (0.4, True, (Outcome.PASS, Outcome.FAIL)),
    ],
)
def test_each_loaded_area_is_judged(of_south, stated, outcomes):
    north, south = LoadedArea("nord", box(4, 46.5, 5, 47)), LoadedArea("sud", box(4, 45.9, 5, 46.1), stated)
    access = {"walk": Access(2, kept_share=0.95, kept_by_area=(1.0, of_south))}
    area = box(4, 46, 5, 47)
    loaded = north.extent.union(south.extent)
    found = {f.name: f for f in check_access(access, [], loaded, area, [north, south])}
    assert found["loaded:nord"].text == "nord: loaded in 50.0% of the territory, as its file says"
    assert found["loaded:sud"].text.startswith("sud: loaded in 10.0% of the territory, as its")
    assert found["loaded:streets"].text == "streets are loaded in 60.0% of the territory"
    assert (found["loaded:sud"].outcome, found["streets:walk@sud"].outcome) == outcomes
    assert found["streets:walk@nord"].outcome is found["streets:walk"].outcome is Outcome.PASS
    alone = check_access(access, [], loaded, area, [north])
    assert [f.subject for f in alone if f.check == "streets"] == ["walk"]


def test_without_a_service_on_its_streets_nothing_is_published():
    area = box(4, 46, 5, 47)
    found = {f.check: f.outcome for f in check_access({"walk": Access(0)}, [], box(4, 46, 4.1, 47), area)}
    assert (found["snapped"], found["loaded"]) == (Outcome.FAIL, Outcome.WARN)
