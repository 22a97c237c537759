"""PostGIS: the three services of each category nearest in a straight line, by its index. What most people do today.

It answers a lesser question, since a straight line crosses rivers; no answer is compared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.clock import race
from benchmarks.contests import Contest, said_s
from benchmarks.ground import Ground
from benchmarks.peers import Missing
from benchmarks.peers.valhalla_rows import field_of, lonlat_of
from benchmarks.streets import places_on
from geo.decay import logistic
from geo.projection import Projection
from geo.reading import Reader
from geo.snapping import EdgeIndex
from scripts.postgis_cluster import Cluster, ClusterError, find_binaries

__all__ = ["race_postgis"]

_ADDRESSES, _CATEGORIES, _K = 300_000, 20, 3
_ASKED = 1_000
"""Addresses that PostGIS is asked for: a time an address does not hang on how many there are."""
_CHUNK = 1_024


def race_postgis(ground: Ground, reach: float = 300.0, addresses: int = _ADDRESSES) -> Contest:
    """Time snapping and scoring a département's addresses, and the nearest in a straight line of some of them.

    Raises
    ------
    Missing
        There is no PostGIS on this machine, or it does not start.
    """
    network = ground.network
    field, services = field_of(ground, network, ground.hierarchy, _CATEGORIES)
    reader = Reader(EdgeIndex(network), field)
    lonlat = lonlat_of(network, places_on(network, addresses, seed=23))
    own_s = race(2, own=lambda: _scored(reader, lonlat))["own"] / addresses
    with _database() as connection:
        _fill(connection, lonlat[:_ASKED], services, network.crs)
        peer_s = min(_asked(connection) for _ in range(3)) / _ASKED
    return Contest(
        f"{addresses:,} addresses × {_CATEGORIES} categories, snapped and scored",
        ground.name,
        "PostGIS, KNN in a straight line, an index for each category",
        f"{said_s(own_s * addresses)} ({1 / own_s:,.0f} addresses/s)",
        f"{said_s(peer_s * addresses)} ({1 / peer_s:,.0f} addresses/s)",
        peer_s / own_s,
        reach,
    )


def _scored(reader: Reader, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a score for each address: the mean over categories of the decay to the nearest of each."""
    scores = np.empty(len(lonlat))
    for rows, reading in reader.batches(lonlat, _CHUNK):
        scores[rows] = np.nan_to_num(logistic(reading.seconds[:, :, 0], 10.0, 5.0)).mean(axis=1)
    return scores


@contextmanager
def _database() -> Iterator[Any]:
    binaries = find_binaries()
    if binaries is None:
        raise Missing("PostGIS: it is not installed here")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    cluster = Cluster(folder, binaries)
    try:
        cluster.start()
        cluster.template()
        cluster.create_database("bench")
        with cluster.connect("bench") as connection:
            yield connection
    except ClusterError as error:
        raise Missing(f"PostGIS: {error}") from error
    finally:
        cluster.stop(remove=True)


def _fill(connection: Any, addresses: NDArray[np.float64], services: Sequence[NDArray[np.float64]], crs: str) -> None:
    connection.execute("CREATE TABLE address (id int, geom geometry(Point))")
    connection.execute("CREATE TABLE service (category smallint, geom geometry(Point))")
    tables = [("address", addresses, np.arange(len(addresses)))]
    tables += [("service", own, np.full(len(own), category)) for category, own in enumerate(services)]
    for table, lonlat, number in tables:
        x, y = Projection(crs).to_xy_m(lonlat[:, 0], lonlat[:, 1])
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in zip(number.tolist(), x.tolist(), y.tolist(), strict=True):
                copy.write("{}\tPOINT({} {})\n".format(*row))
    for category in range(len(services)):
        connection.execute(f"CREATE INDEX ON service USING gist (geom) WHERE category = {category}")
    connection.execute("VACUUM ANALYZE service")
    connection.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")


def _asked(connection: Any) -> float:
    """Ask for every address, and return the seconds of the processor that the server's process has run."""
    process = Path(f"/proc/{connection.info.backend_pid}/schedstat")
    nearest = ", ".join(
        f"(SELECT sum(m) FROM (SELECT s.geom <-> a.geom AS m FROM service s WHERE s.category = {category} "
        f"ORDER BY s.geom <-> a.geom LIMIT {_K}) n{category})"
        for category in range(_CATEGORIES)
    )
    before = int(process.read_text().split()[0])
    connection.execute(f"SELECT a.id, {nearest} FROM address a").fetchall()
    return (int(process.read_text().split()[0]) - before) / 1e9
