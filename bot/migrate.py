"""The schema: Alembic migrations from the first version on. An older database is upgraded, a newer one is refused."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.database import Database
from flows.office import BadSetting

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x6D61646F  # one worker migrates, the others wait (PostgreSQL advisory lock)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this connection; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database) -> None:
    """Bring the schema up to date. Raises `BadSetting` for a database of a newer version."""
    await database.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    config = configuration(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise BadSetting(
            "MADOGUCHI_DATABASE_URL",
            f"names a database of a newer version of this program ({current}): install that version, or restore a"
            " backup from before it",
        )
    command.upgrade(config, "head")
