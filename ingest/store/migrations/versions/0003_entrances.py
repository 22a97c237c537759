"""Where one gets into the site of a service."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "alentours"


def upgrade() -> None:
    """Add the column; nobody noted the entrances of former runs."""
    kind = Geometry("MULTIPOINT", srid=4326, spatial_index=False)
    entrances: sa.Column[Any] = sa.Column("entrances", kind, nullable=True)
    op.add_column("service", entrances, schema=SCHEMA)


def downgrade() -> None:
    """Drop the column; no view shows it."""
    op.drop_column("service", "entrances", schema=SCHEMA)
