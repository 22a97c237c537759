"""What a store promises, asked of both."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from geo.errors import NoSnapshot
from geo.manifest import SourceLedger
from geo.places import Address, Cell, Commune, Licence, Position, Provenance
from ingest.conflate import Decision
from ingest.gates import Finding, Outcome
from ingest.ledger import Reject, RejectCode
from ingest.store.base import KEEP_RUNS, Override, Refused, RejectCount, StoreError
from ingest.store.models import ProvenanceRow, RunState, ServiceRow, SourceRow
from ingest.store.shared import SqlStore
from tests.ingest.store import records
from tests.ingest.store.records import rejects_of, service, source


def filled(store: SqlStore, territory: str, **content: Any) -> int:
    run = store.begin(territory)
    content = {"sources": [source()], **content}
    store.put(run, **{"rejects": rejects_of(content["sources"]), **content})
    return run


def bits(value: float | None) -> str | None:
    return None if value is None else float(value).hex()


# ---------------------------------------------------------------- what goes in comes out


@st.composite
def runs(draw: st.DrawFn) -> dict[str, list[Any]]:
    """All that one run can hold, each id once."""

    def some(kind: st.SearchStrategy[Any], *key: str) -> list[Any]:
        return draw(
            st.lists(kind, max_size=4, unique_by=lambda record: tuple(getattr(record, k) for k in key or ("id",)))
        )

    sources = draw(st.lists(records.sources, min_size=1, max_size=3, unique_by=lambda s: s.id))
    known = [s.id for s in sources]
    services = some(records.services(known))
    behind = draw(st.lists(st.sampled_from(services), max_size=4)) if services else []
    return {
        "sources": sources,
        "services": services,
        "dissents": [draw(records.dissents(known, s.id)) for s in behind],
        "addresses": some(records.addresses(known)),
        "communes": some(records.communes, "insee"),
        "cells": some(records.cells),
        "decisions": draw(st.lists(records.decisions(known), max_size=4)),
        "sectors": some(records.sectors(known)),
        "zones": some(records.zones(known)),
        "counts": some(records.commune_counts(known), "source", "insee", "category"),
    }


@given(content=runs())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out_sorted_to_the_last_bit(store: SqlStore, content: dict[str, list[Any]]) -> None:
    run = filled(store, "round", **content)

    assert store.sources(run) == sorted(content["sources"], key=lambda s: s.id)
    services = sorted(content["services"], key=lambda s: s.id)
    assert store.services(run) == services
    assert store.addresses(run) == sorted(content["addresses"], key=lambda a: a.id)
    assert store.cells(run) == sorted(content["cells"], key=lambda c: c.id)
    for back, given_ in zip(store.services(run), services, strict=True):
        assert (bits(back.lon), bits(back.lat)) == (bits(given_.lon + 0.0), bits(given_.lat + 0.0))
        assert bits(back.capacity) == bits(given_.capacity) or back.capacity == 0
    assert store.decisions(run) == content["decisions"]
    dissents = sorted(content["dissents"], key=lambda dissent: dissent.service)
    assert store.dissents(run) == dissents, "those of a service as they came"
    for service_ in services:
        assert store.dissents(run, service_.id) == [d for d in dissents if d.service == service_.id] or not service_.id
    assert store.sectors(run) == sorted(content["sectors"], key=lambda s: s.id)
    assert store.counts(run) == sorted(content["counts"], key=lambda c: (c.source, c.insee, c.category))
    zones = sorted(content["zones"], key=lambda z: z.id)
    assert store.zones(run) == zones
    for zone, given_ in zip(store.zones(run), zones, strict=True):
        assert shapely.to_wkb(zone.geometry) == shapely.to_wkb(given_.geometry)
    communes = sorted(content["communes"], key=lambda c: c.insee)
    assert store.communes(run) == communes
    for back, given_ in zip(store.communes(run), communes, strict=True):
        assert shapely.to_wkb(back.geometry) == shapely.to_wkb(given_.geometry)


def test_ids_sort_by_their_bytes(store: SqlStore, territory: str) -> None:
    ids = ["é", "e", "Z", "a", "_", "-", "10", "9", "ÿ", "œ", "z", "a b", "a-b", "ab", "😀", "\ufffd", ""]
    run = filled(store, territory, services=[service(key, 4.0, 46.0) for key in ids])
    assert [s.id for s in store.services(run)] == sorted(ids, key=str.encode)


def test_every_reject_is_kept_and_counted(store: SqlStore, territory: str) -> None:
    counts = {RejectCode.NO_POSITION.value: 2, RejectCode.ZERO_POSITION.value: 1}
    seen = [
        Reject("osm", RejectCode.NO_POSITION, 12, "", "a.csv"),
        Reject("other", RejectCode.NO_KEY, 1, "a\0b\udc80", "b.csv"),
        Reject("osm", RejectCode.ZERO_POSITION, 3, "0;0", "a.csv"),
        Reject("osm", RejectCode.NO_POSITION, 2, "é", "a.csv"),
    ]
    sources = [source(rejects=counts), source("other", rejects={"no_key": 1})]
    run = filled(store, territory, sources=sources, rejects=iter(seen))
    assert store.rejects(run) == [
        RejectCount("osm", "no_position", 2, "a.csv", 12, ""),
        RejectCount("osm", "zero_position", 1, "a.csv", 3, "0;0"),
        RejectCount("other", "no_key", 1, "b.csv", 1, "a\u2400b?"),
    ]
    assert [s.rejects for s in store.sources(run)] == [counts, {"no_key": 1}]
    first, zero, second, other = (
        Refused("osm", 1, "no_position", "a.csv", 12, ""),
        Refused("osm", 2, "zero_position", "a.csv", 3, "0;0"),
        Refused("osm", 3, "no_position", "a.csv", 2, "é"),
        Refused("other", 1, "no_key", "b.csv", 1, "a\u2400b?"),
    )
    assert store.refused(run) == [first, zero, second, other]
    assert store.refused(run, "osm") == [first, zero, second]
    assert store.refused(run, "osm", "no_position") == [first, second]
    assert store.refused(run, code="no_key", limit=5) == [other]
    assert store.refused(run, limit=2) == [first, zero]
    assert store.refused(run, "nobody") == []


@pytest.mark.parametrize("lost", [0, 2], ids=["none given", "one too many"])
def test_a_reject_that_is_not_accounted_for_is_refused(store: SqlStore, territory: str, lost: int) -> None:
    run = store.begin(territory)
    given_ = [Reject("osm", RejectCode.NO_POSITION, line, "") for line in range(lost)]
    with pytest.raises(StoreError, match=r"source osm counts \{'no_position': 1\} rejected rows, and gave"):
        store.put(run, sources=[source()], rejects=given_)
    assert store.refused(run) == []


def test_thousands_of_rejects_are_kept(store: SqlStore, territory: str) -> None:
    many = source(rejects={"bad_number": 20_000}, ledger=SourceLedger(20_000, 0, 0, 0, 20_000))
    run = filled(store, territory, sources=[many])
    assert [count.rows for count in store.rejects(run)] == [20_000]
    assert store.refused(run, "osm", "bad_number", limit=20_000)[-1].line == 20_001


def decision(kept: str, merged: str) -> Decision:
    return Decision(kept, merged, "osm", merged, "food.bakery", "Boulangerie", 4.0, 46.0, "name", 12.5, None)


def test_the_decisions_of_a_service_are_found_with_those_behind_them(store: SqlStore, territory: str) -> None:
    taken = [decision("b", "c"), decision("a", "b"), decision("a", "d"), decision("e", "f"), decision("g", "g")]
    run = filled(store, territory, decisions=taken)
    assert store.decisions(run) == taken
    assert store.decisions(run, "a") == taken[:3], "c was joined to b before b was joined to a"
    assert store.decisions(run, "b") == taken[:1]
    assert store.decisions(run, "g") == taken[4:]
    assert store.decisions(run, "nobody") == []


def test_what_the_gates_find_is_kept_in_its_order(store: SqlStore, territory: str) -> None:
    rows, age = Finding("rows", "osm", Outcome.PASS, "10 rows"), Finding("age", "osm", Outcome.FAIL, "of 2019")
    edge = Finding("edge", "walk", Outcome.WARN, "3 of 5")
    override = Override("age:osm", "no newer file is published", datetime(2026, 11, 24, 15, tzinfo=UTC))
    run = filled(store, territory, findings=[rows, age])
    assert (store.findings(run), store.overrides(run)) == ([rows, age], [])
    store.judged(run, [edge], [override])
    assert (store.findings(run), store.overrides(run)) == ([rows, age, edge], [override])
    store.judged(run, [])
    assert store.findings(filled(store, territory)) == []
    with pytest.raises(StoreError, match="is loading"):
        store.judged(store.begin(territory), [edge])
    with pytest.raises(IntegrityError):
        store.judged(run, [], [Override("age:osm", "", override.at)])


def test_frames_are_in_wgs84_and_in_the_order_of_the_lists(store: SqlStore, territory: str) -> None:
    services = [service("osm:b", 4.5, 46.75, capacity=12.0), service("osm:a", 4.25, 46.5)]
    communes = [
        Commune("71153", "Le Creusot", "71", 20907, ("71200",), True, shapely.box(4, 46, 5, 47)),
        Commune("71001", "L’Abergement", "71", None, (), False, None),
    ]
    cells = [Cell("CRS3035RES200mN2631000E3871000", 4.5, 46.75, "71153", 12.5, 3.0, 1.5, None)]
    run = filled(store, territory, services=services, communes=communes, cells=cells)

    frame = store.frame(run, "services")
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs.to_epsg() == 4326
    assert list(frame["id"]) == ["osm:a", "osm:b"]
    assert list(frame.geometry.x) == [4.25, 4.5]
    assert list(frame["capacity"].fillna(-1)) == [-1, 12]
    frame = store.frame(run, "communes")
    assert frame["population"].fillna(-1).to_list() == [-1, 20907]
    assert frame.geometry.isna().to_list() == [True, False]
    assert store.frame(run, "cells")["people"].sum() == 12.5
    empty = filled(store, territory)
    for layer in ("services", "communes", "cells"):
        assert store.frame(empty, layer).empty


# ---------------------------------------------------------------- the life of a run


def test_a_run_is_begun_filled_and_published(store: SqlStore, territory: str) -> None:
    assert store.runs(territory) == []
    assert store.last_published(territory) is None
    with pytest.raises(NoSnapshot, match=f"alentours build {territory}"):
        store.ledger(territory)

    run = store.begin(territory)
    assert store.runs(territory)[0].state is RunState.LOADING
    with pytest.raises(StoreError, match="is loading, not loaded"):
        store.published(run, "abc")
    store.put(run, rejects=rejects_of([source()]), sources=[source()])
    assert store.runs(territory)[0].state is RunState.LOADED
    assert store.last_published(territory) is None, "filled is not published"
    with pytest.raises(StoreError, match="is loaded, not loading"):
        store.put(run, rejects=rejects_of([source()]), sources=[source()])

    store.published(run, "abc")
    last = store.last_published(territory)
    assert last is not None
    assert (last.id, last.snapshot, last.territory) == (run, "abc", territory)
    assert last.started_at.tzinfo is not None
    assert last.loaded_at is not None
    assert last.published_at is not None
    assert last.started_at <= last.loaded_at <= last.published_at
    accounts = store.ledger(territory)
    assert accounts.run == last
    assert list(accounts.sources) == [source()]
    assert [r.code for r in accounts.rejects] == ["no_position"]


def test_unknown_runs_are_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="knows no run 999999"):
        store.put(999_999, sources=[])
    with pytest.raises(StoreError, match="knows no run 999999"):
        store.published(999_999, "abc")
    assert store.services(999_999) == []


def test_the_last_runs_and_the_published_one_are_kept(store: SqlStore, territory: str) -> None:
    neighbour = filled(store, territory + "n", services=[service("osm:n", 4.0, 46.0)])
    published = filled(store, territory, services=[service("osm:1", 4.0, 46.0)])
    store.published(published, "first")
    later = [filled(store, territory, services=[service(f"osm:{i}", 4.0, 46.0)]) for i in range(KEEP_RUNS + 2)]

    assert [run.id for run in store.runs(territory)] == [*reversed(later[-KEEP_RUNS:]), published]
    assert [s.id for s in store.services(published)] == ["osm:1"]
    assert store.services(later[0]) == []
    assert store.sources(later[0]) == []
    assert store.near(later[0], 4.0, 46.0, 1000) == []
    assert [s.id for s in store.services(neighbour)] == ["osm:n"], "another territory's run is none of ours"

    store.published(later[-1], "second")
    newest = filled(store, territory)
    assert [run.id for run in store.runs(territory)] == [newest, *reversed(later[-KEEP_RUNS + 1 :])]


BAD_CONTENT = {
    "longitude": {"services": [service("osm:x", 181.0, 46.0)]},
    "latitude": {"addresses": [Address("a", "", "", "", "", "", 4.0, -90.5, Position.STREET, "osm")]},
    "infinity": {"services": [service("osm:x", math.inf, 46.0)]},
    "NaN longitude": {"services": [service("osm:x", math.nan, 46.0)]},
    "NaN capacity": {"services": [service("osm:x", 4.0, 46.0, capacity=math.nan)]},
    "NUL in a name": {"services": [service("osm:x", 4.0, 46.0, name="Boulan\0gerie")]},
    "negative capacity": {"services": [service("osm:x", 4.0, 46.0, capacity=-1.0)]},
    "negative people": {"cells": [Cell("c", 4.0, 46.0, "", -0.5, 0.0, 0.0, None)]},
    "id twice": {"services": [service("osm:x", 4.0, 46.0), service("osm:x", 4.1, 46.1)]},
    "commune twice": {"communes": [Commune("71153", "", "71", 1, (), True, None)] * 2},
    "source twice": {"sources": [source(), source()]},
    "undeclared source": {
        "services": [service("x:1", 4.0, 46.0, provenance=(Provenance("x", "1", Licence.LO_2_0, "2026"),))]
    },
    "undeclared source of an address": {
        "addresses": [Address("a", "", "", "", "", "", 4.0, 46.0, Position.STREET, "x")]
    },
}


@pytest.mark.parametrize("bad", BAD_CONTENT.values(), ids=BAD_CONTENT)
def test_a_run_that_breaks_a_rule_leaves_nothing(store: SqlStore, territory: str, bad: dict[str, Any]) -> None:
    former = filled(store, territory, services=[service("osm:1", 4.0, 46.0)])
    store.published(former, "abc")
    run = store.begin(territory)
    with pytest.raises(StoreError):
        store.put(
            run,
            **{
                "sources": [source()],
                "rejects": rejects_of([source()]),
                "services": [service("osm:2", 4.0, 46.0)],
                **bad,
            },
        )

    assert store.sources(run) == []
    assert store.services(run) == []
    assert store.addresses(run) == []
    assert [s.id for s in store.services(former)] == ["osm:1"]
    last = store.last_published(territory)
    assert last is not None
    assert last.id == former
    store.put(run, rejects=rejects_of([source()]), sources=[source()], services=[service("osm:2", 4.0, 46.0)])
    assert [s.id for s in store.services(run)] == ["osm:2"], "the same run can be filled once the mistake is mended"


def test_a_source_that_breaks_while_it_is_read_leaves_nothing(store: SqlStore, territory: str) -> None:
    def rejects() -> Iterator[Reject]:
        yield Reject("osm", RejectCode.NO_POSITION, 1, "")
        raise RuntimeError("the file ended")

    run = store.begin(territory)
    with pytest.raises(RuntimeError, match="the file ended"):
        store.put(run, sources=[source()], rejects=rejects())
    assert store.sources(run) == []


SOURCE_COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("title", "producer", "url", "data_date", "fetched_at", "attribution", "content"), ""),
    "id": "raw",
    "licence": "ODbL-1.0",
    "complete": (),
    "read": 10,
    "kept": 6,
    "merged": 2,
    "out_of_scope": 1,
    "rejected": 1,
}


@pytest.mark.parametrize(
    "wrong", [{"read": 11}, {"kept": 5}, {"kept": 12, "merged": -4}, {"licence": "proprietary"}, {"title": None}]
)
def test_the_database_itself_refuses_a_ledger_that_does_not_add_up(
    store: SqlStore, territory: str, wrong: dict[str, Any]
) -> None:
    run = filled(store, territory)
    with store.engine.begin() as connection:
        connection.execute(insert(SourceRow), {"run": run, **SOURCE_COLUMNS})
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(SourceRow), {"run": run, **SOURCE_COLUMNS, "id": "wrong", **wrong})


def test_no_provenance_without_its_service_and_no_service_without_its_run(store: SqlStore, territory: str) -> None:
    run = filled(store, territory, services=[service("osm:1", 4.0, 46.0)])
    orphan = {"run": run, "service": "osm:2", "rank": 0, "source": "osm", "local_id": "", "licence": "ODbL-1.0"}
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(ProvenanceRow), orphan | {"data_date": ""})
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(delete(ServiceRow).where(ServiceRow.run == run))
