"""The raw zone, against a network that is made up: whole files only, asked again only when they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from geo.errors import SourceMalformed, SourceUnavailable
from ingest.download import Downloader
from ingest.fetch import Fetcher, Limits
from ingest.hosts import Hosts
from ingest.protocols import Request
from ingest.raw_zone import RawFolder
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


def fetcher(folder: Path, publisher: Publisher, mirror: Path | None = None, **given) -> Fetcher:
    limits = Limits(**{"wait_s": 0.0, "wait_max_s": 0.01, **given})
    return Fetcher(folder, mirror, httpx.MockTransport(publisher), now=lambda: NOON, limits=limits)


def web(**given):
    return source(**{"url": URL, "mirror": [], **given})


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def latest(folder: Path) -> Path:
    """The note of the only request that was answered."""
    (found,) = folder.rglob("latest-*.json")
    return found


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
    assert files(tmp_path) == {f"{sha256}.csv.gz", f"{sha256}.json", latest(tmp_path).name}


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
        latest(tmp_path).write_text("{")
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
        fetcher(tmp_path, Publisher(httpx.Response(200, content=b"four")), bytes=3).get(web())
    assert files(tmp_path) == set()


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>404</html>", b"\xef\xbb\xbf\n <HTML><body>"])
def test_a_page_that_comes_in_the_place_of_data_is_refused(tmp_path, page):
    zone = fetcher(tmp_path, Publisher(httpx.Response(200, content=b"a;b"), httpx.Response(200, content=page)))
    (good,) = zone.get(web())
    with pytest.raises(SourceMalformed, match="a web page in the place of data"):
        zone.get(web())
    assert good.path.read_bytes() == b"a;b"
    assert files(tmp_path) == {good.path.name, f"{good.sha256}.json", latest(tmp_path).name}


def test_a_download_that_takes_too_long_is_given_up(tmp_path):
    seconds = iter(range(0, 1000, 40))
    answer = httpx.Response(200, stream=Pieces(b"a", b"b", b"c"))
    limits = Limits(attempts=1, whole_s=100.0)
    downloader = Downloader(
        Hosts(None),
        limits,
        httpx.MockTransport(Publisher(answer)),
        now=lambda: NOON,
        clock=lambda: float(next(seconds)),
    )
    with pytest.raises(SourceUnavailable, match="not whole after 100 s"):
        downloader.get(web(), Request(URL), RawFolder(tmp_path))
    assert files(tmp_path) == set()


# --- resumption


class Pieces(httpx.SyncByteStream):
    """A body that breaks off after its pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces
        raise httpx.RemoteProtocolError("peer closed the connection")


WHOLE = bytes(range(256)) * 4
V1 = {"ETag": '"v1"', "Accept-Ranges": "bytes"}


def rest(request: httpx.Request) -> httpx.Response:
    start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    told = {**V1, "Content-Range": f"bytes {start}-{len(WHOLE) - 1}/{len(WHOLE)}"}
    return httpx.Response(206, content=WHOLE[start:], headers=told)


def broken(headers=V1) -> Answer:
    return lambda _: httpx.Response(200, stream=Pieces(WHOLE[:100], WHOLE[100:300]), headers=headers)


def test_only_the_rest_of_a_broken_download_is_asked_for(tmp_path):
    publisher = Publisher(broken(), rest)
    with pytest.raises(SourceUnavailable):
        fetcher(tmp_path, publisher, attempts=1).get(web())
    assert [name for name in files(tmp_path) if "partial" in name]
    (got,) = fetcher(tmp_path, publisher).get(web())
    asked = publisher.asked[1].headers
    assert (asked["Range"], asked["If-Range"]) == ("bytes=300-", '"v1"')
    assert got.path.read_bytes() == WHOLE
    assert got.sha256 == hashlib.sha256(WHOLE).hexdigest()
    assert not [name for name in files(tmp_path) if "partial" in name]


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"v1"'}, {**V1, "Accept-Ranges": "none"}])
def test_without_a_version_to_hold_it_against_nothing_is_kept(tmp_path, headers):
    with pytest.raises(SourceUnavailable):
        fetcher(tmp_path, Publisher(broken(headers)), attempts=1).get(web())
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    "answers",
    [
        [httpx.Response(200, content=b"another", headers={"ETag": '"v2"'})],
        [httpx.Response(416), httpx.Response(200, content=b"another")],
        [
            httpx.Response(206, content=b"x", headers={"Content-Range": "bytes 7-7/8"}),
            httpx.Response(200, content=b"another"),
        ],
    ],
    ids=["changed since", "no such part", "another part"],
)
def test_a_part_that_does_not_fit_is_given_up_for_the_whole(tmp_path, answers):
    with pytest.raises(SourceUnavailable):
        fetcher(tmp_path, Publisher(broken()), attempts=1).get(web())
    publisher = Publisher(*answers)
    (got,) = fetcher(tmp_path, publisher, attempts=1).get(web())
    assert got.path.read_bytes() == b"another"
    assert not [name for name in files(tmp_path) if "partial" in name]


def test_two_builds_do_not_write_to_one_part(tmp_path):
    raw = RawFolder(tmp_path)
    first, second = raw.partial(Request(URL)), raw.partial(Request(URL))
    assert first.path != second.path
    for part in (first, second):
        part.begin(URL, 200, {})
        part.write(part.path.name.encode())
        part.leave()
    assert files(tmp_path) == set()


# --- whom it asks


def redirect(to: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"Location": to})


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1/a",
        "http://localhost:8080/a",
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/a",
        "http://[::1]/a",
        "http://[::ffff:192.168.0.1]/a",
        "http://2130706433/a",
        "http://0x7f.1/a",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "http:///a",
    ],
)
def test_a_redirect_to_where_a_build_has_no_business_is_refused(tmp_path, to):
    publisher = Publisher(redirect(to), httpx.Response(200, content=b"secret"))
    for address, asked in ((URL, 1), (to, 1)):  # as a redirect, and as the first address
        with pytest.raises(SourceUnavailable, match="may not be fetched"):
            fetcher(tmp_path, publisher).get(web(url=address))
        assert len(publisher.asked) == asked
    assert files(tmp_path) == set()


def test_redirects_are_followed_by_hand_and_not_for_ever(tmp_path):
    publisher = Publisher(
        redirect("/b.csv", 307), redirect("https://example.net/c.csv"), httpx.Response(200, content=b"a")
    )
    (got,) = fetcher(tmp_path, publisher).get(web())
    assert [str(request.url) for request in publisher.asked] == [
        URL,
        "https://example.org/b.csv",
        "https://example.net/c.csv",
    ]
    assert (got.origin, got.path.suffix) == (URL, ".csv")
    assert json.loads(latest(tmp_path).read_text())["answered_by"] == "https://example.net/c.csv"
    loop = Publisher(redirect(URL))
    with pytest.raises(SourceUnavailable, match="more than 5 redirects"):
        fetcher(tmp_path / "b", loop).get(web())
    assert len(loop.asked) == 6


def test_what_a_name_leads_to_is_looked_at_and_no_other_address_is_asked(tmp_path):
    known = {
        "example.org": ["93.184.215.14"],
        "inside.example": ["93.184.215.14", "10.0.0.7"],
        "depot.dept": ["10.0.0.7"],
    }
    publisher = Publisher(httpx.Response(200, content=b"a"))
    hosts = Hosts(known.__getitem__, internal=["depot.dept"])
    zone = Fetcher(tmp_path, transport=httpx.MockTransport(publisher), hosts=hosts)
    zone.get(web())
    (asked,) = publisher.asked
    assert (str(asked.url), asked.headers["Host"]) == ("https://93.184.215.14/ecoles.csv.gz", "example.org")
    assert asked.extensions["sni_hostname"] == "example.org"
    with pytest.raises(SourceUnavailable, match=r"inside\.example leads to 10\.0\.0\.7, which is no public address"):
        zone.get(web(url="https://inside.example/a"))
    assert zone.get(web(url="https://depot.dept/a"))
    assert len(publisher.asked) == 2


def test_a_host_that_takes_no_connection_is_asked_once_a_run(tmp_path):
    publisher = Publisher(httpx.ConnectError("refused"))
    zone = fetcher(tmp_path, publisher, attempts=2)
    for _ in range(3):
        with pytest.raises(SourceUnavailable, match="does not answer"):
            zone.get(web())
    assert len(publisher.asked) == 2


def test_no_password_reaches_a_note_or_a_message(tmp_path):
    secret = "https://anne:s3cr3t@example.org/a.csv?page=1&apikey=s3cr3t"
    publisher = Publisher(httpx.Response(200, content=b"a"), httpx.Response(404))
    zone = fetcher(tmp_path, publisher)
    (got,) = zone.get(web(url=secret))
    assert got.origin == "https://example.org/a.csv?page=1&apikey=***"
    assert publisher.asked[0].headers["Authorization"].startswith("Basic ")
    with pytest.raises(SourceUnavailable) as failed:
        zone.get(web(url=secret))
    told = str(failed.value) + "".join(path.read_text() for path in tmp_path.rglob("*.json"))
    assert "s3cr3t" not in told
    assert "anne" not in told


# --- all sources at once


def test_sources_of_one_feed_fetch_it_once_and_come_in_their_order(tmp_path):
    publisher = Publisher(lambda request: httpx.Response(200, content=str(request.url).encode()))
    feeds = [web(id="b", url=URL, producer="B"), web(id="a", url=URL + "?2"), web(id="c", url=URL, producer="C")]
    steps = []
    found = fetcher(tmp_path, publisher).get_all(feeds, "71", 3, lambda: steps.append(1))
    assert list(found) == ["b", "a", "c"]
    assert len(publisher.asked) == 2
    assert len(steps) == 3
    assert [(files[0].source, files[0].producer) for files in found.values()] == [
        ("b", "B"),
        ("a", "Producteur"),
        ("c", "C"),
    ]
    assert found["b"][0].path == found["c"][0].path


def test_what_nobody_gives_is_told_apart_from_what_is_no_data(tmp_path):
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "gone" in str(request.url) else httpx.Response(200, content=b"<html>")

    zone = fetcher(tmp_path, Publisher(answer))
    found = zone.get_all([web(id="a", url=URL + "?gone")], "71")
    assert isinstance(found["a"], SourceUnavailable)
    assert "HTTP 404" in str(found["a"])
    with pytest.raises(SourceMalformed, match="source b"):
        zone.get_all([web(id="a", url=URL + "?gone"), web(id="b"), web(id="c")], "71", 3)
