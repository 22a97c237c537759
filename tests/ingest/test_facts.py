"""Facts of communes from beside the COG, led to the communes of today."""

from __future__ import annotations

import pytest

from ingest.facts import add_facts, normalise_facts, people_gaps, population_gaps
from ingest.ledger import Ledger, RejectCode
from ingest.results import CommuneFact
from tests.ingest.world import fetched, scope, source, table

HEADER = "com;epci;nom_epci;dens;pmun;cp"
COLUMNS = {"key": "com", "epci": "epci", "epci_name": "nom_epci", "density": "dens", "population": "pmun",
           "postcode": "cp"}  # fmt: skip
FACTS = source(kind="commune_facts", category="", columns=COLUMNS, drop=[{"column": "com", "matches": "99.*"}])


def facts(folder, *lines):
    read = table(folder, FACTS, "\n".join([HEADER, *lines]) + "\n")
    made = normalise_facts(FACTS, read, [fetched(folder / "essai.csv", FACTS)], scope())
    made.ledger.check("essai")
    return made


def test_a_commune_learns_what_a_row_says(tmp_path):
    made = facts(tmp_path, "71001;200000001;CC du Carré;5;1 210;71100", "21001;;;7;91;21000")
    assert made.facts[1] == CommuneFact("71001", "200000001", "CC du Carré", 5, 1210, ("71100",))
    communes = {c.insee: c for c in add_facts(scope(), made.facts).communes}
    assert (communes["71001"].epci, communes["71001"].epci_name, communes["71001"].density) == (
        "200000001", "CC du Carré", 5
    )  # fmt: skip
    assert communes["71001"].population == 1200, "a second population checks the first, and replaces none"
    assert (communes["21001"].density, communes["71002"].density) == (7, None)


def test_rows_of_former_communes_are_joined(tmp_path):
    made = facts(tmp_path, "71903;1;A;6;250;71300", "71904;1;A;7;180;71310")
    assert made.facts == (CommuneFact("71003", "1", "A", None, 430, ("71300", "71310")),)
    assert made.ledger == Ledger(read=2, kept=1, merged=1, out_of_scope=0, rejected=0)
    (gamma,) = [c for c in add_facts(scope(), made.facts).communes if c.insee == "71003"]
    assert gamma.postcodes == ("71300", "71310")


def test_rows_that_stand_twice_count_nobody_twice(tmp_path):
    """The same file sent twice in one, and the same row with another postcode."""
    rows = ("71903;1;A;6;250;71300", "71904;1;A;7;180;71310")
    once, twice = facts(tmp_path, *rows), facts(tmp_path, *rows, *rows)
    assert twice.facts == once.facts
    assert twice.ledger == Ledger(read=4, kept=1, merged=3, out_of_scope=0, rejected=0)
    (fact,) = facts(tmp_path, rows[0], rows[0].replace("71300", "71305")).facts
    assert (fact.population, fact.postcodes) == (250, ("71300", "71305"))


def test_the_row_of_today_s_code_speaks_before_those_of_its_parts(tmp_path):
    made = facts(tmp_path, "71904;1;A;7;;71310", "71003;2;B;6;;71300")
    assert made.facts == (CommuneFact("71003", "2", "B", 6, None, ("71300", "71310")),)


def test_every_row_is_accounted_for(tmp_path):
    made = facts(
        tmp_path,
        "71001;;;5;1;",
        "75001;;;1;9;",
        "99138;;;;;98000",
        ";;;5;1;",
        "98765;;;5;1;",
        "71002;;;8;1;",
        "71002;;;5,5;1;",
        "71002;;;5;beaucoup;",
        "71002;;;5;-3;",
    )
    assert made.ledger == Ledger(read=9, kept=1, merged=0, out_of_scope=2, rejected=6)
    assert [(r.code, r.example) for r in made.rejects] == [
        (RejectCode.NO_KEY, "essai.csv"), (RejectCode.UNKNOWN_COMMUNE, "98765"), (RejectCode.BAD_NUMBER, "8"),
        (RejectCode.BAD_NUMBER, "5,5"), (RejectCode.BAD_NUMBER, "beaucoup"), (RejectCode.BAD_NUMBER, "-3"),
    ]  # fmt: skip


def test_a_source_with_one_column_says_nothing_of_the_others(tmp_path):
    only = source(kind="commune_facts", category="", columns={"key": "com", "postcode": "cp"})
    read = table(tmp_path, only, "com;cp\n71001;71100\n71001;71101\n")
    made = normalise_facts(only, read, [fetched(tmp_path / "essai.csv", only)], scope())
    assert made.facts == (CommuneFact("71001", postcodes=("71100", "71101")),)
    assert made.ledger == Ledger(read=2, kept=1, merged=1, out_of_scope=0, rejected=0)


def test_gaps_come_with_the_farthest_apart_first():
    told = [CommuneFact("71001", population=1100), CommuneFact("71003", population=460), CommuneFact("21001")]
    gaps = population_gaps(scope().communes, told)
    assert [(g.insee, g.people, g.others) for g in gaps] == [("71001", 1200, 1100), ("71003", 450, 460)]
    assert gaps[0].share == pytest.approx(1 / 12)
    assert people_gaps(scope().communes, {"21001": 5.0}) == [], "the halo is not compared"
