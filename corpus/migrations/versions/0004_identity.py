"""A number by which those who follow the changes know the catalogue again."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.Integer))


def upgrade() -> None:
    op.bulk_insert(_counters, [{"name": "identity", "value": secrets.randbits(31)}])


def downgrade() -> None:
    op.execute(_counters.delete().where(_counters.c.name == "identity"))
