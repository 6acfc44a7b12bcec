"""The staff's cards about a request and a letter that failed: when they ask, and what they say in the end."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from flows import deciding, deciding_move
from flows.counter import Decision, Told
from flows.text import Text
from tests.clauses.deadlines import jst
from tests.counters import NOW, booking
from tests.offers import said, with_a_card

AT = "11月19日(木) 10:00"
OVER = "【終了】"


def by_staff(event: str, *starts: datetime) -> Decision:
    return Decision(event, NOW, 7, "職員 一号", starts=starts)


def words(text: Text) -> list[str]:
    return said((text,)).splitlines()


# A request


@pytest.mark.parametrize(
    ("state", "decided", "says"),
    [
        ("proposed", by_staff("propose"), f"【ほかの日時を案内】職員 一号\u3000{AT}"),
        ("confirmed", Decision("accept", NOW), f"【確定：本人が日時を選択】{AT}"),
        ("confirmed", by_staff("accept"), f"【確定】職員 一号\u3000{AT}"),
        ("confirmed", by_staff("confirm"), f"【確定】職員 一号\u3000{AT}"),
        ("declined", by_staff("decline"), f"【お断り】職員 一号\u3000{AT}"),
        ("lapsed", by_staff("propose"), "【終了】期限までに本人が選びませんでした。本人には知らせてあります。"),
        ("lapsed", by_staff("decline"), "【期限切れ】期限までに確定されませんでした。本人にはお知らせしました。"),
        ("lapsed", None, "【期限切れ】期限までに確定されませんでした。本人にはお知らせしました。"),
        ("cancelled", by_staff("propose"), "【利用者がキャンセル】"),
        ("confirmed", None, OVER),
    ],
)
def test_a_card_says_who_decided_or_how_the_request_ended(state: str, decided: Decision | None, says: str) -> None:
    about = booking(state)
    about.decided = decided
    assert words(deciding.verdict(with_a_card(about))) == [says]
    assert words(deciding.card(with_a_card(about)))[-1] == says


def test_a_card_says_which_times_were_proposed() -> None:
    about = booking("proposed")
    about.decided = by_staff("propose", jst("2026-11-25T10:00"), jst("2026-11-26T13:30"))
    proposed = [f"【ほかの日時を案内】職員 一号\u3000{AT}", "11月25日(水) 10:00", "11月26日(木) 13:30"]
    assert words(deciding.card(with_a_card(about)))[-3:] == proposed


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("office", "【安定所の都合で中止】"),
        ("chat", "【利用者がキャンセル】"),
        ("phone", "【利用者がキャンセル】"),
        (None, "【利用者がキャンセル】"),
    ],
)
def test_a_card_tells_a_session_that_the_office_called_off_from_one_that_the_person_did(
    channel: str | None, says: str
) -> None:
    about = booking("cancelled")
    about.decision = Decision("cancel", NOW, channel=channel) if channel else None
    for verdict in (deciding.verdict, deciding_move.verdict):
        assert words(verdict(with_a_card(about))) == [says]


def test_a_card_says_what_is_wanted_by_when_and_where_the_details_are() -> None:
    about = with_a_card(booking())
    head = ["【新しい申し込み】123-456", "希望：11月24日(火) 9:30", "返信期限：11月20日(金)／確定期限：11月19日(木)"]
    assert words(deciding.card(about)) == [*head, "（氏名などは窓口のメールで確認）"]
    about.known["details"] = "desk"
    assert words(deciding.card(about))[-1] == "（氏名などは職員用ページで確認）"


@pytest.mark.parametrize(
    ("requested", "pressed_at", "asked"),
    [
        ("2026-11-19T10:00", "2026-11-19T23:59", False),  # a Thursday, the deadline for a Tuesday after a holiday
        ("2026-11-19T10:00", "2026-11-20T00:00", True),
        ("2026-11-19T17:14", "2026-11-20T09:00", True),
        ("2026-11-19T17:15", "2026-11-20T09:00", False),  # the office had closed: late by itself
    ],
)
def test_4_1_a_reason_is_asked_for_a_late_confirmation_where_the_request_was_there_in_counter_hours(
    requested: str, pressed_at: str, asked: bool
) -> None:
    about = booking()
    about.requested_at = jst(requested)
    assert deciding.late_reason_needed(with_a_card(about, jst(pressed_at), decision="confirm")) is asked
    assert not deciding.late_reason_needed(with_a_card(about, jst(pressed_at), decision="decline"))
    assert not deciding.late_reason_needed(with_a_card(about, about.lapses_at, decision="confirm"))
    about.state = "cancelled"
    assert not deciding.late_reason_needed(with_a_card(about, jst(pressed_at), decision="confirm"))


@pytest.mark.parametrize(
    ("state", "late", "is_open"),
    [
        ("requested", -1, True),
        ("requested", 0, False),
        ("requested", 1, False),
        ("proposed", -1, False),
        ("confirmed", -1, False),
        ("cancelled", -1, False),
    ],
)
def test_a_request_is_open_to_decide_until_it_lapses(state: str, late: int, is_open: bool) -> None:
    about = booking(state)
    now = about.lapses_at + timedelta(seconds=late)
    assert deciding.open_to_decide(with_a_card(about, now)) is is_open
    assert deciding.reason_needed(with_a_card(about, now, decision="decline")) is is_open
    assert not deciding.reason_needed(with_a_card(about, now, decision="confirm"))


# A confirming letter that failed


@pytest.mark.parametrize(
    ("state", "told", "asks"),
    [
        ("confirmed", "failed", True),
        ("confirmed", "", False),
        ("confirmed", "handed", False),
        ("confirmed", "by_hand", False),
        ("cancelled", "failed", False),
        ("in_session", "failed", False),
    ],
)
def test_how_the_person_was_told_is_asked_while_the_letter_of_a_confirmed_booking_has_failed(
    state: str, told: Told, asks: bool
) -> None:
    assert deciding.mail_failed(with_a_card(booking(state, told))) is asks


@pytest.mark.parametrize(
    ("told", "decision", "says"),
    [
        ("handed", None, "その後、メールは送信されました。"),
        ("waiting", None, "訂正されたアドレスに、もう一度送っています。"),
        ("by_hand", by_staff("by_hand"), "メール送信済み（職員 一号）"),
        ("by_phone", by_staff("by_phone"), "電話で連絡済み（職員 一号）"),
        ("failed", by_staff("cancel"), "終了（職員 一号）"),
        ("failed", None, "終了（）"),
    ],
)
def test_the_card_of_a_failed_letter_says_how_it_was_settled(told: Told, decision: Decision | None, says: str) -> None:
    about = booking("confirmed", told)
    about.decision = decision
    assert words(deciding.settled(with_a_card(about))) == [f"【メールを送れませんでした】123-456：{says}"]


def test_the_card_of_a_failed_letter_names_the_session_and_what_the_person_reads() -> None:
    head, what = words(deciding.ask_how_told(with_a_card(booking("confirmed", "failed"))))
    assert head == "【メールを送れませんでした】123-456 11月24日(火) 9:30"
    assert "本人には「確定の手続き中です」と表示されます" in what
