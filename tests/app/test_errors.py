"""Every refusal has one shape, names the field, and says nothing of the house."""

from __future__ import annotations

import inspect

import pytest
from fastapi import FastAPI

from app import errors
from app.schemas import Problem
from geo import errors as domain
from geo.errors import AlentoursError, ConfigurationError, FieldProblem, NoWay, OffNetwork, SourceMalformed
from tests.app.conftest import Client, Start
from tests.app.town import Town
from tests.lattice import MODES

SAID_OVER_HTTP = {
    "InvalidParameter",
    "UnknownAddress",
    "AmbiguousAddress",
    "OffNetwork",
    "NoSnapshot",
    "NoWay",
    "SnapshotCorrupt",
}


def domain_errors() -> list[type[AlentoursError]]:
    found = [getattr(domain, name) for name in domain.__all__]
    return [cls for cls in found if inspect.isclass(cls) and issubclass(cls, AlentoursError)]


def test_every_domain_error_is_either_said_or_a_fault_of_the_service() -> None:
    said = {cls.__name__ for cls in domain_errors() if cls in errors.KINDS}
    assert said == SAID_OVER_HTTP
    for cls in domain_errors():
        instance = cls.__new__(cls)
        assert (errors.kind_of(instance) is errors.INTERNAL) == (cls.__name__ not in said)


def test_kinds_are_distinct() -> None:
    kinds = errors.kinds()
    assert len({kind.id for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 600 and kind.title and kind.meaning for kind in kinds)


@pytest.mark.parametrize("error", [ConfigurationError("/srv/secret.toml: x"), SourceMalformed("s", "password=1")])
def test_an_internal_error_keeps_its_words(error: AlentoursError) -> None:
    problem = errors.problem_of(error)
    assert problem["status"] == 500
    assert "secret" not in str(problem)
    assert "password" not in str(problem)


def test_off_network_says_where_and_how_far() -> None:
    problem = errors.problem_of(OffNetwork("Mâcon", 35_210.4))
    assert (problem["place"], problem["off_m"]) == ("Mâcon", 35_210)
    assert "Mâcon" in problem["detail"]
    assert errors.problem_of(OffNetwork("", float("nan")))["off_m"] is None


def test_no_way_is_a_kind_of_its_own_in_two_languages(client: Client) -> None:
    problem = errors.problem_of(NoWay(MODES["bike"], 109))
    Problem.model_validate(problem)
    assert (problem["type"], problem["status"]) == ("/problems/no_way", 422)
    assert problem["text"] == {
        "fr": "aucun chemin n’y mène à vélo, en 109 minutes au plus",
        "en": "no way leads there by bike, within 109 minutes",
    }
    assert problem["detail"] == problem["text"]["en"]
    page = client.get("/problems/no_way").text
    assert '<p lang="fr">Les deux lieux' in page


def check(response, status: int, kind: str) -> dict:
    """Hold a refusal against the shape; returns it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    Problem.model_validate(problem)
    assert problem["type"] == f"/problems/{kind}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


BAD = [
    ("/score", {}, "address"),
    ("/score", {"address": "  "}, "address"),
    ("/score", {"address": "x" * 301}, "address"),
    ("/score", {"address": "rue", "lon": 4.4, "lat": 46.8}, "address"),
    ("/score", {"lon": 4.4}, "lat"),
    ("/score", {"lat": 46.8}, "lon"),
    ("/score", {"lon": 999, "lat": 0}, "lon"),
    ("/score", {"lon": 0, "lat": -90.01}, "lat"),
    ("/score", {"lon": "here", "lat": "there"}, "lon"),
    ("/score", {"lon": "", "lat": "46.8"}, "lon"),
    ("/score", {"lon": "4,43", "lat": "46,8"}, "lon"),
    ("/score", {"lon": "nan", "lat": "46.8"}, "lon"),
    ("/score", {"lon": "1e400", "lat": "46.8"}, "lon"),
    ("/score", {"lon": "-inf", "lat": "46.8"}, "lon"),
    ("/score", {"lon": 46.8, "lat": 4.43}, "lon"),
    ("/score", {"lon": 0, "lat": 0, "mode": "teleport"}, "mode"),
    ("/score", {"lon": 0, "lat": 0, "mode": ""}, "mode"),
    ("/score", {"lon": 0, "lat": 0, "profile": "nobody"}, "profile"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": ""}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping:much"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping:1,shopping:2"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping:0"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping:-1"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "shopping:nan"}, "weights"),
    ("/score", {"lon": 0, "lat": 0, "weights": "dragons:1"}, "weights"),
    ("/score", {"longitude": 4.4, "latitude": 46.8}, "longitude"),
    ("/score?lon=1&lon=2&lat=3", {}, "lon"),
    ("/services", {"category": "education.dragons"}, "category"),
    ("/services", {"category": "shop.bakery,"}, "category"),
    ("/services", {"bbox": "1,2,3"}, "bbox"),
    ("/services", {"bbox": "a,b,c,d"}, "bbox"),
    ("/services", {"bbox": "5,46,4,47"}, "bbox"),
    ("/services", {"bbox": "4,47,5,46"}, "bbox"),
    ("/services", {"bbox": "4,46,nan,47"}, "bbox"),
    ("/services", {"bbox": "-181,46,5,47"}, "bbox"),
    ("/services", {"limit": 0}, "limit"),
    ("/services", {"limit": 1001}, "limit"),
    ("/services", {"limit": "1.5"}, "limit"),
    ("/services", {"limit": "9" * 30}, "limit"),
    ("/services", {"include": "everything"}, "include"),
    ("/services", {"cursor": "%%%"}, "cursor"),
    ("/services", {"cursor": "b3RoZXI6Mw"}, "cursor"),
    ("/services", {"categori": "shop.bakery"}, "categori"),
    ("/search", {}, "q"),
    ("/search", {"q": ""}, "q"),
    ("/search", {"q": "   "}, "q"),
    ("/search", {"q": "x" * 201}, "q"),
    ("/search", {"q": "rue", "limit": 21}, "limit"),
    ("/search", {"q": "rue", "type": "castle"}, "type"),
    ("/reverse", {"lon": 4.43}, "lat"),
    ("/reverse", {"lon": 46.8, "lat": 4.43}, "lon"),
    ("/coverage", {}, "category"),
    ("/coverage", {"category": "nothing"}, "category"),
    ("/coverage", {"category": "shop.bakery", "minutes": 0}, "minutes"),
    ("/coverage", {"category": "shop.bakery", "minutes": 61}, "minutes"),
    ("/coverage", {"category": "shop.bakery", "minutes": "nan"}, "minutes"),
    ("/coverage", {"category": "shop.bakery", "mode": "boat"}, "mode"),
    ("/coverage", {"category": "shop.bakery", "format": "xls"}, "format"),
    ("/categories", {"lang": "fr"}, "lang"),
]


@pytest.mark.parametrize(("path", "query", "field"), BAD)
def test_what_cannot_be_is_refused_by_its_field(client: Client, path: str, query: dict, field: str) -> None:
    problem = check(client.get(f"/api/v1{path}", **query), 422, "invalid_parameter")
    assert field in {error["field"] for error in problem["errors"]}
    assert all(error["problem"] and error["expected"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ({"lon": 0, "lat": 0, "mode": "teleport"}, ("walk", "car")),
        ({"lon": 0, "lat": 0, "profile": "nobody"}, ("famille", "senior", "sans_voiture", "jeune_actif")),
        ({"lon": 0, "lat": 0, "weights": "dragons:1"}, ("school_primary", "shopping", "nature")),
        ({"lon": 0, "lat": 0, "profil": "senior"}, ("'profile'?",)),
        ({"lon": 46.8, "lat": 4.43}, ("exchanged",)),
    ],
)
def test_the_right_ones_are_named(client: Client, query: dict, right: tuple[str, ...]) -> None:
    problem = client.get("/api/v1/score", **query).json()
    expected = " ".join(error["expected"] for error in problem["errors"])
    assert all(word in expected for word in right)


@pytest.mark.parametrize(
    ("path", "query", "right"),
    [
        ("/services", {"category": "health.pharmacie"}, "health.pharmacy"),
        ("/coverage", {"category": "pharmacy"}, "health.pharmacy"),
        ("/score", {"lon": 0, "lat": 0, "profile": "Senior"}, "senior"),
        ("/score", {"lon": 0, "lat": 0, "mode": "walking"}, "walk"),
    ],
)
def test_the_nearest_right_one_is_named_first(client: Client, path: str, query: dict, right: str) -> None:
    (error,) = client.get(f"/api/v1{path}", **query).json()["errors"]
    assert error["expected"].startswith(f"one of {right} (did you mean it?), ")
    assert error["expected"].count(f" {right}") == 1


@pytest.mark.parametrize(("path", "said"), [("/search", "words of an address"), ("/coverage", "health.pharmacy")])
def test_what_is_missing_is_said(client: Client, path: str, said: str) -> None:
    (error,) = client.get(f"/api/v1{path}").json()["errors"]
    assert (error["problem"], said in error["expected"]) == ("is missing", True)


def test_several_faults_are_said_together(client: Client) -> None:
    problem = client.get("/api/v1/score", lon="x", lat="y").json()
    assert {error["field"] for error in problem["errors"]} == {"lon", "lat"}


def test_long_inputs_are_not_repeated_whole(client: Client) -> None:
    problem = client.get("/api/v1/score", lon="9" * 5000, lat="z" * 5000).json()
    assert len(problem["detail"]) < 600


def test_a_huge_number_is_repeated_as_it_was_written(client: Client) -> None:
    (error,) = client.get("/api/v1/score", lon="1e400", lat="46.8").json()["errors"]
    assert error["problem"] == "'1e400' is not a finite number"


def test_an_unknown_address_is_404(client: Client) -> None:
    problem = check(client.get("/api/v1/score", address="zzxqv 999999 qqq"), 404, "unknown_address")
    assert "zzxqv" not in str(problem)
    assert problem["reason"] == "unknown"


def test_a_number_that_its_street_lacks_has_near_ones_as_candidates(client: Client) -> None:
    problem = check(client.get("/api/v1/score", address="99 rue du Four"), 404, "unknown_address")
    assert problem["reason"] == "no_such_number"
    assert problem["candidates"]
    assert all("Four" in candidate["label"] for candidate in problem["candidates"])


def test_an_ambiguous_address_has_its_candidates(client: Client) -> None:
    problem = check(client.get("/api/v1/score", address="2 rue de la Gare"), 422, "ambiguous_address")
    assert problem["reason"] == "street_in_several_places"
    assert {candidate["insee"] for candidate in problem["candidates"]} == {"00001", "00002"}
    chosen = problem["candidates"][0]
    assert client.get("/api/v1/score", address=chosen["label"]).json()["place"]["id"] == chosen["id"]


def test_a_known_commune_without_streets_is_named(client: Client, town: Town) -> None:
    problem = check(client.get("/api/v1/score", **town.at(40, 2)), 422, "off_network")
    assert problem["place"] == "Lointaine"
    assert problem["loaded"] is False
    assert "Lointaine" in problem["detail"]
    assert problem["off_m"] == pytest.approx(33 * 80, abs=5)


def test_a_commune_is_no_address(client: Client) -> None:
    problem = check(client.get("/api/v1/score", address="Maillebourg"), 422, "ambiguous_address")
    assert problem["reason"] == "municipality"


@pytest.mark.parametrize("address", ["12 rue Lamartine, Lointaine", "Lointaine", "00300 Lointaine"])
def test_an_address_of_a_commune_without_streets_is_off_the_network(client: Client, address: str) -> None:
    problem = check(client.get("/api/v1/score", address=address), 422, "off_network")
    assert (problem["place"], problem["loaded"], problem["off_m"]) == ("Lointaine", False, None)
    assert problem["detail"] == "the streets of Lointaine are not loaded here"


def test_far_from_any_street_where_streets_are_loaded() -> None:
    assert errors.problem_of(OffNetwork("Maillebourg", 412.0, loaded=True))["loaded"] is True


def test_the_null_island_is_a_place_and_lies_off_the_network(client: Client) -> None:
    problem = check(client.get("/api/v1/score", lon=0, lat=0), 422, "off_network")
    assert problem["place"] is None


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/api/v2/score", "/problems/nothing", "/docs/nothing"])
def test_nothing_there(client: Client, path: str) -> None:
    check(client.get(path), 404, "not_found")


def test_the_wrong_method(client: Client) -> None:
    response = client.request("DELETE", "/api/v1/score")
    check(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    assert client.request("HEAD", "/api/v1/scores").status_code == 405


@pytest.mark.parametrize("kind", [kind.id for kind in errors.kinds()])
def test_a_problem_s_type_leads_to_its_explanation(client: Client, kind: str) -> None:
    response = client.get(f"/problems/{kind}")
    assert response.status_code == 200
    assert kind in response.text


def test_a_bug_says_nothing_but_an_id(town: Town, start: Start) -> None:
    client = start(town)
    break_it(client.app)
    for path in ("/bug", "/domain-bug"):
        response = client.get(path)
        problem = check(response, 500, "internal")
        assert response.headers["x-request-id"] in problem["detail"]
        assert "secret" not in response.text


def break_it(app: FastAPI) -> None:
    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret: 12 rue des Lilas")

    @app.get("/domain-bug")
    async def domain_bug() -> None:
        raise ConfigurationError("secret.toml: unknown key")


def test_a_field_problem_reads_as_a_sentence() -> None:
    error = domain.InvalidParameter(FieldProblem("lon", "999 lies outside WGS 84", "degrees from -180 to 180"))
    assert errors.problem_of(error)["detail"] == "lon: 999 lies outside WGS 84, expected degrees from -180 to 180"
