"""Pages stay inside the house: no other host, no inline script, no hidden operation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.routes.pages import PAGES
from tests.app.conftest import Client, Start
from tests.app.town import Town


def policy(response) -> dict[str, str]:
    parts = [part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";")]
    return {name: " ".join(rest) for name, *rest in parts}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_ask_this_host_alone(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    rules = policy(response)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["worker-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert not any("http" in value or "unsafe" in value or "*" in value for value in rules.values())
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_worker_s_script_may_ask_this_host(client: Client) -> None:
    """A worker keeps the policy of its own script; the map's worker fetches the tiles."""
    assert policy(client.get("/assets/page-1a2b.js"))["connect-src"] == "'self'"


def test_each_page_is_its_file(client: Client) -> None:
    titles = [re.findall("<title>(.*)</title>", client.get(path).text) for path in PAGES]
    assert titles == [["index.html"], ["couverture.html"], ["sources.html"]]


def test_files_with_a_hash_are_kept_for_ever(client: Client) -> None:
    assert "immutable" in client.get("/assets/page-1a2b.js").headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-cache"
    assert client.get("/favicon.svg").headers["cache-control"] == "no-cache"
    assert client.get("/docs/swagger-ui.css").headers["cache-control"] == "no-cache"


def test_a_page_that_did_not_change_is_304(client: Client) -> None:
    etag = client.get("/").headers["etag"]
    assert client.request("GET", "/", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/assets/%2e%2e/index.html", "/assets/..%2f..%2fetc/passwd", "/assets/"])
def test_no_path_leads_out(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_the_documentation_loads_from_this_host(client: Client) -> None:
    page = client.get("/docs")
    found = re.findall(r"""(?:src|href)="([^"]+)""", page.text)
    assert {"/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"} <= set(found)
    assert all(link.startswith(("/", "data:")) for link in found)
    assert all(client.get(link).status_code == 200 for link in found if link.startswith("/"))
    assert "unsafe" not in policy(page)["script-src"]
    assert "<script>" not in page.text


def test_without_a_build_the_pages_say_so_and_the_api_serves(town: Town, start: Start, tmp_path: Path) -> None:
    client = start(town, frontend=tmp_path / "nothing")
    for path in (*PAGES, "/docs"):
        response = client.get(path)
        assert response.status_code == 503
        assert "make run" in response.json()["detail"]
    assert client.get("/api/v1/healthz").status_code == 200


def test_no_file_of_the_build_hides_an_operation(town: Town, start: Start, tmp_path: Path) -> None:
    for path in ("api/v1/healthz", "tiles/0/0/0.mvt", "problems/off_network"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("from the build")
    client = start(town, frontend=tmp_path)
    for path in ("/api/v1/healthz", "/tiles/0/0/0.mvt", "/problems/off_network"):
        assert "from the build" not in client.get(path).text


def test_no_other_site_reads_the_api_unless_the_operator_says_so(client: Client) -> None:
    response = client.request("GET", "/api/v1/healthz", headers={"Origin": "https://autre.example"})
    assert "access-control-allow-origin" not in response.headers


def test_the_operator_opens_the_api_to_a_site(town: Town, start: Start) -> None:
    client = start(town, cors_origins=("https://ami.example",))

    def allowed(origin: str, method: str = "GET") -> str | None:
        response = client.request(method, "/api/v1/categories", headers={"Origin": origin})
        return response.headers.get("access-control-allow-origin")

    assert allowed("https://ami.example") == "https://ami.example"
    assert allowed("https://autre.example") is None
    preflight = client.request(
        "OPTIONS",
        "/api/v1/score",
        headers={"Origin": "https://ami.example", "Access-Control-Request-Method": "GET"},
    )
    assert preflight.status_code == 200
    refused = client.request(
        "OPTIONS",
        "/api/v1/scores",
        headers={"Origin": "https://ami.example", "Access-Control-Request-Method": "DELETE"},
    )
    assert refused.status_code == 400
