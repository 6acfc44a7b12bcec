"""What notices say of a booking: its time and the other one, reasons, what staff propose, codes, calendars, lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from flows import arranging, letters, lifecycle, listing, notices, office_letters, reminding, sentences
from flows.counter import Booking, Decision, NewTime, Slot, Told
from flows.deciding import DECLINE_REASONS
from flows.listing import Open
from flows.promises import made_now, promises
from flows.text import Text
from tests.clauses.deadlines import DAYS, jst
from tests.clauses.screens import BOOKED, START
from tests.counters import NOW
from tests.offers import said

OTHER, THIRD = jst("2026-11-26T13:30"), jst("2026-11-27T10:00")
WANTED = NewTime(Slot("1", OTHER), NOW, date(2026, 11, 25), date(2026, 11, 24), OTHER)
REGISTRATION = Text("We could not find your registration")


def moved(event: str, reason: str = "") -> Booking:
    """`event` became of the wish for another time."""
    return replace(BOOKED, moved=Decision(event, NOW, 1, "職員 一号", reason, starts=(OTHER,)))


def times(known: dict[str, object]) -> tuple[object, ...]:
    return known["date"], known["time"], known["old_date"], known["old_time"]


def kinds(event: str, booking: Booking) -> set[str]:
    return {promise.kind for promise in promises(DAYS, booking, event, NOW)}


# What is promised by how it came


def test_a_request_that_lapses_is_told_as_what_lapsed_of_it() -> None:
    lapsed = replace(BOOKED, state=lifecycle.LAPSED)
    proposed = replace(lapsed, decided=Decision("propose", NOW))
    declined = replace(lapsed, decided=Decision("decline", NOW))
    assert [kinds("lapse", each) for each in (lapsed, declined)] == [{"expired", "card"}] * 2
    assert kinds("lapse", proposed) == {"proposal_lapsed", "card"}
    assert kinds("cancel", replace(proposed, state=lifecycle.CANCELLED)) >= {"cancelled", "cancelled_office"}


@pytest.mark.parametrize(("event", "kind"), [("move", "moved"), ("confirm_move", "moved"), ("confirm", "confirmed")])
def test_once_its_letter_is_handed_over_a_move_is_told_as_one(event: str, kind: str) -> None:
    assert kinds("handed", moved(event)) == {kind, "arrived"}
    assert kinds("handed", replace(moved(event), state=lifecycle.CANCELLED)) == {"cancelled_mail"}
    by_office = Decision("cancel", NOW, channel="office")
    over = replace(moved(event), state=lifecycle.CANCELLED, decision=by_office)
    assert kinds("handed", over) == {"cancelled_by_office_mail"}
    assert kinds("failed", replace(moved(event), told="failed")) == {"mail_failed", "confirming"}


@pytest.mark.parametrize(
    ("channel", "told"), [("office", {"cancelled_by_office", "cancelled_by_office_mail"}), ("phone", {"cancelled"})]
)
def test_a_cancellation_is_told_by_whose_it_is(channel: str, told: set[str]) -> None:
    over = replace(BOOKED, state=lifecycle.CANCELLED, decision=Decision("cancel", NOW, channel=channel))
    found = kinds("cancel", over)
    assert found & {"cancelled", "cancelled_by_office", "cancelled_by_office_mail"} == told


def test_what_is_promised_again_is_due_now_and_ends_as_ever() -> None:
    for kind, until in (("confirmed_mail", START), ("url_mail", START + timedelta(minutes=45)), ("card", None)):
        again = made_now(DAYS, BOOKED, kind, NOW)
        assert (again.kind, again.due_at, again.not_after) == (kind, NOW, until)


# Two times


def test_a_booking_that_was_moved_has_the_time_that_was_left() -> None:
    known = letters.facts(DAYS, moved("move"))
    assert times(known) == (date(2026, 11, 24), time(9, 30), date(2026, 11, 26), time(13, 30))
    for none in (BOOKED, replace(BOOKED, moved=Decision("move", NOW))):
        assert times(letters.facts(DAYS, none)) == (date(2026, 11, 24), time(9, 30)) * 2


def test_a_wish_names_the_new_time_and_the_one_that_is_kept() -> None:
    wish = replace(BOOKED, wanted=WANTED)
    words = said(letters.chat(DAYS, "move_received", wish))
    assert "新しい希望：11月26日(木) 13:30" in words
    assert "11月25日(水)" in words, "its own reply-by"
    assert "11月24日(火) 9:30" in words
    assert "123-456" in words
    staff = said((letters.staff(DAYS, "move_overdue", wish),))
    assert "11月26日(木) 13:30" in staff


@pytest.mark.parametrize(("reason", "shown"), [("registration", "登録"), ("", "電話"), ("nobody knows", "電話")])
def test_a_wish_that_is_declined_names_the_time_and_the_reason(reason: str, shown: str) -> None:
    for words in (
        said(letters.chat(DAYS, "move_declined", moved("decline_move", reason))),
        said(letters.letter(DAYS, "move_declined_mail", moved("decline_move", reason)).body[:1]),
    ):
        assert "11月26日(木) 13:30" in words
        assert "11月24日(火) 9:30" in words
        assert shown in words.split("理由")[1].splitlines()[0]
        assert said((DECLINE_REASONS.get(reason, DECLINE_REASONS["other"])[1],)) in words
    for unknown in (None, Decision("decline_move", NOW)):
        assert "11月24日(火) 9:30" in said(letters.chat(DAYS, "move_declined", replace(BOOKED, moved=unknown)))


# Reasons


@pytest.mark.parametrize(
    ("event", "reason", "shown"),
    [
        ("decline", "registration", REGISTRATION), ("cancel", "equipment", arranging.OFFICE_REASONS["equipment"]),
        ("decline", "equipment", Text("Other (please ask us by phone)")), ("confirm", "registration", REGISTRATION),
        ("cancel", "registration", REGISTRATION),
    ],
)  # fmt: skip
def test_the_reason_is_one_of_those_that_belong_to_what_was_done(event: str, reason: str, shown: Text) -> None:
    booking = replace(BOOKED, decision=Decision(event, NOW, 1, "職員 一号", reason))
    assert letters.facts(DAYS, booking)["reason"] == shown


# What staff propose


@pytest.mark.parametrize(
    ("starts", "subject"), [((OTHER,), arranging.ONE_TIME_MAIL[0]), ((OTHER, THIRD), arranging.SOME_TIMES_MAIL[0])]
)
def test_what_is_proposed_is_written_with_its_times_and_the_last_day_to_choose(
    starts: tuple[object, ...], subject: Text
) -> None:
    proposed = tuple(Slot("1", start) for start in starts)  # type: ignore[arg-type]  # datetimes
    booking = replace(BOOKED, proposed=proposed, lapses_at=jst("2026-11-18T17:15"))
    letter = letters.letter(DAYS, "proposed_mail", booking)
    assert letter.subject.sentence == subject.sentence
    words = said((letter.subject, *letter.body))
    for shown in ("11月26日(木) 13:30", *(["11月27日(金) 10:00"] if len(starts) == 2 else []), "123-456"):
        assert shown in words
    assert "11月18日(水)" in words
    assert "11月24日(火) 9:30" not in words


# What can be asked for instead


def test_the_next_free_times_are_three_the_earliest_first() -> None:
    early, late = jst("2026-11-25T09:30"), jst("2026-11-25T10:00")
    free = {THIRD.date(): {THIRD: ("1",)}, OTHER.date(): {OTHER: ("1",)}, early.date(): {late: ("1",), early: ("1",)}}
    shown = [said((each,)) for each in letters.next_free(DAYS, free)]
    assert shown == ["11月25日(水) 9:30", "11月25日(水) 10:00", "11月26日(木) 13:30"]


def test_they_are_told_with_what_has_lapsed_or_that_there_are_none() -> None:
    some, none = {"times": (Text("{date}", date=date(2026, 11, 25)),)}, {"times": ()}
    for more, last in ((some, "11月25日(水)"), (none, sentences.NONE_FREE)):
        shown = last if isinstance(last, str) else said((last,))
        assert said(letters.chat(DAYS, "expired", BOOKED, more)).endswith(shown)
        letter = letters.letter(DAYS, "expired_mail", BOOKED, more)
        assert said(letter.body[:2]).endswith(shown)
    assert "空いている" not in said(letters.chat(DAYS, "declined", BOOKED, some))


# What some letters say besides


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        ("confirmed_mail", (sentences.CANCEL_NOTE,)), ("moved_mail", (sentences.CANCEL_NOTE,)),
        ("remind_day_before_mail", (sentences.CANCEL_NOTE,)), ("url_mail", ()),
        ("url_changed_mail", (arranging.REPLACES,)), ("declined_mail", ()),
        ("expired_mail", (reminding.REFERENCE.given(ref="123-456"),)),
        ("terms_changed_mail", (reminding.REFERENCE.given(ref="123-456"),)),
    ],
)  # fmt: skip
def test_a_letter_ends_with_its_notes_and_who_wrote_it(kind: str, notes: tuple[Text, ...]) -> None:
    body = letters.letter(DAYS, kind, BOOKED).body
    *_, last = body
    assert last == sentences.SIGNATURE
    assert body[len(body) - 1 - len(notes) : -1] == notes
    others = {sentences.CANCEL_NOTE.sentence, arranging.REPLACES.sentence} - {note.sentence for note in notes}
    assert not others & {part.sentence for part in body}


def test_the_code_of_a_booking_that_staff_took_stands_in_the_letter_that_confirms_it() -> None:
    by_phone = replace(BOOKED, claim_code="KAWAGOE1")
    claim = sentences.CLAIM_NOTE.given(code="KAWAGOE1", bot="kawagoe_bot")
    assert claim in letters.letter(DAYS, "confirmed_mail", by_phone, {"bot": "kawagoe_bot"}).body
    assert "@kawagoe_bot" in said((claim,)), "who phoned has never seen it"
    assert claim not in letters.letter(DAYS, "remind_day_before_mail", by_phone).body
    assert all(part.sentence != claim.sentence for part in letters.letter(DAYS, "confirmed_mail", BOOKED).body)


def test_a_letter_names_what_is_given_besides_and_the_url() -> None:
    booking = replace(BOOKED, url="https://x.example/1")
    assert "https://x.example/1" in said(letters.letter(DAYS, "url_mail", booking).body)
    assert "はい、そうです" in said(letters.letter(DAYS, "answered_mail", BOOKED, {"answer": "はい、そうです"}).body)
    assert "t***@example.jp" in said(letters.chat(DAYS, "answered", BOOKED, {"times": ()}))
    erased = said(letters.chat(DAYS, "answered", replace(BOOKED, details={})))
    assert "電話してください" in erased
    assert "メール" not in erased


@pytest.mark.parametrize(
    ("kind", "told", "method"),
    [
        ("confirmed_mail", "", "REQUEST"), ("confirmed_mail", "handed", "REQUEST"), ("url_mail", "by_phone", "REQUEST"),
        ("cancelled_mail", "handed", "CANCEL"), ("cancelled_mail", "by_hand", "CANCEL"),
        ("cancelled_mail", "by_phone", None), ("cancelled_mail", "", None), ("declined_mail", "handed", None),
    ],
)  # fmt: skip
def test_what_was_never_put_into_a_calendar_is_not_taken_out(kind: str, told: Told, method: str | None) -> None:
    assert letters.calendar(kind, replace(BOOKED, told=told)) == method


# Lists for staff


@pytest.mark.parametrize(
    ("reply_by", "line"),
    [
        ("2026-11-18", "【期限超過】"), ("2026-11-19", "【今日まで】"), ("2026-11-20", "123-456"),
    ],
)  # fmt: skip
def test_the_list_says_what_is_late_and_what_is_due_today(reply_by: str, line: str) -> None:
    one = Open("123456", START, date.fromisoformat(reply_by))
    words = said((listing.listed([one], DAYS, NOW),)).splitlines()
    assert len(words) == 2
    assert words[1].startswith(line)
    assert "123-456" in words[1]
    assert "11月24日(火) 9:30" in words[1]
    change = said((listing.listed([replace(one, change=True)], DAYS, NOW),)).splitlines()[1]
    assert change.startswith(words[1])
    assert change != words[1]


def test_a_list_holds_so_many_and_says_where_there_are_more() -> None:
    one = Open("123456", START, date(2026, 11, 20))
    more = said((listing.MORE,))
    for number, lines, there_are_more in ((20, 21, False), (21, 22, True)):
        for text in (
            listing.listed([one] * number, DAYS, NOW), listing.of_letters([("123456", START)] * number, DAYS),
        ):  # fmt: skip
            words = said((text,))
            assert len(words.splitlines()) == lines
            assert (more in words) is there_are_more
            assert "123-456 11月24日(火) 9:30" in words


# The office's own mailbox


def test_the_pointer_to_the_desk_names_flags_and_the_link_and_nobody() -> None:
    flagged = replace(BOOKED, same_number=True)
    for booking, flags in ((BOOKED, "備考：なし"), (flagged, "同じ求職番号")):
        letter = office_letters.office_letter(DAYS, "received_office", booking, "https://desk.example")
        words = said(letter.body)
        assert flags in words
        assert "https://desk.example/bookings/b" in words
        assert "川越 太郎" not in words
        assert "123-456" in said((letter.subject,))


def test_of_a_cancellation_the_pointer_says_the_whole() -> None:
    letter = office_letters.office_letter(DAYS, "cancelled_office", BOOKED, "https://desk.example")
    whole = office_letters.office_letter(DAYS, "cancelled_office", BOOKED)
    assert letter.body[0].sentence == whole.body[0].sentence
    assert "https://desk.example/bookings/b" in said(letter.body[1:])


# What to get ready


def test_who_has_no_url_yet_is_told_so_and_only_on_the_day_before() -> None:
    for sent, words in ((True, reminding.DAY_BEFORE), (False, reminding.DAY_BEFORE_NO_URL)):
        booking = replace(BOOKED, url_sent=sent)
        assert letters.chat(DAYS, "remind_day_before", booking)[0].sentence == words.sentence
        rest = [reminding.WHO_AND_COSTS.sentence, reminding.REFERENCE.sentence]
        body = [part.sentence for part in letters.letter(DAYS, "remind_day_before_mail", booking).body]
        assert body[:3] == [words.sentence, *rest]
        body = [part.sentence for part in letters.letter(DAYS, "remind_readiness_mail", booking).body]
        assert body[:4] == [reminding.READINESS.sentence, reminding.GUIDE.sentence, *rest]


def test_every_kind_of_letter_and_message_has_its_words() -> None:
    mail = {kind for kind, rule in notices.KINDS.items() if rule.channel == "mail"}
    assert mail - {"proposed_mail"} == {*sentences.MAIL}
