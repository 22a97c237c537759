"""Lists of services, and the territory's communes."""

from __future__ import annotations

import itertools

import pytest

from app.schemas import CommuneCollection, ServiceCollection
from tests.app.conftest import Client
from tests.app.town import Town


def pages(client: Client, **query: object) -> list[dict]:
    """Follow the links to the last page."""
    found = [client.get("/api/v1/services", **query).json()]
    while found[-1]["links"]:
        (link,) = found[-1]["links"]
        assert link["rel"] == "next"
        found.append(client.get(link["href"]).json())
    return found


def ids(page: dict) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def test_pages_hold_every_service_once(client: Client) -> None:
    found = pages(client, limit=50)
    for page in found:
        ServiceCollection.model_validate(page)
        assert page["numberReturned"] == len(page["features"])
    listed = list(itertools.chain.from_iterable(map(ids, found)))
    assert [len(page["features"]) for page in found] == [50, 50, 36]
    assert len(listed) == len(set(listed)) == found[0]["numberMatched"] == 136


def test_the_same_pages_whatever_their_length(client: Client) -> None:
    whole = ids(client.get("/api/v1/services", limit=1000).json())
    for limit in (1, 7, 136, 137):
        assert list(itertools.chain.from_iterable(map(ids, pages(client, limit=limit)))) == whole


def test_only_confirmed_services_of_the_territory_unless_asked(client: Client) -> None:
    def keys(**query: object) -> set[str]:
        page = client.get("/api/v1/services", category="health.pharmacy,shop.bakery", **query).json()
        return {feature["properties"]["id"] for feature in page["features"]}

    plain = {"registre:ph1", "registre:ph2", "registre:b1", "registre:b2"}
    assert keys() == plain
    assert keys(include="halo") == plain | {"registre:ph3"}
    assert keys(include="unconfirmed") == plain | {"carte:b3"}
    assert keys(include="unconfirmed,halo") == plain | {"registre:ph3", "carte:b3"}


def test_what_is_not_plain_is_marked(client: Client) -> None:
    page = client.get("/api/v1/services", category="shop.bakery", include="unconfirmed").json()
    standing = {f["properties"]["id"]: f["properties"]["standing"] for f in page["features"]}
    assert standing == {"registre:b1": "confirmed", "registre:b2": "confirmed", "carte:b3": "unconfirmed"}
    page = client.get("/api/v1/services", category="health.pharmacy", include="halo").json()
    assert [f["properties"]["id"] for f in page["features"] if not f["properties"]["in_territory"]] == ["registre:ph3"]


def test_what_is_not_known_is_null_and_never_nothing(client: Client) -> None:
    page = client.get("/api/v1/services", category="transport.stop,public.post").json()
    ServiceCollection.model_validate(page)
    told = {f["properties"]["id"]: f["properties"] for f in page["features"]}
    departures = {key: properties["departures"] for key, properties in told.items()}
    assert departures.pop("registre:t0") == {"weekday": 12.4, "evening": 1.2, "sunday": 0.0}
    assert len(departures) == 7
    assert set(departures.values()) == {None}
    lines = {key: properties["lines"] for key, properties in told.items()}
    assert (lines["registre:t0"], lines["registre:t1"], lines["registre:t2"]) == ([], ["1"], ["1", "4"])
    assert lines["registre:poste"] == []
    updated = {key: properties["updated"] for key, properties in told.items()}
    assert updated.pop("registre:poste") == "2026-02-17"
    assert set(updated.values()) == {None}


def test_every_row_behind_a_service_is_named_and_what_another_than_the_first_gives(client: Client) -> None:
    (post,) = client.get("/api/v1/services", category="public.post").json()["features"]
    told = post["properties"]
    first, second, mapped = told["provenance"]
    assert [row["local_id"] for row in (first, second, mapped)] == ["poste", "guichets", "n1"]
    assert told["given_by"] == {"capacity": second, "entrances": mapped}
    assert (second["licence"], second["data_date"], told["capacity"]) == ("etalab-2.0", "2025", 3.0)
    others = client.get("/api/v1/services", category="shop.bakery").json()["features"]
    assert [feature["properties"]["given_by"] for feature in others] == [{}, {}]


def test_a_site_of_two_categories_is_two_features(client: Client) -> None:
    page = client.get("/api/v1/services", category="education.ecole_elementaire,education.ecole_maternelle").json()
    assert [f["properties"]["id"] for f in page["features"]] == ["registre:ecole"] * 2
    assert len(set(ids(page))) == 2


def test_a_box_holds_what_lies_in_it(client: Client, town: Town) -> None:
    (west, south), (east, north) = town.lonlat(1, -0.5), town.lonlat(3.5, 1.7)
    page = client.get("/api/v1/services", bbox=f"{west},{south},{east},{north}", limit=1000).json()
    inside = {
        f["id"]
        for f in client.get("/api/v1/services", limit=1000).json()["features"]
        if west <= f["geometry"]["coordinates"][0] <= east and south <= f["geometry"]["coordinates"][1] <= north
    }
    assert set(ids(page)) == inside
    assert 0 < len(inside) < 136


def test_an_empty_box_is_an_empty_list(client: Client) -> None:
    page = client.get("/api/v1/services", bbox="0,0,0,0").json()
    assert (page["features"], page["links"], page["numberMatched"]) == ([], [], 0)


@pytest.mark.parametrize(("query", "parts"), [({"limit": 2, "category": "shop.restaurant"}, 60)])
def test_the_next_link_keeps_the_question(client: Client, query: dict, parts: int) -> None:
    found = pages(client, **query)
    assert len(found) == parts
    assert {f["properties"]["category"] for page in found for f in page["features"]} == {"shop.restaurant"}


def test_communes_are_those_of_the_territory(client: Client) -> None:
    answer = client.get("/api/v1/communes")
    assert answer.headers["content-type"] == "application/geo+json"
    CommuneCollection.model_validate(answer.json())
    people = {f["properties"]["name"]: f["properties"]["population"] for f in answer.json()["features"]}
    assert people == {"Maillebourg": 1200, "Carreville": 800, "Lointaine": 300}
