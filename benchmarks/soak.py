"""``python -m benchmarks.soak`` (``make soak``): a real service under load while everything around it goes wrong.

The sample is built twice, with two methods; one process serves it with two workers. While threads ask, the one
snapshot and the other are published by turns, a damaged one is pointed at, and a worker is killed. Every answer must
be, byte for byte, the one that its snapshot gave in calm. Then builds are killed at random points, and finished: the
same snapshot must come of each (``benchmarks/kills.py``); and the files of every source are damaged in every way
(``benchmarks/damage.py``); and fields are held against brute force on four real extracts (``benchmarks/exactness.py``).
Only loopback is used; all files lie in a folder that goes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np

from benchmarks.damage import Bench, damage_all, find_mirror
from benchmarks.damage import tell as tell_damage
from benchmarks.damage_verdict import Verdict
from benchmarks.damages import DAMAGES
from benchmarks.exactness import hold_all
from benchmarks.exactness import tell as tell_exactness
from benchmarks.kills import kill_and_finish
from benchmarks.load import TIMEOUT_S, Expected, Load, Question, ask, questions
from geo.errors import SnapshotCorrupt
from geo.manifest import Manifest
from geo.projection import Projection
from geo.publication import current_id, publish, rollback
from geo.snapshot import Snapshot
from ingest.build import Builder
from ingest.settings import ROOT, BuildSettings

COMMAND = Path(sys.executable).with_name("alentours")
TERRITORY, WORKERS, THREADS, WATCH_S, PLACES = "00", 2, 4, 0.5, 12
PATIENCE_S = 60.0
LOOKS = 24
"""Answers in a row, over new connections, after which both workers have most surely been met."""


class Wrong(Exception):
    """The service did not do what it must; the run ends."""


def main() -> int:
    """Run the soak; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long the load lasts (60)")
    parser.add_argument("--kills", type=int, default=40, help="how many builds are killed (40)")
    parser.add_argument("--seed", type=int, default=20261124, help="of the points at which they are")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="alentours-soak-") as folder:
        print("→ build the sample twice", file=sys.stderr)
        try:
            failed = soak(Path(folder), asked.seconds)
            failed |= kill_builds(Path(folder), asked.kills, asked.seed)
            failed |= damage_sources(Path(folder))
            return failed | hold_streets()
        except (Wrong, AssertionError, TimeoutError) as error:
            print(f"soak: {error}", file=sys.stderr)
            return 1


def kill_builds(folder: Path, kills: int, seed: int) -> int:
    """Kill builds of the sample that serves, finish them, and tell."""
    territory = folder / "snapshots" / TERRITORY
    own = folder / "kills"
    own.mkdir()
    (own / "raw").symlink_to(folder / "raw", target_is_directory=True)
    print(f"→ {kills} builds killed and finished", file=sys.stderr)
    came_to = kill_and_finish(own, territory / str(current_id(territory)), kills, seed)
    for sentence in came_to.wrong:
        print(f"wrong: {sentence}")
    where = ", ".join(f"{count} in {stage}" for stage, count in came_to.real.most_common())
    print(f"builds killed and finished: {came_to.real.total()} ({where}), wrong: {len(came_to.wrong)}")
    return int(bool(came_to.wrong))


def damage_sources(folder: Path) -> int:
    """Damage the files of every source, and tell what each case came to."""
    mirror = find_mirror()
    print(
        f"→ files of the sample{' and of the mirror' if mirror else ', for want of a mirror'} damaged", file=sys.stderr
    )
    bench = Bench(folder, mirror)
    cases = damage_all(bench, bench.targets, list(DAMAGES))
    tell_damage(cases)
    return int(any(case.verdict is Verdict.WRONG for case in cases))


def hold_streets() -> int:
    """Hold the fields of real streets against brute force, and tell; nothing for want of a mirror."""
    mirror = find_mirror()
    if mirror is None:
        print("no field held against brute force, for want of a mirror")
        return 0
    print("→ fields held against brute force", file=sys.stderr)
    return tell_exactness(hold_all(mirror))


def soak(folder: Path, seconds: float) -> int:
    """Build, serve, ask, and tell."""
    territory = folder / "snapshots" / TERRITORY
    second, first = build(folder, "mu_min = 9,"), build(folder, None)
    broken = damaged_copy(territory, second)
    with served(folder) as (url, process):
        expected: Expected = {}
        asked = what_to_ask(url, territory / first)
        for snapshot in (second, first):
            publish(territory, snapshot)
            serves(url, snapshot)
            learn(url, snapshot, asked, expected)
        before = memory_mb(process.pid)
        print(f"→ {seconds:.0f} s of load, {THREADS} threads, {len(asked)} questions", file=sys.stderr)
        counts = {"publications": 0, "rollbacks": 0, "damaged": 0, "killed": 0}
        with Load(url, expected, THREADS) as load:
            deadline = time.monotonic() + seconds
            windows: list[tuple[float, float]] = []
            while time.monotonic() < deadline:
                one_round(url, territory, (first, second, broken), process.pid, counts, windows)
        after = memory_mb(process.pid)
    excuse(load, windows)
    for sentence in faults_in_log(folder / "log"):
        load.fail(f"log: {sentence}")
    if not all(load.seen[snapshot] for snapshot in (first, second)):
        load.fail(f"not both snapshots were met under load: {dict(load.seen)}")
    tell(load, counts, before, after)
    return int(load.failures > 0)


def one_round(
    url: str,
    territory: Path,
    snapshots: tuple[str, str, str],
    group: int,
    counts: dict[str, int],
    windows: list[tuple[float, float]],
) -> None:
    """Let each thing happen once; `windows` takes the moments in which connections may break."""
    first, second, broken = snapshots
    publish(territory, second)
    serves(url, second)
    counts["publications"] += 1
    try:
        publish(territory, broken)
    except SnapshotCorrupt:
        pass
    else:
        raise Wrong("a damaged snapshot was published")
    (territory / "CURRENT").write_text(f"{broken}\n", encoding="utf-8")  # as if it had been damaged afterwards
    time.sleep(4 * WATCH_S)
    serves(url, second)
    counts["damaged"] += 1
    publish(territory, second)
    start, before = time.monotonic(), set(workers(group))
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(now := set(workers(group))) == WORKERS and now != before, "worker in place of the killed one")
    serves(url, second)
    windows.append((start, time.monotonic()))
    counts["killed"] += 1
    if rollback(territory) != first:
        raise Wrong(f"the way back from {second} does not lead to {first}")
    serves(url, first)
    counts["rollbacks"] += 1


# ---------------------------------------------------------------- the snapshots


def build(folder: Path, decay: str | None) -> str:
    """Build the sample and return its id; `decay` takes the place of the method's first constant."""
    data = folder / f"data-{decay is not None}"
    data.mkdir()
    for path in sorted((ROOT / "data").iterdir()):
        if path.name not in {"raw", "store", "snapshots"}:
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, data / path.name)
    if decay is not None:
        method = (data / "method.toml").read_text(encoding="utf-8")
        (data / "method.toml").write_text(method.replace("mu_min = 10,", decay), encoding="utf-8")
    places = {name: folder / name for name in ("raw", "store", "snapshots", "cache")}
    settings = BuildSettings.model_validate({**places, "data": data, "mirror": None, "database_url": ""})
    return Builder(settings).build(TERRITORY).snapshot_id


def damaged_copy(territory: Path, snapshot_id: str) -> str:
    """Copy a snapshot under another id, with one byte of its services turned."""
    copy = territory / "dada0"
    shutil.copytree(territory / snapshot_id, copy)
    replace(Manifest.read(territory / snapshot_id), id=copy.name).write(copy / "manifest.json")
    content = bytearray((copy / "services.arrow").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (copy / "services.arrow").write_bytes(content)
    return copy.name


def what_to_ask(url: str, snapshot_folder: Path) -> list[Question]:
    """Choose places along the streets, the addresses beside them, and the tiles around."""
    snapshot = Snapshot.open(snapshot_folder)
    network = snapshot.networks["car"]  # where one drives, one walks too
    rows = np.linspace(0, len(network.junction_xy_m) - 1, PLACES).astype(int)
    projection = Projection(network.crs)
    found = [projection.to_lonlat(*network.junction_xy_m[row]) for row in rows]
    places = [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in found]
    snapshot.close()
    labels, tiles = [], ["0/0/0"]
    for lon, lat in places[::4]:
        features = httpx.get(f"{url}/api/v1/reverse", params={"lon": lon, "lat": lat}, timeout=TIMEOUT_S).json()
        labels += [feature["properties"]["label"] for feature in features["features"]]
        for zoom in (11, 13):
            x = int((lon + 180) / 360 * 2**zoom)
            y = int((1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom)
            tiles.append(f"{zoom}/{x}/{y}")
    return questions(places, labels, sorted(set(tiles)))


def learn(url: str, snapshot: str, asked: list[Question], expected: Expected) -> None:
    """Ask everything in calm, and keep what the snapshot answers."""
    with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client:
        for question in asked:
            answer = ask(client, question)
            # an empty tile is 204
            if answer.status != question.status and (question.kind, answer.status) != ("tile", 204):
                raise Wrong(f"{question.path} answers {answer.status} in calm")
            if question.kind in {"health", "score", "batch"} and question.status == 200 and answer.of != snapshot:
                raise Wrong(f"{question.path} is of {answer.of} in calm, not of {snapshot}")
            expected.setdefault(question, {})[answer.of] = answer


# ---------------------------------------------------------------- the service


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the folder in a process group of its own, and have it end as Ctrl-C ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ALENTOURS_")}
    given = {"ALENTOURS_SNAPSHOTS": str(folder / "snapshots"), "ALENTOURS_WATCH_S": str(WATCH_S)}
    command = [COMMAND, "serve", "--territory", TERRITORY, "--port", str(port), "--workers", str(WORKERS)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**ours, **given}, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: healthy(url) and len(workers(process.pid)) == WORKERS, "answer of the service")
        yield url, process
        os.killpg(process.pid, signal.SIGINT)
        until(lambda: process.poll() is not None and not members(process.pid), "end of the service after Ctrl-C")
    finally:
        if members(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE_S)


def healthy(url: str) -> str | None:
    """Return the snapshot that a worker serves, over a new connection; None when it breaks."""
    try:
        answer = httpx.get(f"{url}/api/v1/healthz", timeout=TIMEOUT_S)
    except httpx.TransportError:
        return None
    return str(answer.json()["snapshot"]) if answer.status_code == httpx.codes.OK else None


def serves(url: str, snapshot: str) -> None:
    """Wait until every worker serves the snapshot."""
    until(lambda: all(healthy(url) == snapshot for _ in range(LOOKS)), f"service from snapshot {snapshot} alone")


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise Wrong(f"in {PATIENCE_S:.0f} s no {what}")
        time.sleep(0.1)


def members(group: int) -> list[tuple[int, int, str]]:
    """Return the living processes of a group: id, resident KiB, command."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid=,rss=,stat=,command="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 4) for line in listed.stdout.splitlines()]
    return [
        (int(row[0]), int(row[2]), row[4])
        for row in rows
        if len(row) == 5 and int(row[1]) == group and not row[3].startswith("Z")
    ]


def workers(group: int) -> list[int]:
    """Return the processes that answer."""
    return [pid for pid, _, command in members(group) if "spawn_main" in command]


def memory_mb(group: int) -> float:
    """Return the resident memory of all processes; what workers share of the snapshot's files counts for each."""
    return sum(kib for _, kib, _ in members(group)) / 1024


# ---------------------------------------------------------------- the account


def excuse(load: Load, windows: list[tuple[float, float]]) -> None:
    """Hold broken connections against the moments of killing: one a thread and a kill at most, elsewhere none."""
    for when, how in load.cut:
        if not any(start <= when <= end for start, end in windows):
            load.fail(f"cut though no worker was killed: {how}")
    if len(load.cut) > THREADS * len(windows):
        load.fail(f"{len(load.cut)} connections were cut, more than killed workers can have held")


def faults_in_log(log: Path) -> list[str]:
    """Return the errors of the service's log, but that the damaged snapshot was refused."""
    faults = []
    for line in log.read_text(encoding="utf-8").splitlines():
        if not line.startswith("{"):
            faults += [line] if "Traceback" in line else []
            continue
        event = json.loads(line)
        if event["level"] in {"error", "critical"} and event["event"] != "snapshot refused":
            faults.append(line[:300])
    return faults


def tell(load: Load, counts: dict[str, int], before_mb: float, after_mb: float) -> None:
    """Print the table."""
    everything = [took for times in load.seconds.values() for took in times]
    print(f"{'kind':<12}{'answers':>9}{'p50, ms':>10}{'p99, ms':>10}")
    for kind, times in [*sorted(load.seconds.items()), ("all", everything)]:
        p50, p99 = np.percentile(times, [50, 99]) * 1e3
        print(f"{kind:<12}{len(times):>9,}{p50:>10.1f}{p99:>10.1f}")
    print(", ".join(f"{name}: {count}" for name, count in counts.items()))
    print(f"failures: {load.failures}; connections cut with a killed worker: {len(load.cut)}")
    print(f"resident memory of all processes: {before_mb:.0f} MiB at the start, {after_mb:.0f} MiB at the end")
    for sentence in load.wrong:
        print(f"wrong: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
