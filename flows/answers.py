"""What people type -> what is understood, or why it is not an answer.

Every reader takes any text at all and gives a plain JSON value (the answer), a Check (one value is asked
back) or a Rejected (what is said instead); it never raises. One answer is one line. Numbers and addresses
are read after NFKC; names never are, because NFKC changes their characters. A My Number is refused everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from itertools import takewhile
from typing import TypeAlias

import phonenumbers
from email_validator import validate_email
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from flows.text import Text

Json: TypeAlias = str | int | bool | dict[str, "Json"] | list["Json"]


@dataclass(frozen=True)
class Rejected:
    """Not an answer: `why` is said; `kept` instead of it where the message could not be deleted from the chat."""

    why: Text
    kept: Text | None = None


@dataclass(frozen=True)
class Check:
    """One value is asked back: the label and the value of each button; None asks the question again."""

    ask: Text
    choices: tuple[tuple[Text | str, Json | None], ...] = field(repr=False)


Reading: TypeAlias = Json | Rejected | Check

NO_NAME = Rejected(Text("We could not read that as a name. Please type it as text, up to {max} characters.", max=60))
NO_SEEKER_NUMBER = Rejected(
    Text(
        "That does not match a job-seeker number.\nType 5 digits, a hyphen, then up to 8 digits.\n"
        "Example: 11030-01234567\n\nIf you do not know it, call {office_phone} ({office_hours})."
    )
)
ANOTHER_NUMBER = Rejected(
    Text(
        "That looks like a different number (such as employment insurance or My Number). We did not save it, and we "
        "deleted that message.\n\nEnter your job-seeker number, for example 11030-01234567."
    ),
    kept=Text(
        "That looks like a different number (such as employment insurance or My Number). We did not save it, but we "
        "could not delete that message. Please delete it yourself.\n\n"
        "Enter your job-seeker number, for example 11030-01234567."
    ),
)
NO_EMAIL = Rejected(Text("We could not read that as an email address. Please check it.\nExample: taro@example.jp"))
NO_PHONE = Rejected(
    Text("We could not read that as a phone number. Enter 10 or 11 digits starting with 0.\nExample: 090-1234-5678")
)

NINE_KANJI_DIGITS = re.compile(r"(?:[〇零一二三四五六七八九][-‐‑–—−ー~・.()\s]{0,3}){9}")  # in a row: 一 is a word, too
LONGEST_LINE = 320  # characters of any answer, with what surrounds it: NFKC takes quadratic time
# What Japanese keyboards, word processors and web pages give for one key; NFKC alone unifies few of them.
HYPHENS = str.maketrans(dict.fromkeys("-‐‑‒–—―−－ー\uff70─━﹣﹘⁃˗~〜～", "-"))

NAME_JOINERS = "\u200c\u200d"  # the only format characters (Cf) that spelling needs: Nepali, Sinhala, Persian
NAME_SEPARATORS = "・･.,'’-‐‑–=＝゠"  # and ー, which is a letter as well
BETWEEN_LETTERS = f" \u309b\u309c{NAME_SEPARATORS}{NAME_JOINERS}"  # U+309B dakuten: a mark that Unicode calls a symbol
POLITE_ENDING = re.compile(r"(?:(?:です|と申します|ともうします|でございます)[。｡．.]?|[。｡])\Z")
PLACEHOLDER = re.compile(  # of a match key
    "(?:特に)?(?:なし|無し|ナシ)|ありません|不明|(?:知|し|わか|分か)(?:らない|りません)|テスト|てすと|お?(?:名前|なまえ)|氏名|しめい"
    "|匿名|とくめい|名無し|名なし|ななし|test|(?:full|your|my|no)?name|none|unknown|(?:i?dont|idonot)know|anonymous"
)

SEEKER_LABEL = re.compile(r"^(?:求職者?番号|番号|no\.?) ?:? ?", re.IGNORECASE | re.ASCII)
PHONE_LABEL = re.compile(r"^(?:tel|電話番号|電話|携帯) ?[:.]? ?", re.IGNORECASE | re.ASCII)
PHONE_NOTE = re.compile(r" ?\((?:携帯|自宅|本人|固定)\)\Z")
INTERNATIONAL_PREFIX = "010"  # a foreign number begins with +
REACHABLE = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.VOIP)

EMAIL_LABEL = re.compile(r"^(?:メール ?: ?|mailto:)", re.IGNORECASE | re.ASCII)
EMAIL_IN_BRACKETS = re.compile(r"[^<>@]*<([^<>]*)>")
# Made before 2009-04-01, with a dot first, last or doubled: RFC 5322 (3.2.4) allows that in quotes only.
LEGACY_EMAIL = re.compile(r"(?=\.|[^@]*\.[.@])[a-z0-9._-]{1,64}@(?:docomo|ezweb)\.ne\.jp", re.IGNORECASE | re.ASCII)
MAIL_DOMAINS = (  # of two that are as close, the one that more people use comes first
    *("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp", "ymobile.ne.jp"),
    *("yahoo.co.jp", "yahoo.ne.jp", "yahoo.com", "gmail.com", "icloud.com", "me.com", "uqmobile.jp", "rakumail.jp"),
    *("outlook.jp", "outlook.com", "hotmail.com", "hotmail.co.jp", "live.jp", "nifty.com", "ocn.ne.jp"),
)
_validated = partial(validate_email, check_deliverability=False, allow_smtputf8=False, strict=True)


def full_name(typed: str) -> Reading:
    """第4条(2)① 「氏名」: without white space or a polite ending; letters and marks of any script, up to 60."""
    if looks_like_my_number(typed):
        return ANOTHER_NUMBER
    line = " ".join(_one_line(typed, NAME_JOINERS).split())
    name = POLITE_ENDING.sub("", _without_controls(line)).strip()
    kinds = [unicodedata.category(c)[0] for c in name if c not in BETWEEN_LETTERS]
    if len(name) > 60 or kinds.count("L") < 2 or not set(kinds) <= {"L", "M"}:
        return NO_NAME
    key = match_key(name)
    return NO_NAME if not key or PLACEHOLDER.fullmatch(key) else name


def match_key(name: str) -> str:
    """What two spellings of one name share, for the staff's search only: NFKC, no spaces or separators, casefold."""
    dropped = NAME_SEPARATORS + "ー"
    letters = "".join(c for c in unicodedata.normalize("NFKC", name) if not c.isspace() and c not in dropped)
    return unicodedata.normalize("NFKC", letters.casefold())  # a mark left alone by a removed space joins its kana


def seeker_number(typed: str) -> Reading:
    """第4条(2)② 「求職番号」, `11030-01234567`: 5 digits, 4 to 8 digits; staff check whether it is true (第2条(1))."""
    number = _grouped(typed)
    if re.fullmatch(r"[0-9]{5}-[0-9]{4,8}", number):
        return number
    if looks_like_my_number(typed) or re.fullmatch(r"[0-9]{4}-[0-9]{6}-[0-9]", number):  # 雇用保険被保険者番号
        return ANOTHER_NUMBER
    if not re.fullmatch(r"[0-9]{9,13}", number):
        return NO_SEEKER_NUMBER
    split = f"{number[:5]}-{number[5:]}"
    return split if len(number) == 13 else _yes_no(Text("Is your job-seeker number {value}?", value=split), split)


def looks_like_my_number(typed: str) -> bool:
    """Whether the whole text is 4-4-4 digits, or 12 digits with the My Number check digit (総務省令85号, 第5条)."""
    number = _grouped(typed)
    if re.fullmatch(r"[0-9]{4}-[0-9]{4}-[0-9]{4}", number):
        return True
    if not re.fullmatch(r"[0-9]{12}", number):
        return False
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
    return int(number[-1]) == (0 if rest <= 1 else 11 - rest)


def holds_private_data(typed: str) -> bool:
    """Whether a text that answers no private question is deleted all the same: nine digits of any script, or an @."""
    plain = "".join(c for character in typed for c in unicodedata.normalize("NFKC", character))
    return "@" in plain or sum(c.isdigit() for c in plain) >= 9 or bool(NINE_KANJI_DIGITS.search(plain))


def phone(typed: str) -> Reading:
    """第4条(2)⑤ 「電話番号」, as {"e164": …, "typed": …}; one that is foreign or lacks its 0 is asked back."""
    reading = _phone(PHONE_NOTE.sub("", PHONE_LABEL.sub("", _number(typed))), typed)
    return ANOTHER_NUMBER if isinstance(reading, Rejected) and looks_like_my_number(typed) else reading


def shared_phone(number: str) -> Reading:
    """第4条(2)⑤: the number of the sender's own contact; it has its country code, with or without the +."""
    plain = _number(number)
    return _phone(plain if plain.startswith(("+", "0")) else f"+{plain}", number)


def _phone(number: str, typed: str) -> Reading:
    # phonenumbers would read letters, prefixes and digits of all scripts too: it sees checked digits only.
    plus, digits = "+" if number.startswith("+") else "", re.sub(r"[^0-9]", "", number)
    if not re.fullmatch(r"\+?[0-9() .-]+", number) or digits.startswith(INTERNATIONAL_PREFIX):
        return NO_PHONE
    parsed = _parsed(plus + digits)
    if parsed is None or (parsed.country_code == 81 and phonenumbers.number_type(parsed) not in REACHABLE):
        return NO_PHONE
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    value: dict[str, Json] = {"e164": e164, "typed": _one_line(typed)}
    if parsed.country_code != 81:
        return _yes_no(Text("That is not a Japanese number. Is {value} the number you registered?", value=e164), value)
    if not digits.startswith(("0", "81")):
        return _yes_no(Text("Is your phone number {value}?", value=national(value)), value)
    return value


def _parsed(digits: str) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(digits, "JP")
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def national(value: dict[str, Json]) -> str:
    """An accepted phone as it is shown: `049-242-0197`, a foreign one as `+1 202-555-0123`."""
    number = phonenumbers.parse(str(value["e164"]))
    form = PhoneNumberFormat.NATIONAL if number.country_code == 81 else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def masked_phone(value: dict[str, Json]) -> str:
    """`***-****-5678`."""
    return f"***-****-{str(value['e164'])[-4:]}"


def email(typed: str) -> Reading:
    """第4条(2)④ 「連絡先メールアドレス」, its domain in lower case; an odd address or a likely slip is asked back."""
    if looks_like_my_number(typed):
        return ANOTHER_NUMBER
    address = _address(typed)
    local, _, domain = address.rpartition("@")
    if LEGACY_EMAIL.fullmatch(address):
        return _legacy_check(f"{local}@{domain.lower()}")
    try:
        domain = _validated(address).domain
    except ValueError:  # EmailNotValidError, and UnicodeError for what no domain can hold
        return NO_EMAIL
    typed = f"{local}@{domain}"
    if not (listed := _meant(domain)):
        return typed
    meant = f"{local}@{listed}"
    ask = Text("{value} may contain a typing mistake. Which one do you want to use?", value=typed)
    return Check(ask, ((typed, typed), (meant, meant)))


def _address(typed: str) -> str:
    """The bare address in what was typed; "" where nothing of it can be one."""
    line = _one_line(typed)
    if _without_controls(line) != line:
        return ""
    plain = EMAIL_LABEL.sub("", unicodedata.normalize("NFKC", line).replace("。", "."))
    if bracketed := EMAIL_IN_BRACKETS.fullmatch(plain):
        plain = bracketed[1]
    return EMAIL_LABEL.sub("", plain.strip())


def _legacy_check(address: str) -> Check:
    ask = Text(
        '{value} has a "." in a place that many mail systems refuse. Mail may not reach it.\nWhich do you choose?',
        value=address,
    )
    return Check(ask, ((Text("Keep this address"), address), (Text("Enter another address"), None)))


def _meant(domain: str) -> str | None:
    """The closest mail domain that `domain` may have been meant to be; None for a listed one or a stranger."""
    if domain in MAIL_DOMAINS:
        return None
    label = domain.partition(".")[0]
    same_label = [listed for listed in MAIL_DOMAINS if len(label) >= 5 and listed.startswith(f"{label}.")]
    close = [listed for listed in MAIL_DOMAINS if listed in same_label or _one_slip_apart(domain, listed)]
    return max(close, key=lambda listed: SequenceMatcher(None, domain, listed).ratio(), default=None)


def _shared(one: str, other: str) -> int:
    """How many letters they begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _one_slip_apart(one: str, other: str) -> bool:
    """One letter changed, added or dropped, or two neighbours swapped."""
    start = _shared(one, other)
    one, other = one[start:], other[start:]
    end = _shared(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])


def sending_form(email: str) -> str:
    """An accepted address as SMTP takes it: a legacy local part quoted, an international domain in punycode."""
    local, _, domain = email.rpartition("@")
    return f'"{local}"@{domain}' if LEGACY_EMAIL.fullmatch(email) else f"{local}@{_validated(email).ascii_domain}"


def masked_email(value: str) -> str:
    """`t***@example.jp`."""
    return f"{value[:1]}***@{value.rpartition('@')[2]}"


def _yes_no(ask: Text, value: Json) -> Check:
    return Check(ask, ((Text("Yes"), value), (Text("No"), None)))


def _one_line(typed: str, joiners: str = "") -> str:
    """What was typed, trimmed and without format characters (Cf); "", which answers nothing, for two lines or more."""
    line = "".join(c for c in typed if c in joiners or unicodedata.category(c) != "Cf").strip()
    return line if len(line) <= LONGEST_LINE and len(line.splitlines()) == 1 else ""


def _without_controls(line: str) -> str:
    return "".join(c for c in line if unicodedata.category(c) != "Cc")


def _number(typed: str) -> str:
    """One line of a number: NFKC, single spaces, every hyphen a `-`."""
    line = " ".join(unicodedata.normalize("NFKC", _one_line(typed)).split())
    return _without_controls(line).translate(HYPHENS)


def _grouped(typed: str) -> str:
    """A number without its label, its groups joined by single hyphens."""
    return re.sub(r"[-_.・/ ]+", "-", SEEKER_LABEL.sub("", _number(typed))).strip("-")
