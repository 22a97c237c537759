"""The mirror before the network, the network over a real connection, and a shapefile as all its files."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from geo.errors import SourceUnavailable
from ingest.fetch import Fetcher, Limits
from ingest.hosts import Hosts
from ingest.raw_zone import sha256_of
from tests.ingest.test_fetch import URL, Publisher, fetcher, web
from tests.ingest.world import source


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


# --- over a real connection


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]) -> Iterator[int]:
    """A server on loopback; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield listening.server_address[1]
        finally:
            listening.shutdown()
            thread.join()


def test_a_host_is_asked_by_its_name_at_the_address_that_was_looked_at(tmp_path):
    def answer(handler):
        if handler.path == "/away":
            return 302, {"Location": f"http://127.0.0.1:{handler.server.server_address[1]}/secret"}, b""
        return 200, {"ETag": '"v1"'}, f"{handler.path} of {handler.headers['Host']}".encode()

    hosts = Hosts(lambda name: {"depot.dept": ["127.0.0.1"]}[name], internal=["depot.dept"])
    with server(answer) as port:
        zone = Fetcher(tmp_path, hosts=hosts, limits=Limits(attempts=1))
        (got,) = zone.get(web(url=f"http://depot.dept:{port}/a.csv"))
        assert got.path.read_text() == f"/a.csv of depot.dept:{port}"
        with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1 leads to 127\.0\.0\.1, which is no public address"):
            zone.get(web(url=f"http://depot.dept:{port}/away"))
        with pytest.raises(SourceUnavailable, match="no public address"):
            Fetcher(tmp_path).get(web(url=f"http://127.0.0.1:{port}/a.csv"))


def test_a_name_that_nobody_knows_is_a_publisher_that_does_not_answer(tmp_path):
    def unknown(name):
        raise OSError("no such name")

    zone = Fetcher(tmp_path, hosts=Hosts(unknown), limits=Limits(attempts=1))
    with pytest.raises(SourceUnavailable, match=r"does not answer \(the name example\.org is not known\)"):
        zone.get(web())


def test_a_shapefile_is_all_its_files(tmp_path):
    (tmp_path / "a.shp").write_bytes(b"shapes")
    alone = sha256_of(tmp_path / "a.shp")
    assert alone == hashlib.sha256(b"shapes").hexdigest()
    (tmp_path / "a.dbf").write_bytes(b"one")
    one = sha256_of(tmp_path / "a.shp")
    (tmp_path / "a.dbf").write_bytes(b"two")
    assert len({alone, one, sha256_of(tmp_path / "a.shp")}) == 3


def test_beside_a_mirror_a_publisher_is_asked_once_only(tmp_path):
    publisher = Publisher(httpx.Response(503))
    mirror = lay(tmp_path / "mirror", "b.csv")
    with pytest.raises(SourceUnavailable, match="the mirror lacks it"):
        fetcher(tmp_path / "raw", publisher, mirror).get(web())
    assert len(publisher.asked) == 1
