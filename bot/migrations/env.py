"""Alembic's environment: it works on the connection that `bot.migrate` gives it, inside the caller's transaction."""

from alembic import context
from sqlmodel import SQLModel

import bot.sending_tables
import bot.staff_tables
import bot.tables  # noqa: F401  # all fill SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
context.run_migrations()
