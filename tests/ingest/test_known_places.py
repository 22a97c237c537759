"""Rows that say what is done somewhere stand where another source of the same register says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.places import Precision
from ingest.conflate import conflate
from ingest.fetch import Fetched
from ingest.gather import gather
from ingest.known_places import KnownPlaces
from ingest.ledger import Ledger, RejectCode
from ingest.matching import MatchRules
from ingest.normalise import normalise_services
from ingest.precedence import Precedence
from ingest.source_files import load_sources
from ingest.stages import Stages
from ingest.trial import ANYWHERE, try_source
from tests.built import build_settings
from tests.ingest.world import (
    COG,
    CRS,
    SAONE_ET_LOIRE,
    cog_source,
    contour_source,
    contours,
    fetched,
    lonlat,
    scope,
    source,
    table,
)

DATA = Path(__file__).resolve().parents[2] / "data"
PLACES = source(
    id="lieux", columns={"key": "id", "name": "nom", "category": "genre", "lon": "lon", "lat": "lat", "precision": "q"},
    categories={"H": "health.hospital", "M": "out_of_scope"}, links={"finess": "id"}, precision={"6": "housenumber"},
    drop=[{"column": "etat", "in": ["I"]}],
)  # fmt: skip
DEEDS = source(
    id="actes", columns={"key": "id", "category": "acte"}, links={"finess": "id"}, sites=True,
    categories={"14": "health.hospital", "20": "health.laboratory", "50": "out_of_scope"},
    placed_by={"source": "lieux", "link": "finess"},
)  # fmt: skip


def at(x_km, y_km):
    lon, lat = lonlat(x_km, y_km)
    return f"{lon:.6f};{lat:.6f}"


REGISTER = "\n".join(
    [
        "id;nom;genre;etat;q;lon;lat",
        f"71a;CH ALPHA;H;A;6;{at(2, 2)}",
        f"71b;MAISON BÊTA;M;A;;{at(6, 1)}",  # of no use by itself, and a place all the same
        f"71c;CLOSED;H;I;6;{at(2, 3)}",
        f"75d;CHU OMÉGA;H;A;6;{at(2, 202)}",
        "71e;NOWHERE;H;A;6;0;0",
        f"71a;CH ALPHA BIS;H;I;6;{at(3, 3)}",  # the same number once more, of a closed part
        f"71g;CH GAMMA;X;A;6;{at(2, 6)}",  # a code that nobody knows is no reason to have no place
    ]
)  # fmt: skip


def register(folder, text=REGISTER):
    """What the register gives, and where its rows stand."""
    made = normalise_services(
        PLACES, table(folder, PLACES, text), [fetched(folder / "essai.csv", PLACES)], scope(), asked=["finess"]
    )
    made.ledger.check("lieux")
    return made


def deeds(folder, *lines, of=DEEDS, header="id;acte", known=None):
    read = table(folder, of, "\n".join([header, *lines]) + "\n", "actes.csv")
    given = known if known is not None else register(folder).places
    made = normalise_services(of, read, [fetched(folder / "actes.csv", of)], scope(), known=given)
    made.ledger.check("actes")
    return made


def test_a_row_stands_where_the_register_says_under_the_name_that_it_gives(tmp_path):
    made = deeds(tmp_path, "71a;14", "71b;14", "71G;20")
    assert [(d.service.id, d.service.name, d.service.insee, d.service.precision) for d in made.drafts] == [
        ("actes:71a~hospital", "CH ALPHA", "71001", Precision.HOUSENUMBER),
        ("actes:71b~hospital", "MAISON BÊTA", "71002", Precision.UNKNOWN),
        ("actes:71G~laboratory", "CH GAMMA", "71003", Precision.HOUSENUMBER),
    ]
    assert [(d.service.lon, d.service.lat) for d in made.drafts] == [
        pytest.approx(lonlat(x, y), abs=1e-6) for x, y in ((2, 2), (6, 1), (2, 6))
    ]
    assert all(d.service.in_territory for d in made.drafts)


def test_closed_far_refused_and_unknown_places_are_told_apart(tmp_path):
    made = deeds(tmp_path, "71c;14", "75d;14", "71e;14", "71f;14", "71a;50", "71a;99", "71a;14")
    assert made.ledger == Ledger(read=7, kept=1, merged=0, out_of_scope=3, rejected=3)
    assert [(r.code, r.line, r.example) for r in made.rejects] == [
        (RejectCode.UNMAPPED_CATEGORY, 7, "99"), (RejectCode.ZERO_POSITION, 4, "71E"),
        (RejectCode.UNKNOWN_SERVICE, 5, "71F"),
    ]  # fmt: skip


def test_codes_are_judged_before_places(tmp_path):
    made = deeds(tmp_path, "71f;50", "71e;50", "71f;99", "71e;99", "71c;99", "75d;99")
    assert made.ledger == Ledger(read=6, kept=0, merged=0, out_of_scope=4, rejected=2)
    assert [(r.code, r.line) for r in made.rejects] == [(RejectCode.UNMAPPED_CATEGORY, line) for line in (4, 5)]


def test_a_place_of_a_code_that_is_out_of_scope_or_unknown_is_none_the_less_known(tmp_path):
    made = register(tmp_path)
    assert {r.code for r in made.rejects} == {RejectCode.ZERO_POSITION, RejectCode.UNMAPPED_CATEGORY}
    found = made.places.find("finess", pd.Series(["71B", "71G", "71E"]))
    assert made.places.is_usable(found).tolist() == [True, True, False]
    assert made.places.problems(found).tolist() == [None, None, RejectCode.ZERO_POSITION]


def test_what_is_done_twice_at_one_place_is_one_service_and_other_things_there_are_others(tmp_path):
    made = deeds(tmp_path, "71a;14", "71a;14", "71a;20")
    assert [d.service.id for d in made.drafts] == ["actes:71a~hospital", "actes:71a~laboratory"]
    assert made.ledger == Ledger(read=3, kept=2, merged=1, out_of_scope=0, rejected=0)


def test_a_row_with_coordinates_and_a_name_keeps_them(tmp_path):
    of = DEEDS.model_copy(
        update={"columns": {**DEEDS.columns, "name": ("nom",), "lon": ("lon",), "lat": ("lat",)}, "sites": False}
    )
    made = deeds(
        tmp_path, f"71f;14;ANNEXE;{at(1, 1)}", "71a;14;URGENCES;;", "71b;14;;0;0",
        of=of, header="id;acte;nom;lon;lat",
    )  # fmt: skip
    assert [(d.service.name, d.service.lon) for d in made.drafts] == [
        ("ANNEXE", pytest.approx(lonlat(1, 1)[0], abs=1e-6)), ("URGENCES", pytest.approx(lonlat(2, 2)[0], abs=1e-6)),
    ]  # fmt: skip
    assert [(r.code, r.example) for r in made.rejects] == [(RejectCode.ZERO_POSITION, "0, 0")]


def test_the_same_thing_in_both_is_one_service_and_anything_else_one_of_its_own(tmp_path):
    """The register says where, so that its row wins; what it leaves out by category stands by itself."""
    places = register(tmp_path)
    done = deeds(tmp_path, "71a;14", "71b;14", "71a;20", known=places.places)
    made = conflate(
        [done, places], MatchRules.load(DATA / "conflation.toml"), Precedence.load(DATA / "precedence.toml"), CRS
    )
    assert [service.id for service in made.services] == ["actes:71a~laboratory", "actes:71b~hospital", "lieux:71a"]
    assert [p.source for p in made.services[-1].provenance] == ["lieux", "actes"]
    assert [(d.kept, d.reason, d.distance_m) for d in made.decisions] == [("lieux:71a", "finess 71A", 0.0)]
    assert made.ledgers["actes"] == Ledger(read=3, kept=2, merged=1, out_of_scope=0, rejected=0)


@given(
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 2)), max_size=12), st.lists(st.sampled_from("ABCDEF"))
)
def test_the_best_row_of_an_identifier_is_found(rows, asked):
    """Worth 0: it has a place; 1: left out; 2: refused. The plain loop over all rows gives the same."""
    worth = np.array([w for _, w in rows], dtype=int)
    usable = np.flatnonzero(worth == 0)
    problem = np.array([RejectCode.BAD_POSITION if w == 2 else None for w in worth.tolist()], dtype=object)
    stand = pd.DataFrame({"lon": usable.astype(float), "lat": 0.0}, index=usable)
    known = KnownPlaces({"finess": pd.Series([name for name, _ in rows], dtype="str")}, problem, stand)
    found = known.find("finess", pd.Series(asked, dtype="str"))
    plain = [min(((w, row) for row, (name, w) in enumerate(rows) if name == one), default=(3, -1)) for one in asked]
    assert found.tolist() == [row for _, row in plain]
    assert known.is_usable(found).tolist() == [w == 0 for w, _ in plain]
    assert known.is_left_out(found).tolist() == [w == 1 for w, _ in plain]
    codes = {0: None, 1: None, 2: RejectCode.BAD_POSITION, 3: RejectCode.UNKNOWN_SERVICE}
    assert known.problems(found).tolist() == [codes[w] for w, _ in plain]


class Files:
    """The world's ground, the register and what is done there, as files of a build."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sources = [DEEDS, cog_source(), contour_source(), PLACES]
        self.fetched = {
            "cog": self._file(cog_source(), "cog.json", json.dumps(COG)),
            "contours": self._file(contour_source(), "contours.geojson", json.dumps(contours())),
            "actes": self._file(DEEDS, "actes.csv", "id;acte\n71a;20\n71f;20\n"),
        }
        self.register(REGISTER)

    def register(self, text: str) -> None:
        self.fetched["lieux"] = self._file(PLACES, "lieux.csv", text)

    def gather(self, stages: Stages | None = None):
        return gather(self.sources, self.fetched, SAONE_ET_LOIRE, DATA, stages=stages)

    def _file(self, of, name: str, text: str) -> list[Fetched]:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return [Fetched(of.id, path, f"{hash(text):x}", name, "2024-05-06T07:08:09Z", "2024-05", of.producer)]


def test_a_build_reads_the_register_first_and_again_when_it_changed(tmp_path):
    files, stages = Files(tmp_path), Stages(tmp_path / "cache")
    first = files.gather(stages)
    assert [service.id for service in first.services] == ["actes:71a~laboratory", "lieux:71a"]
    assert [r.example for r in first.rejects if r.source == "actes"] == ["71F"]
    assert files.gather(stages).services == first.services
    files.register(REGISTER.replace(at(2, 2), at(3, 2)).replace("71e;NOWHERE;H;A;6;0;0", f"71f;NEW;M;A;6;{at(6, 6)}"))
    again = files.gather(stages)
    assert [service.id for service in again.services] == ["actes:71a~laboratory", "actes:71f~laboratory", "lieux:71a"]
    assert again.services[0].lon == pytest.approx(lonlat(3, 2)[0], abs=1e-6)


def test_without_the_register_what_is_done_there_is_left_out_by_name(tmp_path):
    files = Files(tmp_path)
    del files.fetched["lieux"]
    gathered = files.gather()
    assert {source.id for source in gathered.excluded} == {"actes", "lieux"}
    assert not gathered.services


def test_a_trial_without_a_territory_has_no_register_to_ask(tmp_path):
    with pytest.raises(ConfigurationError, match="is placed by finess_structures: name a territory"):
        try_source("finess_activites", ANYWHERE, build_settings(tmp_path))


PLAIN = """
id = "lieux"
title = "Lieux"
producer = "Ministère"
licence = "etalab-2.0"
territories = ["71"]
url = "https://example.org/lieux.csv"
category = "health.hospital"
columns = { key = "id", lon = "x", lat = "y" }
links = { finess = "id" }
"""


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('placed_by = { source = "lieu", link = "finess" }', "no source 'lieu', did you mean 'lieux'"),
        ('placed_by = { source = "actes", link = "finess" }', "no source 'actes', did you mean"),
        ('placed_by = { source = "lieux", link = "fines" }', "no link 'fines', did you mean 'finess'"),
        (
            'placed_by = { sources = "lieux", link = "finess" }',
            "unknown key 'placed_by.sources', did you mean 'source'",
        ),
        ('placed_by = { source = "bourg", link = "finess" }', "'bourg' has no places of its own to give"),
        ('links.siret = "s"\nplaced_by = { source = "lieux", link = "siret" }', "has no link 'siret', did you mean"),
        ('placed_by = { source = "libre", link = "finess" }', "'libre' is under another licence"),
    ],
)
def test_places_that_cannot_be_taken_are_refused(tmp_path, lines, said):
    texts = {
        "lieux": PLAIN,
        "libre": PLAIN.replace("etalab-2.0", "ODbL-1.0").replace("lieux", "libre"),
        "bourg": PLAIN.replace('"lieux"', '"bourg"').replace('id = "id"', "") + 'kind = "communes"\n',
        "actes": PLAIN.replace('"lieux"', '"actes"').replace('links = { finess = "id" }', 'links.finess = "id"')
        + lines,
    }
    texts["bourg"] = texts["bourg"].replace('category = "health.hospital"\n', "").replace(', lon = "x", lat = "y"', "")
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_sources(tmp_path, "71")
