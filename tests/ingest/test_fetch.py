"""The raw zone, against a network that is made up: whole files only, asked again only when they changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from geo.errors import SourceMalformed, SourceUnavailable
from ingest.fetch import Fetcher
from tests.ingest.world import source

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://example.org/ecoles.csv.gz"
Answer = Callable[[httpx.Request], httpx.Response]


class Publisher:
    """A publisher that answers one request after the other, and remembers them."""

    def __init__(self, *answers: Answer | httpx.Response | Exception) -> None:
        self.answers, self.asked = list(answers), []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer


def fetcher(folder: Path, publisher: Publisher, **given) -> Fetcher:
    return Fetcher(
        folder, transport=httpx.MockTransport(publisher), now=lambda: NOON, wait_s=0.0, wait_max_s=0.01, **given
    )


def web(**given):
    return source(**{"url": URL, "mirror": [], **given})


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_named_by_what_it_holds_with_a_note_beside_it(tmp_path):
    body = b"a;b\n1;2\n"
    told = {"ETag": '"v1"', "Last-Modified": "Wed, 04 Nov 2026 10:00:00 GMT", "Content-Type": "text/csv"}
    (got,) = fetcher(tmp_path, Publisher(httpx.Response(200, content=body, headers=told))).get(web())
    sha256 = hashlib.sha256(body).hexdigest()
    assert got.path == tmp_path / "essai" / f"{sha256}.csv.gz"
    assert (got.path.read_bytes(), got.sha256, got.origin) == (body, sha256, URL)
    assert (got.data_date, got.fetched_at, got.producer) == ("2026-11-04", "2026-11-24T12:00:00Z", "Producteur")
    note = json.loads((tmp_path / "essai" / f"{sha256}.json").read_text())
    assert (note["url"], note["licence"], note["bytes"], note["etag"]) == (URL, "etalab-2.0", len(body), '"v1"')
    assert files(tmp_path) == {f"{sha256}.csv.gz", f"{sha256}.json", "latest.json"}


def test_what_did_not_change_is_not_fetched_again(tmp_path):
    publisher = Publisher(httpx.Response(200, content=b"a", headers={"ETag": '"v1"'}), httpx.Response(304))
    zone = fetcher(tmp_path, publisher)
    assert zone.get(web()) == zone.get(web())
    assert [request.headers.get("If-None-Match") for request in publisher.asked] == [None, '"v1"']


@pytest.mark.parametrize("harm", ["damage", "removal", "another address", "no note"])
def test_a_file_that_cannot_be_trusted_is_fetched_anew(tmp_path, harm):
    publisher = Publisher(httpx.Response(200, content=b"a", headers={"ETag": '"v1"'}))
    zone = fetcher(tmp_path, publisher)
    (first,) = zone.get(web())
    if harm == "damage":
        first.path.write_bytes(b"b")
    elif harm == "removal":
        first.path.unlink()
    elif harm == "no note":
        (tmp_path / "essai" / "latest.json").write_text("{")
    (again,) = zone.get(web(url=URL + "?v=2") if harm == "another address" else web())
    assert "If-None-Match" not in publisher.asked[1].headers
    assert again.path.read_bytes() == b"a"


@pytest.mark.parametrize("passing", [httpx.Response(503), httpx.Response(429), httpx.ConnectError("refused")])
def test_what_may_pass_is_tried_again(tmp_path, passing):
    publisher = Publisher(passing, passing, httpx.Response(200, content=b"a"))
    (got,) = fetcher(tmp_path, publisher).get(web())
    assert got.path.read_bytes() == b"a"
    assert len(publisher.asked) == 3


def test_the_publisher_says_how_long_to_wait(tmp_path):
    publisher = Publisher(httpx.Response(503, headers={"Retry-After": "3600"}), httpx.Response(200, content=b"a"))
    fetcher(tmp_path, publisher).get(web())  # an hour is cut to the longest pause: the test would not end otherwise
    assert len(publisher.asked) == 2


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [
        (httpx.Response(404), 1, "404"),
        (httpx.Response(500), 3, "HTTP 500"),
        (httpx.ReadTimeout("too slow"), 3, "too slow"),
        (httpx.Response(302, headers={"Location": "https://example.org/ecoles.csv.gz"}), None, "redirects"),
    ],
)
def test_a_publisher_that_does_not_answer_leaves_nothing_behind(tmp_path, answer, tries, said):
    publisher = Publisher(answer)
    with pytest.raises(SourceUnavailable, match="does not answer") as failed:
        fetcher(tmp_path, publisher, attempts=3).get(web())
    assert said in str(failed.value)
    assert tries is None or len(publisher.asked) == tries
    assert files(tmp_path) == set()


class _Cut(httpx.SyncByteStream):
    def __iter__(self):
        yield b"half"
        raise httpx.RemoteProtocolError("peer closed the connection")


def test_an_answer_that_breaks_off_is_tried_again_and_never_kept_in_part(tmp_path):
    publisher = Publisher(lambda _: httpx.Response(200, stream=_Cut()), httpx.Response(200, content=b"whole"))
    (got,) = fetcher(tmp_path, publisher).get(web())
    assert got.path.read_bytes() == b"whole"
    assert not [name for name in files(tmp_path) if "partial" in name]


def test_an_answer_shorter_than_announced_is_refused(tmp_path):
    short = httpx.Response(200, content=b"half", headers={"Content-Length": "9"})
    with pytest.raises(SourceMalformed, match="cut off after 4 of 9 bytes"):
        fetcher(tmp_path, Publisher(short)).get(web())
    assert files(tmp_path) == set()


def test_an_answer_larger_than_the_limit_is_refused(tmp_path):
    with pytest.raises(SourceMalformed, match="larger than 3 bytes"):
        fetcher(tmp_path, Publisher(httpx.Response(200, content=b"four")), limit_bytes=3).get(web())
    assert files(tmp_path) == set()


def test_a_dataset_leads_to_its_newest_resource(tmp_path):
    dataset = {
        "resources": [
            {"title": "notice.pdf", "url": "https://example.org/notice.pdf", "last_modified": "2026-09-09"},
            {"title": "t-finess.csv", "url": "https://example.org/old.csv", "last_modified": "2026-01-19T07:00:00"},
            {"title": "t-finess.csv", "url": "https://example.org/new.csv", "last_modified": "2026-05-19T07:00:00"},
        ]
    }
    publisher = Publisher(httpx.Response(200, json=dataset), httpx.Response(200, content=b"new"))
    (got,) = fetcher(tmp_path, publisher).get(web(resource="t-finess.*csv"))
    assert str(publisher.asked[1].url) == "https://example.org/new.csv"
    assert (got.data_date, got.path.read_bytes()) == ("2026-05-19", b"new")


@pytest.mark.parametrize("dataset", [{}, {"resources": []}, [], {"resources": [{"title": "a"}]}])
def test_a_dataset_without_the_resource_says_so(tmp_path, dataset):
    with pytest.raises(SourceUnavailable, match="lists no resource that matches 't-finess'"):
        fetcher(tmp_path, Publisher(httpx.Response(200, json=dataset))).get(web(resource="t-finess"))


# --- the mirror


def closed(_: httpx.Request) -> httpx.Response:
    pytest.fail("the network was asked for what the mirror has")


def lay(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def test_the_mirror_stands_before_the_network(tmp_path):
    mirror = lay(tmp_path / "mirror", "a/2020.csv", "a/2024.csv", "a/71.csv")
    vintages = [
        {"data_date": "2020", "paths": ["a/2020.csv"]},
        {"data_date": "2024", "paths": ["a/2024.csv", "a/{territory}.csv"], "producer": "Un autre"},
        {"data_date": "2025", "paths": ["a/2025.csv", "a/2024.csv"]},
    ]
    zone = Fetcher(tmp_path / "raw", mirror, httpx.MockTransport(closed))
    first, second = zone.get(web(mirror=vintages), "71")
    assert (first.origin, second.origin) == ("a/2024.csv", "a/71.csv")
    assert first.path == mirror / "a" / "2024.csv"
    assert (first.data_date, first.producer) == ("2024", "Un autre")
    assert first.fetched_at == "2023-11-14T22:13:20Z"  # when the mirror was laid: two builds of it agree
    assert not (tmp_path / "raw").exists()


def test_what_the_mirror_lacks_is_asked_of_the_publisher(tmp_path):
    publisher = Publisher(httpx.Response(200, content=b"a"))
    vintage = [{"data_date": "2020", "paths": ["a.csv"]}]
    (got,) = fetcher(tmp_path, publisher, mirror=lay(tmp_path / "mirror", "b.csv")).get(web(mirror=vintage))
    assert got.origin == URL


def test_what_neither_gives_is_named(tmp_path):
    vintage = [{"data_date": "2020", "paths": ["a.csv"]}]
    with pytest.raises(SourceUnavailable, match=r"no mirror is given \(a\.csv\)"):
        Fetcher(tmp_path).get(source(mirror=vintage))
    with pytest.raises(SourceUnavailable, match=r"source essai: the mirror lacks some of its files \(a\.csv\)"):
        Fetcher(tmp_path, tmp_path).get(source(mirror=vintage))
