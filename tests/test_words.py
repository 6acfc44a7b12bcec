"""The words: every sentence is in every language, fits where it stands, and keeps the rules of the house style."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from datetime import date, time
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.language import LANGUAGES, LOCALES, Words, catalogue, guess, write_date, write_time
from flows import companions, deciding, letters, notices, welcome
from flows.office import KAWAGOE, load_office
from flows.steps import Button
from flows.text import Text

ROOT = Path(__file__).parent.parent
TRANSLATED = ("ja", "ja_Hira")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TODAY = date(2026, 11, 19)
ONE_A_ROW = 2 * 18  # in half-width columns, on a small phone


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def entries(language: str) -> dict[str, str]:
    catalog = read(LOCALES / language / "LC_MESSAGES" / "messages.po")
    return {str(message.id): str(message.string) for message in catalog if message.id}


def words(language: str) -> Words:
    return Words(language, load_office(KAWAGOE), "madoguchi@office.example", TODAY)


def width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in label)


def test_the_template_holds_the_sentences_of_the_program(tmp_path: Path) -> None:
    fresh = tmp_path / "messages.pot"
    extract = ["extract", "--mapping-file", "pyproject.toml", "--no-default-keywords", "--keywords", "Text"]
    babel = Path(sys.executable).with_name("pybabel")
    subprocess.run([babel, "-q", *extract, "--output-file", fresh, "."], cwd=ROOT, check=True)
    assert {m.id for m in read(fresh)} == {m.id for m in read(LOCALES / "messages.pot")}, "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    catalog = read(LOCALES / language / "LC_MESSAGES" / "messages.po")
    template = {message.id for message in read(LOCALES / "messages.pot") if message.id}
    assert {message.id for message in catalog if message.id} == template
    assert not [message.id for message in catalog if message.id and (message.fuzzy or not message.string)]
    assert not catalog.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_no_value_that_the_sentence_does_not_have(language: str) -> None:
    for sentence, translation in entries(language).items():
        known = set(PLACEHOLDER.findall(sentence)) | {"office_phone", "office_hours"}
        assert set(PLACEHOLDER.findall(translation)) <= known, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_brace_is_left_when_a_sentence_is_said(language: str) -> None:
    for sentence in entries("ja"):
        values = dict.fromkeys(PLACEHOLDER.findall(sentence), "1")
        assert not re.search(r"[{}]", words(language).say(Text(sentence, **values))), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_longer_than_a_phone_shows_at_once(language: str) -> None:
    for sentence in entries("ja"):
        said = words(language).say(Text(sentence, **dict.fromkeys(PLACEHOLDER.findall(sentence), "1")))
        assert len(said) <= 900, sentence


def labels() -> list[Text]:
    rows = [*welcome.MENU, *((Button(label, ""),) for label in companions.COMPANIONS.values())]
    told = [label for label, _ in deciding.DECLINE_REASONS.values()] + list(deciding.LATE_REASONS.values())
    return [b.label for row in rows for b in row if isinstance(b.label, Text)] + told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", labels(), ids=lambda label: label.sentence)
def test_a_label_alone_in_its_row_is_not_cut(label: Text, language: str) -> None:
    said = re.sub(r"\([ぁ-ん]+\)", "", words(language).say(label))  # readings may be cut, words not
    assert width(said) <= ONE_A_ROW + 4  # the longest of staff has nineteen characters


@pytest.mark.parametrize("language", TRANSLATED)
def test_japanese_has_no_exclamation_and_no_emoji(language: str) -> None:
    for translation in entries(language).values():
        assert not re.search("[！!\U0001f300-\U0001faff☀-➿]", translation), translation


STARTED = [letters.CHAT[kind] for kind, rule in notices.KINDS.items() if rule.starts]
SUBJECTS = [subject for kind, (subject, _) in letters.MAIL.items() if not kind.endswith("office")]
PURPOSE = re.compile("ハローワーク|求職|職業|相談|仕事|そうだん|しごと|Hello Work|job|counsel", re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [*STARTED, *SUBJECTS, letters.CALENDAR_TITLE], ids=lambda text: text.sentence[:20])
def test_a_lock_screen_shows_neither_office_nor_service(text: Text, language: str) -> None:
    values = dict.fromkeys(PLACEHOLDER.findall(text.sentence), "1")
    first_line = words(language).say(Text(text.sentence, **values)).splitlines()[0]
    assert not PURPOSE.search(first_line)


@pytest.mark.parametrize("reason", [reason for _, reason in deciding.DECLINE_REASONS.values()])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_names_neither_office_nor_service(reason: Text, language: str) -> None:
    assert not PURPOSE.search(words(language).say(reason).replace("求職登録", ""))


@pytest.mark.parametrize("text", [*STARTED, *SUBJECTS], ids=lambda text: text.sentence[:20])
@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_bot_starts_begins_with_a_status(text: Text, language: str) -> None:
    assert entries(language)[text.sentence].startswith("【")


FOR_STAFF = {
    *(text.sentence for text in letters.STAFF.values()),
    *(part.sentence for kind in ("received_office", "cancelled_office") for part in letters.MAIL[kind]),
}


def test_every_kanji_for_people_carries_its_reading_in_plain_japanese() -> None:
    staff = {*FOR_STAFF, *(text.sentence for text in staff_sentences())}
    for sentence, translation in entries("ja_Hira").items():
        if sentence in staff:
            continue
        rest = re.sub(r"[一-龥々]+\([ぁ-ん]+\)", "", translation).replace("川越 太郎", "")
        assert not re.search("[一-龥々]", rest), translation


def staff_sentences() -> list[Text]:
    """What only staff read: ordinary Japanese in every language."""
    catalog = read(LOCALES / "messages.pot")
    files = {"flows/deciding.py", "bot/cards.py", "bot/notices.py", "bot/service.py"}
    found = [m for m in catalog if m.id and {name for name, _ in m.locations} <= files]
    told = {reason.sentence for _, reason in deciding.DECLINE_REASONS.values()}
    flags = ["Another live request with the same job-seeker number", "Only members of the staff group can decide."]
    return [*(Text(str(m.id)) for m in found if m.id not in told), *(Text(flag) for flag in flags)]


@pytest.mark.parametrize(
    ("code", "language", "asked"),
    [
        ("ja", "ja", False), ("ja-raw", "ja", False), ("JA", "ja", False), ("en", "en", False), ("en-gb", "en", False),
        ("zh-hans", "ja_Hira", True), ("zh-hans-raw", "ja_Hira", True), ("vi", "ja_Hira", True),
        ("ne", "ja_Hira", True), ("pt-br", "ja_Hira", True), ("in", "ja_Hira", True), ("tl", "ja_Hira", True),
        ("", "ja", False), (None, "ja", False), ("xx", "ja", False), ("classic-zh-cn", "ja", False),
        ("\0" * 300, "ja", False),
    ],
)  # fmt: skip
def test_the_first_guess_of_a_language(code: str | None, language: str, asked: bool) -> None:
    assert guess(code) == (language, asked)


def test_dates_carry_their_weekday_and_the_year_where_it_is_another() -> None:
    assert write_date(date(2026, 11, 26), "ja", with_year=False) == "11月26日(木)"
    assert write_date(date(2026, 11, 26), "ja", with_year=True) == "2026年11月26日(木)"
    assert write_date(date(2026, 11, 26), "en", with_year=False) == "Thu, Nov 26"
    assert words("ja").say(Text("{date}", date=date(2027, 1, 4))) == "2027年1月4日(月)"


def test_times_are_written_as_each_language_does() -> None:
    assert write_time(time(9, 30), "ja") == "9:30"
    assert write_time(time(13), "en") == "1:00\u202fPM"
    assert write_time(time(13), "ja_Hira") == "午後(ごご)1時(じ)"
    assert write_time(time(9, 30), "ja_Hira") == "午前(ごぜん)9時(じ)30分(ぷん)"
    assert write_time(time(13), "ja_Hira", on_button=True) == "13:00"


def test_the_hours_of_the_counter_are_facts_of_the_office() -> None:
    hours = Text("{office_hours}")
    assert words("ja").say(hours) == "平日8:30～17:15"
    assert words("en").say(hours) == "weekdays 8:30–17:15"


def test_english_is_the_sentence_itself() -> None:
    assert catalogue("en").gettext("Go back") == "Go back"
