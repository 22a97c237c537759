"""First tables: runs, accounts of their sources, places. What the models said that day, in words of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "alentours"
LICENCES = "licence IN ('etalab-2.0', 'ODbL-1.0', 'CC-BY-4.0', 'CC0-1.0')"
TABLES = (
    "run", "finding", "override", "source", "reject", "service", "provenance", "decision", "address", "commune",
    "cell", "sector", "zone", "commune_count",
)  # fmt: skip


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(collation="C"), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str, unknown: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double(), nullable=unknown) for name in names]


def _whole(*names: str, unknown: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), autoincrement=False, nullable=unknown) for name in names]


def _flags(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _instant(name: str, *, unknown: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=unknown)


def _geometry(kind: str, *, unknown: bool = False) -> sa.Column[Any]:
    return sa.Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=unknown)


def _table(name: str, columns: list[sa.Column[Any]], key: str, checks: dict[str, str], *, to: str = "run") -> None:
    """Make a table of which every run is a partition; `to` names what its rows refer to."""
    references = {
        "run": sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.run.id"], name=f"{name}_run_fk"),
        "source": sa.ForeignKeyConstraint(
            ["run", "source"], [f"{SCHEMA}.source.run", f"{SCHEMA}.source.id"], name=f"{name}_run_source_fk"
        ),
        "service": sa.ForeignKeyConstraint(
            ["run", "service"], [f"{SCHEMA}.service.run", f"{SCHEMA}.service.id"], name=f"{name}_run_service_fk"
        ),
    }
    op.create_table(
        name,
        *_whole("run"),
        *columns,
        sa.PrimaryKeyConstraint("run", *key.split(), name=f"{name}_pk"),
        *(references[word] for word in to.split()),
        *(sa.CheckConstraint(rule, name=op.f(f"{name}_{short}")) for short, rule in checks.items()),
        schema=SCHEMA,
        postgresql_partition_by="LIST (run)",
    )


ON_EARTH = {"lon_on_earth": "lon BETWEEN -180 AND 180", "lat_on_earth": "lat BETWEEN -90 AND 90"}
POINT = ON_EARTH | {"geom_is_lon_lat": "ST_X(geom) = lon AND ST_Y(geom) = lat"}
AREA = {"geom_is_an_area": "ST_Dimension(geom) = 2"}
NUMBER = {"number": "number > 0"}


def upgrade() -> None:
    """Make the tables."""
    _runs()
    _accounts()
    _services()
    _ground()
    for table in ("service", "address", "cell", "commune", "zone"):
        op.create_index(f"{table}_geom_ix", table, ["geom"], schema=SCHEMA, postgresql_using="gist")
    geography = sa.text("geography(geom)")
    op.create_index("service_geography_ix", "service", [geography], schema=SCHEMA, postgresql_using="gist")
    op.create_index("service_run_category_ix", "service", ["run", "category"], schema=SCHEMA)
    op.create_index("decision_run_kept_ix", "decision", ["run", "kept"], schema=SCHEMA)


def downgrade() -> None:
    """Drop them, with their runs and with the views that lean on them."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {SCHEMA}.{table} CASCADE")


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        *_keys("territory"),
        *_texts("state"),
        sa.Column("snapshot", sa.Text()),
        _instant("started_at"),
        _instant("loaded_at", unknown=True),
        _instant("published_at", unknown=True),
        sa.PrimaryKeyConstraint("id", name="run_pk"),
        sa.CheckConstraint("state IN ('loading', 'loaded', 'published')", name=op.f("run_state_known")),
        sa.CheckConstraint("(state = 'published') = (snapshot IS NOT NULL)", name=op.f("run_published_with_snapshot")),
        schema=SCHEMA,
    )
    op.create_index("run_territory_ix", "run", ["territory"], schema=SCHEMA)
    for name, columns, checks in (
        ("finding", _texts("check", "subject", "outcome", "text"), []),
        (
            "override",
            [*_texts("gate", "reason"), _instant("at")],
            [sa.CheckConstraint("reason <> ''", name=op.f("override_reason"))],
        ),
    ):
        op.create_table(
            name,
            *_whole("run", "number"),
            *columns,
            sa.PrimaryKeyConstraint("run", "number", name=f"{name}_pk"),
            sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.run.id"], name=f"{name}_run_fk"),
            *checks,
            schema=SCHEMA,
        )


def _accounts() -> None:
    _table(
        "source",
        [
            *_keys("id"),
            *_texts("title", "producer", "licence", "url", "data_date", "fetched_at", "attribution", "content"),
            *_texts("complete"),
            *_whole("read", "kept", "merged", "out_of_scope", "rejected"),
        ],
        "id",
        {
            "adds_up": "read = kept + merged + out_of_scope + rejected",
            "counts": "kept >= 0 AND merged >= 0 AND out_of_scope >= 0 AND rejected >= 0",
            "licence_known": LICENCES,
        },
    )
    _table(
        "reject",
        [*_keys("source"), *_whole("number"), *_keys("code"), *_texts("file"), *_whole("line"), *_texts("example")],
        "source number",
        NUMBER,
        to="source",
    )
    _table(
        "decision",
        [
            *_whole("number"),
            *_keys("kept"),
            *_texts("merged"),
            *_keys("source"),
            *_texts("local_id", "category", "name"),
            *_numbers("lon", "lat"),
            *_texts("reason"),
            *_numbers("distance_m", "similarity", unknown=True),
        ],
        "number",
        NUMBER | ON_EARTH | {"distance": "distance_m >= 0"},
        to="source",
    )


def _services() -> None:
    _table(
        "service",
        [
            *_keys("id"),
            *_whole("number"),
            *_texts("category", "name"),
            *_numbers("lon", "lat"),
            *_texts("insee"),
            *_numbers("capacity", unknown=True),
            *_texts("standing"),
            *_flags("in_territory"),
            *_texts("precision", "updated"),
            *_numbers("weekday_trips", "evening_trips", "sunday_trips", unknown=True),
            _geometry("POINT"),
        ],
        "id",
        POINT
        | {
            "standing_known": "standing IN ('confirmed', 'unconfirmed')",
            "precision_known": (
                "precision IN ('entrance', 'building', 'housenumber', 'street', 'locality', 'unknown')"
            ),
            "capacity_plausible": "capacity BETWEEN 0 AND 1e9",
            "trips": "weekday_trips >= 0 AND evening_trips >= 0 AND sunday_trips >= 0",
            "trips_together": (
                "(weekday_trips IS NULL) = (evening_trips IS NULL) AND (weekday_trips IS NULL) = (sunday_trips IS NULL)"
            ),
        },
    )
    _table(
        "provenance",
        [*_keys("service"), *_whole("rank"), *_keys("source"), *_texts("local_id", "licence", "data_date")],
        "service rank",
        {"licence_known": LICENCES, "rank": "rank >= 0"},
        to="service source",
    )


def _ground() -> None:
    _table(
        "address",
        [
            *_keys("id"),
            *_texts("number", "street", "postcode", "insee", "commune"),
            *_numbers("lon", "lat"),
            *_texts("position"),
            *_keys("source"),
            *_flags("residential"),
            _geometry("POINT"),
        ],
        "id",
        POINT | {"position_known": "position IN ('housenumber', 'street', 'locality', 'municipality')"},
        to="source",
    )
    _table(
        "commune",
        [
            *_keys("insee"),
            *_whole("number"),
            *_texts("name", "department"),
            *_whole("population", unknown=True),
            *_texts("postcodes"),
            *_flags("in_territory"),
            *_texts("epci", "epci_name"),
            *_whole("density", unknown=True),
            _geometry("GEOMETRY", unknown=True),
        ],
        "insee",
        AREA | {"population": "population >= 0", "density": "density BETWEEN 1 AND 7"},
    )
    _table(
        "cell",
        [
            *_keys("id"),
            *_numbers("lon", "lat"),
            *_texts("insee"),
            *_numbers("people", "people_0_17", "people_65_plus"),
            *_numbers("living_standard_eur", unknown=True),
            _geometry("POINT"),
        ],
        "id",
        POINT | {"people": "people >= 0 AND people_0_17 >= 0 AND people_65_plus >= 0"},
    )
    _table(
        "sector",
        [
            *_keys("id"),
            *_texts("insee", "street"),
            *_whole("first", "last", unknown=True),
            *_texts("parity", "uai"),
            *_keys("source"),
            *_flags("exclusive"),
        ],
        "id",
        {"parity_known": "parity IN ('odd', 'even', 'both')", "range": "first <= last"},
        to="source",
    )
    _table("zone", [*_keys("id"), *_texts("name"), *_keys("source"), _geometry("GEOMETRY")], "id", AREA, to="source")
    _table(
        "commune_count",
        [*_keys("source", "insee", "category"), *_numbers("services")],
        "source insee category",
        {"services": "services >= 0"},
        to="source",
    )
