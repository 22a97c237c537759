"""Clients that others wrote for the national geocoder work against the service unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from geopy.adapters import BaseSyncAdapter
from geopy.geocoders import BANFrance

from tests.app.conftest import Client
from tests.app.town import Town


class Wire(BaseSyncAdapter):
    """Carries geopy's requests to the application without a network."""

    client: Client

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        return json.loads(self.get_text(url, timeout=timeout, headers=headers))

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        answer = self.client.request("GET", url, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def geopy(client: Client) -> BANFrance:
    wire = type("WireToTown", (Wire,), {"client": client})
    return BANFrance(domain="town/api/v1", scheme="http", adapter_factory=wire)


def test_geopy_finds_an_address(geopy: BANFrance, town: Town) -> None:
    found = geopy.geocode("3 rue du Maréchal Foch, Maillebourg")
    assert found.address == "3 Rue du Maréchal Foch 00100 Maillebourg"
    lon, lat = town.lonlat(1.25, 1)
    assert (found.longitude, found.latitude) == pytest.approx((lon, lat), abs=1e-6)
    assert found.raw["properties"]["type"] == "housenumber"


def test_geopy_gets_several_or_none(geopy: BANFrance) -> None:
    assert len(geopy.geocode("rue", exactly_one=False, limit=2)) == 2
    assert geopy.geocode("zzxqv") is None


def test_geopy_asks_the_other_way(geopy: BANFrance, town: Town) -> None:
    lon, lat = town.lonlat(1.25, 1.1)
    assert geopy.reverse((lat, lon)).address == "3 Rue du Maréchal Foch 00100 Maillebourg"
