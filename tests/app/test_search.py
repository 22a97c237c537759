"""Addresses by words and by point, in the national geocoder's shape."""

from __future__ import annotations

from app.schemas import GeocodeCollection
from tests.app.conftest import Client
from tests.app.town import Town


def labels(answer: dict) -> list[str]:
    return [feature["properties"]["label"] for feature in answer["features"]]


def test_words_find_their_address(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/search", q="3 r. du Marechal FOCH").json()
    GeocodeCollection.model_validate(answer)
    first = answer["features"][0]
    lon, lat = town.lonlat(1.25, 1)
    assert first["geometry"]["coordinates"] == [round(lon, 6), round(lat, 6)]
    assert first["properties"] | {"score": 1, "importance": 0} == {
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


def test_the_nearest_address_of_a_point(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/reverse", **town.at(1.25, 1.1)).json()
    GeocodeCollection.model_validate(answer)
    (found,) = answer["features"]
    assert found["properties"]["label"] == "3 Rue du Maréchal Foch 00100 Maillebourg"
    assert found["properties"]["distance"] == 8
    assert client.get("/api/v1/reverse", lon=0, lat=0).json()["features"] == []


def test_a_searched_address_is_kept_by_no_cache_on_the_way(client: Client) -> None:
    assert "private" in client.get("/api/v1/search", q="rue").headers["cache-control"]
