"""第3条: TeleOffice is the software; its URL opens a session, so it is a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows import reminding, sentences
from flows.counter import Booking
from tests.clauses.screens import BOOKED, told, written
from tests.counters import Office
from tests.desk import OpenDesk

URL = "https://teleoffice.example/join?code=abc123"


@pytest.mark.parametrize("wrong", ["http://teleoffice.example/join", "teleoffice", "javascript:alert(1)", ""])
async def test_3_only_a_url_that_is_encrypted_on_its_way_is_taken(wrong: str, desk: OpenDesk, office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await office.move(booking, "confirm")
    clerk = await desk.signed_in()
    await clerk.opens(f"/bookings/{booking.id}")
    assert (await clerk.presses("URLを送る", url=wrong)).status == 409
    await clerk.opens(f"/bookings/{booking.id}")
    assert (await clerk.presses("URLを送る", url=URL)).status == 200
    [(kept,)] = await office.all("SELECT url FROM booking")
    assert URL.encode() not in bytes(kept)


def test_3_the_url_stands_in_its_letter_and_in_no_message_of_the_chat() -> None:
    assert URL in written("url_mail", replace(BOOKED, url=URL, url_sent=True))
    said = {**sentences.CHAT, **reminding.CHAT}
    assert [kind for kind, words in said.items() if "{url}" in words.sentence] == []
    assert not [kind for kind in reminding.CHAT if URL in told(kind, replace(BOOKED, url=URL, url_sent=True))]
