"""An e-mail address as people type it, and how it is sent to."""

from __future__ import annotations

import pytest

from flows import answers
from flows.answers import NO_EMAIL, Check
from flows.text import Text


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
