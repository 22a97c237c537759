"""What a code of a commune meant on a day: mergers, divisions and codes given back, on a made-up corner of France."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.commune_changes import read_changes
from ingest.commune_history import CommuneChange, meanings_on
from ingest.ledger import Ledger, RejectCode
from ingest.reading import normalise
from ingest.source_files import load_sources
from tests.ingest.world import COG, fetched, ground, lonlat, scope, source, table

HEADER = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
    "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
)
# Alpha took in Vieux-Alpha in 1973 and gave it back in 1985; it was divided in 2012, when Bêta was drawn out of it.
# Gamma and Gamma-Est became Gamma-les-Deux in 2019. Delta came from the département of Oméga in 2016.
CHANGES = (
    CommuneChange("1973-01-01", "71001", "71001"),
    CommuneChange("1973-01-01", "71800", "71001"),
    CommuneChange("1985-03-01", "71001", "71001"),
    CommuneChange("1985-03-01", "71001", "71800"),
    CommuneChange("2012-01-01", "71001", "71001"),
    CommuneChange("2012-01-01", "71001", "71002"),
    CommuneChange("2016-01-01", "75901", "21001"),
    CommuneChange("2019-01-01", "71800", "71003"),
    CommuneChange("2019-01-01", "71903", "71003"),
    CommuneChange("2019-01-01", "71904", "71003"),
)
LATEST = {
    "71001": "71001", "71002": "71002", "71003": "71003", "21001": "21001", "71800": "71003", "71903": "71003",
    "71904": "71003", "75901": "21001",
}  # fmt: skip


def line(change: CommuneChange, mod: int = 32, kinds: tuple[str, str] = ("COM", "COM")) -> str:
    before, after = (
        (kind, code, "0", "NOM", "Nom", "Nom") for kind, code in zip(kinds, (change.before, change.after), strict=True)
    )
    return ",".join([str(mod), change.day, *before, *after])


def shipped(repository):
    (found,) = [s for s in load_sources(repository / "data" / "sources", "71") if s.kind == "commune_changes"]
    return found


# ---------------------------------------------------------------- led forward from a day


@pytest.mark.parametrize(
    ("date", "code", "today"),
    [
        ("2018-10", "71904", "71003"),  # a plain merger since
        ("2020", "71904", "71003"),  # an old code in a newer file has its latest meaning
        ("2012", "71001", "71001"),  # the day of the division: the file knows of it
        ("2011-12-31", "71001", ""),  # divided since: what Bêta is today was Alpha's
        ("2011-12-31", "71800", "71003"),
        ("1970", "71800", "71003"),  # taken in, given back, merged again: always itself
        ("1970", "71001", ""),
        ("1980", "71001", ""),  # Vieux-Alpha was a part of it, and is one of Gamma-les-Deux
        ("2015-12", "75901", "21001"),  # another code in another département
        ("2013", "71002", "71002"),
        ("", "71001", "71001"),  # a file that does not say of when it is
    ],
)
def test_a_code_is_led_forward_from_the_day_of_its_file(date, code, today):
    assert meanings_on(date, CHANGES, LATEST)[code] == today


def test_a_code_of_no_commune_of_today_that_was_divided_is_nowhere():
    gone = (CommuneChange("2010-01-01", "71700", "71001"), CommuneChange("2010-01-01", "71700", "71002"))
    assert "71700" not in meanings_on("2009", gone, LATEST)
    assert meanings_on("2010", gone, LATEST) is LATEST


def test_a_code_that_another_commune_took_over_means_the_first_one_before():
    """Gamma-les-Deux takes its seat, hence its code, from 71001; then Alpha's code is given to the new town."""
    moved = (
        CommuneChange("2014-01-01", "71001", "71003"),
        CommuneChange("2017-01-01", "71904", "71001"),
    )
    assert meanings_on("2013", moved, LATEST)["71001"] == "71003"
    assert meanings_on("2015", moved, LATEST)["71001"] == "71001"
    assert meanings_on("2016", moved, LATEST)["71904"] == "71001"


@given(st.lists(st.builds(CommuneChange, st.sampled_from(["2001-01-01", "2002-01-01", "2003-06-01"]),
                          *[st.sampled_from(sorted(LATEST))] * 2), max_size=12),
       st.sampled_from(["", "1999", "2001", "2002-03", "2003-05-31", "2024"]))  # fmt: skip
def test_whatever_has_happened_every_code_leads_to_one_of_today_or_nowhere(changes, date):
    found = meanings_on(date, changes, LATEST)
    assert set(found) <= set(LATEST)
    assert set(found.values()) <= {*LATEST.values(), ""}
    assert all(LATEST[code] == code for code, today in found.items() if today == "")
    assert date != "2024" or found is LATEST


# ---------------------------------------------------------------- the list, as INSEE writes it


def laid(tmp_path, repository, *lines, register=COG, shapes=None, date="2018-10"):
    of = shipped(repository)
    listed = table(tmp_path, of, "\n".join([HEADER, *lines]) + "\n", "mvt.csv")
    return ground(register, shapes, changes=(of, listed), contours_date=date)


REGISTER = [
    *COG,
    {"code": "71800", "nom": "Vieux-Alpha", "type": "commune-deleguee", "chefLieu": "71003", "departement": "71"},
]


def test_the_list_is_accounted_for(tmp_path, repository):
    made = laid(
        tmp_path, repository,
        line(CHANGES[1]), line(CHANGES[1]),
        line(CommuneChange("2019-01-01", "71904", "71904"), kinds=("COM", "COMD")),
        line(CommuneChange("2016-01-01", "33001", "33002")),
        line(CommuneChange("hier", "71904", "71003")),
        line(CommuneChange("2019-01-01", "", "71003")),
        register=REGISTER,
    )  # fmt: skip
    assert made.ledgers["cog_mouvements"] == Ledger(read=6, kept=1, merged=1, out_of_scope=2, rejected=2)
    made.ledgers["cog_mouvements"].check("cog_mouvements")
    assert [reject.code for reject in made.rejects] == [RejectCode.NO_KEY] * 2
    assert made.scope.changes == (CHANGES[1], CommuneChange("2016-01-01", "33001", "33002"))


def test_the_list_is_read_in_any_order(tmp_path, repository):
    of = shipped(repository)
    lines = [line(change) for change in reversed(CHANGES)]
    assert read_changes(of, table(tmp_path, of, "\n".join([HEADER, *lines]) + "\n")).changes == tuple(sorted(CHANGES))


# ---------------------------------------------------------------- what it does to rows


def test_contours_are_joined_as_on_their_own_day(tmp_path, repository):
    """71904 belongs to Bêta in the register's latest words, since it was given to it later: the contour is older."""
    register = json.loads(json.dumps(COG))
    register[4]["chefLieu"] = "71002"
    lines = [line(CommuneChange("2019-01-01", "71904", "71003"))]
    dated = {c.insee: c for c in laid(tmp_path, repository, *lines, register=register).scope.communes}
    undated = {c.insee: c for c in ground(register).scope.communes}
    assert dated["71003"].geometry.area == pytest.approx(2 * undated["71003"].geometry.area, rel=0.01)
    assert dated["71002"].geometry.area == pytest.approx(undated["71002"].geometry.area / 2, rel=0.01)


def test_the_outline_of_a_commune_divided_since_stays_with_its_code(tmp_path, repository):
    lines = [line(CommuneChange("2020-01-01", "71001", code)) for code in ("71001", "71002")]
    communes = {c.insee: c for c in laid(tmp_path, repository, *lines).scope.communes}
    assert communes["71001"].geometry.equals(scope().by_code["71001"].geometry)


def test_rows_of_an_older_file_are_led_from_its_date(tmp_path, repository):
    divided = [line(CommuneChange("2020-01-01", "71001", code)) for code in ("71001", "71002")]
    here = laid(tmp_path, repository, *divided).scope
    people = source(kind="commune_facts", category="", columns={"key": "com", "population": "pmun"})
    read = table(tmp_path, people, "com;pmun\n71001;1500\n71002;300\n")
    for date, known, rejected in (("2019", {"71002": 300}, 1), ("2020", {"71001": 1500, "71002": 300}, 0)):
        file = replace(fetched(tmp_path / "essai.csv", people), data_date=date)
        made = normalise(people, read, [file], here)
        assert {fact.insee: fact.population for fact in made.facts} == known
        assert [reject.code for reject in made.rejects] == [RejectCode.UNKNOWN_COMMUNE] * rejected


def test_the_former_commune_of_an_address_tells_the_part(tmp_path, repository):
    divided = [line(CommuneChange("2020-01-01", "71001", code)) for code in ("71001", "71002")]
    here = laid(tmp_path, repository, *divided).scope
    base = source(id="ban", kind="addresses", category="",
                  columns={"key": "id", "number": "numero", "street": "voie", "insee": "com", "former_insee": "ancien",
                           "lon": "lon", "lat": "lat"})  # fmt: skip
    lon, lat = lonlat(3.8, 2)  # near the border, in what was always Alpha's
    rows = (
        f"id;numero;voie;com;ancien;lon;lat\na;1;Rue Haute;71001;71002;{lon};{lat}\nb;1;Rue Basse;71001;;{lon};{lat}\n"
    )
    file = replace(fetched(tmp_path / "essai.csv", base), data_date="2019")
    made = normalise(base, table(tmp_path, base, rows), [file], here)
    assert {a.id: a.insee for a in made.addresses} == {"ban:a": "71002", "ban:b": "71001"}
