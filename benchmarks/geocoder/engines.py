"""The geocoders under test: ours, and addok with Redis; each is given a ground and then asked for first answers."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import Any, Protocol

from benchmarks.geocoder.answers import Answer
from benchmarks.geocoder.grounds import DEPARTMENTS, Ground
from benchmarks.geocoder.mistakes import town_of
from benchmarks.peers import Missing
from benchmarks.streets import ROOT
from geo.geocoding import AddressIndex
from geo.places import Address, Position

__all__ = ["Addok", "Engine", "Ours"]

_ADDOK = ROOT / ".make" / "addok" / "bin" / "python"
_REDIS = ROOT / ".make" / "redis" / "usr"
_HERE = Path(__file__).resolve().parent
_ASKED_AT_ONCE = 200


class Engine(Protocol):
    """What can be asked."""

    index_s: float
    """Seconds by the clock on the wall from rows to the first answer."""

    def ask(self, texts: Sequence[str]) -> list[Answer]:
        """Return the first answer to each text, with the processor's milliseconds."""
        ...


class Ours:
    """The address index of a snapshot, asked in this process."""

    def __init__(self, index: AddressIndex, index_s: float, size_bytes: int) -> None:
        self.index, self.index_s, self.size_bytes = index, index_s, size_bytes

    @classmethod
    @contextmanager
    def over(cls, ground: Ground) -> Iterator[Ours]:
        """Build the index in a folder that is removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="alentours-bench-") as folder:
            path, start = Path(folder) / "addresses.sqlite", time.perf_counter()
            AddressIndex.write(path, ground.addresses, ground.communes, DEPARTMENTS)
            index = AddressIndex.open(path)
            try:
                index.search("1 rue de la gare")
                yield cls(index, time.perf_counter() - start, path.stat().st_size)
            finally:
                index.close()

    def ask(self, texts: Sequence[str]) -> list[Answer]:
        """Ask one text after the other."""
        return [self._ask(text) for text in texts]

    def _ask(self, text: str) -> Answer:
        start = time.process_time()
        found = self.index.search(text)
        spent_ms = (time.process_time() - start) * 1000
        if not found:
            return Answer(spent_ms, found=False)
        first = found[0]
        number = first.number if first.type is Position.HOUSENUMBER else ""
        return Answer(
            spent_ms, True, first.id, number, first.street, first.commune, first.postcode, first.lon, first.lat
        )


class Addok:
    """addok with its French plugins over a private Redis, in processes of their own."""

    def __init__(self, worker: subprocess.Popen[str], index_s: float) -> None:
        self._worker, self.index_s = worker, index_s

    @classmethod
    @contextmanager
    def over(cls, ground: Ground) -> Iterator[Addok]:
        """Index a ground in memory that is given back afterwards.

        Raises
        ------
        Missing
            When addok or Redis is not installed, or does not run here.
        """
        if not _ADDOK.exists():
            raise Missing("addok: it is not installed here")
        with tempfile.TemporaryDirectory(prefix="addok-") as folder, _redis(Path(folder)) as (socket, process):
            start, home = time.perf_counter(), Path(folder)
            rows = home / "rows.sjson"
            rows.write_text("".join(json.dumps(row) + "\n" for row in _documents(ground)), encoding="utf-8")
            settings = {
                **os.environ,
                "ADDOK_CONFIG_MODULE": str(_HERE / "addok_settings.py"),
                "ADDOK_SOCKET": socket,
                "ADDOK_FOLDER": folder,
            }
            for command in (("batch", str(rows)), ("ngrams",)):
                _run([_ADDOK, "-c", "from addok.bin import main; main()", *command], settings)
            worker = subprocess.Popen(
                [_ADDOK, _HERE / "addok_worker.py", str(process)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=settings,
            )  # fmt: skip
            try:
                engine = cls(worker, 0.0)
                engine.ask(["1 rue de la gare"])
                engine.index_s = time.perf_counter() - start
                yield engine
            finally:
                worker.kill()
                worker.wait(10)

    def ask(self, texts: Sequence[str]) -> list[Answer]:
        """Ask some texts at a time through a pipe, which does not count."""
        found: list[Answer] = []
        for start in range(0, len(texts), _ASKED_AT_ONCE):
            found += [_answer(row) for row in self._rows(texts[start : start + _ASKED_AT_ONCE])]
        return found

    def _rows(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        if self._worker.stdin is None or self._worker.stdout is None:
            raise Missing("addok: it cannot be asked")
        self._worker.stdin.write(json.dumps(list(texts)) + "\n")
        self._worker.stdin.flush()
        line = self._worker.stdout.readline()
        if not line:
            raise Missing("addok: it stopped while it was asked")
        rows: list[dict[str, Any]] = json.loads(line)
        return rows


def _answer(row: dict[str, Any]) -> Answer:
    if not row["found"]:
        return Answer(row["ms"], found=False)
    (first,) = row["found"]
    housed, number = first.pop("type") == "housenumber", first.pop("number")
    return Answer(row["ms"], found=True, number=number if housed else "", **first)


def _documents(ground: Ground) -> Iterator[dict[str, Any]]:
    """Write a ground as its publisher writes it for addok: streets that hold their numbers, and communes."""
    streets: dict[tuple[str, str, str], list[Address]] = defaultdict(list)
    for address in ground.addresses:
        if address.street:
            streets[(address.insee, address.postcode, address.street)].append(address)
    for number, ((insee, postcode, street), rows) in enumerate(streets.items()):
        yield {
            "id": f"{insee}_{number:06}", "type": "street", "name": street, "street_name": street,
            "postcode": postcode, "citycode": insee, "city": town_of(rows[0].commune),
            "context": insee[:2], "importance": min(0.6, 0.1 + len(rows) / 200),
            "lon": rows[len(rows) // 2].lon, "lat": rows[len(rows) // 2].lat,
            "housenumbers": {a.number: {"lon": a.lon, "lat": a.lat, "key": a.id} for a in rows if a.number},
        }  # fmt: skip
    first = {address.insee: address for address in reversed(ground.addresses)}
    for commune in ground.communes:
        if (where := first.get(commune.insee)) is None:
            continue
        yield {
            "id": commune.insee, "type": "municipality", "name": commune.name, "postcode": list(commune.postcodes),
            "citycode": commune.insee, "city": commune.name, "context": commune.department,
            "importance": 0.5, "lon": where.lon, "lat": where.lat,
        }  # fmt: skip


@contextmanager
def _redis(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a Redis that keeps nothing and listens on a socket of its own: the machine's, else the unpacked one."""
    program = which("redis-server") or str(_REDIS / "bin" / "redis-server")
    if not Path(program).exists():
        raise Missing("addok: there is no Redis here")
    libraries = ":".join(str(path) for path in (_REDIS / "lib").glob("*-linux-gnu"))
    socket = str(folder / "redis.sock")
    process = subprocess.Popen(
        [program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "LD_LIBRARY_PATH": libraries},
    )  # fmt: skip
    try:
        end = time.monotonic() + 10
        while not Path(socket).exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Missing("addok: its Redis did not start")
            time.sleep(0.05)
        yield socket, process.pid
    finally:
        process.terminate()
        process.wait(10)


def _run(command: Sequence[object], settings: dict[str, str]) -> None:
    done = subprocess.run([str(part) for part in command], env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"addok: {' '.join(done.stderr.split())[-200:]}")
