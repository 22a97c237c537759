"""How portals are asked, against portals that are made up: the right address, every page, and no excuses."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from geo.errors import ConfigurationError, SourceMalformed, SourceUnavailable
from ingest.protocols import WFS_PAGE, Request, answered, steps_of
from tests.ingest.world import source

PORTAL = "https://data.example.org"


class Portal:
    """A portal that answers to requests from a function, and remembers them."""

    def __init__(self, folder: Path, answer) -> None:
        self.folder, self.answer, self.asked = folder, answer, []

    def __call__(self, request: Request) -> Path:
        self.asked.append(request)
        path = self.folder / f"{len(self.asked)}"
        answer = self.answer(request)
        path.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        return path


def asked(of, folder: Path, answer=lambda _: b"", territory="71") -> list[Request]:
    portal = Portal(folder, answer)
    for _ in answered(steps_of(of, territory), portal):
        pass
    return portal.asked


def query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.url).query))


def portal(protocol: str, dataset: str = "liste-des-lieux", **given):
    return source(url=PORTAL, protocol=protocol, dataset=dataset, mirror=[], **given)


def test_a_file_is_asked_for_by_its_address(tmp_path):
    (request,) = asked(source(url=f"{PORTAL}/{{territory}}.csv", mirror=[]), tmp_path)
    assert request == Request(f"{PORTAL}/71.csv")


@pytest.mark.parametrize(
    ("kind", "address", "suffix"),
    [
        ("", "exports/csv?delimiter=%3B&list_separator=%7C", ".csv"),
        ("geojson", "exports/geojson", ".geojson"),
        ("parquet", "exports/parquet", ".parquet"),
    ],
)
def test_opendatasoft_gives_exports_which_are_whole(tmp_path, kind, address, suffix):
    (request,) = asked(portal("opendatasoft", format=kind), tmp_path)
    assert request.url == f"{PORTAL}/api/explore/v2.1/catalog/datasets/liste-des-lieux/{address}"
    assert request.suffix == suffix


def test_an_old_opendatasoft_portal_is_asked_its_own_way(tmp_path):
    (request,) = asked(portal("opendatasoft_v1"), tmp_path)
    assert request.url.startswith(f"{PORTAL}/api/records/1.0/download/?")
    assert query(request) == {"dataset": "liste-des-lieux", "format": "csv", "csv_separator": ";"}


@pytest.mark.parametrize(("protocol", "kind"), [("opendatasoft", "xlsx"), ("opendatasoft_v1", "parquet")])
def test_a_format_that_a_portal_does_not_give_is_a_slip_of_the_source(tmp_path, protocol, kind):
    with pytest.raises(ConfigurationError, match=kind):
        asked(portal(protocol, format=kind), tmp_path)


# --- data.gouv.fr


def resource(title: str, url: str, date: str, **given) -> dict[str, str]:
    return {"title": title, "url": f"https://static.example.org/{url}", "last_modified": date, "type": "main", **given}


def test_a_dataset_leads_to_its_newest_resource(tmp_path):
    listed = [
        resource("notice.pdf", "notice.pdf", "2026-09-09"),
        resource("t-finess.csv", "old.csv", "2026-01-19T07:00:00"),
        resource("Le référentiel", "t-finess-2026.csv", "2026-05-19T07:00:00"),
        resource("Champs de t-finess.csv", "fields.csv", "2026-06-01", type="documentation"),
    ]
    listing, file = asked(portal("udata", resource="t-finess.*csv"), tmp_path, lambda _: {"resources": listed})
    assert (listing.url, listing.listing) == (f"{PORTAL}/api/1/datasets/liste-des-lieux/", True)
    assert (file.url, file.dated) == ("https://static.example.org/t-finess-2026.csv", "2026-05-19")


def test_the_resource_of_a_territory_is_named_by_its_code(tmp_path):
    listed = [resource(f"bal-{code}.csv", f"{code}.csv", "2026-01-01") for code in ("21", "71", "89")]
    *_, file = asked(portal("udata", resource="bal-{territory}"), tmp_path, lambda _: {"resources": listed})
    assert file.url.endswith("/71.csv")


@pytest.mark.parametrize(
    "listing", [{}, {"resources": []}, [], {"resources": [{"title": "a"}]}, b"<html>", {"resources": 3}]
)
def test_a_dataset_without_the_resource_says_so(tmp_path, listing):
    with pytest.raises(SourceUnavailable, match="lists no resource that matches 't-finess'"):
        asked(portal("udata", resource="t-finess"), tmp_path, lambda _: listing)


def test_real_listings_lead_to_their_resources(tmp_path, mirror):
    """Every dataset that the portal's own examples list, through the very keys that its API has."""
    listings = json.loads((mirror / "api-fixtures" / "udata" / "results.json").read_text())["datasets"]
    found = 0
    for listing in listings:
        for wanted in listing["resources"][:1]:
            pattern = wanted["title"].translate({ord(c): "." for c in "()[]{}*+?^$|\\"})
            *_, file = asked(portal("udata", resource=pattern), tmp_path, lambda _, given=listing: given)
            found += file.url.startswith("http")
    assert found > 10


# --- WFS


def features(start: int, count: int) -> list[dict[str, object]]:
    return [{"type": "Feature", "id": f"lieu.{n}", "properties": {}} for n in range(start, start + count)]


class Wfs:
    """A server of `total` features that gives at most `most` at once."""

    def __init__(self, total: int, most: int = WFS_PAGE) -> None:
        self.total, self.most = total, most

    def __call__(self, request: Request) -> dict[str, object]:
        start, count = int(query(request)["startIndex"]), int(query(request)["count"])
        given = features(start, max(0, min(count, self.most, self.total - start)))
        return {"type": "FeatureCollection", "numberMatched": self.total, "features": given}


@pytest.mark.parametrize(
    ("total", "most", "pages"), [(0, 1000, 1), (1, 1000, 1), (1000, 1000, 1), (2001, 1000, 3), (700, 300, 3)]
)
def test_every_page_of_a_wfs_is_asked_for(tmp_path, total, most, pages):
    wfs = source(url=f"{PORTAL}/wfs/ows", protocol="wfs", dataset="BDTOPO:lieu", mirror=[])
    requests = asked(wfs, tmp_path, Wfs(total, most))
    assert len(requests) == pages
    assert [int(query(r)["startIndex"]) for r in requests] == list(range(0, max(total, 1), most))
    first = query(requests[0])
    assert (first["typeNames"], first["outputFormat"], first["version"]) == ("BDTOPO:lieu", "application/json", "2.0.0")


def test_a_wfs_that_holds_something_back_is_no_answer(tmp_path):
    wfs = source(url=f"{PORTAL}/wfs?map=a", protocol="wfs", dataset="lieu", mirror=[])
    server = Wfs(1500)

    def shorter(request):  # what it says there is does not come
        page = server(request)
        return page if query(request)["startIndex"] == "0" else {**page, "features": []}

    def growing(request):
        return {**server(request), "numberMatched": 1500 + int(query(request)["startIndex"])}

    def shuffled(request):  # without an order of its own, a server may give a feature twice and another never
        page = server(request)
        return page if query(request)["startIndex"] == "0" else {**page, "features": features(0, 500)}

    for answer, said in (
        (shorter, "gave 1000 of 1500 features"),
        (growing, "changed from 1500 to 2500"),
        (shuffled, "a feature on two pages"),
        (lambda _: {"features": []}, "something else than a page"),
        (lambda _: b"<ows:ExceptionReport/>", "something else than a page"),
    ):
        with pytest.raises(SourceMalformed, match=said):
            asked(wfs, tmp_path, answer)


# --- Overpass


QUERY = '[out:json];area["ref:INSEE"="{territory}"];node(area)[amenity];out;'


def test_overpass_is_posted_its_query(tmp_path):
    overpass = source(url=f"{PORTAL}/interpreter", protocol="overpass", dataset=QUERY, mirror=[])
    (request,) = asked(overpass, tmp_path)
    assert request.form == {"data": QUERY.replace("{territory}", "71")}
    assert request.suffix == ".json"
    (request,) = asked(overpass.model_copy(update={"dataset": "node(1);out;"}), tmp_path)
    assert request.suffix == ".osm"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ('{"elements": [], "remark": "runtime error: Query timed out in \\"query\\" at line 4."}', "runtime error"),
        ('<osm version="0.6">\n<remark> runtime error: Query ran out of memory.</remark></osm>', "runtime error"),
        ('{"elements": []}', ""),
        ('{"elements": [{"tags": {"note": "runtime error"}}]}', ""),
        ("<osm version='0.6'></osm>", ""),
    ],
)
def test_an_overpass_query_that_failed_is_no_empty_answer(tmp_path, answer, problem):
    (request,) = asked(source(url=PORTAL, protocol="overpass", dataset="node(1);out;", mirror=[]), tmp_path)
    path = tmp_path / "answer"
    path.write_text(answer)
    assert request.problem(path).startswith(problem)
    assert bool(request.problem(path)) == bool(problem)


def test_a_real_overpass_error_is_told_from_real_answers(tmp_path, mirror):
    (request,) = asked(source(url=PORTAL, protocol="overpass", dataset="node(1);out;", mirror=[]), tmp_path)
    answers = sorted((mirror / "overpass-json" / "overpy-fixtures").glob("*.json"))
    told = {path.name: request.problem(path) for path in answers}
    assert [name for name, problem in told.items() if problem] == ["remark-runtime-error-01.json"]
