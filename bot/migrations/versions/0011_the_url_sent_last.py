"""Which URL of a booking went out last is known after a move too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("url_index", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("booking", "url_index")
