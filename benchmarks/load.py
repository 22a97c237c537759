"""Mixed requests from a few threads, each answer held against the one that was given in calm."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

__all__ = ["Answer", "Expected", "Load", "Question", "ask", "questions"]

BATCH = 200
MOST_REQUESTS = 200_000
"""Requests of a run at most: with the deadline, what bounds it."""
TIMEOUT_S = 30.0
KEPT = 20
"""Wrong answers that are told; the others are counted."""


@dataclass(frozen=True)
class Question:
    """One request."""

    kind: str
    path: str
    body: bytes | None = None
    """What is posted, JSON; None asks with GET."""
    status: int = 200


@dataclass(frozen=True)
class Answer:
    """What came back: its status, which snapshot it is of, and a digest of every byte."""

    status: int
    of: str
    """The snapshot that the body names, else the entity tag; empty for a refusal."""
    digest: str


Expected = dict[Question, dict[str, Answer]]
"""The right answer to each question, by what it is of."""


def ask(client: httpx.Client, question: Question) -> Answer:
    """Send one request."""
    if question.body is None:
        got = client.get(question.path)
    else:
        got = client.post(question.path, content=question.body, headers={"Content-Type": "application/json"})
    digest = hashlib.sha256(got.content).hexdigest()
    if got.status_code != httpx.codes.OK:
        return Answer(got.status_code, "", digest)
    named = _snapshots_named(got.json()) if "json" in got.headers["content-type"] else set()
    return Answer(got.status_code, " and ".join(sorted(named)) or got.headers["etag"], digest)


def _snapshots_named(body: Any) -> set[str]:
    """Return the snapshots that an answer, or the rows of a batch, say they are of: one, unless something is wrong."""
    rows = body.get("results", [body]) if isinstance(body, dict) else []
    return {row["snapshot"] for row in rows if "snapshot" in row}


def questions(places: Sequence[tuple[float, float]], labels: Sequence[str], tiles: Sequence[str]) -> list[Question]:
    """Return what is asked of a service whose territory has these places, addresses and tiles."""
    points = [f"lon={lon:.6f}&lat={lat:.6f}" for lon, lat in places]
    rows = [{"id": str(i), "lon": places[i % len(places)][0], "lat": places[i % len(places)][1]} for i in range(BATCH)]
    rows[7] = {"id": "7", "lon": 999, "lat": 0}  # a bad row among good ones
    asked = [Question("health", "/api/v1/healthz")]
    asked += [Question("score", f"/api/v1/score?{point}&mode={mode}") for point in points for mode in ("walk", "car")]
    asked += [
        Question("batch", "/api/v1/scores", json.dumps({"places": rows, "mode": mode}).encode())
        for mode in ("walk", "car")
    ]
    asked += [Question("search", str(httpx.URL("/api/v1/search", params={"q": q}))) for q in (*labels, "rue", "12 r")]
    asked += [
        Question("coverage", f"/api/v1/coverage?category={category}&mode=walk&minutes={minutes}{form}")
        for category in ("health.pharmacy", "shop.bakery")
        for minutes in (7, 15)
        for form in ("", "&format=csv")
    ]
    asked += [Question("tile", f"/tiles/{tile}.mvt") for tile in tiles]
    asked += [
        Question("bad input", "/api/v1/score?lon=999&lat=0", status=422),
        Question("bad input", "/api/v1/services?categry=x", status=422),
        Question("bad input", "/api/v1/score?address=zzxqv+99", status=404),
        Question("bad input", "/api/v1/scores", b'{"places": "all"}', status=422),
        Question("bad input", "/tiles/1/7/7.mvt", status=422),
    ]
    return asked


@dataclass
class Load:
    """Threads that ask at random until they are told to stop.

    Parameters
    ----------
    url
        Address of the service.
    expected
        The right answers.
    threads
        How many ask at once; each keeps one connection.
    """

    url: str
    expected: Expected
    threads: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Duration of each answer, by kind of question."""
    wrong: list[str] = field(default_factory=list)
    failures: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    """Answers by the snapshot that they name."""
    cut: list[tuple[float, str]] = field(default_factory=list)
    """Connections that broke: when (monotonic), and how."""

    def __post_init__(self) -> None:
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(seed,), daemon=True) for seed in range(self.threads)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2 * TIMEOUT_S)
            if thread.is_alive():
                self.fail("a thread still waits for its answer")

    def fail(self, sentence: str) -> None:
        """Count something that is wrong."""
        with self._lock:
            self.failures += 1
            if len(self.wrong) < KEPT:
                self.wrong.append(sentence)

    def _run(self, seed: int) -> None:
        with httpx.Client(base_url=self.url, timeout=TIMEOUT_S) as client:
            for question in self._draw(seed):
                start = time.monotonic()
                try:
                    answer = ask(client, question)
                except httpx.TimeoutException:
                    self.fail(f"{question.path}: no answer in {TIMEOUT_S:.0f} s")
                except httpx.TransportError as error:
                    with self._lock:
                        self.cut.append((time.monotonic(), f"{question.path}: {error!r}"))
                except Exception as error:  # noqa: BLE001 - a thread that dies in silence would leave the load untested
                    self.fail(f"{question.path}: {error!r}")
                else:
                    self._hold(question, answer, time.monotonic() - start)

    def _draw(self, seed: int) -> Iterator[Question]:
        """Draw a kind first, so that each is asked as often however many questions it has."""
        kinds: dict[str, list[Question]] = {}
        for question in self.expected:
            kinds.setdefault(question.kind, []).append(question)
        chance, names = random.Random(seed), list(kinds)
        for _ in range(MOST_REQUESTS // self.threads):
            if self._stop.is_set():
                return
            yield chance.choice(kinds[chance.choice(names)])

    def _hold(self, question: Question, answer: Answer, took_s: float) -> None:
        if answer != self.expected[question].get(answer.of):
            known = "its snapshot's is another" if answer.of in self.expected[question] else "of no published snapshot"
            self.fail(f"{question.path}: {answer.status}, of {answer.of or 'none'}: {known}")
        with self._lock:
            self.seconds.setdefault(question.kind, []).append(took_s)
            if question.kind == "health":
                self.seen[answer.of] += 1
