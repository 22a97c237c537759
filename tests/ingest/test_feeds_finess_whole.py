"""Whole files of FINESS by the published schemas: valid, read to the last row, and with each key missing in turn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from geo.errors import SourceMalformed
from ingest.fetch import Fetched
from ingest.ledger import RejectCode
from ingest.reading import normalise, read_table
from ingest.results import SourceResult
from tests.ingest import finess
from tests.ingest.elsewhere import came_to, declared
from tests.ingest.world import lonlat, scope

DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "finess_structures": finess.structures,
    "finess_activites": finess.activities,
}
DANGLING = {
    "informationsGeneralesEGE", "codingEtatObjet", "codingCategorieExercice", "codingModeFixationTarifaire",
    "codingTypeBudget", "codingRoleEGE",
}  # fmt: skip
"""What the schema of structures refers to and nowhere defines: anything goes there."""


def schema(mirror: Path, name: str) -> dict[str, Any]:
    return json.loads((mirror / f"finess/schemas-2026/schema-{name}-v1.json").read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from references(child)


def test_the_examples_conform_to_the_published_schemas(mirror):
    of_structures, of_activities = schema(mirror, "structures"), schema(mirror, "activites")
    defined = of_structures["definitions"]
    assert set(references(of_structures)) - set(defined) == DANGLING
    assert set(references(of_activities)) <= set(of_activities["$defs"])
    of_structures["definitions"] = defined | dict.fromkeys(DANGLING, True)
    for rules, document in ((of_structures, finess.structures()), (of_activities, finess.activities())):
        faults = Draft202012Validator(rules).iter_errors(document)
        assert [(fault.json_path, fault.message) for fault in faults] == []


Read = Callable[..., SourceResult]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Both files through the shipped sources; the places of the one are those of the whole example."""
    folder = tmp_path_factory.mktemp("finess")

    def one(name: str, body: dict[str, Any], **given: Any) -> SourceResult:
        source = declared("71")[name]
        path = folder / f"{name}.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        files = [Fetched(name, path, "0" * 64, source.url, "2026-11-01T00:00:00Z", "2026-11-01", source.producer)]
        result = normalise(source, read_table(source, files), files, scope(), **given)
        result.ledger.check(name)
        return result

    places = one("finess_structures", finess.structures(), asked=["finess"])

    def taken(name: str, body: dict[str, Any]) -> SourceResult:
        return one(name, body, **({"asked": ["finess"]} if name == "finess_structures" else {"known": places.places}))

    return taken


@pytest.fixture(scope="module")
def whole(read: Read) -> dict[str, SourceResult]:
    return {name: read(name, write()) for name, write in DOCUMENTS.items()}


@pytest.mark.parametrize("bare", [False, True], ids=["codes with their system", "bare codes"])
def test_every_place_of_the_whole_file_takes_one_way_out(read, bare):
    result = read("finess_structures", finess.structures(bare=bare))
    # Kept: two hospitals and a laboratory. Out of scope: closed; follow-up care; for old people, and far away.
    assert came_to(result) == (
        (9, 3, 0, 3, 3),
        {"no_position": 1, "address_not_found": 1, "unmapped_category": 1},
        {"health.hospital": 2, "health.laboratory": 1},
    )
    at = {draft.service.id.partition(":")[2]: draft for draft in result.drafts}
    for number, place in {finess.HOSPITAL: (2, 2), finess.LABORATORY: (3, 3), finess.COMMAS: (1, 1)}.items():
        service = at[number].service
        assert (service.lon, service.lat) == pytest.approx(lonlat(*place), abs=1e-6)
        assert (service.insee, service.name) == ("71001", f"MAISON {number}")
    assert dict(at[finess.HOSPITAL].links) == {"finess": finess.HOSPITAL, "siret": "12345001900017"}


def test_every_activity_of_the_whole_file_takes_one_way_out(whole):
    result = whole["finess_activites"]
    # Merged: the second reason. Out of scope: cancer, inactive, ended, lapsed, a machine, at home, of another nature.
    assert came_to(result) == ((11, 2, 1, 7, 1), {"unknown_service": 1}, {"health.hospital": 2})
    assert [(r.code, r.example) for r in result.rejects] == [(RejectCode.UNKNOWN_SERVICE, "710009999")]


# --- each key missing in turn


Way = tuple[str, ...]
"""Keys from the outermost object inwards; lists stand for all their items."""
UNREAD = {
    "contact", "engagement", "evenement", "gco", "gcc", "activitesAutorisees",
    "natureASRC", "natureASDR", "natureASOCR", "natureASMR", "natureAER",
}  # fmt: skip
"""Nothing is read inside these; they go whole."""
ROWS = {"pmej", "ege", "activitesExercees"}
"""Nothing tells a company without places, or a place without activities, from one that lost them."""
STATES = {"etatObjet", "dateFinEffectiveActivite", "dateCaduciteAutorisation", "formeActivite"}
"""What does not say that it closed counts as open: only here a row may come in."""


def ways(node: Any, way: Way = ()) -> Iterator[Way]:
    """Yield the way to every key of a document."""
    if isinstance(node, list):
        for item in node:
            yield from ways(item, way)
    elif isinstance(node, dict):
        for key, value in node.items():
            yield (*way, key)
            yield from () if key in UNREAD else ways(value, (*way, key))


def take_out(node: Any, way: Way, most: int) -> int:
    """Take the key at the end of a way out in ``most`` places at the most, and return in how many it was."""
    done = 0
    for item in node if isinstance(node, list) else [node]:
        if done == most or not isinstance(item, dict) or way[0] not in item:
            continue
        if len(way) > 1:
            done += take_out(item[way[0]], way[1:], most - done)
        else:
            del item[way[0]]
            done += 1
    return done


CASES = [
    pytest.param(name, way, most, id=f"{name} {'>'.join(way)} {where}")
    for name, write in DOCUMENTS.items()
    for way in dict.fromkeys(ways(write()))
    for where, most in (("once", 1), ("everywhere", 10_000))
]


def services(result: SourceResult) -> dict[str, dict[str, Any]]:
    return {draft.service.id: asdict(draft.service) for draft in result.drafts}


@pytest.mark.parametrize(("name", "way", "most"), CASES)
def test_a_missing_key_ends_in_an_error_a_reject_or_the_right_row(read, whole, name, way, most):
    body = DOCUMENTS[name]()
    assert take_out(body, way, most)
    try:
        came = read(name, body)
    except SourceMalformed as error:
        told = str(error)
    else:
        told = ""
        assert_right(whole[name], came, way)
    assert not told or way[-1] in ROWS or way[-1] in told, "the error names what is gone"


def assert_right(before: SourceResult, came: SourceResult, way: Way) -> None:
    """Each row of the whole file is as it was (or says less), or is a reject."""
    fewer = before.ledger.read - came.ledger.read
    assert fewer == 0 or way[-1] in ROWS
    known, found = services(before), services(came)
    assert len(known.keys() - found.keys()) <= fewer + came.ledger.rejected - before.ledger.rejected, "lost in silence"
    assert found.keys() <= known.keys() or STATES & set(way), "nobody's"
    for number in known.keys() & found.keys():
        assert {key for key, value in found[number].items() if value and value != known[number][key]} == set()
