"""The command `madoguchi`: run the bot, migrate the database, invite a staff group."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import click
import structlog

from bot import logs
from bot.clock import turned_by, utc_now
from bot.config import Settings
from flows.office import BadSetting

log = structlog.get_logger()

DEMO_TICK = 0.2  # seconds: who turns the clock on the page wants to see what follows
JAPAN = ZoneInfo("Asia/Tokyo")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Madoguchi (窓口): an office's counter in a chat. Settings come from the environment, see README.md."""


@main.command()
def run() -> None:
    """Serve: poll the Bot API, answer, send what is due, until SIGTERM."""
    _guarded(_run)


@main.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8760, show_default=True,
    help="Of the page; the next free one where it is taken.",
)  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Who else may reach it: everybody who can.")
@click.option("--clock", "start", help="When it begins, in Japan: 2026-11-19T10:00.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="A folder to keep.")
@click.option("--example", is_flag=True, help="Two weeks of an office that is already at work.")
def demo(port: int, host: str, start: str | None, data: Path | None, example: bool) -> None:
    """Try everything on a page in the browser, without a token."""
    from bot.playground import demo as playground
    from bot.playground.clock import TurnedBack

    wanted = playground.Options(host, port, data, _moment(start) if start else None, example)

    async def serve() -> None:
        await playground.run(wanted, _until_told_to_stop(), click.echo)

    try:
        asyncio.run(serve())
    except TurnedBack as why:
        raise click.BadParameter(str(why), param_hint="--clock") from None
    except OSError as error:
        raise click.UsageError(f"the page cannot be served at {host}:{port} ({error.strerror})") from None


def _moment(given: str) -> datetime:
    try:
        return datetime.fromisoformat(given).replace(tzinfo=JAPAN)
    except ValueError:
        raise click.BadParameter("give a date and a time like 2026-11-19T10:00", param_hint="--clock") from None


@main.command()
def migrate() -> None:
    """Bring the database up to date, and stop. `run` does the same when it starts."""
    _guarded(_migrate)


@main.command()
@click.option("--group", "whom", flag_value="group", help="A link that makes a group the staff group.")
@click.option("--lead", "whom", flag_value="lead", help="A code by which somebody becomes the first lead of the desk.")
def invite(whom: str | None) -> None:
    """Print what brings in a staff group, or its first lead; it is good once, and for a day."""
    if whom is None:
        raise click.UsageError("say whom: --group or --lead")
    _guarded(_invite_a_group if whom == "group" else _invite_a_lead)


@main.command()
def desk() -> None:
    """Serve the staff's desk alone, beside a bot that runs elsewhere on the same database, until SIGTERM."""
    _guarded(_desk)


@main.command()
@click.option("--from", "first", metavar="YYYY-MM", help="The first month; without it the last one that is over.")
@click.option("--to", "last", metavar="YYYY-MM", help="The last month; without it the first.")
@click.option("--language", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@click.option(
    "--output", type=click.File("wb", lazy=True), default="-", help="A file to write; without it, standard output."
)
def export(first: str | None, last: str | None, language: str, output: BinaryIO) -> None:
    """Write the office's numbers of whole months as CSV. It is recorded, as on the desk."""

    async def work(settings: Settings) -> None:
        from bot.office_work import export_the_numbers

        now = turned_by(settings.clock)() if settings.clock else utc_now()
        written = await export_the_numbers(settings, now, first or "", last or "", language)
        output.write(written)  # only now is the file made

    _guarded(work)


def _guarded(work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """A wrong setting is one sentence and exit code 2."""
    try:
        settings = Settings.load()
        logs.set_up(settings.log, settings.secrets)
        asyncio.run(work(settings))
    except BadSetting as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    except click.ClickException:  # a file that cannot be written: click says so in a sentence
        raise
    except Exception as error:
        log.critical("stopped by a fault", **logs.trace(error))
        sys.exit(1)


async def _run(settings: Settings) -> None:
    from bot.app import App

    stop = _until_told_to_stop()
    if settings.clock:
        await App(settings, turned_by(settings.clock), tick=DEMO_TICK).run(stop)
    else:
        await App(settings).run(stop)


def _until_told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    return stop


async def _migrate(settings: Settings) -> None:
    from bot.database import Database
    from bot.migrate import migrate as bring_up_to_date

    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    await bring_up_to_date(database)
    await database.close()


async def _invite_a_group(settings: Settings) -> None:
    from bot.app import App

    click.echo(await App(settings).invite_a_group())


async def _invite_a_lead(settings: Settings) -> None:
    from bot.office_work import invite_a_lead

    click.echo(f"/join {await invite_a_lead(settings, utc_now())}")
    click.echo("Send this to the bot in your private chat within a day; it is good once.", err=True)


async def _desk(settings: Settings) -> None:
    from bot.office_work import serve_the_desk

    clock = turned_by(settings.clock) if settings.clock else utc_now
    await serve_the_desk(settings, clock, _until_told_to_stop())
