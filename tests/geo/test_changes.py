"""Two snapshots compared: what the world changed is told from what the data changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.changes import Cause, Inventory, Reason, compare, tally
from geo.manifest import SourceLedger, SourceRecord
from geo.places import Licence, Provenance, Service, Standing


def source(name: str = "annuaire", date: str = "2023", content: str = "one") -> SourceRecord:
    ledger = SourceLedger(1, 1, 0, 0, 0)
    return SourceRecord(name, name, "P", Licence.LO_2_0, "", date, "", ledger, content=content)


def service(key: str, category: str = "education.college", **more) -> Service:
    name = more.pop("source", "annuaire")
    given = {"lon": 4.4, "lat": 46.8, "insee": "71153", "capacity": None} | more
    joined = given.pop("joined", ())
    rows = ((name, key), *joined)
    return Service(
        id=f"{name}:{key}",
        category=category,
        name=f"Collège {key}",
        provenance=tuple(Provenance(origin, local, Licence.LO_2_0, "2023") for origin, local in rows),
        **given,
    )


def inventory(*services: Service, sources: tuple[SourceRecord, ...] = (source(),)) -> Inventory:
    return Inventory(services, {s.id: s for s in sources})


NEWER = (source(date="2024", content="two"),)


def reasons(before: Inventory, after: Inventory) -> list[Reason]:
    return [change.reason for change in compare(before, after)]


def test_nothing_differs_from_itself():
    one = inventory(service("A"), service("B"))
    assert compare(one, one) == []
    assert tally(one, one, []) == []


def test_a_newer_file_opens_and_closes():
    before, after = inventory(service("A")), inventory(service("B"), sources=NEWER)
    assert reasons(before, after) == [Reason.CLOSED, Reason.OPENED]


def test_the_same_file_never_opens_nor_closes():
    before, after = inventory(service("A")), inventory(service("B"))
    assert reasons(before, after) == [Reason.READING, Reason.READING]


def test_a_file_issued_again_for_its_date_is_no_change_of_the_world():
    again = inventory(service("B"), sources=(source(content="two"),))
    assert reasons(inventory(service("A")), again) == [Reason.REISSUED, Reason.REISSUED]


def test_a_row_older_than_the_older_file_was_there_already():
    after = inventory(service("A", updated="2022-06-01"), service("B", updated="2023-11-02"), sources=NEWER)
    assert reasons(inventory(), after) == [Reason.READING, Reason.OPENED]


def test_a_new_source_opens_nothing():
    new = source("autre")
    after = inventory(service("A"), service("X", source="autre"), sources=(source(), new))
    assert reasons(inventory(service("A")), after) == [Reason.SOURCE]
    assert reasons(after, inventory(service("A"))) == [Reason.SOURCE]


def test_another_mapping_opens_nothing():
    before, after = inventory(service("A")), inventory(service("A", "education.lycee"), sources=NEWER)
    assert reasons(before, after) == [Reason.MAPPING, Reason.MAPPING]


def test_a_row_that_is_joined_closes_nothing():
    sources = (source(), source("osm"))
    apart = inventory(service("A"), service("n1", source="osm"), sources=sources)
    joined = inventory(service("A", joined=[("osm", "n1")]), sources=sources)
    assert reasons(apart, joined) == [Reason.JOINED]
    assert reasons(joined, apart) == [Reason.JOINED]


@pytest.mark.parametrize(
    ("east", "updated", "reason"),
    [(0.00001, "2024-01-01", None), (0.001, "2024-01-01", Reason.MOVED), (0.001, "2022-01-01", Reason.COORDINATES)],
)
def test_a_move_is_the_worlds_when_its_publisher_says_of_one(east, updated, reason):
    before = inventory(service("A", updated="2022-01-01"))
    after = inventory(service("A", updated=updated, lon=4.4 + east), sources=NEWER)
    assert reasons(before, after) == ([] if reason is None else [reason])


def test_a_confirmation_is_a_change_of_the_data():
    doubtful = replace(service("A"), standing=Standing.UNCONFIRMED)
    assert reasons(inventory(doubtful), inventory(service("A"))) == [Reason.STANDING]


ROWS = [("registre", "1"), ("registre", "2")]


def told_by(name: str, by: int | None, **more) -> Service:
    """A service of three rows, of which one gives a property in place of the first."""
    made = service("A", joined=ROWS, **more)
    rows = [replace(o, gives=(name,)) if n == by else o for n, o in enumerate(made.provenance)]
    return replace(made, provenance=tuple(rows))


@pytest.mark.parametrize("updated", ["2022-01-01", "2024-01-01"])
@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [(None, 1, Reason.GIVER), (1, None, Reason.GIVER), (1, 2, Reason.GIVER), (1, 1, Reason.COORDINATES)],
)
def test_a_place_that_another_row_gives_moves_in_the_data(before, after, reason, updated):
    old = told_by("position", before, updated="2022-01-01")
    new = told_by("position", after, updated=updated, lon=4.401)
    assert reasons(inventory(old), inventory(new, sources=NEWER)) == [reason]
    assert reason.cause is Cause.DATA


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((None, None), (1, 40.0), True),
        ((1, 30.0), (2, 40.0), True),
        ((1, 40.0), (2, 40.0), False),  # a reader sees the same
        ((1, 30.0), (1, 40.0), False),  # the same row says another number: no place came, went or moved
    ],
)
def test_another_giver_is_told_when_what_is_shown_differs(before, after, told):
    old, new = (told_by("capacity", by, capacity=capacity) for by, capacity in (before, after))
    assert reasons(inventory(old), inventory(new)) == ([Reason.GIVER] if told else [])
    (row,) = tally(inventory(old), inventory(new), compare(inventory(old), inventory(new))) or [None]
    assert row is None or (row.before, row.after, row.world, row.data) == (1, 1, 0, 0)


def test_the_two_causes_add_up_by_category_and_commune():
    before = inventory(service("A"), service("B"), service("C"), service("far", in_territory=False))
    after = inventory(
        service("B", "education.lycee"), service("C", insee="71014", lon=4.5), service("D"), sources=NEWER
    )
    rows = tally(before, after, compare(before, after))
    found = {(r.category, r.insee): (r.before, r.after, r.world, r.data) for r in rows}
    assert found == {
        ("education.college", "71153"): (3, 1, 0, -2),
        ("education.college", "71014"): (0, 1, 0, 1),
        ("education.lycee", "71153"): (0, 1, 0, 1),
    }
    assert all(row.after - row.before == row.world + row.data for row in rows)


_SOME = st.lists(
    st.builds(
        service,
        st.sampled_from("ABCDE"),
        st.sampled_from(["education.college", "education.lycee"]),
        lon=st.sampled_from([4.4, 4.5]),
        insee=st.sampled_from(["71153", "71014"]),
        updated=st.sampled_from(["", "2022", "2024-02"]),
        in_territory=st.booleans(),
        standing=st.sampled_from(list(Standing)),
    ),
    unique_by=lambda s: (s.id, s.category),
    max_size=8,
)


@given(_SOME, _SOME, st.sampled_from([(source(),), NEWER, (source("autre"),)]))
def test_the_split_always_adds_up_and_a_turn_back_undoes_it(one, other, sources):
    before, after = inventory(*one), inventory(*other, sources=sources)
    there = tally(before, after, compare(before, after))
    back = tally(after, before, compare(after, before))
    assert all(row.after - row.before == row.world + row.data for row in there)
    assert {(r.category, r.insee): r.after - r.before for r in there} == {
        (r.category, r.insee): r.before - r.after for r in back
    }


def test_every_reason_has_its_words_and_cause():
    assert {reason.cause for reason in Reason} == set(Cause)
    assert all(reason.words for reason in Reason)
