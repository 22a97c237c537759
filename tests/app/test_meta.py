"""What the service answers from."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from app.schemas import CategoryRow, Health, ProfileRow, SnapshotAnswer
from tests.app.conftest import Client
from tests.app.town import COMPLETE, PARTIAL


def test_health(client: Client) -> None:
    response = client.get("/api/v1/healthz")
    assert Health.model_validate(response.json()).snapshot == "one"
    assert response.headers["cache-control"] == "no-store"


def test_health_takes_any_parameter(client: Client) -> None:
    assert client.get("/api/v1/healthz", probe=1).status_code == 200


def test_snapshot(client: Client) -> None:
    answer = SnapshotAnswer.model_validate(client.get("/api/v1/snapshot").json())
    assert (answer.id, answer.territory.code, answer.territory.name) == ("one", "00", "Pays du Treillis")
    assert answer.modes == ["walk", "car", "wheelchair"]
    assert [mode.id for mode in answer.mode_details] == answer.modes
    walk, car, wheelchair = answer.mode_details
    assert (walk.label.fr, walk.phrase.en, walk.option_of, walk.indicative) == ("À pied", "on foot", None, False)
    assert (walk.start_s + walk.end_s, car.start_s, car.end_s) == (0, 30, 90)
    assert (wheelchair.option_of, wheelchair.indicative) == ("walk", True)
    assert (walk.turns_understood, car.turns_understood) == (None, 1), "no sign stands there"
    assert (walk.untold_share, car.untold_share, wheelchair.untold_share) == (None, 0, 1), "no street has a surface"
    assert (walk.slope, car.slope) == (None, None), "no heights were given: all is level"
    assert answer.built_at == "2026-11-24T08:00:00Z"
    west, south, east, north = answer.territory.bbox
    assert west < 4.43 < east
    assert south < 46.80 < north


def test_categories(client: Client) -> None:
    rows = TypeAdapter(list[CategoryRow]).validate_python(client.get("/api/v1/categories").json())
    state = {row.id: row.completeness for row in rows}
    assert {category for category, known in state.items() if known == "complete"} == set(COMPLETE)
    assert {category for category, known in state.items() if known == "partial"} == set(PARTIAL)
    counts = {row.id: row.services for row in rows}
    assert counts["health.pharmacy"] == 2  # the one beyond the border is not counted
    assert counts["shop.bakery"] == 2  # nor the one that nobody confirms
    assert counts["shop.restaurant"] == 120
    assert len(rows) > 40


def test_profiles(client: Client) -> None:
    rows = TypeAdapter(list[ProfileRow]).validate_python(client.get("/api/v1/profiles").json())
    assert {row.id for row in rows} == {"famille", "jeune_actif", "sans_voiture", "senior", "teletravail"}
    assert all(sum(row.weights.values()) == pytest.approx(100) for row in rows)


META = ["/snapshot", "/categories", "/profiles", "/ledger", "/rejects", "/communes"]


@pytest.mark.parametrize("path", META)
def test_what_follows_from_the_snapshot_alone_is_validated_by_its_tag(client: Client, path: str) -> None:
    first = client.get(f"/api/v1{path}")
    etag = first.headers["etag"]
    again = client.request("GET", f"/api/v1{path}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"/api/v1{path}").content == first.content


@pytest.mark.parametrize("path", [*META, "/healthz", "/services?limit=2", "/search?q=rue", "/score?lon=4.43&lat=46.8"])
def test_head_is_get_without_its_body(client: Client, path: str) -> None:
    get, head = (client.request(method, f"/api/v1{path}") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    changing = {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in get.headers.items() if k not in changing
    }


def test_large_answers_are_compressed(client: Client) -> None:
    asked = {"params": {"limit": 100}, "headers": {"Accept-Encoding": "gzip"}}
    packed = client.request("GET", "/api/v1/services", **asked)
    plain = client.request("GET", "/api/v1/services", params={"limit": 100}, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 4
    assert packed.json() == plain.json()
