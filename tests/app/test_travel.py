"""Ways, times and the ground within them, over HTTP."""

from __future__ import annotations

import itertools

import pytest
import shapely
from shapely.geometry import shape

from app.schemas import IsochroneAnswer, RouteAnswer, TravelTimesAnswer
from tests.app.conftest import Client
from tests.app.town import Town


def position(town: Town, column: float, row: float) -> str:
    lon, lat = town.lonlat(column, row)
    return f"{lon},{lat}"


def problem(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["problem"]) for error in answer.json().get("errors") or []]


# ---------------------------------------------------------------- the way to a place


def test_a_way_says_why_it_takes_so_long(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/route", **{"from": position(town, 1.5, 1.1), "to": position(town, 3, 2.5)})
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    RouteAnswer.model_validate(body)
    told = body["properties"]
    assert told["seconds"] == pytest.approx(6 + 90 + 90, abs=0.3)
    assert told["metres"] == pytest.approx(8 + 120 + 120, abs=1)
    for rows in (told["legs"], told["steps"]):
        assert sum(round(row["seconds"] * 10) for row in rows) == round(told["seconds"] * 10), "to the tenth"
    assert told["slope"] is None, "no raster: streets count as level"
    assert [leg["sort"] for leg in told["legs"]] == ["off_road_start", "street"]
    turns = [step["turn"] for step in told["steps"]]
    assert (turns[0], turns[-1]) == ("to_street", "arrive")
    assert turns[1:-1] in (["depart", "left"], ["depart", "left", "right", "left"], ["depart", "left", "right"])
    door, street = told["steps"][:2]
    assert door["text"] == {"fr": "Jusqu’à la rue, 8\u202fm, 6\u202fs", "en": "To the street, 8\u202fm, 6\u202fs"}
    assert street["text"]["fr"].startswith("Départ : rue, ")
    assert street["text"]["fr"].endswith(" (à pied)")
    assert street["way"] == {"sort": "street", "label": {"fr": "rue", "en": "street"}}
    assert street["name"] is None, "nobody noted one"
    line = body["geometry"]["coordinates"]
    assert line[0] == pytest.approx(town.lonlat(1.5, 1.1), abs=1e-6)
    assert line[-1] == pytest.approx(town.lonlat(3, 2.5), abs=1e-6)
    assert body["attribution"]


@pytest.mark.parametrize("mode", ["walk", "car", "wheelchair"])
def test_the_way_to_a_service_takes_the_seconds_of_the_score(client: Client, town: Town, mode: str) -> None:
    here = town.at(2.3, 1.2)
    score = client.get("/api/v1/score", **here, mode=mode).json()
    checked = 0
    for component in score["components"]:
        for near in component["nearest"][:1]:
            asked = {"from": f"{here['lon']},{here['lat']}", "service": near["service"], "mode": mode}
            body = client.get("/api/v1/route", **asked).json()
            RouteAnswer.model_validate(body)
            told = body["properties"]
            assert round(told["seconds"]) == near["seconds"]
            for rows in (told["legs"], told["steps"]):
                assert sum(round(row["seconds"] * 10) for row in rows) == round(told["seconds"] * 10)
            assert told["service"]["name"] == near["name"]
            checked += 1
    assert checked > 5


def test_a_car_parks(client: Client, town: Town) -> None:
    asked = {"from": position(town, 0.5, 1), "to": position(town, 6.5, 4), "mode": "car"}
    legs = client.get("/api/v1/route", **asked).json()["properties"]["legs"]
    assert legs[-1]["sort"] == "end"
    assert legs[-1]["label"] == {"fr": "pour se garer", "en": "to park"}
    assert legs[-1]["seconds"] > 0


def test_what_is_no_way_is_refused_in_words(client: Client, town: Town) -> None:
    here, far = position(town, 1, 1), position(town, 60, 60)
    ask = lambda **query: client.get("/api/v1/route", **query)  # noqa: E731
    assert problem(ask(**{"from": here})) == [("to", "no place to go to is given")]
    assert problem(ask(**{"from": here, "to": here, "service": "x"}))[0][0] == "to"
    assert problem(ask(**{"from": "here", "to": here}))[0][0] == "from"
    assert problem(ask(**{"from": here, "to": "1,999"}))[0][0] == "to.lat"
    assert problem(ask(**{"from": here, "service": "nobody"}))[0][0] == "service"
    assert problem(ask(**{"from": here, "to": here, "mode": "horse"}))[0][0] == "mode"
    off = ask(**{"from": here, "to": far})
    assert (off.status_code, off.json()["type"]) == (422, "/problems/off_network")


# ---------------------------------------------------------------- isochrones


@pytest.mark.parametrize("direction", ["from", "to"])
@pytest.mark.parametrize("mode", ["walk", "car"])
def test_the_ground_within_minutes_is_valid_and_nested(client: Client, town: Town, mode: str, direction: str) -> None:
    answer = client.get(
        "/api/v1/isochrone", **town.at(3.3, 2.2), mode=mode, minutes="3,1,5,7", direction=direction
    ).json()
    IsochroneAnswer.model_validate(answer)
    areas = [shape(feature["geometry"]) for feature in answer["features"]]
    told = [feature["properties"] for feature in answer["features"]]
    assert [one["minutes"] for one in told] == [1, 3, 5, 7]
    assert all(area.is_valid for area in areas)
    for inner, outer in itertools.pairwise(areas):
        assert inner.is_empty or outer.covers(inner)
    assert [one["people"] for one in told] == sorted(one["people"] for one in told)
    if mode == "walk":
        here = shapely.Point(*town.lonlat(3.3, 2.2))
        assert areas[0].covers(here)
        near, far = shapely.Point(*town.lonlat(5, 2)), shapely.Point(*town.lonlat(7, 5))
        assert areas[1].covers(near)
        assert not areas[1].covers(far)
    else:
        assert areas[0].is_empty, "parking alone takes longer than a minute"
        assert answer["features"][0]["geometry"] == {"type": "MultiPolygon", "coordinates": []}


def test_people_and_services_are_counted_by_their_times(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/isochrone", **town.at(1.5, 0), minutes="2,60").json()
    two, all_of_it = (feature["properties"] for feature in answer["features"])
    # the cell at (1.5, 0) is there, those at (0.5, 0) and (2.5, 0) are a minute away, the next ones two and a bit
    assert two["people"] == pytest.approx(10 + 11 + 12, abs=13.0 * 2)
    assert two["services"]["health.pharmacy"] == 1
    assert (two["people_in_halo"], all_of_it["people_in_halo"]) == (0, 40), "past the border, and counted"
    assert all_of_it["services"]["health.pharmacy"] == 3
    assert all_of_it["services"]["shop.restaurant"] == 120
    assert all_of_it["complete"] is True
    assert answer["complete"] is True


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"minutes": "5,x"}, "minutes"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "61"}, "minutes"),
        ({"minutes": "nan"}, "minutes"),
        ({"minutes": "5,5"}, "minutes"),
        ({"minutes": "1,2,3,4,5,6,7"}, "minutes"),
        ({"direction": "form"}, "direction"),
        ({"mode": "boat"}, "mode"),
        ({"minute": "5"}, "minute"),
    ],
)
def test_a_question_that_cannot_be_is_refused(client: Client, town: Town, query: dict[str, str], field: str) -> None:
    assert problem(client.get("/api/v1/isochrone", **town.at(3, 2), **query))[0][0] == field


# ---------------------------------------------------------------- times between many


def test_times_both_ways_are_those_of_the_ways(client: Client, town: Town) -> None:
    def at(column: float, row: float, **more: object) -> dict[str, object]:
        return {**town.at(column, row), **more}

    homes, places = [at(0.5, 1, id="a"), at(6.2, 4.1), at(60, 60, id=7)], [at(3, 2.5), {"address": "zzxqv"}, at(1, 1)]
    body = client.post("/api/v1/travel-times", {"homes": homes, "places": places, "mode": "car"}).json()
    TravelTimesAnswer.model_validate(body)
    assert [home["id"] for home in body["homes"]] == ["a", None, 7]
    assert body["homes"][2]["type"] == "/problems/off_network"
    assert body["places"][1]["type"] == "/problems/unknown_address"
    assert body["seconds_to"][2] == [None, None, None]
    assert [row[1] for row in body["seconds_back"]] == [None, None, None]
    for (h, home), (p, place) in itertools.product(enumerate(homes[:2]), ((0, places[0]), (2, places[2]))):
        there, here = (f"{one['lon']},{one['lat']}" for one in (place, home))
        for begin, to, table in ((here, there, "seconds_to"), (there, here, "seconds_back")):
            way = client.get("/api/v1/route", **{"from": begin, "to": to, "mode": "car"}).json()
            assert body[table][h][p] == way["properties"]["seconds"]


def test_a_list_that_cannot_be_is_refused(client: Client, town: Town) -> None:
    here = [town.at(1, 1)]
    assert problem(client.post("/api/v1/travel-times", {"homes": here})) == [("places", "is missing")]
    assert problem(client.post("/api/v1/travel-times", {"homes": here, "places": here * 11}))[0][0] == "places"
    assert problem(client.post("/api/v1/travel-times", {"homes": here * 1001, "places": here}))[0][0] == "homes"
    assert problem(client.post("/api/v1/travel-times", {"homes": here, "places": here, "x": 1}))[0][0] == "x"
