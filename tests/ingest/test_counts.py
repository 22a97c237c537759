"""Services counted by commune: no places, but a check of those that are found."""

from __future__ import annotations

import pytest

from geo.errors import SourceMalformed
from geo.places import CommuneCount, Licence, Provenance, Service
from ingest.counts import compare_counts, normalise_counts
from ingest.ledger import Ledger, RejectCode
from tests.ingest.world import fetched, scope, source, table

LONG = source(
    kind="counts", category="", columns={"insee": "depcom", "category": "typequ", "count": "nb"},
    categories={"C201": "education.college", "C301": "education.lycee", "C302": "education.lycee",
                "C701": "out_of_scope"},
)  # fmt: skip
WIDE = source(
    kind="counts", category="", columns={"insee": "ComInsee"},
    wide={"01 - Bassin": "sport.pool", "19 - Salle": "sport.gym", "18 - Dojo": "sport.gym"},
)  # fmt: skip


def counts(folder, of, text):
    read = table(folder, of, text)
    made = normalise_counts(of, read, [fetched(folder / "essai.csv", of)], scope())
    made.ledger.check("essai")
    return made


def test_rows_of_one_commune_and_category_are_added_up(tmp_path):
    made = counts(
        tmp_path, LONG,
        "depcom;typequ;nb\n71001;C201;1\n71001;C201;2\n71001;C301;1\n71903;C201;1\n71904;C201;1\n71002;C302;0\n",
    )  # fmt: skip
    assert made.counts == (
        CommuneCount("essai", "71001", "education.college", 3), CommuneCount("essai", "71001", "education.lycee", 1),
        CommuneCount("essai", "71002", "education.lycee", 0), CommuneCount("essai", "71003", "education.college", 2),
    )  # fmt: skip
    assert made.ledger == Ledger(read=6, kept=4, merged=2, out_of_scope=0, rejected=0)


def test_every_row_is_accounted_for(tmp_path):
    made = counts(
        tmp_path, LONG,
        "depcom;typequ;nb\n71001;C201;1\n71001;C701;1\n21001;C201;1\n75001;C201;1\n99999;C201;1\n"
        "71001;C999;1\n71001;C201;\n71001;C201;-1\n",
    )  # fmt: skip
    assert made.ledger == Ledger(read=8, kept=1, merged=0, out_of_scope=3, rejected=4)
    assert [(r.code, r.example) for r in made.rejects] == [
        (RejectCode.UNKNOWN_COMMUNE, "99999"), (RejectCode.UNMAPPED_CATEGORY, "C999"),
        (RejectCode.BAD_NUMBER, ""), (RejectCode.BAD_NUMBER, "-1"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["long", "wide"])
def test_a_table_that_was_sent_twice_counts_nothing_twice(tmp_path, form):
    if form == "long":
        of, text = LONG, "iris;depcom;typequ;nb\n71001_1;71001;C201;1\n71001_2;71001;C201;2\n71001_1;71001;C301;4\n"
        of = of.model_copy(update={"columns": {**of.columns, "key": ("iris+typequ",)}})
    else:
        of, text = WIDE, "ComInsee;01 - Bassin;18 - Dojo;19 - Salle\n71001;1;1;2\n71002;1;;1\n"
        of = of.model_copy(update={"columns": {**of.columns, "key": ("ComInsee",)}})
    header, _, rows = text.partition("\n")
    once, twice = counts(tmp_path, of, text), counts(tmp_path, of, f"{header}\n{rows}{rows}")
    assert twice.counts == once.counts
    assert twice.ledger.merged == once.ledger.merged + once.ledger.read


def test_one_column_a_category(tmp_path):
    made = counts(
        tmp_path, WIDE,
        "ComInsee;Total;01 - Bassin;18 - Dojo;19 - Salle\n71001;4;1;1;2\n71002;1;;;1\n71003;9;;;\n21001;1;1;;\n"
        "71002;1;peu;;\n",
    )  # fmt: skip
    assert made.counts == (
        CommuneCount("essai", "71001", "sport.gym", 3), CommuneCount("essai", "71001", "sport.pool", 1),
        CommuneCount("essai", "71002", "sport.gym", 1),
    )  # fmt: skip
    assert made.ledger == Ledger(read=5, kept=2, merged=0, out_of_scope=2, rejected=1)


def test_a_column_that_vanished_stops_the_source(tmp_path):
    with pytest.raises(SourceMalformed, match="'18 - Dojo'"):
        counts(tmp_path, WIDE, "ComInsee;01 - Bassin;19 - Salle\n71001;1;2\n")


def test_counts_are_held_against_what_is_found():
    told = [
        CommuneCount("bpe", "71001", "education.college", 2), CommuneCount("bpe", "71002", "education.college", 1),
        CommuneCount("bpe", "71003", "education.college", 0),
    ]  # fmt: skip
    found = [college("a", "71001"), college("b", "71003"), college("c", "21001", in_territory=False)]
    (gap,) = compare_counts(told, found)
    assert (gap.source, gap.category, gap.counted, gap.found, gap.communes) == ("bpe", "education.college", 3, 2, 2)
    assert gap.empty == ("71002",)
    assert gap.short == (("71001", 2, 1), ("71002", 1, 0))


def college(name, insee, **given):
    provenance = (Provenance("essai", name, Licence.LO_2_0, "2024"),)
    return Service(f"essai:{name}", "education.college", name, 4.4, 46.7, insee, None, provenance, **given)
