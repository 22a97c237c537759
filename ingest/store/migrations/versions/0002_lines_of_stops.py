"""The lines that call at a stop."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "alentours"


def upgrade() -> None:
    """Add the column; the services of former runs have lines that nobody noted."""
    lines: sa.Column[list[str]] = sa.Column("lines", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}")
    op.add_column("service", lines, schema=SCHEMA)
    op.alter_column("service", "lines", server_default=None, schema=SCHEMA)


def downgrade() -> None:
    """Drop the column, and the views that show it: the next publication makes them again."""
    op.execute(f"ALTER TABLE {SCHEMA}.service DROP COLUMN lines CASCADE")
    op.execute(f"COMMENT ON SCHEMA {SCHEMA} IS NULL")  # it says which views there are
