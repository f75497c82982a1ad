"""How often a text was searched for on a day, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queries",
        sa.Column("query", sa.String(100), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("base", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("narrowed", sa.Boolean, primary_key=True),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("empty", sa.Integer, nullable=False),
        sa.Column("few", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("corrected", sa.Text, nullable=False),
        sa.Column("corrected_by", sa.String(16), nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_queries_day", "queries", ["day"])


def downgrade() -> None:
    op.drop_table("queries")
