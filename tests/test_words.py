"""The words: every sentence is in every language, fits where it stands, and keeps the rules of the house style."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.cards import GONE
from bot.language import LANGUAGES, LOCALES, Words
from bot.turn import ONLY_STAFF, SHARE
from flows import (
    answers,
    arranging,
    companions,
    deciding,
    notices,
    office_letters,
    reminding,
    sentences,
    suspending,
    welcome,
)  # fmt: skip
from flows.announcements import ALERT, NO_GROUP, NO_GROUP_BODY, NO_MAILBOX, OUTAGE, OUTAGE_OVER, STAFF_GROUP
from flows.booking import BOOKING, QUESTIONS
from flows.office import KAWAGOE
from flows.office_file import load_office
from flows.steps import End
from flows.text import Text

ROOT = Path(__file__).parent.parent
DRAFTS = ROOT.parent / "shared" / "domain" / "messages"
TRANSLATED = ("ja", "ja_Hira")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TODAY = date(2026, 11, 19)
DAY = date(2027, 1, 13)  # of another year: as long as a date gets
A_TIME = Text("{date} {time}", date=DAY, time=time(10, 30))
SAMPLES: dict[str, Any] = {
    **dict.fromkeys(("date", "first_date", "last_date", "from_date", "to_date", "reply_by", "deadline"), DAY),
    "old_date": DAY,
    **dict.fromkeys(("status", "decision", "how", "reason", "flags", "channel", "why", "counter"), Text("Confirmed")),
    **dict.fromkeys(("value", "email"), "t***@softbank.ne.jp"),
    **dict.fromkeys(("time", "old_time"), time(10, 30)), "times": (A_TIME,) * 3, "url": "https://teleoffice.example/join?code=0123456789",
    "received_at": A_TIME, "dates": (A_TIME,) * 5, "answers": (A_TIME,) * 6, "ref": "123-456",
    "lines": (A_TIME,) * 3, "label": Text("Name"), "language": Text("Chinese"), "who": "佐藤", "key": "1234",
    "until": Text("up to and including {date}", date=DAY), "answer": "お申し出のとおりです。",
    "ja": "庁舎の点検", "en": "building inspection", "terms_version": "令和5年7月14日改定",
    "count": 12, "max": 60, "step": 3, "steps": 8, "page": 2, "pages": 5,
    "code": "ACDE3467", "bot": "kawagoe_bot", "left": 4, "booking": A_TIME,
    "link": "https://desk.office.example/bookings/0123456789abcdef",
}  # fmt: skip


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def written(language: str, domain: str = "messages") -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{domain}.po"


def entries(path: Path) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in read(path) if message.id}


def say(text: Text, language: str, on_button: bool = False) -> str:
    """The sentence with sample values; the facts of the office are those that the bot fills in."""
    samples = {name: SAMPLES[name] for name in PLACEHOLDER.findall(text.sentence) if name in SAMPLES}
    words = Words(language, load_office(KAWAGOE), "madoguchi@office.example", TODAY)
    return words.say(Text(text.sentence, **{**samples, **text.values}), on_button)


def calls(name: str) -> Iterator[ast.Call]:
    """Every call of one name in what speaks to job-seekers."""
    for path in (*(ROOT / "flows").rglob("*.py"), *(ROOT / "bot").rglob("*.py")):
        if "desk" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def literal(call: ast.expr) -> str | None:
    """The sentence of `Text("…")`."""
    match call:
        case ast.Call(func=ast.Name(id="Text"), args=[ast.Constant(value=str(sentence))]):
            return sentence
    return None


@pytest.mark.parametrize(("domain", "mapping"), [("messages", "pyproject.toml"), ("staff", "locales/staff.toml")])
def test_the_template_is_what_the_program_gives(domain: str, mapping: str, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.pot"
    extract = ["extract", "--mapping-file", mapping, "--no-default-keywords", "--keywords", "Text", "--keywords", "t"]
    form = ["--no-wrap", "--sort-output", "--omit-header", "--add-location", "file", "--output-file", str(fresh), "."]
    babel = Path(sys.executable).with_name("pybabel")
    subprocess.run([str(babel), "-q", *extract, *form], cwd=ROOT, check=True)
    assert fresh.read_text("utf-8") == (LOCALES / f"{domain}.pot").read_text("utf-8"), "run `make messages`"


def test_what_staff_read_is_in_japanese_and_leaves_no_brace() -> None:
    catalog = read(written("ja", "staff"))
    assert {message.id for message in catalog if message.id} == set(entries(LOCALES / "staff.pot"))
    assert not [message.id for message in catalog if message.id and (message.fuzzy or not message.string)]
    assert not catalog.obsolete
    for sentence, translation in entries(written("ja", "staff")).items():
        assert set(PLACEHOLDER.findall(translation)) <= set(PLACEHOLDER.findall(sentence)), sentence
        assert not re.search("[！!\U0001f000-\U0001faff☀-➿\ufe0f\u301c]", translation), translation


def test_every_text_is_written_out_so_that_it_can_be_extracted() -> None:
    sentences = [literal(call) for call in calls("Text")]
    assert sentences.count(None) == 1  # Text.given, which says the same sentence again
    assert set(filter(None, sentences)) == set(entries(LOCALES / "messages.pot"))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    catalog = read(written(language))
    assert {message.id for message in catalog if message.id} == set(entries(LOCALES / "messages.pot"))
    assert not [message.id for message in catalog if message.id and (message.fuzzy or not message.string)]
    assert not catalog.obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_header_names_the_language_and_its_one_plural(language: str) -> None:
    header = written(language).read_text("utf-8").split("\n\n", 1)[0]
    assert {f'"Language: {language}\\n"', '"Plural-Forms: nplurals=1; plural=0;\\n"'} <= set(header.splitlines())
    assert "fuzzy" not in header


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_no_value_that_the_sentence_does_not_have(language: str) -> None:
    reading = {"product_kana"}  # beside the name, where a Japanese sentence gives how it is read
    for sentence, translation in entries(written(language)).items():
        assert set(PLACEHOLDER.findall(translation)) - reading <= set(PLACEHOLDER.findall(sentence)), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_another_office_names_otherwise_is_in_no_sentence(language: str) -> None:
    office = load_office(KAWAGOE)
    names = {office.name, office.name_en, office.address, office.phone, office.product, office.product_kana}
    for path in [LOCALES / "messages.pot", LOCALES / "staff.pot", *(LOCALES / language).rglob("*.po")]:
        for sentence, translation in entries(path).items():
            assert not [name for name in names if name in sentence + translation], sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_brace_is_left_when_a_sentence_is_said(language: str) -> None:
    for sentence in entries(LOCALES / "messages.pot"):
        assert not re.search(r"[{}]", say(Text(sentence), language)), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_longer_than_a_phone_shows_at_once(language: str) -> None:
    for sentence in entries(LOCALES / "messages.pot"):
        assert len(say(Text(sentence), language)) <= 700, sentence


REWORDED = {"Cancel it", "Keep it"}  # in plain Japanese: their やめる would stand above another that leaves the screen


@pytest.mark.skipif(not DRAFTS.is_dir(), reason="the drafts are not part of the project")
@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_of_the_drafts_keeps_their_words(language: str) -> None:
    drafts = entries(DRAFTS / f"{language}.po")
    changed = {key for key, words in entries(written(language)).items() if drafts.get(key, words) != words}
    assert changed == (REWORDED if language == "ja_Hira" else set())


ALONE, BESIDE, IN_THREES = 36, 16, 10  # columns (half-width) of a label on a phone 360 dp wide
ROWS_OF_TWO = {
    "Yes", "No", "Go back", "Stop", "Back", "Next", "Previous week", "Next week", "Confirm", "Decline", "Mail sent",
    "Told by phone", *[label.sentence for label in companions.LANGUAGES.values()][:-2],
}  # fmt: skip
LONGER = {  # by one or two columns: the end of a hint or of a reading may be cut
    "Other (asked to call us)": 38, "Another language (talk to us by phone)": 38, "The same number as before": 37,
}  # fmt: skip
MASKABLE = {"email": "taro@softbank.ne.jp", "phone": {"e164": "+819012345678", "typed": "090"}}


def labels() -> list[Text]:
    """Every label of a button, each once."""
    ask_back = answers.email("a..b@docomo.ne.jp")
    assert isinstance(ask_back, answers.Check)
    found: list[Text | str | None] = [Text(said) for call in calls("Button") if (said := literal(call.args[0]))]
    found += [button.label for row in (*suspending.OBJECT, *welcome.MENU) for button in row]
    found += [*companions.LANGUAGES.values(), *deciding.LATE_REASONS.values(), SHARE]
    found += [pressed for pressed, _ in deciding.DECLINE_REASONS.values()]
    found += [label for label, _ in ask_back.choices]
    found += [label for question in QUESTIONS for label in (question.label, *question.choices.values())]
    found += [question.mask(MASKABLE.get(question.name)) for question in QUESTIONS if question.mask]
    return list({text.sentence: text for text in found if isinstance(text, Text)}.values())


def width(label: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in label)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", labels(), ids=lambda label: label.sentence)
def test_a_label_fits_its_row(label: Text, language: str) -> None:
    alone = LONGER.get(label.sentence, IN_THREES if label.sentence == "{time}" else ALONE)
    room = BESIDE if label.sentence in ROWS_OF_TWO else alone
    assert width(say(label, language, on_button=True)) <= room


@pytest.mark.parametrize("language", TRANSLATED)
def test_japanese_has_no_exclamation_no_emoji_and_the_wave_dash_of_the_terms(language: str) -> None:
    for translation in entries(written(language)).values():
        assert not re.search("[！!\U0001f000-\U0001faff☀-➿\ufe0f\u301c]", translation), translation


@pytest.mark.parametrize("language", TRANSLATED)
def test_japanese_never_blames_and_never_says_too_early_that_it_is_booked(language: str) -> None:
    for translation in entries(written(language)).values():
        assert not re.search("間違ってい|正しくありません|不正|無効|予約できました|取り消しました", translation)


STARTED = [
    arranging.ONE_TIME,
    *(sentences.CHAT[kind] for kind, rule in notices.KINDS.items() if rule.starts),
    *(step.say for step in BOOKING.by_name.values() if isinstance(step, End) and step.name == BOOKING.expire),
]
LETTERS = [*sentences.MAIL.items(), ("", arranging.ONE_TIME_MAIL), ("", arranging.SOME_TIMES_MAIL)]
SUBJECTS = [subject for _, (subject, _) in LETTERS]
REASONS = [
    *(reason for _, reason in deciding.DECLINE_REASONS.values()), *arranging.OFFICE_REASONS.values(),
    *suspending.REASONS.values(),
]  # fmt: skip
LOCKED = [
    *STARTED,
    *REASONS,
    reminding.HOW_TO_CANCEL,
    reminding.HOW_TO_CANCEL_NO_CHAT,
    *SUBJECTS,
    sentences.CALENDAR_TITLE,
]
PURPOSE = re.compile("(?i)ハローワーク|求職|職業|相談|仕事|川越|そうだん|しごと|Hello Work|Kawagoe|job|counsel|employ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", LOCKED, ids=lambda text: text.sentence[:24])
def test_a_lock_screen_shows_neither_office_nor_service(text: Text, language: str) -> None:
    assert not PURPOSE.search(say(text, language))


@pytest.mark.parametrize("text", [*STARTED, *SUBJECTS], ids=lambda text: text.sentence[:24])
@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_bot_starts_begins_with_a_status(text: Text, language: str) -> None:
    assert re.match("【[^【】]+】", say(text, language))


def test_every_kanji_for_people_carries_its_reading_in_plain_japanese() -> None:
    for_staff = staff_sentences()
    for sentence, translation in entries(written("ja_Hira")).items():
        rest = re.sub(r"[一-鿿々〆]+\([ぁ-ん]+\)", "", translation).replace("川越 太郎", "")
        assert sentence in for_staff or not re.search("[㐀-䶿一-鿿々〆]", rest), translation


def test_staff_read_ordinary_japanese_in_every_language() -> None:
    ja, plain = entries(written("ja")), entries(written("ja_Hira"))
    assert {key: plain[key] for key in staff_sentences()} == {key: ja[key] for key in staff_sentences()}


CARDS = ("deciding", "deciding_move", "attending", "cards", "helping", "listing")
CARDS_ARE_IN = {f"flows/{name}.py" for name in CARDS}


def staff_sentences() -> set[str]:
    """What only staff read: their cards, messages and letters; not the reason that a person is told."""
    catalog = read(LOCALES / "messages.pot")
    on_the_card = {str(m.id) for m in catalog if m.id and {file for file, _ in m.locations} <= CARDS_ARE_IN}
    written_to_them = [ALERT, NO_MAILBOX, NO_GROUP, NO_GROUP_BODY, STAFF_GROUP, OUTAGE, OUTAGE_OVER, ONLY_STAFF, GONE]
    written_to_them += sentences.STAFF.values()
    to_the_office = (*office_letters.LETTERS.values(), *office_letters.POINTERS.values())
    written_to_them += [part for parts in to_the_office for part in parts]
    same_number = "Another live request with the same job-seeker number"
    told = {text.sentence for text in written_to_them}
    return {*told, same_number, *on_the_card} - {reason.sentence for reason in REASONS}
