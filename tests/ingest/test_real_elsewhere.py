"""Real files of other départements, through the shipped sources: figures that anyone can count again in the files."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.ingest.elsewhere import came_to, declared, read_vintage, scope_of


@pytest.mark.parametrize(
    ("name", "territory", "vintage", "ledger", "rejects", "some"),
    [
        # "Code postal" with a space; every row is of the département.
        ("education_annuaire", "35", 1, (996, 873, 3, 120, 0), {}, {"education.college": 116}),
        ("education_adresses", "35", 0, (117, 116, 0, 1, 0), {}, {"education.college": 116}),
        # Below the 287 crèches stands a table of the communes.
        ("creches_44", "44", 0, (507, 272, 0, 232, 3), {"other_department": 3}, {"childcare.creche": 272}),
        # One row for each childminder.
        ("mam_44", "44", 0, (329, 105, 222, 0, 2), {"other_department": 2}, {"childcare.mam": 105}),
        # One commune of Maine-et-Loire has become a part of Loire-Atlantique's since, beyond the outline of then: its
        # pool is refused, and its other installations are of no category wherever they stand.
        (
            "res_installations", "44", 0, (9229, 309, 0, 8919, 1), {"other_department": 1},
            {"sport.gym": 266, "sport.pool": 43},
        ),
        ("hopitaux_eurostat", "44", 0, (5368, 62, 0, 5306, 0), {}, {"health.hospital": 62}),
        ("gares", "35", 0, (3819, 62, 3, 3754, 0), {}, {"transport.station": 62}),
        # The timetables' stops of 2015: each station once more for its platforms, which are left out.
        ("gares", "35", 1, (5204, 60, 0, 5144, 0), {}, {"transport.station": 60}),
        (
            "bpe", "94", 0, (47171, 5678, 2025, 39468, 0), {},
            {"health.doctor": 606, "health.care": 893, "health.dentist": 456, "childcare.creche": 349},
        ),
        ("osm_services_93", "93", 0, (69, 38, 0, 27, 4), {"unmapped_category": 4}, {"transport.stop": 15}),
        ("osm_services_01", "01", 0, (134, 75, 0, 58, 1), {"unmapped_category": 1}, {"shop.restaurant": 9}),
    ],
)  # fmt: skip
def test_where_the_rows_went(mirror, name, territory, vintage, ledger, rejects, some):
    counts, refused, categories = came_to(read_vintage(mirror, name, territory, vintage, scope_of(mirror, territory)))
    assert counts == ledger
    assert refused == rejects
    assert categories.items() >= some.items()


def test_colleges_of_haute_garonne_by_their_identifier(mirror):
    schools = read_vintage(mirror, "education_annuaire", "31", 2, scope_of(mirror, "31"))
    of_31 = [d for d in schools.drafts if d.service.provenance[0].local_id.startswith("031")]
    # Of 141 in the file, five have neither coordinates nor an address that is known here.
    assert sum(d.service.category == "education.college" for d in of_31) == 136
    assert {d.service.updated for d in of_31} == {"2024-11-26"}
    assert Counter(d.service.precision.value for d in of_31).most_common(1)[0][0] == "housenumber"


def test_an_older_vintage_is_read_as_it_differs(mirror):
    """The maisons de services au public of 2018: a shapefile without an EPSG code, a geocoder's columns, no names."""
    houses = read_vintage(mirror, "france_services", "44", 1, scope_of(mirror, "44"))
    assert came_to(houses)[0] == (980, 5, 0, 975, 0)
    assert {draft.service.name for draft in houses.drafts} == {""}
    assert all(-2.6 < d.service.lon < -0.9 and 46.8 < d.service.lat < 47.9 for d in houses.drafts)


def test_the_register_s_former_xml_leaves_closed_structures_out(mirror):
    """Of fourteen, twelve are closed or in the Ain; two have no coordinates, and an address that no file here knows."""
    result = read_vintage(mirror, "finess_structures", "59", 0, scope_of(mirror, "59"))
    assert came_to(result) == ((14, 0, 0, 12, 2), {"address_not_found": 2}, {})


def test_activities_of_the_census_count_equipments_each_once(mirror):
    """11,093 rows are of 44; what no activity tells, or several rows tell of one equipment, counts nothing."""
    made = read_vintage(mirror, "res_activites", "44", 0, scope_of(mirror, "44"))
    assert came_to(made)[:2] == ((36030, 285, 1361, 34384, 0), {})
    counted: Counter[str] = Counter()
    for count in made.counts:
        counted[count.category] += int(count.count)
    assert counted == {"sport.gym": 831, "sport.pitch": 247, "sport.pool": 89}
    assert {count.insee[:2] for count in made.counts} == {"44"}


@pytest.mark.parametrize(("territory", "word"), [("35", "ille-et-vilaine"), ("31", "occitanie"), ("21", "bfc-")])
def test_a_file_about_a_part_of_the_country_is_not_taken_for_all_of_it(territory, word):
    vintages = [vintage for source in declared(territory).values() for vintage in source.mirror]
    partial = [vintage for vintage in vintages if word in vintage.paths[0]]
    assert partial
    assert all(territory in vintage.territories and "75" not in vintage.territories for vintage in partial)
