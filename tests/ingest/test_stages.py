"""Results that are kept: right or not found, whole or made again, and not for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ingest.identity import digest_of_source
from ingest.stages import Stages
from tests.ingest.world import source


class Work:
    """Something that takes long, and remembers how often it was done."""

    def __init__(self, result: object = "result") -> None:
        self.result, self.done = result, 0

    def __call__(self) -> object:
        self.done += 1
        return self.result

    def fill(self, folder: Path) -> None:
        self.done += 1
        (folder / "inner").mkdir()
        (folder / "inner" / "array.bin").write_bytes(bytes(1000))


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    return Stages(tmp_path, "code")


def test_a_result_is_made_once(stages: Stages, tmp_path: Path) -> None:
    work = Work(("a", 1))
    key = stages.key("read", ["a.csv", "sha"])
    assert [stages.value("read", key, work) for _ in range(3)] == [("a", 1)] * 3
    assert Stages(tmp_path, "code").value("read", key, work) == ("a", 1)
    assert work.done == 1


def test_a_folder_is_filled_once(stages: Stages) -> None:
    work = Work()
    folders = {stages.folder("network", "k", work.fill) for _ in range(3)}
    assert work.done == 1
    assert (folders.pop() / "inner" / "array.bin").read_bytes() == bytes(1000)


def test_other_inputs_and_another_program_have_other_keys(tmp_path: Path) -> None:
    stages, other = Stages(tmp_path, "code"), Stages(tmp_path, "code 2")
    keys = {stages.key("read", "a"), stages.key("read", "b"), stages.key("write", "a"), other.key("read", "a")}
    assert len(keys) == 4
    assert stages.key("read", "a", [1, {"b": 2, "a": 1}]) == stages.key("read", "a", [1, {"a": 1, "b": 2}])


@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "no seal", "bad seal", "no pickle"])
def test_a_damaged_result_is_made_again(stages: Stages, tmp_path: Path, harm: str) -> None:
    work = Work([1, 2, 3])
    stages.value("read", "k", work)
    value, seal = tmp_path / "read" / "k" / "value.pickle", tmp_path / "read" / "k" / "entry.json"
    if harm == "changed":
        value.write_bytes(value.read_bytes().replace(b"K\x02", b"K\x05"))
    elif harm == "cut":
        value.write_bytes(value.read_bytes()[:-2])
    elif harm == "gone":
        value.unlink()
    elif harm == "no seal":
        seal.unlink()
    elif harm == "bad seal":
        seal.write_text("[]")
    else:
        stages.put("read", "k", 1)
        value.write_bytes(b"garbage")
    assert stages.value("read", "k", work) == [1, 2, 3]
    assert work.done == 2
    assert stages.value("read", "k", work) == [1, 2, 3]
    assert work.done == 2


def test_what_fails_leaves_nothing(stages: Stages, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_bytes(b"half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        stages.folder("network", "k", fail)
    assert list((tmp_path / "network").iterdir()) == []


def test_without_a_folder_everything_is_made_anew() -> None:
    work = Work()
    assert [Stages().value("read", "k", work) for _ in range(2)] == ["result"] * 2
    assert work.done == 2


def test_what_a_build_did_not_use_goes_but_for_the_newest(tmp_path: Path) -> None:
    former = Stages(tmp_path)
    for age, key in enumerate(("used", "new", "newer", "old", "older")):
        former.value("read", key, Work(key))
        moment = time.time() - 100 * (age + 1)
        os.utime(tmp_path / "read" / key, (moment, moment))
    ancient = time.time() - 30 * 86_400
    os.utime(tmp_path / "read" / "newer", (ancient, ancient))
    for draft, moment in ((".left.123", ancient), (".young.124", time.time())):
        (tmp_path / "read" / draft).mkdir()
        os.utime(tmp_path / "read" / draft, (moment, moment))
    stages = Stages(tmp_path)
    stages.value("read", "used", Work())
    stages.prune()
    assert {path.name for path in (tmp_path / "read").iterdir()} == {"used", "new", "old", ".young.124"}


def test_a_source_is_told_by_how_it_is_read() -> None:
    plain = source(keep=[{"column": "etat", "in": ["a", "b", "c"]}])
    assert digest_of_source(plain) == digest_of_source(source(keep=[{"column": "etat", "in": ["c", "b", "a"]}]))
    others = [
        source(keep=[{"column": "etat", "in": ["a", "b"]}]),
        source(columns={"key": "id", "name": "nom", "lon": "x", "lat": "lat"}),
        source(categories={"1": "health.pharmacy"}, columns={"key": "id", "category": "code", "lon": "a", "lat": "b"}),
    ]
    assert len({digest_of_source(one) for one in (plain, *others)}) == 4
