"""The wheel, installed where there is nothing else, is the whole bot: it runs from any folder, without the checkout."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tarfile
import venv
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.migrate import HEAD
from tests.benchmarks.process import BotProcess
from tests.town import Town, town

ROOT = Path(__file__).parent.parent
NO_CHECKOUT = {"PYTHONPATH": ""}


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)


def built(kind: str, source: Path, into: Path) -> Path:
    """By hatchling itself, which is here: nothing is fetched."""
    done = run(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", into, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    [file] = into.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def madoguchi(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment that holds the wheel and what it needs, in the versions of the lock."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pins = re.findall(r"^([\w.-]+==\S+(?: ; [^\\\n]+)?)", lock, re.MULTILINE)
    (folder / "pins.txt").write_text("\n".join(pins), "utf-8")
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet")
    [click] = [pin for pin in pins if pin.startswith("click==")]
    if run(*pip, "--dry-run", "--retries", "1", "--no-deps", click).returncode:
        pytest.skip("the wheel was not installed: pip reaches no package index from here")
    done = run(*pip, "--no-compile", "--constraint", folder / "pins.txt", wheel, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bin" / "madoguchi"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (folder := tmp_path / "empty").mkdir()
    return folder


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot is not running."""
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'madoguchi.db'}", started=False) as opened:
        opened.environment |= NO_CHECKOUT
        yield opened


def names(wheel: Path) -> list[str]:
    return ZipFile(wheel).namelist()


def test_the_wheel_holds_the_program_its_words_its_office_and_its_migrations_and_nothing_else(wheel: Path) -> None:
    program = {str(path.relative_to(ROOT)) for package in ("bot", "flows") for path in files(ROOT / package)}
    words = {f"bot/{path.relative_to(ROOT)}" for path in files(ROOT / "locales")}
    assert {"flows/kawagoe/office.toml", "flows/kawagoe/terms-2023-07-14.txt"} <= program
    assert {name for name in names(wheel) if ".dist-info/" not in name} == program | words


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".mo")]


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(built("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.glob("madoguchi-*")
    again = built("wheel", source, tmp_path / "wheel")
    assert {name: ZipFile(again).read(name) for name in names(again)} == {
        name: ZipFile(wheel).read(name) for name in names(wheel)
    }


def test_what_is_installed_is_found_in_its_environment_alone(madoguchi: Path, empty: Path) -> None:
    python = madoguchi.with_name("python")
    where = run(python, "-c", "import bot.cli, flows; print(bot.__file__, flows.__file__)", cwd=empty).stdout.split()
    assert len(where) == 2
    assert all(Path(path).is_relative_to(madoguchi.parent.parent) for path in where)
    missing = run(python, "-c", "import tests", cwd=empty)
    assert "No module named 'tests'" in missing.stderr


async def test_it_answers_in_japanese_shows_the_terms_and_makes_its_database(
    madoguchi: Path, place: Town, empty: Path
) -> None:
    bot = await BotProcess.start(place.environment, command=madoguchi, folder=empty)
    try:
        await place.server.settled(30)
        await place.taro.says("/start")
        await place.taro.sees("「オンライン職業相談」予約窓口です")
        await place.taro.presses("予約を申し込む")
        await place.taro.sees("利用規約の大切な点")
        await place.taro.presses("全文を読む")
        await place.taro.sees("第1条（目的）")
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    assert files(empty) == []
    assert revision(place) == HEAD


def revision(place: Town) -> str:
    file = place.environment["MADOGUCHI_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


async def test_migrate_finds_the_migrations(madoguchi: Path, place: Town, empty: Path) -> None:
    bot = await BotProcess.start(place.environment, "migrate", command=madoguchi, folder=empty)
    assert await bot.ends() == 0, bot.log
    assert revision(place) == HEAD


async def test_invite_prints_a_link(madoguchi: Path, place: Town, empty: Path) -> None:
    told = {**place.environment, "MADOGUCHI_STAFF_CHAT": ""}
    bot = await BotProcess.start(told, "invite", "--group", command=madoguchi, folder=empty)
    assert await bot.ends() == 0, bot.log
    assert bot.said.startswith("https://t.me/madoguchi_test_bot?startgroup=")


async def test_help_names_the_commands(madoguchi: Path, empty: Path) -> None:
    bot = await BotProcess.start(NO_CHECKOUT, "--help", command=madoguchi, folder=empty)
    assert await bot.ends() == 0
    assert all(command in bot.said for command in ("run", "migrate", "invite"))


async def test_a_wrong_setting_ends_it_with_code_2(madoguchi: Path, empty: Path) -> None:
    bot = await BotProcess.start(NO_CHECKOUT, command=madoguchi, folder=empty)
    assert await bot.ends() == 2
    assert "MADOGUCHI_TOKEN is not given" in bot.log
    assert "Traceback" not in bot.log
