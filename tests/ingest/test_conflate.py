"""The same place in several rows: linked by identifier, then by name and distance; two places are never made one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import ConfigurationError
from geo.places import Licence, Provenance, Service, Standing
from ingest.conflate import conflate
from ingest.ledger import Ledger
from ingest.likeness import words
from ingest.matching import MatchRules
from ingest.precedence import Precedence
from ingest.results import Draft, SourceResult
from tests.ingest.world import CRS, fetched, lonlat, source

DATA = Path(__file__).resolve().parents[2] / "data"
RULES = MatchRules.load(DATA / "conflation.toml")
PRECEDENCE = Precedence.load(DATA / "precedence.toml")
OFFICIAL = source(id="officiel", complete=["health.pharmacy"], links={"finess": "finess"})
PARTIAL = source(id="partiel", category="shop.restaurant")
OSM = source(id="osm", official=False, licence="ODbL-1.0", category="health.pharmacy")


def draft(of, key, name="", at_m=(0.0, 0.0), category="health.pharmacy", links=(), row=None, insee="71001"):
    """A service so many metres from the middle of Alpha."""
    lon, lat = lonlat(2 + at_m[0] / 1000, 2 + at_m[1] / 1000)
    made = Service(
        id=f"{of.id}:{key}", category=category, name=name, lon=lon, lat=lat, insee=insee, capacity=None,
        provenance=(Provenance(of.id, key.partition("~")[0], of.licence, "2024"),),
    )  # fmt: skip
    number = row if row is not None else int("".join(filter(str.isdigit, key)) or 0)
    return Draft(made, number, tuple(links))


def result(of, *drafts, **ledger):
    kept = len({d.row for d in drafts})
    return SourceResult(of, (fetched(Path("a"), of),), Ledger(kept, kept, 0, 0, 0), drafts=drafts)


def together(*results):
    made = conflate(results, RULES, PRECEDENCE, CRS)
    for name, ledger in made.ledgers.items():
        ledger.check(name)
    return made


def ids(made):
    return [service.id for service in made.services]


def test_a_shared_identifier_links_whatever_name_and_distance():
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "PHARMACIE DUPONT", links=[("finess", "71")])),
        result(OSM, draft(OSM, "n1", "Pharmacie de la Gare", (900, 0), links=[("finess", "71")])),
    )
    (service,) = made.services
    assert (service.id, service.name, service.standing) == ("officiel:1", "PHARMACIE DUPONT", Standing.CONFIRMED)
    assert [(p.source, p.licence) for p in service.provenance] == [
        ("officiel", Licence.LO_2_0),
        ("osm", Licence.ODBL_1_0),
    ]
    assert made.ledgers == {"officiel": Ledger(1, 1, 0, 0, 0), "osm": Ledger(1, 0, 1, 0, 0)}
    assert [(d.kept, d.merged, d.reason) for d in made.decisions] == [("officiel:1", "osm:n1", "finess 71")]


def test_linked_is_not_mixed_every_field_stays_the_winner_s():
    alone = draft(OFFICIAL, "1", "Pharmacie du Pré").service
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie du Pré")),
        result(OSM, draft(OSM, "n1", "Pharmacie du Pré", (30, 0))),
    )
    assert replace(made.services[0], provenance=alone.provenance) == alone


def with_capacity(made, capacity):
    return replace(made, service=replace(made.service, capacity=capacity))


@pytest.mark.parametrize(
    ("licence", "own", "expected", "reason"),
    [
        ("etalab-2.0", None, 40.0, "name; gives capacity"),
        ("etalab-2.0", 12.0, 12.0, "name"),
        ("ODbL-1.0", None, None, "name"),
    ],
)
def test_a_gap_is_filled_from_a_row_of_the_same_licence_alone(licence, own, expected, reason):
    second = source(id="second", category="health.pharmacy", licence=licence)
    made = together(
        result(OFFICIAL, with_capacity(draft(OFFICIAL, "1", "Pharmacie du Pré"), own)),
        result(second, with_capacity(draft(second, "9", "Pharmacie du Pré", (10, 0)), 40.0)),
    )
    assert [service.capacity for service in made.services] == [expected]
    assert [decision.reason for decision in made.decisions] == [reason]


def test_two_identifiers_of_one_kind_are_two_places_whatever_the_name():
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie du Pré", links=[("finess", "71")])),
        result(OSM, draft(OSM, "n1", "Pharmacie du Pré", (5, 0), links=[("finess", "72")])),
    )
    assert ids(made) == ["officiel:1", "osm:n1"]
    other_kind = draft(OSM, "n1", "Pharmacie du Pré", (5, 0), links=[("siret", "72")])
    assert ids(together(result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie du Pré", links=[("finess", "71")])),
                        result(OSM, other_kind))) == ["officiel:1"]  # fmt: skip


def test_a_decision_shows_the_row_that_it_joined():
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "PHARMACIE DU PRÉ")),
        result(OSM, draft(OSM, "n1", "Pharmacie du Pré", (30, 0)), draft(OSM, "n2", "", (400, 0), links=[("x", "1")])),
    )
    (decision,) = made.decisions
    assert (decision.kept, decision.merged, decision.source, decision.local_id) == ("officiel:1", "osm:n1", "osm", "n1")
    assert (decision.category, decision.name, decision.reason) == ("health.pharmacy", "Pharmacie du Pré", "name")
    assert decision.distance_m == pytest.approx(30, abs=0.1)
    assert decision.similarity == 100


@pytest.mark.parametrize(
    ("name", "metres", "linked"),
    [
        ("pharmacie du pre", 90, True),
        ("Pharmacie du Pré", 900, True),  # nobody else of that name in the commune
        ("Pharmacie du Pré", 2100, False),
        ("Pré (pharmacie du)", 60, True),
        ("Pharmacie Dupont", 60, False),
        ("Pharmacie Dupont", 30, True),  # nobody else near: the owner's name beside the sign's
        ("", 30, True),
        ("", 140, True),  # nothing tells them apart, and nobody else in the commune is near
        ("", 160, False),
    ],
)
def test_names_and_distances(name, metres, linked):
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "PHARMACIE DU PRÉ")), result(OSM, draft(OSM, "n1", name, (metres, 0)))
    )
    assert len(made.services) == (1 if linked else 2)


def test_two_that_could_be_meant_are_never_linked_by_nearness_alone():
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "A"), draft(OFFICIAL, "2", "B", (50, 0))),
        result(OSM, draft(OSM, "n1", "", (20, 0))),
    )
    assert len(made.services) == 3


def test_each_row_is_linked_once_and_the_surest_first():
    made = together(
        result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie Bleue")),
        result(OSM, draft(OSM, "n1", "Pharmacie Bleu", (10, 0)), draft(OSM, "n2", "Pharmacie Bleue", (40, 0))),
    )
    # A point of likeness outweighs ten metres: the very name 30 m farther off is surer than one that lacks a letter.
    assert [d.merged for d in made.decisions] == ["osm:n2"]
    assert ids(made) == ["officiel:1", "osm:n1"]


def test_what_volunteers_alone_know_is_unconfirmed_only_beside_a_complete_official_source():
    pharmacy = draft(OSM, "n1", "Pharmacie")
    restaurant = draft(OSM, "n2", "Chez Zoé", category="shop.restaurant")
    made = together(
        result(OFFICIAL),
        result(PARTIAL, draft(PARTIAL, "1", "Le Pont", category="shop.restaurant")),
        result(OSM, pharmacy, restaurant),
    )
    standing = {service.id: service.standing for service in made.services}
    assert standing == {
        "partiel:1": Standing.CONFIRMED, "osm:n1": Standing.UNCONFIRMED, "osm:n2": Standing.CONFIRMED,
    }  # fmt: skip
    alone = together(result(OSM, pharmacy))
    assert [service.standing for service in alone.services] == [Standing.CONFIRMED]


def test_a_volunteers_row_of_another_category_follows_the_official_identifier():
    maternelle = draft(OFFICIAL, "1", category="education.ecole_maternelle", links=[("uai", "a")])
    wrong = draft(OSM, "n1", category="education.college", links=[("uai", "a")])
    assert ids(together(result(OFFICIAL, maternelle), result(OSM, wrong))) == ["officiel:1"]
    other = source(id="autre", category="education.college")
    both = result(other, draft(other, "1", category="education.college", links=[("uai", "a")]))
    assert ids(together(result(OFFICIAL, maternelle), both)) == ["autre:1", "officiel:1"]


@pytest.mark.parametrize("kind", ["mhs", "laposte", "uic", "rnb", "siret"])
def test_an_identifier_that_several_kinds_of_places_bear_joins_none_of_another_category(kind):
    monument = result(OFFICIAL, draft(OFFICIAL, "1", category="culture.museum", links=[(kind, "a")]))
    hall = result(OSM, draft(OSM, "n1", category="public.townhall", links=[(kind, "a")]))
    assert ids(together(monument, hall)) == ["officiel:1", "osm:n1"]


def test_the_identifier_of_a_school_draws_nothing_into_its_gym():
    census = source(id="equipements", category="sport.gym")
    gyms = [draft(census, str(n), f"Gymnase {n}", category="sport.gym", links=[("uai", "a")]) for n in (1, 2)]
    mapped = draft(OSM, "n1", "Collège Zola", category="education.college", links=[("uai", "a")])
    hall = draft(OSM, "n2", "Salle B", (400, 0), category="sport.gym", links=[("uai", "a")])
    made = together(result(census, *gyms), result(OSM, mapped, hall))
    assert ids(made) == ["equipements:1", "equipements:2", "osm:n1", "osm:n2"]
    school = result(OFFICIAL, draft(OFFICIAL, "1", category="education.lycee", links=[("uai", "a")]))
    assert ids(together(school, result(census, *gyms), result(OSM, mapped))) == [
        "equipements:1", "equipements:2", "officiel:1",
    ]  # fmt: skip


def test_an_identifier_draws_nothing_into_another_family():
    clinic = result(OFFICIAL, draft(OFFICIAL, "1", category="health.hospital", links=[("finess", "a")]))
    creche = result(OSM, draft(OSM, "n1", category="childcare.creche", links=[("finess", "a")]))
    assert ids(together(clinic, creche)) == ["officiel:1", "osm:n1"]
    doctor = result(OSM, draft(OSM, "n1", category="health.doctor", links=[("finess", "a")]))
    assert ids(together(clinic, doctor)) == ["officiel:1"]


def test_a_row_with_two_categories_is_merged_only_when_both_are():
    primary = ("education.ecole_elementaire", "education.ecole_maternelle")
    mapped = [
        draft(OSM, f"n1~{n}", "École Zola", category=c, links=[("uai", "a")], row=1) for n, c in enumerate(primary)
    ]
    both = [
        draft(OFFICIAL, f"1~{n}", "École Zola", category=c, links=[("uai", "a")], row=1) for n, c in enumerate(primary)
    ]
    made = together(result(OFFICIAL, *both), result(OSM, *mapped))
    assert made.ledgers["osm"] == Ledger(1, 0, 1, 0, 0)
    far = draft(OSM, "n1", "École Zola", (60, 0)).service
    unnamed = [replace(d, links=(), service=replace(d.service, lon=far.lon, lat=far.lat)) for d in mapped]
    unnamed[1] = replace(unnamed[1], service=replace(unnamed[1].service, name="Autre chose"))
    made = together(result(OFFICIAL, *both), result(OSM, *unnamed))
    assert made.ledgers["osm"] == Ledger(1, 1, 0, 0, 0)


def test_inside_a_volunteers_source_namesakes_close_by_are_one():
    stops = [draft(OSM, f"n{n}", "Mairie", (d, 0), category="transport.stop") for n, d in enumerate((0, 60, 150))]
    made = together(result(OSM, *stops))
    assert ids(made) == ["osm:n0", "osm:n2"]  # the two sides of the street; the next stop of that name is another
    assert [p.local_id for p in made.services[0].provenance] == ["n0", "n1"]
    assert made.ledgers["osm"] == Ledger(3, 2, 1, 0, 0)


def test_inside_an_official_source_only_identifiers_speak():
    twins = [
        draft(OFFICIAL, str(n), "Pharmacie du Pré", links=[("finess", f)]) for n, f in ((1, "a"), (2, "b"), (3, "a"))
    ]
    made = together(result(OFFICIAL, *twins))
    assert ids(made) == ["officiel:1", "officiel:2"]


def test_nameless_neighbours_of_one_source_stay_apart():
    pitches = [draft(OSM, f"n{n}", "", (n, 0), category="sport.pitch") for n in range(3)]
    assert len(together(result(OSM, *pitches)).services) == 3


def test_the_only_town_hall_of_a_commune_is_the_only_town_hall_of_a_commune():
    other = source(id="mairies", category="public.townhall")
    far = draft(OSM, "n1", "Hôtel de ville", (1400, 0), category="public.townhall")
    official = draft(other, "1", "Mairie - Alpha", category="public.townhall")
    assert ids(together(result(other, official), result(OSM, far))) == ["mairies:1"]
    annex = draft(other, "2", "Mairie annexe", (500, 500), category="public.townhall")
    assert len(together(result(other, official, annex), result(OSM, far)).services) == 3
    elsewhere = replace(far, service=replace(far.service, insee="71002"))
    assert len(together(result(other, official), result(OSM, elsewhere)).services) == 2


def test_three_sources_make_one_place_that_lists_them_all():
    second = source(id="second", category="health.pharmacy")
    made = together(
        result(OSM, draft(OSM, "n1", "Pharmacie du Pré", (20, 0))),
        result(second, draft(second, "9", "Pharmacie du Pré", (10, 0))),
        result(OFFICIAL, draft(OFFICIAL, "1", "Pharmacie du Pré")),
    )
    (service,) = made.services
    assert [p.source for p in service.provenance] == ["officiel", "second", "osm"]


def test_the_order_of_the_sources_does_not_matter():
    results = [
        result(OFFICIAL, *(draft(OFFICIAL, str(n), f"Pharmacie {n}", (n * 40, 0)) for n in range(8))),
        result(OSM, *(draft(OSM, f"n{n}", f"Pharmacie {n}", (n * 40 + 9, 0)) for n in range(5, 12))),
        result(PARTIAL, draft(PARTIAL, "1", "Le Pont", category="shop.restaurant")),
    ]
    assert together(*results).services == together(*reversed(results)).services


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("École des Prés", "ECOLE DES PRES", 100, 100),
        ("Œuvre d’Art", "oeuvre d'art", 100, 100),
        ("Restaurant Le Vieux Saule", "Le Vieux Saule", 100, 100),
        ("Restaurant", "Le Restaurant", 0, 0),  # no distinguishing word, and not the same
        ("Restaurant", "RESTAURANT", 100, 100),
        ("", "", 0, 0),
        ("Le Pont", "La Gare", 0, 60),
    ],
)
def test_names_are_alike_by_what_distinguishes_them(one, other, low, high):
    vocabulary = RULES.of("shop.restaurant").vocabulary
    (alike,) = vocabulary.alike([vocabulary.read(one)], [vocabulary.read(other)])
    assert low <= alike <= high


def test_rules_are_layered_and_strict(tmp_path):
    assert RULES.of("public.post").within_m == 1000
    assert RULES.of("nature.park").double_m == 300
    assert RULES.of("culture.cinema").within_m == 100
    assert {"le", "restaurant"} <= RULES.of("shop.restaurant").generic
    path = tmp_path / "conflation.toml"
    for text, said in (
        ("[default]\nwithin = 3", "unknown key 'within'"),
        ("[default]\nwithin_m = 3", "lacks"),
        ("default = 3", "unknown key 'default'"),
        ("= 3", "conflation.toml"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=said):
            MatchRules.load(path)


def test_what_was_conflated_has_nothing_left_to_conflate():
    """Every place of a first run, given again as one source, stands again, and nothing is joined."""
    results = [
        result(OFFICIAL, *(draft(OFFICIAL, str(n), f"Pharmacie {n}", (n * 90, 0)) for n in range(8))),
        result(OSM, *(draft(OSM, f"n{n}", f"Pharmacie {n}", (n * 90 + 9, 0)) for n in range(5, 12))),
    ]
    once = together(*results)
    again = result(OFFICIAL, *(Draft(service, n, ()) for n, service in enumerate(once.services)))
    assert together(again).services == once.services
    assert together(again).decisions == ()


names = st.sampled_from(["", "Pré", "Gué", "Pont"])
spots = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda xy: (25.0 * xy[0], 25.0 * xy[1]))
rows = st.lists(st.tuples(names, spots, st.sampled_from([(), (("finess", "1"),), (("finess", "2"),)])), max_size=7)


@settings(max_examples=120, deadline=None)
@given(rows, rows)
def test_no_row_vanishes_and_every_one_is_linked_once(first, second):
    results = [
        result(of, *(draft(of, str(n), *row[:2], links=row[2], row=n) for n, row in enumerate(group)))
        for of, group in ((OFFICIAL, first), (OSM, second))
    ]
    made = together(*results)
    listed = [(p.source, p.local_id) for service in made.services for p in service.provenance]
    assert len(listed) == len(set(listed)) == len(first) + len(second)
    assert len(made.services) + len(made.decisions) == len(first) + len(second)
    for service in made.services:
        assert len([p for p in service.provenance if p.source == service.provenance[0].source]) >= 1
        assert service.id == f"{service.provenance[0].source}:{service.provenance[0].local_id}"


@given(st.text(max_size=30))
def test_words_are_plain(text):
    assert all(word.isascii() and word.isalnum() and word == word.casefold() for word in words(text))


def test_two_sources_of_a_whole_country_take_seconds():
    """6,000 beside 6,000: a step that looks at every row for every row would take minutes."""
    grid = [(2_000.0 * (n % 100), 2_000.0 * (n // 100)) for n in range(6_000)]
    first = [
        draft(OFFICIAL, str(n), f"Pharmacie {n % 300} du Pré", at, insee=f"{n // 3:05}") for n, at in enumerate(grid)
    ]
    second = [
        draft(OSM, f"n{n}", f"Pharmacie {n % 300} du Pré", (x + 30, y), insee=f"{n // 3:05}")
        for n, (x, y) in enumerate(grid)
    ]
    start = thread_time()
    made = together(result(OFFICIAL, *first), result(OSM, *second))
    assert thread_time() - start < 10
    assert len(made.services) == len(made.decisions) == 6_000
