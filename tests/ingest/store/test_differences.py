"""The two stores hold the same rows: what the embedded one holds of the sample, carried over and compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.places import Commune
from ingest.ledger import Reject, RejectCode
from ingest.store import Store, open_store
from tests.ingest.store.differences import LISTS, differences
from tests.ingest.store.records import rejects_of, service, source


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """Two empty stores."""
    with open_store(tmp_path / "one.sqlite") as one, open_store(tmp_path / "other.sqlite") as other:
        yield one, other


def publish(store: Store, **content: Any) -> None:
    run = store.begin("71")
    content = {"sources": [source()], "rejects": rejects_of([source()]), **content}
    store.put(run, **content)
    store.published(run, "abc")


def test_a_store_is_like_itself(pair: tuple[Store, Store]) -> None:
    for store in pair:
        publish(store, services=[service("osm:1", 4.0, 46.0)])
    assert list(differences(*pair, "71")) == []


def test_a_difference_is_named(pair: tuple[Store, Store]) -> None:
    assert list(differences(*pair, "71")) == ["territory 71 is published in the other store at most"]
    one, other = pair
    bakery = service("osm:1", 4.0, 46.0)
    contour = Commune("71153", "Le Creusot", "71", 1, (), True, shapely.box(4, 46, 5, 47))
    publish(one, services=[bakery, service("osm:2", 4.0, 46.0)], communes=[contour])
    publish(
        other,
        sources=[source(fetched_at="later")],
        services=[replace(bakery, lon=4.0 + 0.9e-7, lat=46.0 + 2e-7, category="food.market"), service("osm:3", 4, 46)],
        communes=[replace(contour, geometry=shapely.box(4, 46, 5, 47.1))],
    )
    found = list(differences(one, other, "71"))
    assert found[:4] == [
        "services: osm:2 is in the first store alone",
        "services: osm:3 is in the other store alone",
        "services: osm:1: category is 'food.bakery' and 'food.market'",
        "services: osm:1: lat is 46.0 and 46.0000002",
    ]
    assert [said.partition(" is ")[0] for said in found[4:]] == ["communes: 71153: geometry"]


def test_postgis_holds_the_rows_of_the_sample_as_the_embedded_store_does(
    sample_folder: Path, empty_postgis_url: str
) -> None:
    with open_store(sample_folder / "store" / "alentours.sqlite") as one, open_store(empty_postgis_url) as other:
        former = one.last_published("00")
        assert former is not None
        content = {name: getattr(one, name)(former.id) for name in LISTS if name != "refused"}
        refused = one.refused(former.id)
        assert content["services"]
        assert refused
        run = other.begin("00")
        rejects = [Reject(row.source, RejectCode(row.code), row.line, row.example, row.file) for row in refused]
        other.put(run, rejects=rejects, **content)
        other.published(run, "abc")
        assert list(differences(one, other, "00")) == []
