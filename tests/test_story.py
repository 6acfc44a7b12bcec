"""The whole story: consent, request, confirmation by staff, the mail that settles it, reminders, cancelling."""

from __future__ import annotations

from tests.town import OFFICE_MAIL, Town, book


async def test_a_request_is_confirmed_by_staff_and_the_letter_settles_it(place: Town) -> None:
    await book(place.taro)
    await place.taro.sees("【受け付けました】")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.group.sees("確定期限")
    await place.staff.presses_in(place.group, "確定する")
    letter = await place.mailbox.gets("予約が確定しました", to="taro@example.jp")
    assert letter.get_body(("plain",)) is not None
    await place.taro.sees("【予約が確定しました】")
