"""Addresses by words and by point, in the national geocoder's shape."""

from __future__ import annotations

import pytest

from app.schemas import GeocodeCollection
from geo.projection import Projection
from tests.app.conftest import Client
from tests.app.town import Town


def labels(answer: dict) -> list[str]:
    return [feature["properties"]["label"] for feature in answer["features"]]


def test_words_find_their_address(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/search", q="3 r. du Marechal FOCH").json()
    GeocodeCollection.model_validate(answer)
    first = answer["features"][0]
    lon, lat = first["geometry"]["coordinates"]
    assert [lon, lat] == [round(degrees, 6) for degrees in town.lonlat(1.25, 1)]
    x_m, y_m = Projection("EPSG:2154").point_to_xy_m(*town.lonlat(1.25, 1))
    own = {"score": 1, "importance": 0}
    assert first["properties"] | own == {
        "label": "3 Rue du Maréchal Foch 00100 Maillebourg",
        "score": 1,
        "id": "00001_0001_00003",
        "type": "housenumber",
        "name": "3 Rue du Maréchal Foch",
        "housenumber": "3",
        "street": "Rue du Maréchal Foch",
        "postcode": "00100",
        "citycode": "00001",
        "city": "Maillebourg",
        "context": "00, Treillis",
        "importance": 0,
        "x": pytest.approx(x_m, abs=0.01),
        "y": pytest.approx(y_m, abs=0.01),
    }
    assert (answer["query"], answer["limit"]) == ("3 r. du Marechal FOCH", 5)


def test_the_last_word_may_be_begun(client: Client) -> None:
    assert "Avenue des Tilleuls 00100 Maillebourg" in labels(client.get("/api/v1/search", q="av des till").json())


def test_limit_and_type(client: Client) -> None:
    assert len(client.get("/api/v1/search", q="rue", limit=2).json()["features"]) == 2
    kinds = {
        f["properties"]["type"]
        for f in client.get("/api/v1/search", q="maille", type="municipality").json()["features"]
    }
    assert kinds == {"municipality"}


def test_no_address_is_an_empty_list(client: Client) -> None:
    answer = client.get("/api/v1/search", q="zzxqv").json()
    GeocodeCollection.model_validate(answer)
    assert answer["features"] == []


def test_a_score_is_the_sum_of_its_parts(client: Client) -> None:
    answer = client.get("/api/v1/search", q="3 rue du marechal foch", explain="true").json()
    GeocodeCollection.model_validate(answer)
    for feature in answer["features"]:
        parts = feature["properties"]["explanation"]
        assert sum(part["points"] for part in parts) == pytest.approx(feature["properties"]["score"], abs=1e-4)
    assert "explanation" not in client.get("/api/v1/search", q="rue").json()["features"][0]["properties"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"citycode": "00001"}, {"00001"}),
        ({"postcode": "00100"}, {"00001"}),
        ({"citycode": "99999"}, set()),
        ({"postcode": "99999"}, set()),
    ],
)
def test_filters_leave_the_others_out(client: Client, filters: dict[str, str], expected: set[str]) -> None:
    found = client.get("/api/v1/search", q="rue", limit=20, **filters).json()["features"]
    assert {feature["properties"]["citycode"] for feature in found} == expected


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"postcode": "123"}, "postcode"),
        ({"citycode": "2A00"}, "citycode"),
        ({"lon": 2.0}, "lat"),
        ({"lat": 2.0}, "lon"),
        ({"lon": 200.0, "lat": 0.0}, "lon"),
        ({"type": "castle"}, "type"),
        ({"explain": "perhaps"}, "explain"),
        ({"autocomplete": "maybe"}, "autocomplete"),
        ({"limit": 0}, "limit"),
    ],
)
def test_what_cannot_be_asked_is_named(client: Client, asked: dict[str, object], field: str) -> None:
    answer = client.get("/api/v1/search", q="rue", **asked)
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "text",
    [
        '" OR 1',
        "NEAR(",
        "rue*",
        "' OR 1=1 --",
        "🏠",
        "شارع",
        "\x00\x01",
        "12",
        "71200",
        "{words} : rue",
        "-",
        "   rue   ",
    ],
)
def test_no_text_breaks_the_service(client: Client, text: str) -> None:
    answer = client.get("/api/v1/search", q=text)
    assert answer.status_code == 200
    GeocodeCollection.model_validate(answer.json())


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_000, "\ufeff" * 300])
def test_a_text_that_says_nothing_or_too_much_is_refused(client: Client, text: str) -> None:
    answer = client.get("/api/v1/search", q=text)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "q"


def test_the_nearest_address_of_a_point(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/reverse", **town.at(1.25, 1.1)).json()
    GeocodeCollection.model_validate(answer)
    (found,) = answer["features"]
    assert found["properties"]["label"] == "3 Rue du Maréchal Foch 00100 Maillebourg"
    assert found["properties"]["distance"] == 8
    assert client.get("/api/v1/reverse", lon=0, lat=0).json()["features"] == []


def test_a_searched_address_is_kept_by_no_cache_on_the_way(client: Client) -> None:
    assert "private" in client.get("/api/v1/search", q="rue").headers["cache-control"]
