"""The two files of FINESS together: where the establishments are, and what they are authorised to do there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from ingest.conflate import conflate
from ingest.fetch import Fetched
from ingest.ledger import RejectCode
from ingest.matching import MatchRules
from ingest.precedence import Precedence
from ingest.reading import normalise, read_table
from ingest.results import SourceResult
from tests.ingest.elsewhere import DATA, came_to, declared
from tests.ingest.test_feeds import LAT, LON, structure
from tests.ingest.world import CRS, lonlat, scope

HOSPITAL, CLINIC, HOME, CLOSED, FAR, UNHEARD = (f"71000{n}" for n in ("0019", "0027", "0035", "0043", "0050", "0068"))
NATURES = ("AASA", "ASRC", "EML", "ASDR", "ASOCR", "ASMR", "AER", "AMF", "AMM")


def structures() -> dict[str, Any]:
    """A hospital, a clinic of follow-up care, a home for old people, a hospital that closed, and one far away.

    In all of them coordonneeX is the northing.
    """
    places = [
        structure(HOSPITAL, "355", coded=False), structure(CLINIC, "109", coded=False),
        structure(HOME, "500", coded=False), structure(CLOSED, "355", "I", coded=False),
        structure(FAR, "355", coded=False),
    ]  # fmt: skip
    lon, lat = lonlat(2, 202)
    places[4]["adresse"][0] |= {
        "cogCommune": "75001", "codePostal": "75000",
        "coordonneesGeographique": {"directionLatitude": str(lat), "directionLongitude": str(lon)},
    }  # fmt: skip
    return {"pmej": [{"informationsGeneralesPmej": {"numFinessPm": "710000001"}, "ege": places}]}


def authorised(nature: str, what: Mapping[str, str], state: str = "A", **dates: str) -> dict[str, Any]:
    """An activity as the feed of 2026 has it: what it says nothing of is null."""
    general = {
        "activiteAeId": "440236", "etatObjet": state, "identifiantAutorisation": "440235",
        "numAutorisationArhgos": None, "dateDebutActiviteAutorisee": "2017-01-03",
        "dateFinActiviteAutorisee": None, "dateFinEffectiveActivite": None, "dateCaduciteAutorisation": None,
        "egeId": "1132", "typeActiviteSMSSE": "178", "egeExploitanteId": None, "egeFacturante": None, **dates,
    }  # fmt: skip
    kind = {"codeNature": nature, "caracteristiquesSpecifiques": {"activiteAeId": None, f"typeActivite{nature}": what}}
    return {"caracteristiquesGeneriques": general, "nature": kind, "evenement": [], "engagement": [], "capacite": []}


def by_the_draft(activity: dict[str, Any]) -> dict[str, Any]:
    """The same by the schema's first draft: one object for each nature, of which one says something."""
    nature, what = activity["nature"]["codeNature"], activity["nature"]["caracteristiquesSpecifiques"]
    full = {
        "caracteristiquesGeneriques": activity["caracteristiquesGeneriques"],
        f"caracteristiquesSpecifiques{nature}": what,
        "evenement": [], "engagement": [], "capacite": [], "zoneIntervention": {},
    }  # fmt: skip
    return {f"nature{name}": full if name == nature else None for name in NATURES}


def before_2023(code: str, state: str = "A", form: str = "01", **dates: str) -> dict[str, Any]:
    return authorised("AMF", {"activiteAMF": code, "modaliteActivite": "00", "formeActivite": form}, state, **dates)


def since_2023(code: str) -> dict[str, Any]:
    return authorised("AMM", {"activiteAMM": code, "modaliteAMM": "QM000", "mentionAMM": "QN000"})


def activities(done: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, Any]:
    places = [
        {"egeId": str(number), "numFinessEge": finess, "activitesExercees": list(what)}
        for number, (finess, what) in enumerate(done.items())
    ]
    company = {"numFiness": "710000001", "pmSmsseId": "2", "activitesAutorisees": [before_2023("14")]}
    return {"schemaVersion": "v1.0.0", "pmej": [{**company, "ege": places}]}


@pytest.fixture
def read(tmp_path: Path):
    """Both files through the shipped sources: what the activities give, and what the structures do."""

    def taken(name: str, body: dict[str, Any], **given: Any) -> SourceResult:
        source = declared("71")[name]
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(body), encoding="utf-8")
        files = [Fetched(name, path, "0" * 64, source.url, "2026-11-01T00:00:00Z", "2026-11-01", source.producer)]
        result = normalise(source, read_table(source, files), files, scope(), **given)
        result.ledger.check(name)
        return result

    def both(done: Mapping[str, Sequence[dict[str, Any]]]) -> tuple[SourceResult, SourceResult]:
        places = taken("finess_structures", structures(), asked=["finess"])
        return taken("finess_activites", activities(done), known=places.places), places

    return both


@pytest.mark.parametrize("draft", [False, True], ids=["as published", "by the first draft of the schema"])
def test_what_is_done_makes_a_hospital_of_a_place_that_its_category_does_not(read, draft):
    done = {
        HOSPITAL: [before_2023("14"), since_2023("QA002"), before_2023("18")],
        CLINIC: [since_2023("QA001"), since_2023("QA050")],
        HOME: [before_2023("01", form="05")],
        CLOSED: [before_2023("14")],
        FAR: [before_2023("14")],
        UNHEARD: [before_2023("14")],
    }
    if draft:
        done = {finess: [by_the_draft(activity) for activity in what] for finess, what in done.items()}
    result, places = read(done)
    # Merged: the second reason to be a hospital. Left out: cancer, follow-up care, care at home, closed, far.
    assert came_to(result) == ((9, 2, 1, 5, 1), {"unknown_service": 1}, {"health.hospital": 2})
    assert [(r.code, r.example) for r in result.rejects] == [(RejectCode.UNKNOWN_SERVICE, UNHEARD)]
    clinic = result.drafts[1].service
    assert (clinic.id, clinic.name) == (f"finess_activites:{CLINIC}~hospital", f"ÉTABLISSEMENT {CLINIC}")
    assert (clinic.lon, clinic.lat) == pytest.approx((LON, LAT))
    assert clinic.insee == "71001"
    made = conflate(
        [result, places], MatchRules.load(DATA / "conflation.toml"), Precedence.load(DATA / "precedence.toml"), CRS
    )
    assert [service.id for service in made.services] == [clinic.id, f"finess_structures:{HOSPITAL}"]
    assert [p.source for p in made.services[1].provenance] == ["finess_structures", "finess_activites"]


@pytest.mark.parametrize(
    ("activity", "outcome"),
    [
        (before_2023("14", "I"), (1, 0, 0, 1, 0)),
        (before_2023("14", dateFinEffectiveActivite="2024-05-31"), (1, 0, 0, 1, 0)),
        (before_2023("14", dateCaduciteAutorisation="2024-05-31"), (1, 0, 0, 1, 0)),
        (before_2023("14", dateFinActiviteAutorisee="2024-05-31"), (1, 1, 0, 0, 0)),
        (before_2023("06"), (1, 0, 0, 0, 1)),
        (since_2023("QA099"), (1, 0, 0, 0, 1)),
        (authorised("ASDR", {"activiteSanitaireDiverseRegulee": "471"}), (1, 0, 0, 1, 0)),
        (authorised("EML", {"typeEmlId": "05602"}), (1, 0, 0, 1, 0)),
    ],
    ids=["inactive", "ended", "lapsed", "due for renewal", "unheard of", "unheard of since", "diverse", "a machine"],
)
def test_an_authorisation_takes_one_way_out(read, activity, outcome):
    # Every file of the country has both kinds; the second establishment stands for the rest of it.
    rest = {HOME: [before_2023("50"), since_2023("QA050")]}
    result, _ = read({HOSPITAL: [activity], **rest})
    counts = (outcome[0] + 2, *outcome[1:3], outcome[3] + 2, outcome[4])
    assert came_to(result)[0] == counts
    assert set(came_to(result)[1]) <= {"unmapped_category"}


def test_every_category_of_the_nomenclature_leads_somewhere(mirror):
    """The third flow of the former XML: no places, but what the codes of places may be."""
    flow = ElementTree.parse(mirror / "finess/helios-xml/finess_cs1500106_stock_20211214-0417.xml")
    codes = {entry.findtext("code") for entry in flow.iter("nomenclcategorieETavecagr")}
    assert len(codes) == 293
    assert codes <= set(declared("71")["finess"].codes)
