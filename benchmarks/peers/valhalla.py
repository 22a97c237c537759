"""Valhalla: its own programs, tiles built from the same extract, asked over HTTP on the loopback.

Times are those of its processes' threads by the processor, so that neither HTTP nor what else the machine does counts.
"""

from __future__ import annotations

import http.client
import json
import runpy
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers import Missing

__all__ = ["COSTINGS", "Valhalla"]

_HOME = Path(__file__).resolve().parents[2] / ".make" / "valhalla" / "valhalla"
COSTINGS: Mapping[str, str] = {"walk": "pedestrian", "bike": "bicycle", "car": "auto"}
_STARTS_WITHIN_S = 30.0


class Valhalla:
    """One service over the tiles of one extract, with one worker."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process, self._port = process, port

    @classmethod
    @contextmanager
    def serving(cls, extract: Path, home: Path = _HOME) -> Iterator[Valhalla]:
        """Build the tiles of an extract into a folder that is removed afterwards, and serve them.

        Raises
        ------
        Missing
            When its programs are not installed, or do not run here.
        """
        if not (home / "bin" / "valhalla_service").exists():
            raise Missing("Valhalla: its programs are not installed here")
        with tempfile.TemporaryDirectory(prefix="vh-") as folder:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = int(free.getsockname()[1])
            config = Path(folder) / "valhalla.json"
            config.write_text(json.dumps(_config(home, Path(folder), port)), encoding="utf-8")
            built = subprocess.run(
                [home / "bin" / "valhalla_build_tiles", "-c", config, extract], capture_output=True, check=False
            )
            if built.returncode:
                raise Missing(f"Valhalla: its tiles could not be built (status {built.returncode})")
            process = subprocess.Popen(
                [home / "bin" / "valhalla_service", config, "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                service = cls(process, port)
                service._await()
                yield service
            finally:
                process.kill()  # asked to end, it drains for half a minute
                process.wait(10)

    def ask(self, action: str, question: Mapping[str, Any]) -> Any:
        """Ask a question that Valhalla must be able to answer.

        Raises
        ------
        RuntimeError
            When it answers with an error.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request("POST", f"/{action}", json.dumps(question), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"Valhalla, {action}: {answer.status}, {body}")
        return body

    def cpu_s(self) -> float:
        """Return the seconds that all its threads have run so far."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def _await(self) -> None:
        end = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.ask("status", {})
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise Missing("Valhalla: its service did not start")


def _config(home: Path, folder: Path, port: int) -> dict[str, Any]:
    """Take its own defaults, and widen the limits of a public service."""
    arguments, sys.argv = sys.argv, ["valhalla"]
    try:
        made = runpy.run_path(str(home / "valhalla_build_config.py"))
    finally:
        sys.argv = arguments
    config = json.loads(json.dumps(made["config"], default=lambda _: None))
    _without_empty(config)
    config["mjolnir"] |= {"tile_dir": str(folder / "tiles"), "concurrency": 1}
    for name in ("tile_extract", "traffic_extract", "admin", "timezone", "landmarks", "transit_dir"):
        config["mjolnir"].pop(name, None)
    config.get("additional_data", {}).pop("elevation", None)
    service = config["httpd"]["service"]
    service |= {"listen": f"tcp://127.0.0.1:{port}"}
    for name in ("loopback", "interrupt"):
        service[name] = f"ipc://{folder}/{name}"
    for part in ("loki", "thor", "odin", "meili"):
        if "service" in config.get(part, {}):
            config[part]["service"]["proxy"] = f"ipc://{folder}/{part}"
    config["service_limits"]["allow_hard_exclusions"] = True
    for limits in config["service_limits"].values():
        if isinstance(limits, dict) and "max_matrix_location_pairs" in limits:
            limits |= {"max_matrix_location_pairs": 100_000, "max_locations": 5_000}
    return config


def _without_empty(part: dict[str, Any]) -> None:
    for name in [name for name, value in part.items() if value is None]:
        del part[name]
    for value in part.values():
        if isinstance(value, dict):
            _without_empty(value)
