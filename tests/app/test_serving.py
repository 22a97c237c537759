"""A snapshot is replaced by one assignment; what cannot be opened never takes the place of what serves."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from app.serving import Serving
from geo.errors import NoSnapshot, SnapshotCorrupt
from geo.publication import publish, rollback
from tests.app.conftest import Start
from tests.app.town import CODE, Town


def serving(town: Town) -> Serving:
    found = Serving(town.root, CODE)
    assert found.refresh()
    return found


def test_a_new_snapshot_serves_the_next_request(own_town: Town) -> None:
    now = serving(own_town)
    before = now.now()
    publish(own_town.root / CODE, "two")
    assert now.now() is before  # until somebody looks
    assert now.refresh()
    assert now.now().snapshot.id == "two"
    assert before.snapshot.addresses.search("rue")  # who took the former one still reads it
    rollback(own_town.root / CODE)
    assert now.refresh()
    assert now.now().snapshot.id == "one"


def test_nothing_is_opened_while_nothing_changes(own_town: Town) -> None:
    now = serving(own_town)
    before = now.now()
    assert not now.refresh()
    assert now.now() is before


def test_the_former_snapshot_is_let_go_when_nobody_holds_it(own_town: Town) -> None:
    now = serving(own_town)
    former = weakref.ref(now.now())
    publish(own_town.root / CODE, "two")
    now.refresh()
    gc.collect()
    assert former() is None


def break_snapshot(town: Town, snapshot_id: str) -> None:
    path = town.root / CODE / snapshot_id / "services.arrow"
    path.write_bytes(path.read_bytes()[:-8] + b"\0" * 8)


def test_a_broken_snapshot_does_not_replace_a_good_one(own_town: Town) -> None:
    now = serving(own_town)
    break_snapshot(own_town, "two")
    (own_town.root / CODE / "CURRENT").write_text("two\n")
    assert not now.refresh()
    assert now.now().snapshot.id == "one"
    (own_town.root / CODE / "CURRENT").write_text("../../etc\n")
    assert not now.refresh()
    assert now.now().snapshot.id == "one"
    (own_town.root / CODE / "CURRENT").unlink()
    assert not now.refresh()
    assert now.now().snapshot.id == "one"


def test_what_was_mended_is_tried_again(own_town: Town) -> None:
    now = serving(own_town)
    whole = (own_town.root / CODE / "two" / "services.arrow").read_bytes()
    break_snapshot(own_town, "two")
    (own_town.root / CODE / "CURRENT").write_text("two\n")
    assert not now.refresh()
    (own_town.root / CODE / "CURRENT").write_text("one\n")
    assert not now.refresh()
    (own_town.root / CODE / "two" / "services.arrow").write_bytes(whole)
    (own_town.root / CODE / "CURRENT").write_text("two\n")
    assert now.refresh()
    assert now.now().snapshot.id == "two"


def test_a_broken_snapshot_is_said_once_and_not_every_two_seconds(
    own_town: Town, capsys: pytest.CaptureFixture
) -> None:
    now = serving(own_town)
    break_snapshot(own_town, "two")
    (own_town.root / CODE / "CURRENT").write_text("two\n")
    capsys.readouterr()
    for _ in range(3):
        now.refresh()
    said = capsys.readouterr()
    assert (said.out + said.err).count("snapshot refused") == 1


def test_without_a_snapshot_every_operation_says_503_until_one_is_published(
    own_town: Town, start: Start, tmp_path: Path
) -> None:
    empty = Town(tmp_path / "empty", own_town.ids, own_town.lattice)
    client = start(empty)
    for path in ("/api/v1/healthz", "/api/v1/categories", "/api/v1/score?lon=0&lat=0", "/tiles/0/0/0.mvt"):
        response = client.get(path)
        assert response.status_code == 503
        assert response.json()["type"] == "/problems/no_snapshot"
        assert str(tmp_path) not in response.text
    assert client.get("/").status_code == 200
    empty.root.mkdir()
    (own_town.root / CODE).rename(empty.root / CODE)
    assert client.app.state.serving.refresh()
    assert client.get("/api/v1/healthz").json() == {"status": "ok", "snapshot": "one"}


def test_a_broken_snapshot_at_the_start_is_503_and_names_no_folder(own_town: Town, start: Start) -> None:
    break_snapshot(own_town, "one")
    client = start(own_town)
    response = client.get("/api/v1/healthz")
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/snapshot_corrupt"
    assert str(own_town.root) not in response.text


def test_a_snapshot_of_another_version_is_refused_like_a_broken_one(own_town: Town) -> None:
    now = Serving(own_town.root, CODE, verify=False)
    assert now.refresh()
    (own_town.root / CODE / "two" / "sources.json").unlink()
    (own_town.root / CODE / "CURRENT").write_text("two\n")
    assert not now.refresh()
    assert now.now().snapshot.id == "one"


def test_nothing_serves_before_it_was_looked_for(own_town: Town) -> None:
    with pytest.raises(NoSnapshot):
        Serving(own_town.root, CODE).now()
    broken = Serving(own_town.root, CODE)
    break_snapshot(own_town, "one")
    broken.refresh()
    with pytest.raises(SnapshotCorrupt):
        broken.now()


def test_the_watch_takes_a_publication_up_by_itself(own_town: Town, portal: BlockingPortal) -> None:
    async def watch() -> str:
        now = Serving(own_town.root, CODE)
        async with now.watched(every_s=0.02):
            assert now.now().snapshot.id == "one"
            publish(own_town.root / CODE, "two")
            deadline = time.monotonic() + 20
            while now.now().snapshot.id == "one" and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            return now.now().snapshot.id

    assert portal.call(watch) == "two"


def test_a_cursor_of_the_former_snapshot_is_refused_in_words(own_town: Town, start: Start) -> None:
    client = start(own_town)
    following = client.get("/api/v1/services", limit=3).json()["links"][0]["href"]
    tag = client.get("/api/v1/categories").headers["etag"]
    publish(own_town.root / CODE, "two")
    client.app.state.serving.refresh()
    response = client.get(following)
    assert response.status_code == 422
    assert "another snapshot" in response.json()["detail"]
    again = client.request("GET", "/api/v1/categories", headers={"If-None-Match": tag})
    assert again.status_code == 200  # what was true of the former snapshot is asked anew
