"""Which row gives which property of a service, and what others say otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = "alentours"


def upgrade() -> None:
    """Add the column and the table; nobody noted who gave what in former runs."""
    gives: sa.Column[str] = sa.Column("gives", sa.Text(), nullable=False, server_default="")
    op.add_column("provenance", gives, schema=SCHEMA)
    op.alter_column("provenance", "gives", server_default=None, schema=SCHEMA)
    op.create_table(
        "dissent",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("property", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(collation="C"), nullable=False),
        sa.Column("local_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "service", "number", name="dissent_pk"),
        sa.ForeignKeyConstraint(
            ["run", "service"], [f"{SCHEMA}.service.run", f"{SCHEMA}.service.id"], name="dissent_run_service_fk"
        ),
        sa.ForeignKeyConstraint(
            ["run", "source"], [f"{SCHEMA}.source.run", f"{SCHEMA}.source.id"], name="dissent_run_source_fk"
        ),
        schema=SCHEMA,
        postgresql_partition_by="LIST (run)",
    )


def downgrade() -> None:
    """Drop both, and the views that show the column: the next publication makes them again."""
    op.execute(f"DROP TABLE {SCHEMA}.dissent CASCADE")
    op.execute(f"ALTER TABLE {SCHEMA}.provenance DROP COLUMN gives CASCADE")
    op.execute(f"COMMENT ON SCHEMA {SCHEMA} IS NULL")  # it says which views there are
