"""A letter is written on the wire so that it arrives as it was meant, on a phone and in a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.mime import Invite, calendar, compose
from bot.undeliverable import Undeliverable
from tests.letters import INVITE, INVITED, LETTER, OFFICE, SENDER, TEXT, body, parsed


def entry(invite: Invite = INVITE) -> Any:
    [event] = Calendar.from_ical(calendar(invite)).walk("VEVENT")
    return event


# The letter


def test_a_japanese_subject_arrives_as_it_was_written() -> None:
    letter = replace(LETTER, subject="【予約が確定しました】" * 20)
    assert parsed(letter)["Subject"] == letter.subject


def test_the_text_arrives_as_it_was_written() -> None:
    assert body(parsed(), "text/plain") == TEXT


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.just("\n")))
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    assert body(parsed(replace(LETTER, text=text)), "text/plain").rstrip("\n") == text.rstrip("\n")


def test_the_header_says_from_whom_to_whom_and_where_an_answer_goes() -> None:
    message = parsed()
    assert (message["From"], message["To"], message["Reply-To"]) == (SENDER, "taro@docomo.ne.jp", OFFICE)


def test_the_date_is_the_moment_of_sending() -> None:
    assert parsed()["Date"].datetime == LETTER.sent_at


def test_the_letter_says_its_language() -> None:
    message = parsed(INVITED)
    assert message["Content-Language"] == "ja-Hira"
    assert '<html lang="ja-Hira">' in body(message, "text/html")


def test_no_machine_is_to_answer_but_a_bounce_is_welcome() -> None:
    message = parsed()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"].split(", ") == ["DR", "RN", "NRN", "OOF", "AutoReply"]


def test_the_same_letter_has_the_same_message_id_in_every_attempt() -> None:
    again = replace(LETTER, sent_at=LETTER.sent_at + timedelta(minutes=5))
    assert parsed(again)["Message-ID"] == parsed()["Message-ID"]
    assert parsed()["Message-ID"].endswith("@office.example>")


def test_another_letter_has_another_message_id() -> None:
    assert parsed(replace(LETTER, key="confirmed:b1:3"))["Message-ID"] != parsed()["Message-ID"]


def test_the_message_id_does_not_show_the_key() -> None:
    assert "confirmed" not in parsed()["Message-ID"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_leaves_is_ascii_in_short_lines(language: str) -> None:
    text = ("あ" if language == "ja" else "a" * 3) * 2000
    wire = compose(replace(INVITED, text=text, subject=text[:300]), SENDER, OFFICE).as_bytes()
    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_english_stays_legible_on_the_wire() -> None:
    assert (
        b"Your booking is confirmed"
        in compose(replace(LETTER, text="Your booking is confirmed"), SENDER, OFFICE).as_bytes()
    )


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_line_break_cannot_add_a_header(newline: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        compose(replace(LETTER, subject=f"x{newline}Bcc: x@example.com"), SENDER, OFFICE)


@pytest.mark.parametrize(
    "to",
    [
        "taro@docomo.ne.jp\r\nBcc: x@example.com",
        "taro@docomo.ne.jp\n",
        "taro@docomo.ne.jp, hanako@docomo.ne.jp",
        "taro@docomo.ne.jp> SIZE=1 <x@example.com",
        "Taro <taro@docomo.ne.jp>",
        "taro hanako@docomo.ne.jp",
        '"taro"x"@docomo.ne.jp',
        "abc..def@docomo.ne.jp",
        "taro@日本語.jp",
        "太郎@docomo.ne.jp",
        "taro@docomo.ne.jp\x00",
        "taro",
        "",
    ],
)
def test_what_is_not_one_address_is_undeliverable_for_good(to: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        compose(replace(LETTER, to=to), SENDER, OFFICE)
    assert (caught.value.permanent, caught.value.code) == (True, "bad-address")


@pytest.mark.parametrize(("sender", "reply_to"), [("a\nb@office.example", OFFICE), (SENDER, "a@b\r\nBcc: c@d")])
def test_a_wrong_address_of_the_office_is_not_the_fault_of_the_letter(sender: str, reply_to: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        compose(LETTER, sender, reply_to)
    assert not caught.value.permanent


# HTML


def test_the_html_says_the_same_words_and_marks_nothing_up_that_was_typed() -> None:
    html = body(parsed(), "text/html")
    assert "日時：11月26日(木) 13:00<br>\n受付番号：123-456<br>\n<br>\nA &amp; B &lt;b&gt;" in html


def test_the_html_fetches_nothing_and_links_nowhere() -> None:
    html = body(parsed(), "text/html")
    assert not any(word in html for word in ("<img", "<link", "<script", "url(", "http", "href"))


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("URL：https://meet.example/r?a=1&b=2\n次", "https://meet.example/r?a=1&amp;b=2"),
        ("（https://meet.example/r）をひらく", "https://meet.example/r"),
        ("https://meet.example/rを13:00に開く。", "https://meet.example/r"),
        ("Open https://meet.example/r.", "https://meet.example/r"),
        ('<a href="http://meet.example/">', "http://meet.example/"),
    ],
)
def test_a_url_in_the_text_becomes_a_link_and_ends_where_it_ends(text: str, href: str) -> None:
    html = body(parsed(replace(LETTER, text=text)), "text/html")
    assert html.count("<a ") == 1
    assert f'<a href="{href}">{href}</a>' in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "ftp://x.example/", "www.example.jp", "https://"])
def test_nothing_else_becomes_a_link(text: str) -> None:
    assert "<a " not in body(parsed(replace(LETTER, text=text)), "text/html")


# The calendar entry


def test_a_letter_without_an_entry_is_text_and_html() -> None:
    message = parsed()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_an_entry_is_an_alternative_of_the_text_and_one_attachment() -> None:
    alternatives, attachment = list(parsed(INVITED).iter_parts())
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert attachment.get_content() == calendar(INVITE)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_type_of_the_alternative_names_its_method(method: Any) -> None:
    message = parsed(replace(LETTER, invite=replace(INVITE, method=method)))
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part["Content-Type"].params == {"method": method, "charset": "utf-8"}
    assert f"METHOD:{method}\r\n" in part.get_content()


def test_the_entry_is_whole() -> None:
    ics = Calendar.from_ical(calendar(INVITE))
    assert (str(ics["VERSION"]), str(ics["METHOD"])) == ("2.0", "REQUEST")
    assert "PRODID" in ics
    event = entry()
    assert (str(event["UID"]), event["SEQUENCE"], str(event["CLASS"])) == ("b1@office.example", 3, "PRIVATE")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (INVITE.title, INVITE.note)


def test_the_times_of_the_entry_are_in_utc() -> None:
    ics = calendar(INVITE)
    for line in (b"DTSTART:20261126T040000Z", b"DTEND:20261126T043000Z", b"DTSTAMP:20261124T010000Z"):
        assert line in ics.split(b"\r\n")


def test_the_entry_asks_for_no_answer() -> None:
    assert dict(entry()["ATTENDEE"].params) == {"RSVP": "FALSE", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT"}


def test_the_addresses_of_the_entry_are_mailto_urls() -> None:
    assert (entry()["ORGANIZER"], entry()["ATTENDEE"]) == (f"mailto:{OFFICE}", "mailto:%22.abc%22@docomo.ne.jp")


@pytest.mark.parametrize(("method", "status"), [("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")])
def test_the_entry_says_whether_it_stands(method: Any, status: str) -> None:
    assert str(entry(replace(INVITE, method=method))["STATUS"]) == status


def test_the_entry_holds_no_url() -> None:
    event = entry()
    assert not any(name in event for name in ("URL", "CONFERENCE", "LOCATION", "ATTACH"))
    assert b"://" not in calendar(INVITE)


def test_a_title_cannot_add_a_property() -> None:
    event = entry(replace(INVITE, title="x\r\nURL:https://x.example"))
    assert "URL" not in event
