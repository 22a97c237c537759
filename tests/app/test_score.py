"""One score, and many: the same arithmetic, the same numbers."""

from __future__ import annotations

import json
import math

import pytest

from app.schemas import ScoreAnswer, ScoresAnswer
from tests.app.conftest import Client, Start
from tests.app.town import COMPLETE, Town


def logistic(seconds: float, mu_min: float, sigma_min: float) -> float:
    """The decay of the method, written again."""

    def g(minutes: float) -> float:
        return 1 + math.exp((minutes - mu_min) * math.pi / (sigma_min * math.sqrt(3)))

    return g(0) / g(seconds / 60)


def component(answer: dict, category: str) -> dict:
    return next(row for row in answer["components"] if row["category"] == category)


def test_a_score_is_what_arithmetic_says(client: Client, town: Town) -> None:
    """From (2.2, 1): the école at (2, 1.5) is 0.2 + 0.5 steps away, 42 s; the pharmacy at (1.5, 0) 0.2 + 1 + 0.5."""
    answer = client.get("/api/v1/score", **town.at(2.2, 1)).json()
    ecole = component(answer, "education.ecole_elementaire")
    assert ecole["nearest"][0] | {"lon": 0, "lat": 0} == {
        "service": "registre:ecole",
        "name": "École du Centre",
        "lon": 0,
        "lat": 0,
        "seconds": 42,
        "counted": True,
        "source": "registre",
        "licence": "etalab-2.0",
        "data_date": "2026-03",
        "departures": None,
        "lines": [],
        "given_by": {},
    }
    assert ecole["weight"] == pytest.approx(18 * 0.55)
    assert ecole["value"] == pytest.approx(logistic(42, 10, 4), abs=6e-5)
    pharmacy = component(answer, "health.pharmacy")
    assert [n["seconds"] for n in pharmacy["nearest"]] == [102, 258, 498]
    worth = 0.6 * logistic(102, 10, 4) + 0.3 * logistic(258, 10, 4) + 0.1 * logistic(498, 10, 4)
    assert pharmacy["value"] == pytest.approx(worth, abs=2e-4)


def test_metres_off_the_street_are_walked(client: Client, town: Town) -> None:
    on, off = (client.get("/api/v1/score", **town.at(2.2, row)).json() for row in (1, 1.1))
    assert (on["place"]["off_m"], off["place"]["off_m"]) == (0, 8)
    seconds = [component(a, "education.ecole_elementaire")["nearest"][0]["seconds"] for a in (on, off)]
    assert seconds[1] - seconds[0] == 6


def test_transport_on_demand_is_evidence_of_no_weight(client: Client, town: Town) -> None:
    west, east, last = (client.get("/api/v1/score", **town.at(column, 1)).json() for column in (1.2, 4.2, 6.2))
    told = {
        "name": "Carreville",
        "agency": "Navettes du Treillis",
        "days": ["tuesday", "friday"],
        "booking": {"text": "Réservez la veille.", "phone": "03 53 01 00 42", "url": "https://navette.example/"},
        "source": "navettes",
    }
    silent = {"name": "", "agency": "", "days": [], "booking": {"text": "", "phone": "", "url": ""}}
    assert west["on_demand"] == []
    assert east["on_demand"] == [told]
    assert last["on_demand"] == [told, silent | {"source": "navettes"}]
    credited = ["Transport à la demande" in " ".join(answer["attribution"]) for answer in (west, east, last)]
    assert credited == [False, True, True]
    assert {row["category"] for row in east["components"]} == {row["category"] for row in west["components"]}
    (batch,) = client.post("/api/v1/scores", {"places": [town.at(4.2, 1)]}).json()["results"]
    assert batch["on_demand"] == east["on_demand"]


def test_three_states(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/score", **town.at(2, 2)).json()
    assert component(answer, "shop.bakery")["status"] == "scored"
    searched = component(answer, "shop.supermarket")
    assert (searched["status"], searched["value"], searched["points"], searched["nearest"]) == (
        "none_within_cutoff",
        0,
        0,
        [],
    )
    partial = component(answer, "culture.library")
    assert (partial["status"], partial["value"], partial["points"]) == ("not_covered", None, None)
    assert [n["counted"] for n in partial["nearest"]] == [False]
    unknown = component(answer, "health.doctor")
    assert (unknown["status"], unknown["nearest"]) == ("not_covered", [])


def test_the_parts_make_the_total(client: Client, town: Town) -> None:
    for mode in ("walk", "car"):
        for profile in ("famille", "senior", "sans_voiture", "jeune_actif"):
            answer = client.get("/api/v1/score", **town.at(3.3, 2), mode=mode, profile=profile).json()
            ScoreAnswer.model_validate(answer)
            rows = answer["components"]
            assert sum(row["weight"] for row in rows) == pytest.approx(100, abs=0.01)
            covered = sum(row["weight"] for row in rows if row["value"] is not None) / 100
            assert answer["covered_weight"] == pytest.approx(covered, abs=1e-4)
            assert {row["category"] for row in rows if row["value"] is not None} <= set(COMPLETE)
            points = sum(row["points"] for row in rows if row["points"] is not None)
            assert answer["total"] == pytest.approx(points / covered, abs=0.1)
            assert all(
                row["points"] == pytest.approx(row["weight"] * row["value"], abs=0.01) for row in rows if row["points"]
            )
            assert (answer["mode"], answer["profile"]) == (mode, profile)


def test_an_address_is_its_place(client: Client, town: Town) -> None:
    by_words = client.get("/api/v1/score", address="3, rue du Maréchal-Foch 00100 Maillebourg").json()
    by_point = client.get("/api/v1/score", **town.at(1.25, 1)).json()
    assert by_words["place"]["type"] == "housenumber"
    assert by_words["place"]["id"] == "00001_0001_00003"
    assert by_words["components"] == by_point["components"]
    assert by_point["place"] | {"lon": 0, "lat": 0} == {
        "label": "Maillebourg",
        "type": "point",
        "id": None,
        "lon": 0,
        "lat": 0,
        "insee": "00001",
        "off_m": 0,
        "crosses": False,
    }


def test_own_weights_replace_the_profile_s(client: Client, town: Town) -> None:
    answer = client.get("/api/v1/score", **town.at(2, 2), weights="shopping:3,health:1").json()
    families = {row["family"]: 0.0 for row in answer["components"]}
    for row in answer["components"]:
        families[row["family"]] += row["weight"]
    assert families == pytest.approx({"shopping": 75, "health": 25})
    assert answer["profile_version"].endswith("+own")


def test_an_answer_names_its_sources(client: Client, town: Town) -> None:
    lines = client.get("/api/v1/score", **town.at(2, 2)).json()["attribution"]
    assert "© les contributeurs d’OpenStreetMap" in lines  # streets stand behind every answer
    assert any("Registre des services" in line for line in lines)


def test_who_has_the_answer_gets_304(client: Client, town: Town) -> None:
    where = town.at(2, 2)
    first = client.get("/api/v1/score", **where)
    etag = first.headers["etag"]
    again = client.request("GET", "/api/v1/score", params=where, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = client.request("GET", "/api/v1/score", params={**where, "mode": "car"}, headers={"If-None-Match": etag})
    assert other.status_code == 200
    assert other.headers["etag"] != etag
    assert first.headers["cache-control"] == "private, no-cache"


def test_an_error_is_never_304(client: Client) -> None:
    asked = {"address": "zzxqv 999999"}
    assert client.request("GET", "/api/v1/score", params=asked, headers={"If-None-Match": "*"}).status_code == 404


# ---------------------------------------------------------------- many


def test_many_are_one_by_one(client: Client, town: Town) -> None:
    rows = [{"id": n, **town.at(n / 3, 1 + n % 4)} for n in range(20)] + [{"id": "w", "address": "5 rue du Four"}]
    answer = client.post("/api/v1/scores", {"places": rows, "mode": "car", "profile": "senior"}).json()
    ScoresAnswer.model_validate(answer)
    for row, result in zip(rows, answer["results"], strict=True):
        asked = {name: value for name, value in row.items() if name != "id"}
        single = client.get("/api/v1/score", **asked, mode="car", profile="senior").json()
        assert result == {"id": row["id"], **single}


def test_a_bad_row_fails_nobody_else(client: Client, town: Town) -> None:
    good = town.at(2, 2)
    rows = [
        {"id": "a", **good},
        {"id": "range", "lon": 999, "lat": 0},
        {"id": "swapped", "lon": good["lat"], "lat": good["lon"]},
        {"id": "text", "lon": "4.4", "lat": "46.8"},
        {"id": "bool", "lon": True, "lat": False},
        {"id": "none"},
        {"id": "both", **good, "address": "rue"},
        {"id": "nobody", "address": "zzxqv 99"},
        {"id": "two", "address": "2 rue de la Gare"},
        {"id": "far", "lon": 0.0, "lat": 0.0},
        {"id": "key", **good, "altitude": 3},
        {"id": {"no": "id"}, **good},
        "no object",
        None,
        {"id": "z", **good},
    ]
    results = client.post("/api/v1/scores", {"places": rows}).json()["results"]
    kinds = [result.get("type", "").removeprefix("/problems/") for result in results]
    bad = "invalid_parameter"
    assert kinds == [
        "",
        bad,
        bad,
        bad,
        bad,
        bad,
        bad,
        "unknown_address",
        "ambiguous_address",
        "off_network",
        *[bad] * 4,
        "",
    ]
    assert [result["id"] for result in results[:11]] == [row["id"] for row in rows[:11]]
    assert [result["id"] for result in results[11:14]] == [None] * 3
    assert results[0]["components"] == results[-1]["components"]
    assert all("total" not in result and result["status"] >= 400 for result in results[1:-1])
    assert results[8]["candidates"]


def test_the_order_is_that_of_the_rows_whatever_the_chunks(client: Client, town: Town) -> None:
    rows = [{"id": n, **town.at(n % 7 + 0.5, n % 5)} if n % 3 else {"id": n, "lon": 999, "lat": 0} for n in range(700)]
    results = client.post("/api/v1/scores", {"places": rows, "nearest": 0}).json()["results"]
    assert [result["id"] for result in results] == list(range(700))
    assert all(("total" in result) == bool(result["id"] % 3) for result in results)


def test_fewer_services_are_shown_on_request(client: Client, town: Town) -> None:
    for most in (0, 1, 5):
        (result,) = client.post("/api/v1/scores", {"places": [town.at(2, 2)], "nearest": most}).json()["results"]
        assert max(len(row["nearest"]) for row in result["components"]) == most
        assert any("Registre" in line for line in result["attribution"])
        assert result["id"] is None


BAD_BATCHES = [
    ([], "body"),
    ("all", "body"),
    (None, "body"),
    ({}, "places"),
    ({"places": "all"}, "places"),
    ({"places": {}}, "places"),
    ({"places": []}, "places"),
    ({"places": [{}] * 10_001}, "places"),
    ({"places": [{}], "mode": "boat"}, "mode"),
    ({"places": [{}], "mode": 3}, "mode"),
    ({"places": [{}], "profile": "nobody"}, "profile"),
    ({"places": [{}], "weights": "shopping:1"}, "weights"),
    ({"places": [{}], "weights": {"shopping": "much"}}, "weights"),
    ({"places": [{}], "weights": {"shopping": True}}, "weights"),
    ({"places": [{}], "weights": {}}, "weights"),
    ({"places": [{}], "nearest": 6}, "nearest"),
    ({"places": [{}], "nearest": True}, "nearest"),
    ({"places": [{}], "profil": "senior"}, "profil"),
]


@pytest.mark.parametrize(("body", "field"), BAD_BATCHES)
def test_what_is_wrong_with_the_whole_refuses_the_whole(client: Client, body: object, field: str) -> None:
    response = client.post("/api/v1/scores", body)
    assert response.status_code == 422
    assert field in {error["field"] for error in response.json()["errors"]}


NO_JSON = [
    (b"", "empty"),
    (b"{", "line 1 column"),
    (b'{"places": [NaN]}', "NaN is not JSON"),
    (b'{"places": [{"lon": -Infinity, "lat": 1e400}]}', "-Infinity is not JSON"),
    (b"\xff\xfe", "not UTF-8"),
    ('{"places": [{"address": "1 rue du Mar\xe9chal"}]}'.encode("latin-1"), "not UTF-8"),
    (rb'{"places": [{"address": "\ud800"}]}', "half of a character"),
    (b"[" * 100_000, "depth limit"),
    (b"a,b\n1,2", "line 1 column 1"),
]


@pytest.mark.parametrize(("body", "said"), NO_JSON)
def test_what_is_no_json_is_said_so_once(client: Client, body: bytes, said: str) -> None:
    response = client.request("POST", "/api/v1/scores", content=body)
    problem = response.json()
    assert response.status_code == 400
    assert problem["type"] == "/problems/invalid_json"
    assert said in problem["detail"]
    assert "errors" not in problem


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1e400", "1e400 is larger than any coordinate"),
        ("-1E+999", "-1E+999 is smaller than any coordinate"),
        ("9" * 5000, f"{'9' * 23}… is larger than any coordinate"),
        ("1" * 40, "1.11111e+39 lies outside WGS 84"),
    ],
)
def test_a_number_that_nothing_can_hold_fails_its_row_alone(
    client: Client, town: Town, written: str, said: str
) -> None:
    where = town.at(2, 2)
    good = json.dumps({"id": 2**60, **where})
    rows = [good, f'{{"id": "huge", "lon": {where["lon"]!r}, "lat": {written}}}', f'{{"id": {written}}}', good]
    body = f'{{"places": [{", ".join(rows)}]}}'.encode()
    results = client.request("POST", "/api/v1/scores", content=body).json()["results"]
    assert ("total" in results[0], results[0]) == (True, results[3])
    assert (results[1]["id"], results[1]["type"]) == ("huge", "/problems/invalid_parameter")
    assert [(error["field"], error["problem"]) for error in results[1]["errors"]] == [("lat", said)]
    assert results[2]["errors"][0]["field"] == "id"


@pytest.mark.parametrize(
    "body", ['{"places": [{}], "weights": {"shopping": 1e400}}', '{"places": [{}], "nearest": 1e400}']
)
def test_a_huge_number_beside_the_places_is_refused(client: Client, body: str) -> None:
    problem = client.request("POST", "/api/v1/scores", content=body.encode()).json()
    assert "1e400" in problem["errors"][0]["problem"]


def test_a_body_that_is_too_large_is_refused(town: Town, start: Start) -> None:
    client = start(town, max_body_bytes=1000, max_places=3)
    response = client.request("POST", "/api/v1/scores", content=b" " * 1001)
    assert response.status_code == 413
    assert "1000 bytes" in response.json()["detail"]
    assert client.post("/api/v1/scores", {"places": [{}] * 4}).json()["errors"][0]["expected"] == "1 to 3"


def test_a_parameter_in_the_address_of_a_batch_is_refused(client: Client, town: Town) -> None:
    response = client.request("POST", "/api/v1/scores?mode=car", json={"places": [town.at(2, 2)]})
    assert response.status_code == 422
