"""Words: a Text becomes a sentence in the reader's language, by gettext; dates, times and hours are written as each
language writes them (Babel). The catalogues are read from `locales/` as they are: nothing is compiled beforehand.
"""

from __future__ import annotations

from datetime import date, time
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from flows.office import Office
from flows.steps import Button, Rows, Sentences
from flows.text import Text

LANGUAGES = ("ja", "ja_Hira", "en")
HERE = Path(__file__).parent
LOCALES = HERE / "locales" if (HERE / "locales").is_dir() else HERE.parent / "locales"  # in a wheel, in a checkout

# First guess from the app's language, which is not the person's: Japanese unless English; another known one is asked.
KNOWN_CODES = frozenset(
    """
    ar be bg bn ca cs da de el es et fa fi fil fr he hi hr hu id in it iw kk km ko lo lt lv mn ms my ne nl no nb pl
    pt ro ru si sk sl sq sr sv ta th tl tr uk ur uz vi zh
    """.split()  # noqa: SIM905  # a list of sixty short strings is harder to read
)


@cache
def catalogue(language: str) -> NullTranslations:
    """The sentences of one language; English needs no catalogue, its sentences are the msgids."""
    found = NullTranslations()
    for domain in ("staff", "messages"):  # what staff alone read stands in a file of its own
        path = LOCALES / language / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            compiled = BytesIO()
            with path.open("rb") as written:
                write_mo(compiled, read_po(written, locale=None))
            compiled.seek(0)
            translations = GNUTranslations(compiled)
            translations.add_fallback(found)
            found = translations
    return found


def guess(language_code: str | None) -> tuple[str, bool]:
    """The first language for an app's `language_code`, and whether to ask the person. Any string is answered."""
    primary = (language_code or "").lower().replace("_", "-").split("-")[0]
    if primary == "en":
        return "en", False
    return ("ja_Hira", True) if primary in KNOWN_CODES else ("ja", False)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.split("_", maxsplit=1)[0])


@lru_cache(maxsize=4096)
def write_date(day: date, language: str, with_year: bool) -> str:
    """11月26日(木), Thu, Nov 26; always with its weekday."""
    return str(format_skeleton("yMMMEd" if with_year else "MMMEd", day, locale=_locale(language)))


@lru_cache(maxsize=512)
def write_time(clock: time, language: str, on_button: bool = False) -> str:
    """13:00 in Japanese, 1:00 PM in English, 午後(ごご)1時(じ) in a plain Japanese sentence."""
    if language == "ja_Hira" and not on_button:
        half = "午前(ごぜん)" if clock.hour < 12 else "午後(ごご)"
        minutes = f"{clock.minute}分({'ふん' if clock.minute % 10 in (2, 5, 7, 9) else 'ぷん'})" if clock.minute else ""
        return f"{half}{clock.hour % 12}時(じ){minutes}"
    return str(format_time(clock, "short", locale=_locale(language)))


def write_hours(opens: time, closes: time, language: str) -> str:
    """The counter's hours on business days."""
    if language == "ja_Hira":
        return f"平日(へいじつ)の {write_time(opens, language)}から {write_time(closes, language)}まで"
    if language == "ja":
        return f"平日{write_time(opens, language)}～{write_time(closes, language)}"
    return f"weekdays {opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}"


def in_every_language(text: Text) -> frozenset[str]:
    """A sentence without values, as it reads in each language."""
    return frozenset(catalogue(language).gettext(text.sentence) for language in LANGUAGES)


class Words:
    """Puts Texts into one language. `today` (a day of the office's zone) decides whether a date needs its year."""

    def __init__(self, language: str, office: Office, sender: str, today: date):
        self.language = language if language in LANGUAGES else "ja"
        self.today = today
        self.facts = {
            "office_name": {"ja": office.name, "ja_Hira": office.name_hira, "en": office.name_en}[self.language],
            "office_address": office.address,
            "office_phone": office.phone,
            "office_hours": write_hours(office.opens, office.closes, self.language),
            "form_url": office.form_url,
            "guide_url": office.guide_url,
            "product": office.product,
            "product_kana": office.product_kana,
            "sender_domain": sender.rpartition("@")[2],
            "contact_days": str(office.contact_days),
        }

    def say(self, text: Text | str, on_button: bool = False) -> str:
        """One sentence; a str is said as it is."""
        if isinstance(text, str):
            return text
        said = catalogue(self.language).gettext(text.sentence)
        if "{" not in said:
            return said
        values = {name: self._write(value, on_button) for name, value in text.values.items()}
        return said.format_map({**self.facts, **values})

    def all(self, sentences: Sentences) -> str:
        """Sentences, an empty line between them."""
        return "\n\n".join(filter(None, map(self.say, sentences)))

    def buttons(self, rows: Rows) -> tuple[tuple[Button, ...], ...]:
        """The same buttons with their labels in words."""
        return tuple(tuple(Button(self.say(b.label, on_button=True), b.value) for b in row) for row in rows)

    def _write(self, value: Any, on_button: bool) -> str:
        if isinstance(value, Text):
            return self.say(value, on_button)
        if isinstance(value, tuple):
            return "\n".join(self._write(one, on_button) for one in value)
        if isinstance(value, date):
            return write_date(value, self.language, self._needs_year(value))
        return write_time(value, self.language, on_button) if isinstance(value, time) else str(value)

    def _needs_year(self, day: date) -> bool:
        turn_of_the_year = self.today.month in (1, 12) and day.month in (1, 12)
        return day.year != self.today.year or turn_of_the_year
