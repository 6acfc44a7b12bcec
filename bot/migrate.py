"""The schema: Alembic migrations from the first version on. An older database is upgraded, a newer one is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.database import Database
from flows.office import BadSetting

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0011"  # the newest revision in `migrations`: a database that has it is left as it is, without loading Alembic
LOCK = 0x6D61646F  # one worker migrates, the others wait (PostgreSQL advisory lock)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this connection; there is no ini file."""
    from alembic.config import Config

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
    current = _revision(connection)
    if current == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory

    config = configuration(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise BadSetting(
            "MADOGUCHI_DATABASE_URL",
            f"names a database of a newer version of this program ({current}): install that version, or restore a"
            " backup from before it",
        )
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
