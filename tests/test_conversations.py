"""Every file of tests/conversations, played with the real bot over real HTTP and SMTP, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversation_files import FOLDER, BadFile, play, read, spelled_out
from tests.conversations.stage import Stage
from tests.town import Town

FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_a_conversation_goes_as_it_is_written(file: Path, place: Town, tmp_path: Path) -> None:
    await play(file, Stage(place, tmp_path))


def test_a_line_that_is_not_in_the_readme_is_refused(tmp_path: Path) -> None:
    (file := tmp_path / "odd.txt").write_text("# 題\n人：/start\n窓口は言う：こんにちは\n", "utf-8")
    with pytest.raises(BadFile, match=r"odd\.txt:3: "):
        list(read(file))


async def test_what_the_bot_does_not_say_fails_with_file_line_and_chat(place: Town, tmp_path: Path) -> None:
    (file := tmp_path / "wrong.txt").write_text("# 題\n人：/start\n窓口：さようなら\n", "utf-8")
    with pytest.raises(AssertionError, match=r"wrong\.txt:3: 窓口：さようなら(.|\n)*予約を申し込む"):
        await play(file, Stage(place, tmp_path))


async def test_what_was_said_before_the_last_act_does_not_count(place: Town, tmp_path: Path) -> None:
    (file := tmp_path / "old.txt").write_text("人：/start\n押す：予約を申し込む\n窓口：予約窓口です\n", "utf-8")
    with pytest.raises(AssertionError, match=r"old\.txt:3: "):
        await play(file, Stage(place, tmp_path))


def test_every_line_in_the_readme_is_known_and_the_other_way_round() -> None:
    from tests.conversations.acts import ACTS
    from tests.conversations.expectations import EXPECTATIONS

    told = {line.split("`")[1].split("：")[0].split("（")[0] for line in _table() if "`" in line}
    assert told == {"手順", *ACTS, *EXPECTATIONS}


def _table() -> list[str]:
    readme = (FOLDER / "README.md").read_text("utf-8")
    return [line for line in readme.splitlines() if line.startswith("| `")]


def test_special_characters_are_spelled_out() -> None:
    assert spelled_out("{あ×3}{U+202E}⏎") == "あああ\u202e\n"
