"""What people type: every example of the four fields, the rules between them, and that nothing typed can break them."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import answers
from flows.answers import ANOTHER_NUMBER, NO_EMAIL, NO_NAME, NO_PHONE, NO_SEEKER_NUMBER, Check, Reading, Rejected
from flows.text import Text

READERS: list[Callable[[str], Reading]] = [
    answers.full_name,
    answers.seeker_number,
    answers.email,
    answers.phone,
    answers.shared_phone,
]
MY_NUMBERS = ["621498320257", "6214 9832 0257", "６２１４－９８３２－０２５７", "1234-5678-9012", "6214ー9832ー0257"]


def e164(reading: Reading) -> str:
    assert isinstance(reading, dict), reading
    return str(reading["e164"])


def yes_or_no(reading: Reading) -> tuple[Text, object]:
    """What is asked back and the value of はい; いいえ asks the question again."""
    assert isinstance(reading, Check), reading
    (yes, value), (no, nothing) = reading.choices
    assert (yes, no, nothing) == (Text("Yes"), Text("No"), None)
    return reading.ask, value


# --- 求職番号


@pytest.mark.parametrize(
    "typed",
    [
        *("11030-01234567", "１１０３０－０１２３４５６７", "11030−01234567", "11030‑01234567", "11030—01234567"),
        *("11030ｰ01234567", "11030﹣01234567", "11030 01234567", "11030 - 01234567", "1103001234567"),
        *("求職番号 11030-01234567", "求職番号:１１０３０－０１２３４５６７", "№11030-01234567", "11030〜01234567"),
        *("11030_01234567", "11030/01234567", "求職者番号：11030-01234567", "番号 11030-01234567", "No.11030-01234567"),
        *(
            "11030・01234567",
            "11030.01234567",
            "11030-01234567.",
            " \u300011030-01234567\n",
            "\ufeff11030-\u200b01234567\u202e",
        ),
        *(f"11030{hyphen}01234567" for hyphen in "-‐‑‒–—―−－ー\uff70─━﹣﹘⁃˗~〜～"),
    ],
)
def test_a_seeker_number_is_kept_as_digits_hyphen_digits(typed: str) -> None:
    assert answers.seeker_number(typed) == "11030-01234567"


@pytest.mark.parametrize("typed", ["11030-1234567", "11030-12345", "13010-98765432", "01010-00000001", "11030-1234"])
def test_a_seeker_number_of_any_office_is_kept_without_padding(typed: str) -> None:
    assert answers.seeker_number(typed) == typed


@pytest.mark.parametrize(
    ("typed", "split"),
    [("11030123456", "11030-123456"), ("110301234", "11030-1234"), ("621498320258", "62149-8320258")],
)
def test_nine_to_twelve_digits_without_a_hyphen_are_asked_back(typed: str, split: str) -> None:
    assert yes_or_no(answers.seeker_number(typed)) == (Text("Is your job-seeker number {value}?", value=split), split)


@pytest.mark.parametrize("typed", ["１２３４-５６７８９０-１", "6214 9832 0257", "621498320257", "番号 6214-9832-0257"])
def test_another_number_is_refused_as_a_seeker_number(typed: str) -> None:
    assert answers.seeker_number(typed) == ANOTHER_NUMBER


def test_a_seeker_number_that_has_the_my_number_check_digit_is_accepted_with_its_hyphen() -> None:
    assert answers.seeker_number("62149-8320257") == "62149-8320257"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "なし", "11030", "-01234567", "110300-1234567", "11030-123", "11030-O1234567", "11030-1234567A"),
        *(
            "090-1234-5678",
            "/start",
            "一一〇三〇",
            "11030-01234567 11030-76543210",
            "カードを なくしました",
            "30-123456-7",
        ),
        *("<b>11030-01234567</b>", "11030-01234567\n090-1234-5678", "１１０３０", "令和8年11月26日", "11030-012345678"),
        *("١١٠٣٠-٠١٢٣٤٥٦٧", "११०३०-०१२३४५६७", "11030-0123\u20284567", "11030-0123\r4567", "11030123", "11030012345678"),
    ],
)
def test_anything_else_is_no_seeker_number(typed: str) -> None:
    assert answers.seeker_number(typed) == NO_SEEKER_NUMBER


@given(
    st.from_regex(r"[0-9]{4,6}[ _./・-]{0,2}[0-9]{3,9}", fullmatch=True)
    | st.text(alphabet="0123456789０１-－ー 番号No.:", max_size=24)
)
def test_an_accepted_seeker_number_always_has_one_shape(typed: str) -> None:
    reading = answers.seeker_number(typed)
    values = [value for _, value in reading.choices] if isinstance(reading, Check) else [reading]
    assert all(re.fullmatch(r"[0-9]{5}-[0-9]{4,8}", value) for value in values if isinstance(value, str))


# --- My Number


@pytest.mark.parametrize("read", [answers.full_name, answers.seeker_number, answers.email, answers.phone])
@pytest.mark.parametrize("typed", MY_NUMBERS)
def test_a_my_number_is_refused_in_every_typed_field(read: Callable[[str], Reading], typed: str) -> None:
    assert read(typed) == ANOTHER_NUMBER


def test_whoever_sent_another_number_is_asked_to_delete_what_could_not_be_deleted() -> None:
    assert ANOTHER_NUMBER.kept is not None
    assert "Please delete it yourself" in ANOTHER_NUMBER.kept.sentence


@pytest.mark.parametrize("typed", ["621498320258", "11030-1234567", "62149832025", "川越 太郎", "6214-98320257", ""])
def test_what_lacks_the_shape_or_the_check_digit_is_no_my_number(typed: str) -> None:
    assert not answers.looks_like_my_number(typed)


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_exactly_one_check_digit_makes_a_my_number(digits: str) -> None:
    assert sum(answers.looks_like_my_number(f"{digits}{check}") for check in range(10)) == 1


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_the_check_digit_is_that_of_the_ordinance(digits: str) -> None:
    """総務省令第85号 第5条: of the n-th digit from the right, times n+1 up to the sixth, from there n-5."""
    weighed = sum(int(p) * (n + 1 if n <= 6 else n - 5) for n, p in enumerate(reversed(digits), start=1))
    rest = weighed % 11
    assert answers.looks_like_my_number(f"{digits}{0 if rest <= 1 else 11 - rest}")


@pytest.mark.parametrize("typed", ["8190-1234-5678", "+8190-1234-5678", "8190 1234 5678"])
def test_digits_that_are_a_valid_phone_number_are_no_my_number_at_the_phone_question(typed: str) -> None:
    assert e164(answers.phone(typed)) == "+819012345678"


# --- phone


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        *(("049-242-0197", t) for t in ("049-242-0197", "(049)242-0197", "０４９－２４２－０１９７", "049ー242ー0197")),
        *(("049-242-0197", t) for t in ("049‐242‐0197", "049—242—0197", "049\u3000242\u30000197", "+81 49 242 0197")),
        *(("049-242-0197", t) for t in ("+81(0)49-242-0197", "+81492420197", "TEL:049-242-0197", "℡049-242-0197")),
        *(("049-242-0197", t) for t in ("電話番号：049-242-0197", "電話 049.242.0197", "＋81492420197", "81492420197")),
        *(
            ("090-1234-5678", t)
            for t in ("090-1234-5678", "０９０１２３４５６７８", "090 1234 5678", "+81 90 1234 5678")
        ),
        *(("090-1234-5678", t) for t in ("090-1234-5678（携帯）", "携帯:090-1234-5678", "09012345678 (本人)")),
        *((t, t) for t in ("080-1234-5678", "060-1234-5678", "03-1234-5678", "048-123-4567", "050-1234-5678")),
    ],
)
def test_a_phone_number_is_read_and_shown_in_its_national_form(shown: str, typed: str) -> None:
    reading = answers.phone(typed)
    assert isinstance(reading, dict)
    assert answers.national(reading) == shown


@pytest.mark.parametrize("typed", ["049-242-0197", "０４９－２４２－０１９７", "TEL:049-242-0197"])
def test_a_phone_number_is_kept_in_e164_and_as_typed(typed: str) -> None:
    assert answers.phone(f" {typed}\u200b ") == {"e164": "+81492420197", "typed": typed}


@pytest.mark.parametrize(
    ("typed", "number", "shown"),
    [
        ("９０１２３４５６７８", "+819012345678", "090-1234-5678"),
        ("492420197", "+81492420197", "049-242-0197"),
        ("184-22-1234", "+81184221234", "0184-22-1234"),
    ],
)
def test_a_phone_number_without_its_0_is_asked_back(typed: str, number: str, shown: str) -> None:
    asked, value = yes_or_no(answers.phone(typed))
    assert asked == Text("Is your phone number {value}?", value=shown)
    assert value == {"e164": number, "typed": typed}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+1 202 555 0123", "+12025550123"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+1 860 555 0123", "+18605550123"),
    ],
)
def test_a_foreign_phone_number_is_asked_back(typed: str, number: str) -> None:
    asked, value = yes_or_no(answers.phone(typed))
    assert asked == Text("That is not a Japanese number. Is {value} the number you registered?", value=number)
    assert value == {"e164": number, "typed": typed}


@pytest.mark.parametrize(
    "typed",
    [
        *("0120-123-456", "020-1234-5678", "090-1234-567", "0901234567", "242-0197", "119", "186-09012345678"),
        *("090-1234-ABCD", "持っていません", "090-1234-5678 内線12", "001-1234-5678", "090-0000-0000", "-", "①②③"),
        *("11030-12345671", "#9110", "090_1234_5678", "090O1234567", "l20-123-4567", "https://t.me/x"),
        *("", "+", "()", "0570-000-000", "184-090-1234-5678", "010-1-202-555-0123", "०९०-१२३४-५६७८", "９" * 300),
        *("090-1234-5678\n080-1234-5678", "090-1234-5678 080-1234-5678", "++819012345678", "819012345678;ext=1"),
        "+010-81-90-1234-5678",
    ],
)
def test_anything_else_is_no_phone_number(typed: str) -> None:
    assert answers.phone(typed) == NO_PHONE


@pytest.mark.parametrize("number", ["819012345678", "+819012345678", "09012345678"])
def test_a_shared_number_is_read_with_or_without_its_plus_and_in_its_national_form(number: str) -> None:
    assert answers.shared_phone(number) == {"e164": "+819012345678", "typed": number}


def test_a_shared_number_may_have_the_check_digit_of_a_my_number() -> None:
    [number] = [f"8190123456{tail:02}" for tail in range(10) if answers.looks_like_my_number(f"8190123456{tail:02}")]
    assert e164(answers.shared_phone(number)) == f"+{number}"


@pytest.mark.parametrize("number", ["12025550123", "+12025550123"])
def test_a_shared_foreign_number_is_asked_back(number: str) -> None:
    assert yes_or_no(answers.shared_phone(number))[1] == {"e164": "+12025550123", "typed": number}


@pytest.mark.parametrize("number", ["", "81120123456", "8190", "name"])
def test_a_shared_number_keeps_the_other_rules(number: str) -> None:
    assert answers.shared_phone(number) == NO_PHONE


def test_a_foreign_number_is_shown_in_its_international_form() -> None:
    assert answers.national({"e164": "+12025550123", "typed": "+12025550123"}) == "+1 202-555-0123"


def test_an_echoed_phone_number_shows_its_last_four_digits() -> None:
    assert answers.masked_phone({"e164": "+819012345678", "typed": "09012345678"}) == "***-****-5678"


# --- e-mail


@pytest.mark.parametrize(
    "typed",
    [
        *("taro@example.jp", "taro_kawagoe@ezweb.ne.jp", "taro+hw@gmail.com", "t@i.softbank.jp", "x.y.z@ymobile.ne.jp"),
        *("taro@city.kawagoe.saitama.jp", "hanako@icloud.com", "hanako@rakumail.jp", "1234567890@docomo.ne.jp"),
        *("a-b-c-@docomo.ne.jp", "user%example@example.org", "taro@sub.domain.example.co.jp", "taro@日本語.jp"),
        *("taro@uqmobile.jp", "taro@live.jp", "taro@au.com", "Taro.Kawagoe@example.jp", "Info@example.jp"),
    ],
)
def test_an_address_is_kept_as_typed(typed: str) -> None:
    assert answers.email(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        *(" taro@docomo.ne.jp ", "<taro@docomo.ne.jp>", "mailto:taro@docomo.ne.jp", "taro＠docomo.ne.jp"),
        *("taro@docomo.ne.jｐ", "taro@docomo.ne.jp\u200b", "taro@DoCoMo.ne.jp", "メール：taro@docomo.ne.jp"),
        *(
            "川越 太郎 <taro@docomo.ne.jp>",
            "taro@docomo。ne。jp",
            "taro@docomo．ne．jp",
            "\u202etaro@docomo.ne.jp\u202c",
        ),
        *("MAILTO:taro@docomo.ne.jp", "<mailto:taro@docomo.ne.jp>", "taro@docomo.ne.jp\n"),
        *("メール：\u3000\u3000taro@docomo.ne.jp", "川越 太郎 < taro@docomo.ne.jp >"),
    ],
)
def test_an_address_is_freed_of_what_surrounds_it(typed: str) -> None:
    assert answers.email(typed) == "taro@docomo.ne.jp"


def test_an_address_may_be_as_long_as_mail_servers_take_and_no_longer() -> None:
    longest = f"{'a' * 64}@{'b' * 63}.{'b' * 63}.{'b' * 58}.jp"
    assert len(longest) == 254  # RFC 5321 4.5.3.1.3, angle brackets apart
    assert answers.email(longest) == longest
    assert answers.email(longest.replace(".jp", "b.jp")) == NO_EMAIL


def test_the_domain_is_kept_in_lower_case_and_the_local_part_in_its_own() -> None:
    assert answers.email("Taro@EXAMPLE.JP") == "Taro@example.jp"


@pytest.mark.parametrize(
    "typed", ["abc..def@docomo.ne.jp", ".abc@docomo.ne.jp", "abc.@ezweb.ne.jp", "A..b@docomo.ne.jp"]
)
def test_a_legacy_carrier_address_is_asked_back_with_its_own_buttons(typed: str) -> None:
    reading = answers.email(typed)
    assert isinstance(reading, Check)
    assert reading.ask.values == {"value": typed}
    assert reading.choices == ((Text("Keep this address"), typed), (Text("Enter another address"), None))


def test_an_ideographic_full_stop_is_a_dot_in_a_legacy_address_too() -> None:
    reading = answers.email("abc。。def@docomo。ne。jp")
    assert isinstance(reading, Check)
    assert reading.choices[0][1] == "abc..def@docomo.ne.jp"


def test_a_legacy_address_is_kept_with_its_domain_in_lower_case() -> None:
    reading = answers.email("A..b@DoCoMo.ne.jp")
    assert isinstance(reading, Check)
    assert reading.choices[0][1] == "A..b@docomo.ne.jp"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("taro@docomo.ne", "taro@docomo.ne.jp"), ("taro@gmial.com", "taro@gmail.com")),
        *(("taro@ezweb.co.jp", "taro@ezweb.ne.jp"), ("taro@gmail.con", "taro@gmail.com")),
        *(("Taro@gmal.com", "Taro@gmail.com"), ("taro@ggmail.com", "taro@gmail.com"), ("t@icloud.jp", "t@icloud.com")),
        *(("t@yahoo.jp", "t@yahoo.co.jp"), ("t@yahoo.co", "t@yahoo.com"), ("t@i.softbank.ne.jp", None)),
        *(
            ("t@ocn.com", None),
            ("t@docomo.ne.jp", None),
            ("t@gmail.example.jp", "t@gmail.com"),
            ("t@moc.liamg.jp", None),
            ("t@liamg.com", None),
            ("t@live.com", None),
        ),
    ],
)
def test_a_likely_slip_offers_both_addresses_and_corrects_nothing(typed: str, meant: str | None) -> None:
    reading = answers.email(typed)
    if meant is None:
        assert reading == typed
    else:
        ask = Text("{value} may contain a typing mistake. Which one do you want to use?", value=typed)
        assert reading == Check(ask, ((typed, typed), (meant, meant)))


@pytest.mark.parametrize(
    "domain",
    [
        *("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp"),
        *("ymobile.ne.jp", "yahoo.co.jp", "yahoo.ne.jp", "yahoo.com", "gmail.com", "icloud.com", "me.com"),
        *("uqmobile.jp", "rakumail.jp", "outlook.jp", "outlook.com", "hotmail.com", "hotmail.co.jp", "live.jp"),
        *("nifty.com", "ocn.ne.jp"),
    ],
)
def test_a_slip_in_a_domain_that_many_people_use_offers_that_domain(domain: str) -> None:
    assert answers.email(f"taro@{domain}") == f"taro@{domain}"
    slip = answers.email(f"taro@{domain[0]}{domain}")
    assert isinstance(slip, Check)
    assert slip.choices[1][1] == f"taro@{domain}"


@pytest.mark.parametrize(
    "typed",
    [
        *("太郎@example.jp", '"abc."@ezweb.ne.jp', "taro", "@docomo.ne.jp", "taro@docomo,ne.jp", "taro@@docomo.ne.jp"),
        *("taro@.docomo.ne.jp", "taro docomo.ne.jp", "taro@docomo.ne.jp, hanako@docomo.ne.jp", "たろう@docomo.ne.jp"),
        *("taro@127.0.0.1", "taro@example.invalid", "taro(1)@docomo.ne.jp", "taro@doco mo.ne.jp", "taro@-docomo.ne.jp"),
        *(
            "なし",
            "taro@docomo.ne.jp%0d%0aBcc:x@y.jp",
            "taro@docomo.ne.jp\r\nBcc: x@example.com",
            "@",
            "電話してください",
        ),
        *(
            "",
            "taro\x00@docomo.ne.jp",
            "taro@docomo\tne.jp",
            "taro@docomo\u2028.ne.jp",
            "a..b@example.jp",
            "Taro\x07 <taro@docomo.ne.jp>",
        ),
        *(f"{'a' * 65}@example.jp", f".{'a' * 64}@docomo.ne.jp", f"taro@{'a.' * 120}example.jp", "taro@\ud800.jp"),
    ],
)
def test_anything_else_is_no_address(typed: str) -> None:
    assert answers.email(typed) == NO_EMAIL


@pytest.mark.parametrize(
    ("kept", "sent"),
    [
        (".abc@docomo.ne.jp", '".abc"@docomo.ne.jp'),
        ("abc..def@ezweb.ne.jp", '"abc..def"@ezweb.ne.jp'),
        ("taro@日本語.jp", "taro@xn--wgv71a119e.jp"),
        ("Info@example.jp", "Info@example.jp"),
        ("taro.k@docomo.ne.jp", "taro.k@docomo.ne.jp"),
    ],
)
def test_an_address_is_sent_to_in_the_form_that_mail_servers_take(kept: str, sent: str) -> None:
    assert answers.sending_form(kept) == sent


def test_an_echoed_address_shows_its_first_letter_and_domain() -> None:
    assert answers.masked_email("taro@example.jp") == "t***@example.jp"


# --- name


@pytest.mark.parametrize(
    "typed",
    [
        *("川越 太郎", "川越太郎", "山﨑 陽子", "渡邊 健", "𠮷野 家子", "葛\U000e0100城 翔", "林 一", "金 美淑"),
        *(
            "カワゴエ タロウ",
            "Kawagoe Taro",
            "グエン・ティ・ホア",
            "Nguyễn Thị Hoa",
            "Maria da Silva Santos",
            "O'Neill James",
        ),
        *(
            "Anne-Marie",
            "မောင်မောင်",
            "佐々木 〆子",
            "一ノ瀬 ヶ",
            "小川 ー子",
            "O’Neill",
            "リー",
            "あ" * 60,
            "Sammy Davis Jr.",
        ),
    ],
)
def test_a_name_is_kept_as_typed(typed: str) -> None:
    assert answers.full_name(typed) == typed


@pytest.mark.parametrize("typed", [" 佐藤\u3000一郎 ", "佐藤\u3000\t 一郎\u3000\n"])
def test_white_space_in_a_name_becomes_one_space_and_is_trimmed(typed: str) -> None:
    assert answers.full_name(typed) == "佐藤 一郎"


@pytest.mark.parametrize("ending", ["です", "です。", "と申します", "ともうします。", "でございます．", " です", "。"])
def test_a_polite_ending_is_not_part_of_a_name(ending: str) -> None:
    assert answers.full_name(f"川越太郎{ending}") == "川越太郎"


@pytest.mark.parametrize(
    "name", ["\ufa19田 太郎", "\ufa1b田 花子", "\ufa10本 健", "\uf9dc 太郎", "か\u309b子", "e\u0301a"]
)
def test_a_name_keeps_characters_that_normalisation_would_replace(name: str) -> None:
    assert unicodedata.normalize("NFKC", name) != name
    assert answers.full_name(name) == name


def test_a_name_keeps_the_joiners_that_spelling_needs() -> None:
    assert answers.full_name("ශ්\u200dරී ලං\u200cකා") == "ශ්\u200dරී ලං\u200cකා"


def test_bidi_and_other_controls_are_stripped_from_a_name() -> None:
    assert answers.full_name("\ufeff川越\u202e \u200b太郎\u2066\x07") == "川越 太郎"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\u3000", "12345", "川越太郎１", "090-1234-5678", "/start", "なし", "テスト", "🙂", "👍", "川越<script>"),
        *(
            "川越太郎 https://t.me/x",
            "あ" * 61,
            "A",
            "---",
            "...",
            "川越太郎（代理 花子）",
            "川越太郎/花子",
            "名前",
            "★川越太郎★",
        ),
        *(
            "川越\n太郎",
            "川越\u2028太郎",
            "です",
            "林",
            "ーー",
            "Test",
            "I don't know",
            "ＮＡＭＥ",
            "匿名",
            "Anonymous",
            "わかりません",
        ),
        *("川越、太郎", "taro@example.jp", "川越\\太郎", "{office}", "川越\ud800", "あ\u0301" * 31),
    ],
)
def test_anything_else_is_no_name(typed: str) -> None:
    assert answers.full_name(typed) == NO_NAME


def test_the_longest_name_is_as_long_as_people_are_told() -> None:
    told = NO_NAME.why.values["max"]
    assert answers.full_name("あ" * told) == "あ" * told
    assert answers.full_name("あ" * (told + 1)) == NO_NAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("川越 太郎", "川越太郎"), ("Ｋａｗａｇｏｅ", "kawagoe"), ("\ufa19田", "神田"), ("ｶﾞ", "ガ")),
        *(
            ("グエン・ティ", "グエン ティ"),
            ("か\u309b子", "が子"),
            ("O'Neill", "O’NEILL"),
            ("Anne‑Marie", "anne marie"),
        ),
    ],
)
def test_two_spellings_of_a_name_share_a_match_key(one: str, other: str) -> None:
    assert answers.match_key(one) == answers.match_key(other)


# --- everywhere


def test_one_line_is_read_up_to_320_characters_with_all_that_surrounds_the_answer() -> None:
    assert answers.full_name(f"川越{' ' * 316}太郎") == "川越 太郎"
    assert answers.full_name(f"川越{' ' * 317}太郎") == NO_NAME


def test_what_is_asked_back_is_in_no_log() -> None:
    assert "1103" not in repr(answers.seeker_number("110301234"))


@pytest.mark.parametrize(
    "typed",
    [
        "090123456",
        "１２３４５６７８９",
        "٠٩٠١٢٣٤٥٦",
        "1 2 3 4 5, 6789",
        "①②③④⑤⑥⑦⑧⑨",
        "〇九〇-一二三四-五六七八",
        "taro@example.jp",
        "＠taro",
        "﹫",
    ],
)
def test_nine_digits_or_an_at_sign_are_private_wherever_they_are_typed(typed: str) -> None:
    assert answers.holds_private_data(typed)


@pytest.mark.parametrize(
    "typed", ["", "12345678", "11月26日 13:00", "こんにちは", "/start", "一番良い三つを一緒に一度、五月三日に二人で"]
)
def test_ordinary_words_are_not_private(typed: str) -> None:
    assert not answers.holds_private_data(typed)


pieces = st.sampled_from(
    [*MY_NUMBERS, "11030", "-", "+81", "@", "docomo.ne.jp", "xn--", "mailto:", "です", "(携帯)", "\n"]
)
anything = st.text(st.characters(), max_size=60) | st.lists(pieces | st.text(st.characters(), max_size=3)).map("".join)


@pytest.mark.parametrize("read", READERS)
@given(typed=anything)
def test_any_text_at_all_is_an_answer_a_check_or_a_rejection(read: Callable[[str], Reading], typed: str) -> None:
    reading = read(typed)
    if isinstance(reading, Check):
        assert all(value is None or json.loads(json.dumps(value)) == value for _, value in reading.choices)
        assert Text.from_json(json.loads(json.dumps(reading.ask.to_json()))) == reading.ask
    elif not isinstance(reading, Rejected):
        assert reading
        assert json.loads(json.dumps(reading)) == reading


@given(typed=anything)
def test_any_text_at_all_can_be_looked_at_for_private_data(typed: str) -> None:
    assert answers.holds_private_data(f"{typed}@")
    assert answers.holds_private_data(f"{typed}123456789")


@given(
    local=st.from_regex(r"[a-z.A-Z0-9_-]{1,20}", fullmatch=True), domain=st.sampled_from(["docomo.ne.jp", "日本語.jp"])
)
def test_whatever_address_is_accepted_can_be_sent_to(local: str, domain: str) -> None:
    reading = answers.email(f"{local}@{domain}")
    address = reading.choices[0][1] if isinstance(reading, Check) else reading
    if isinstance(address, str):
        assert answers.sending_form(address).isascii()


@given(typed=st.from_regex(r"(\+81|0|81|)[1-9]0?[0-9-]{8,10}", fullmatch=True))
def test_an_accepted_phone_number_reads_the_same_in_its_national_form(typed: str) -> None:
    reading = answers.phone(typed)
    value = reading.choices[0][1] if isinstance(reading, Check) else reading
    if isinstance(value, dict) and e164(value).startswith("+81"):
        assert e164(answers.phone(answers.national(value))) == e164(value)


@pytest.mark.parametrize("read", [*READERS, answers.holds_private_data])
@pytest.mark.parametrize(
    "piece",
    ["9", " ", "-", "(", "a.", "@", "<", "\u0344\u0f73", "\ufdfa", "\u200b", "あ", "です", "1\t", "a@b.", "\ud800"],
)
def test_the_longest_message_is_read_at_once(read: Callable[[str], object], piece: str) -> None:
    typed = (piece * 4096)[:4096]
    started = time.process_time()
    read(typed)
    assert time.process_time() - started < 0.06  # seconds; most take less than 5 ms


CATALOG = Path(__file__).parents[2] / "shared" / "domain" / "messages" / "ja.po"


@pytest.mark.skipif(not CATALOG.exists(), reason="the draft catalog lies beside the repository")
def test_every_sentence_is_in_the_catalog() -> None:
    from babel.messages.pofile import read_po

    with CATALOG.open("rb") as file:
        known = {message.id for message in read_po(file)}
    said = [ANOTHER_NUMBER, NO_EMAIL, NO_NAME, NO_PHONE, NO_SEEKER_NUMBER]
    texts = [rejected.why for rejected in said] + [rejected.kept for rejected in said if rejected.kept]
    asked = [answers.email("t@gmial.com"), answers.email(".a@docomo.ne.jp"), answers.phone("+1 202 555 0123")]
    asked += [answers.phone("9012345678"), answers.seeker_number("110301234")]
    for check in asked:
        assert isinstance(check, Check)
        texts += [check.ask, *(label for label, _ in check.choices if isinstance(label, Text))]
    assert {text.sentence for text in texts} <= known
