"""README's "To add a question", done on a copy of the project: one line, and all that there is for a question follows.

Beside README's own (typed, private, offered again) there are one with buttons and one that applies sometimes only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
COPIED = ("bot", "flows", "locales", "tests", "Makefile", "README.md", "pyproject.toml", "requirements.lock")
README = (ROOT / "README.md").read_text("utf-8")
RECIPE = README[README.index("## To add a question") : README.index("## The two machines")]

CAPTIONS = """\
Question(
    "captions",
    ask=Text("Do you need captions?"),
    choices={"no": Text("No"), "yes": Text("Yes")},
    label=Text("Captions"),
    counted=True,
),
Question(
    "caption_language",
    ask=Text("In which language?"),
    choices={"plain": Text("Plain Japanese"), "en": Text("English")},
    when=lambda context: bool(context.answers.get("captions") == "yes"),
    label=Text("Language of the captions"),
),
"""
TRANSLATED = {
    "ja": {
        "How is your name read?\nExample: かわごえ たろう": "お名前の読み方を入力してください。\n例：かわごえ たろう",
        "The same reading as before": "前と同じ読み方を使う",
        "Reading": "読み方",
        "Do you need captions?": "字幕は必要ですか。",
        "Captions": "字幕",
        "In which language?": "どのことばの字幕ですか。",
        "Plain Japanese": "やさしい日本語",
        "Language of the captions": "字幕のことば",
    },
    "ja_Hira": {
        "How is your name read?\nExample: かわごえ たろう": (
            "名前(なまえ)の 読(よ)み方(かた)を 書(か)いてください。\n例(れい)：かわごえ たろう"
        ),
        "The same reading as before": "前(まえ)の 読(よ)み方(かた)",
        "Reading": "読(よ)み方(かた)",
        "Do you need captions?": "字幕(じまく)が 要(い)りますか。",
        "Captions": "字幕(じまく)",
        "In which language?": "どの ことばの 字幕(じまく)ですか。",
        "Plain Japanese": "やさしい 日本語(にほんご)",
        "Language of the captions": "字幕(じまく)の ことば",
    },
}
ABOUT_THEM = """
# 新しい質問に答える、戻る、確認の画面から直す
自分で答える：reading
自分で答える：captions
手順：to_the_name
人：佐藤 一郎
窓口：2／10
窓口：お名前の読み方を入力してください。
ボタン：戻る｜やめる
人：さとう いちろう
消えた：さとう
データベースで読めない：さとう いちろう
窓口：求職番号を入力してください
人：戻る
窓口：お名前の読み方を入力してください。
人：12345
窓口：お名前を読み取れませんでした。
消えた：12345
押す：前と同じ読み方を使う
人：13010-98765432
押す：11月24日(火)
押す：9:30
人：ichiro@example.jp
人：080-9876-5432
窓口：8／10
押す：なし
窓口：9／10
窓口：字幕は必要ですか。
ボタン：いいえ｜はい｜戻る｜やめる
人：はい
窓口：どのことばの字幕ですか。
押す：やさしい日本語
窓口：10／10
窓口：読み方：さとう いちろう
窓口：字幕：はい
窓口：字幕のことば：やさしい日本語
押す：内容を直す
押す：読み方
押す：戻る
窓口：読み方：さとう いちろう
押す：内容を直す
押す：読み方
人：さとう はじめ
窓口：読み方：さとう はじめ

# 当てはまらなくなった質問の答えは、どこにも残らない
押す：内容を直す
押す：字幕
押す：いいえ
窓口：字幕：いいえ
消えた：字幕のことば
押す：この内容で申し込む
窓口：【受け付けました】受付番号 {新しい受付番号}
消えた：さとう
データベースで読めない：さとう はじめ
職員グループにない：さとう
メール（counter@office.example）：読み方：さとう はじめ
メール（counter@office.example）：字幕：いいえ
メールにない（counter@office.example）：やさしい日本語

# 次に来たときは、前の答えを隠したまま選べる
人：/mine
押す：この予約をキャンセルする
押す：キャンセルする
人：/book
押す：はい
押す：はい
押す：はい
押す：前と同じお名前を使う
窓口：お名前の読み方を入力してください。
ボタン：前と同じ読み方を使う｜戻る｜やめる
消えた：さとう
押す：前と同じ読み方を使う
押す：前と同じ求職番号を使う
押す：11月26日(木)
押す：9:30
押す：前と同じ：
キーを押す：前と同じ：***-****-5432
押す：なし
押す：いいえ
窓口：読み方：さとう はじめ
押す：やめる
窓口：入力をやめました。
消えた：さとう

# 24時間たつと、消える
人：/book
押す：はい
押す：はい
押す：はい
人：佐藤 一郎
窓口：お名前の読み方を入力してください。
時計：2026-11-20 10:05
窓口：【入力を終了しました】
"""
WALK_WITHOUT_A_WORD_OF_THEM = ("the_whole_story", "editing", "back_and_stop", "the_whole_story_in_english")
GENERAL = tuple(f"tests/test_{name}.py" for name in ("words", "pictures", "every_dialog", "booking_form", "one_turn"))


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with three questions more, as the recipe says."""
    folder = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    add_the_lines(folder / "flows" / "booking.py")
    run(folder, "make", "-o", ".venv/ready", f"BIN={BIN}", "messages")
    for language, words in TRANSLATED.items():
        translate(folder / "locales" / language / "LC_MESSAGES" / "messages.po", words)
    usual = re.findall(r"`(\w+：[^`]+)`\. Whatever", RECIPE)
    with (folder / "tests" / "usual_answers.txt").open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in (*usual, "captions：no")))
    run(folder, sys.executable, "-m", "flows.pictures")
    (folder / "tests" / "conversations" / "new_questions.txt").write_text(ABOUT_THEM, "utf-8")
    return folder


def add_the_lines(file: Path) -> None:
    [question] = re.findall(r"```python\n(.*?)```", RECIPE, re.DOTALL)
    program = file.read_text("utf-8")
    for place, lines in (
        ('    Question(\n        "seeker_number",', f"{textwrap.dedent(question).rstrip()},\n"),
        (")\n\nBOOKING = Dialog(", CAPTIONS),
    ):
        assert program.count(place) == 1
        program = program.replace(place, textwrap.indent(lines, "    ") + place)
    file.write_text(program, "utf-8")


def translate(file: Path, words: dict[str, str]) -> None:
    with file.open("rb") as written:
        catalog = read_po(written, locale=file.parent.parent.name)
    new = {str(message.id) for message in catalog if message.id and not message.string}
    assert new == set(words), "the new sentences are in the catalogue, and nothing else is without its words"
    for message in catalog:
        if message.id in new:
            message.string = words[str(message.id)]
    with file.open("wb") as translated:
        write_po(translated, catalog, width=0)


def run(folder: Path, *command: str) -> str:
    """Its output; AssertionError with that where it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    return done.stdout


def played(folder: Path, *what: str) -> str:
    return run(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *what)


def test_the_words_the_pictures_and_what_every_dialog_inherits_hold(copy: Path) -> None:
    played(copy, *GENERAL)


def test_a_conversation_about_the_questions_goes_from_the_answer_to_the_letter_and_to_the_next_time(copy: Path) -> None:
    played(copy, "tests/test_conversations.py", "-k", "new_questions")


def test_every_other_conversation_goes_as_it_is_written(copy: Path, request: pytest.FixtureRequest) -> None:
    """In the usual run a few of them, on one engine."""
    few = f"sqlite and ({' or '.join(WALK_WITHOUT_A_WORD_OF_THEM)})"
    played(copy, "tests/test_conversations.py", *([] if request.config.getoption("--long") else ["-k", few]))


def test_the_line_keeps_the_style_and_the_types(copy: Path) -> None:
    run(copy, str(BIN / "ruff"), "check", "--no-cache", "flows")
    run(copy, str(BIN / "ruff"), "format", "--check", "--no-cache", "flows")
