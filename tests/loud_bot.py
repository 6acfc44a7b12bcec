"""`python -X dev -m tests.loud_bot`: the bot with every logger of every library at DEBUG, asyncio and SQLAlchemy too.

What reaches standard error besides the bot's own lines is unredacted: as any handler would get it.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from bot import cli, logs
from bot.app import App
from bot.config import Settings
from tests.town import LIMITS_SECOND

EVERY = ("asyncio", "aiohttp.client", "aiosmtplib", "asyncpg", "sqlalchemy.engine", "sqlalchemy.pool", "telegram.Bot")


def turn_all_up() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.DEBUG, force=True, format="%(name)s %(message)s %(args)r")
    for name in (*EVERY, *logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.captureWarnings(True)


async def run(settings: Settings) -> None:
    asyncio.get_running_loop().slow_callback_duration = 0  # every step of the loop becomes a line
    await App(settings, limits_second=LIMITS_SECOND).run(cli._until_told_to_stop())


if __name__ == "__main__":
    settings = Settings.load()
    logs.set_up(settings.log, settings.secrets)
    turn_all_up()
    asyncio.run(run(settings), debug=True)
