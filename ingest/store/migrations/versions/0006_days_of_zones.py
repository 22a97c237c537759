"""Who comes to an area on demand, on which days, and how one books."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "alentours"
COLUMNS = ("agency", "days", "booking_text", "booking_phone", "booking_url")


def upgrade() -> None:
    """Add the columns; nobody read these things in former runs."""
    for name in COLUMNS:
        column: sa.Column[Any] = sa.Column(name, sa.Text(), nullable=False, server_default="")
        op.add_column("zone", column, schema=SCHEMA)
        op.alter_column("zone", name, server_default=None, schema=SCHEMA)


def downgrade() -> None:
    """Drop them, and the view of the zones: the next publication makes views again."""
    for name in COLUMNS:
        op.execute(f"ALTER TABLE {SCHEMA}.zone DROP COLUMN {name} CASCADE")
    op.execute(f"COMMENT ON SCHEMA {SCHEMA} IS NULL")  # it says which views there are
