"""Sectors that are areas, and those of écoles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "alentours"


def upgrade() -> None:
    """Add the columns; every sector of former runs is a collège's, and none is an area."""
    category: sa.Column[str] = sa.Column("category", sa.Text(), nullable=False, server_default="education.college")
    op.add_column("sector", category, schema=SCHEMA)
    op.alter_column("sector", "category", server_default=None, schema=SCHEMA)
    geometry = Geometry("GEOMETRY", srid=4326, spatial_index=False)
    op.add_column("sector", sa.Column("geom", geometry, nullable=True), schema=SCHEMA)
    op.create_check_constraint(op.f("sector_geom_is_an_area"), "sector", "ST_Dimension(geom) = 2", schema=SCHEMA)
    op.create_index("sector_geom_ix", "sector", ["geom"], schema=SCHEMA, postgresql_using="gist")


def downgrade() -> None:
    """Drop them; areas and écoles go with them, for they would read as whole communes of collèges."""
    op.execute(f"DELETE FROM {SCHEMA}.sector WHERE geom IS NOT NULL OR category <> 'education.college'")
    op.drop_column("sector", "geom", schema=SCHEMA)
    op.drop_column("sector", "category", schema=SCHEMA)
