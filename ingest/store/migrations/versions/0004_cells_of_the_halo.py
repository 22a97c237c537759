"""Cells past the border, told from the territory's own, and a number of each for whoever looks at them in a GIS."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "alentours"


def upgrade() -> None:
    """Add the columns; the cells of former runs are all of the territory, and get the numbers of their ids' order."""
    number: sa.Column[Any] = sa.Column("number", sa.Integer(), autoincrement=False, nullable=True)
    op.add_column("cell", number, schema=SCHEMA)
    op.execute(
        f"UPDATE {SCHEMA}.cell c SET number = o.number FROM (SELECT run, id, row_number() OVER "
        f"(PARTITION BY run ORDER BY id) AS number FROM {SCHEMA}.cell) o WHERE o.run = c.run AND o.id = c.id"
    )
    op.alter_column("cell", "number", nullable=False, schema=SCHEMA)
    flag: sa.Column[Any] = sa.Column("in_territory", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("cell", flag, schema=SCHEMA)
    op.alter_column("cell", "in_territory", server_default=None, schema=SCHEMA)


def downgrade() -> None:
    """Drop them, the cells past the border, and the view of the cells: the next publication makes views again."""
    op.execute(f"DELETE FROM {SCHEMA}.cell WHERE NOT in_territory")
    for name in ("in_territory", "number"):
        op.execute(f"ALTER TABLE {SCHEMA}.cell DROP COLUMN {name} CASCADE")
    op.execute(f"COMMENT ON SCHEMA {SCHEMA} IS NULL")  # it says which views there are
