"""One request to a publisher, until its whole answer lies in the raw zone: politely and within limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import httpx
import stamina

from geo.errors import SourceMalformed, SourceUnavailable
from ingest.catalogue import Source
from ingest.hosts import HostRefused, Hosts, shown
from ingest.partial import NoRest, Partial
from ingest.protocols import Request
from ingest.raw_zone import Answer, RawFolder, Sidecar

__all__ = ["Downloader", "Limits"]

stamina.instrumentation.set_on_retry_hooks([])  # what a retry cannot mend is said once, in a sentence of ours

_AGENT = "alentours (open-source finder of the services around a home)"
_REDIRECTS = {301, 302, 303, 307, 308}
_KEEP_METHOD = {307, 308}
_MOST_REDIRECTS = 5
_PAGE_HEADS = (b"<!doctype html", b"<html")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much."""

    connect_s: float = 10.0
    silence_s: float = 30.0
    """Between two pieces of an answer."""
    whole_s: float = 1800.0
    """For one file, its attempts and pauses included."""
    bytes: int = 4 << 30
    attempts: int = 4
    wait_s: float = 1.0
    """First pause between attempts; each is twice the former."""
    wait_max_s: float = 60.0
    """Longest pause; a publisher's ``Retry-After`` is respected up to it."""


class _Busy(Exception):
    """The publisher asks to come again (429, 5xx); ``wait_s`` when it said after how long."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        self.wait_s = wait_s
        super().__init__(f"HTTP {status}")


class _Refused(Exception):
    """An answer that another attempt would not mend."""


class Downloader:
    """Brings the answers to requests into the raw zone.

    Parameters
    ----------
    hosts
        Whom it may ask.
    limits
        How long, how much, how often.
    transport
        Stands in for the network (tests); None: the network.
    now, clock
        The time (UTC), and seconds that only grow.
    """

    def __init__(
        self,
        hosts: Hosts,
        limits: Limits,
        transport: httpx.BaseTransport | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts, self._limits, self._transport = hosts, limits, transport
        self._now, self._clock = now, clock
        self._silent: set[str] = set()
        """Hosts that did not even take a connection: no other source waits for them."""

    def get(self, source: Source, request: Request, raw: RawFolder) -> Sidecar:
        """Return the note of the answer: the former one when nothing changed since.

        Raises
        ------
        SourceUnavailable
            When the publisher does not answer, refuses, or leads where a build has no business.
        SourceMalformed
            When the answer is cut off, larger than the limit, or a web page in the place of data.
        """
        host = httpx.URL(request.url).host
        if host in self._silent:
            raise SourceUnavailable(source.id, f"{shown(request.url)} does not answer (nor does anything of {host})")
        former = raw.former(request)
        deadline = self._clock() + self._limits.whole_s
        try:
            with httpx.Client(
                transport=self._transport,
                timeout=httpx.Timeout(self._limits.silence_s, connect=self._limits.connect_s),
                headers={"User-Agent": _AGENT},
            ) as client:
                return self._attempts(client, source, request, raw, former, deadline)
        except HostRefused as error:
            raise SourceUnavailable(source.id, f"may not be fetched: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, _Busy, _Refused) as error:
            if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                self._silent.add(host)
            said = str(error) or type(error).__name__
            raise SourceUnavailable(source.id, f"{shown(request.url)} does not answer ({said})") from error

    def _attempts(
        self,
        client: httpx.Client,
        source: Source,
        request: Request,
        raw: RawFolder,
        former: Sidecar | None,
        deadline: float,
    ) -> Sidecar:
        """Try again what may pass."""
        for attempt in stamina.retry_context(
            on=self._worth_another_try,
            attempts=self._limits.attempts,
            timeout=self._limits.whole_s,
            wait_initial=self._limits.wait_s,
            wait_max=self._limits.wait_max_s,
            wait_jitter=0,
        ):
            with attempt:
                part = raw.partial(request)
                try:
                    try:
                        return self._once(client, source, request, raw, part, former, deadline)
                    except NoRest:
                        part.drop()
                        part = raw.partial(request)
                        return self._once(client, source, request, raw, part, former, deadline)
                finally:
                    part.leave()
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _worth_another_try(self, error: Exception) -> bool | float:
        if isinstance(error, _Busy):
            return True if error.wait_s is None else min(error.wait_s, self._limits.wait_max_s)
        return isinstance(error, httpx.TransportError)

    def _once(
        self,
        client: httpx.Client,
        source: Source,
        request: Request,
        raw: RawFolder,
        part: Partial,
        former: Sidecar | None,
        deadline: float,
    ) -> Sidecar:
        conditions = part.conditions(request.url)
        if former is not None and not conditions:
            conditions = {"If-None-Match": former.etag, "If-Modified-Since": former.last_modified}
        headers = {name: value for name, value in conditions.items() if value}
        with self._answer(client, request, headers, deadline) as (url, response):
            if response.status_code == httpx.codes.NOT_MODIFIED and former is not None:
                part.drop()
                return former
            _look_at_status(response, ranged="Range" in headers)
            whole = part.begin(request.url, response.status_code, response.headers)
            self._copy(source, request, response, part, deadline)
            try:
                self._check(source, request, part, whole)
            except SourceMalformed:
                part.drop()
                raise
            return raw.keep(
                request,
                part,
                Answer(url, httpx.URL(url).path, dict(response.headers), source.licence.value, self._now()),
            )

    @contextmanager
    def _answer(
        self, client: httpx.Client, request: Request, headers: Mapping[str, str], deadline: float
    ) -> Iterator[tuple[str, httpx.Response]]:
        """Follow redirects by hand: each address is looked at before it is asked."""
        url, form = request.url, request.form
        for _ in range(_MOST_REDIRECTS + 1):
            if self._clock() > deadline:
                raise _Refused(f"not whole after {self._limits.whole_s:.0f} s")
            response = client.send(self._prepared(client, url, form, headers), stream=True)
            with closing(response):
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    yield url, response
                    return
            url = urljoin(url, response.headers["location"])
            form = form if response.status_code in _KEEP_METHOD else None
        raise _Refused(f"more than {_MOST_REDIRECTS} redirects")

    def _prepared(
        self, client: httpx.Client, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> httpx.Request:
        """Connect to the very address that was looked at, under the host's own name."""
        asked = httpx.URL(url)
        try:
            address = self._hosts.admit(url)
        except OSError as error:
            raise httpx.ConnectError(f"the name {asked.host} is not known") from error
        method, data = ("GET", None) if form is None else ("POST", dict(form))
        if address is None:
            return client.build_request(method, asked, headers=dict(headers), data=data)
        named = {**headers, "Host": asked.netloc.decode("ascii").rpartition("@")[2]}
        there, name = asked.copy_with(host=address), {"sni_hostname": asked.host}
        return client.build_request(method, there, headers=named, data=data, extensions=name)

    def _copy(self, source: Source, request: Request, response: httpx.Response, part: Partial, deadline: float) -> None:
        for piece in response.iter_bytes():
            part.write(piece)
            if part.size > self._limits.bytes:
                part.drop()
                raise SourceMalformed(source.id, f"larger than {self._limits.bytes} bytes", file=shown(request.url))
            if self._clock() > deadline:
                raise _Refused(f"not whole after {self._limits.whole_s:.0f} s: the next build asks for the rest")

    def _check(self, source: Source, request: Request, part: Partial, whole: int | None) -> None:
        """Refuse what looks like an answer and is none."""
        part.whole()
        if whole is not None and part.size != whole:
            raise SourceMalformed(source.id, f"cut off after {part.size} of {whole} bytes", file=shown(request.url))
        with part.path.open("rb") as file:
            head = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if head.startswith(_PAGE_HEADS):
            raise SourceMalformed(source.id, "a web page in the place of data", file=shown(request.url))
        if problem := request.problem(part.path):
            raise SourceMalformed(source.id, f"no answer but an excuse: {problem}", file=shown(request.url))


def _look_at_status(response: httpx.Response, *, ranged: bool) -> None:
    """Tell an answer that may pass (429, 5xx) from one that will not."""
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        raise _Busy(status, _retry_after_s(response.headers))
    if ranged and status == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise NoRest
    if not response.is_success:
        raise _Refused(f"HTTP {status}")


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read seconds, or a date from which on."""
    value = headers.get("retry-after", "")
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
