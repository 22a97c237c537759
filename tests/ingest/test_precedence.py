"""Which of the rows of one place gives which property: by rule, under one licence, and told."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.places import Departures, Licence, Precision, Provenance, Service
from ingest.conflate import conflate
from ingest.ledger import Ledger
from ingest.matching import MatchRules
from ingest.precedence import PROPERTIES, Precedence
from ingest.results import Draft, SourceResult
from tests.ingest.world import CRS, fetched, lonlat, source

DATA = Path(__file__).resolve().parents[2] / "data"
RULES = MatchRules.load(DATA / "conflation.toml")
SHIPPED = DATA / "precedence.toml"
PRECEDENCE = Precedence.load(SHIPPED)
CATEGORY = "health.pharmacy"
OPEN, SHARED = Licence.LO_2_0, Licence.ODBL_1_0


def publisher(name, licence=OPEN, **more):
    return source(id=name, licence=licence.value, category=CATEGORY, links={"finess": "finess"}, **more)


FIRST, SECOND, THIRD = publisher("a"), publisher("b"), publisher("c")


def row(of, at_m=(0.0, 0.0), insee="71001", key="1", **said):
    """A row that an identifier joins to all others of its key, and that says what is given."""
    lon, lat = lonlat(2 + at_m[0] / 1000, 2 + at_m[1] / 1000)
    plain = {"name": "Pharmacie", "capacity": None, "lon": lon, "lat": lat} | said
    origin = Provenance(of.id, key, of.licence, "2024")
    made = Service(f"{of.id}:{key}", CATEGORY, insee=insee, provenance=(origin,), **plain)
    drafts = (Draft(made, 1, (("finess", key),)),)
    return SourceResult(of, (fetched(Path("a"), of),), Ledger(1, 1, 0, 0, 0), drafts=drafts)


def settled(*results, precedence=PRECEDENCE):
    made = conflate(results, RULES, precedence, CRS)
    (service,) = made.services
    return service, made


def givers(service):
    return {name: origin.source for name, origin in service.given_by.items()}


TRIPS = Departures(30.0, 4.0, 6.0)
SAID = {
    "name": {"name": "Pharmacie du Pré"},
    "capacity": {"capacity": 40.0},
    "departures": {"departures": TRIPS},
    "lines": {"lines": ("1", "A")},
    "entrances": {"entrances": ((4.44, 46.76),)},
}
SILENT = {"name": "", "capacity": None, "departures": None, "lines": (), "entrances": ()}


# ---------------------------------------------------------------- licences


@pytest.mark.parametrize(("mine", "theirs"), [(OPEN, OPEN), (SHARED, SHARED), (OPEN, SHARED), (SHARED, OPEN)])
@pytest.mark.parametrize("name", sorted(SAID))
def test_a_gap_is_filled_under_one_licence_alone_but_for_ways_in(name, mine, theirs):
    service, made = settled(row(publisher("a", mine), **SILENT), row(publisher("b", theirs), **SILENT | SAID[name]))
    filled = mine is theirs or name == "entrances"
    assert givers(service) == ({name: "b"} if filled else {})
    assert getattr(service, name) == (SAID[name] if filled else SILENT)[name]
    assert [d.reason for d in made.decisions] == [f"finess 1; gives {name}" if filled else "finess 1"]


@pytest.mark.parametrize(("mine", "theirs"), [(OPEN, SHARED), (SHARED, OPEN)])
def test_a_finer_place_under_another_licence_moves_nothing(mine, theirs):
    town_hall = row(publisher("a", mine), precision=Precision.LOCALITY)
    door = row(publisher("b", theirs), (90, 0), precision=Precision.ENTRANCE)
    service, made = settled(town_hall, door)
    assert (service.lon, service.precision, givers(service)) == (lonlat(2, 2)[0], Precision.LOCALITY, {})
    (dissent,) = made.dissents
    assert (dissent.property, dissent.source) == ("position", "b")
    assert dissent.value.endswith("(entrance), 90 m away")


# ---------------------------------------------------------------- position


@pytest.mark.parametrize("mine", list(Precision))
@pytest.mark.parametrize("theirs", list(Precision))
def test_the_finer_step_is_believed_and_a_draw_moves_nothing(mine, theirs):
    steps = [{"entrance", "building", "housenumber"}, {"street", "unknown"}, {"locality"}]
    step = {precision: number for number, members in enumerate(steps) for precision in members}
    service, _ = settled(row(FIRST, precision=mine), row(SECOND, (90, 0), precision=theirs))
    moved = step[theirs] < step[mine]
    assert givers(service) == ({"position": "b"} if moved else {})
    assert service.precision is (theirs if moved else mine)
    assert service.lon == lonlat(2.09 if moved else 2, 2)[0]


@pytest.mark.parametrize(
    ("mine", "metres", "moved"),
    [
        (Precision.LOCALITY, 1_990, True),
        (Precision.LOCALITY, 2_010, False),
        (Precision.STREET, 490, True),
        (Precision.STREET, 510, False),
        (Precision.UNKNOWN, 490, True),
        (Precision.UNKNOWN, 510, False),
    ],
)
def test_a_place_moves_no_farther_than_its_precision_explains(mine, metres, moved):
    service, made = settled(row(FIRST, precision=mine), row(SECOND, (metres, 0), precision=Precision.BUILDING))
    assert ("position" in service.given_by) is moved
    (decision,) = made.decisions
    assert decision.distance_m == pytest.approx(metres, abs=1), "how far is said either way"
    assert ("position" in decision.reason) is moved
    (dissent,) = made.dissents
    assert dissent.source == ("a" if moved else "b")
    assert dissent.value.endswith(f"{metres} m away")


@pytest.mark.parametrize("communes", [("71001", "71002"), ("", ""), ("71001", "")])
def test_no_place_moves_to_another_commune_or_to_an_unknown_one(communes):
    mine, theirs = communes
    service, _ = settled(
        row(FIRST, insee=mine, precision=Precision.LOCALITY), row(SECOND, (9, 0), theirs, precision=Precision.ENTRANCE)
    )
    assert (service.insee, givers(service)) == (mine, {})


def test_ways_in_belong_to_the_place_that_is_shown():
    """The winner stands at its town hall, 700 m from the site: doors of the site are none of the town hall's."""
    hall = row(FIRST, precision=Precision.LOCALITY)
    site = row(SECOND, (700, 0), precision=Precision.HOUSENUMBER)
    mapped = row(publisher("osm", SHARED, official=False), (750, 0), **SAID["entrances"])
    service, _ = settled(hall, site, mapped)
    assert givers(service) == {"position": "b", "entrances": "osm"}
    alone, _ = settled(hall, mapped)
    assert alone.entrances == ()


# ---------------------------------------------------------------- the other properties


def winner(name="a", **more):
    """A source that wins any place, as complete of another category, and is first by its id."""
    return source(
        id=name, licence=OPEN.value, categories={"1": CATEGORY, "2": "health.hospital"}, complete=["health.hospital"],
        columns={"key": "id", "name": "nom", "category": "type", "lon": "lon", "lat": "lat"},
        links={"finess": "finess"}, **more,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["name", "capacity"])
def test_the_source_that_is_complete_for_the_category_is_believed(name):
    mine = {"name": {"name": "Officine"}, "capacity": {"capacity": 12.0}}[name]
    whole = publisher("b", complete=[CATEGORY])
    service, made = settled(row(winner(), **mine), row(whole, **SAID[name]))
    assert (service.id, givers(service)) == ("a:1", {name: "b"})
    assert getattr(service, name) == SAID[name][name]
    assert [(d.property, d.source, d.local_id) for d in made.dissents] == [(name, "a", "1")]
    service, _ = settled(row(winner(), **mine), row(THIRD, **SAID[name]))
    assert givers(service) == {}, "of two that are not, the one that won"


def test_the_timetable_that_is_still_issued_is_believed_and_its_lines_go_with_it():
    old = row(winner(), lines=("9",), departures=Departures(1.0, 0.0, 0.0))
    new = row(publisher("b", url="https://example.org"), lines=("1", "A"), departures=TRIPS)
    service, made = settled(old, new)
    assert givers(service) == {"departures": "b", "lines": "b"}
    assert (service.departures, service.lines) == (TRIPS, ("1", "A"))
    assert [(d.property, d.value) for d in made.dissents] == [
        ("departures", "1 a working day, 0 in the evening, 0 on Sundays"),
        ("lines", "9"),
    ]
    signs = row(winner(), lines=("9",))
    service, _ = settled(signs, row(SECOND, lines=("1",), departures=TRIPS))
    assert givers(service) == {"departures": "b", "lines": "b"}, "lines that are not on the timetable shown mislead"


def test_what_is_never_given_by_another_row():
    service, _ = settled(row(FIRST, updated="2020"), row(SECOND, updated="2026", precision=Precision.BUILDING))
    assert (service.id, service.updated, service.in_territory) == ("a:1", "2020", True)


def test_a_row_that_stands_alone_is_as_its_source_tells_it():
    alone = row(FIRST, **SAID["capacity"])
    service, made = settled(alone)
    assert service == alone.drafts[0].service
    assert made.dissents == ()


# ---------------------------------------------------------------- who says otherwise


def test_only_what_differs_is_told_and_of_every_licence():
    mapped = publisher("osm", SHARED, official=False)
    service, made = settled(
        row(FIRST, name="PHARMACIE DU PRÉ"),
        row(SECOND, (9, 0), name="Pharmacie du Pré", capacity=4.0),
        row(mapped, (30, 0), name="Pharmacie Dupont", capacity=5.0, lines=("2",)),
    )
    assert givers(service) == {"capacity": "b"}
    assert [(d.service, d.property, d.source, d.value.partition(", ")[2] or d.value) for d in made.dissents] == [
        ("a:1", "name", "osm", "Pharmacie Dupont"),
        ("a:1", "position", "osm", f"{lonlat(2.03, 2)[1]:.6f} (unknown), 30 m away"),
        ("a:1", "capacity", "osm", "5"),
        ("a:1", "lines", "osm", "2"),  # the only voice, and of another licence: not shown, and told here
    ]


# ---------------------------------------------------------------- properties of the whole


POOL = [
    winner(),
    publisher("b", complete=[CATEGORY]),
    publisher("c", url="https://example.org"),
    publisher("d"),
    publisher("gares", SHARED),
    publisher("osm", SHARED, official=False),
]
rows_of = st.fixed_dictionaries(
    {
        "at_m": st.tuples(st.sampled_from([0, 90, 600, 1_500, 2_500]), st.just(0)),
        "insee": st.sampled_from(["71001", "71001", "71002"]),
        "precision": st.sampled_from(Precision),
        "name": st.sampled_from(["", "Pré", "Gué"]),
        "capacity": st.sampled_from([None, 1.0, 2.0]),
        "departures": st.sampled_from([None, TRIPS]),
        "lines": st.sampled_from([(), ("1",), ("2",)]),
        "entrances": st.sampled_from([(), ((4.44, 46.76),), ((4.45, 46.77),)]),
    }
)
places = st.dictionaries(st.integers(0, len(POOL) - 1), rows_of, min_size=1)


@settings(max_examples=150, deadline=None)
@given(places, st.randoms(use_true_random=False))
def test_the_order_in_which_sources_come_changes_nothing(said, random):
    results = [row(POOL[number], **fields) for number, fields in said.items()]
    mixed = random.sample(results, len(results))
    made, again = (conflate(order, RULES, PRECEDENCE, CRS) for order in (results, mixed))
    assert (again.services, again.decisions, again.dissents) == (made.services, made.decisions, made.dissents)


@settings(max_examples=150, deadline=None)
@given(places)
def test_every_property_is_what_its_giver_says_and_of_the_winner_s_licence(said):
    results = [row(POOL[number], **fields) for number, fields in said.items()]
    service, made = settled(*results)
    rows = {r.source.id: r.drafts[0].service for r in results}
    first = service.provenance[0]
    assert first.gives == ()
    assert {o.source for o in service.provenance} == set(rows)
    for name, fields in PROPERTIES.items():
        giver = service.given_by.get(name, first)
        assert giver.licence is first.licence or name == "entrances"
        for part in fields:
            assert getattr(service, part) == getattr(rows[giver.source], part)
        unsaid = getattr(service, fields[0]) in (None, "", ())
        akin = [r for r in rows.values() if r.provenance[0].licence is first.licence]
        silent = all(getattr(r, fields[0]) in (None, "", ()) for r in akin)
        assert name == "entrances" or unsaid == silent, "what a row of the licence says is never left unsaid"
    for part in ("id", "category", "insee", "updated", "in_territory"):
        assert getattr(service, part) == getattr(rows[first.source], part)
    told = {d.source: d.reason.partition("; gives ")[2] for d in made.decisions}
    assert {n: s for s, names in told.items() for n in names.split(", ") if n} == givers(service)
    assert all(d.source != service.given_by.get(d.property, first).source for d in made.dissents)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_three_that_draw_the_first_by_the_order_of_sources_gives(order):
    silent = row(FIRST, **SILENT)
    results = [silent, row(SECOND, capacity=1.0, name="B"), row(THIRD, capacity=2.0, name="C")]
    service, _ = settled(*(results[n] for n in order))
    assert (service.id, service.capacity, service.name, givers(service)) == (
        "a:1", 1.0, "B", {"name": "b", "capacity": "b"},
    )  # fmt: skip


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize(
    ("former", "written", "said"),
    [
        ("[capacity]", "[capacitty]", r"'capacity' is missing: did you mean it by 'capacitty'"),
        ('believe = ["precise", "winner"]', 'believe = ["precize"]', "'precize' is unknown, expected one of complete"),
        ('believe = ["winner"]', "believe = []", "expected a list of texts"),
        ("within_m = 500 #", "within = 500 #", "'within_m' is missing"),
        ("locality = 2000", "commune = 2000", "'commune' is unknown, expected one of entrance"),
        ("street = 500", "street = -1", "'street' is -1"),
        ('"street unknown"', '"street"', "'steps' has to name each of entrance"),
        ('"street unknown"', '"street street unknown"', "'steps' has to name each of"),
        ("[name]\n", "[name]\nlicence = 1\n", "unknown key 'licence'"),
        ("[name]", "[phone]\n[name]", "unknown key 'phone'"),
        ("[name]", "[name", "precedence.toml: "),
    ],
)
def test_the_file_is_read_strictly(tmp_path, former, written, said):
    text = SHIPPED.read_text(encoding="utf-8")
    assert former in text
    path = tmp_path / "precedence.toml"
    path.write_text(text.replace(former, written, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        Precedence.load(path)


def test_another_rule_gives_another_answer(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    path = tmp_path / "precedence.toml"
    written = text.replace('[name]\nbelieve = ["complete", ', '[name]\nbelieve = ["published", ')
    path.write_text(written, encoding="utf-8")
    issued = publisher("b", url="https://example.org")
    rows = (row(winner(), name="Officine"), row(issued, name="Pharmacie du Pré"))
    assert settled(*rows)[0].name == "Officine"
    assert settled(*rows, precedence=Precedence.load(path))[0].name == "Pharmacie du Pré"
