"""What is written to the person again or besides: a corrected address, a letter once more, the session's URL."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import bindparam, select

from bot import addresses, claims, urls
from bot.desk import booking as one
from bot.desk.visit import Answer, Done, Route, Visit, Wrong, does
from bot.outbox import NOTICE
from bot.records import record
from flows import answers, notices, promises
from flows.counter import Booking
from flows.desk.addresses import session_url
from flows.text import Text

OTHERS = notices.REMINDERS | notices.OF_PEOPLE  # letters with a time or a number of their own
LETTERS = [kind for kind, rule in notices.KINDS.items() if rule.channel == "mail" and kind not in OTHERS]
LAST_LETTERS = (
    select(NOTICE.c.kind)
    .where(NOTICE.c.booking_id == bindparam("booking"), NOTICE.c.kind.in_(LETTERS), NOTICE.c.state != "cancelled")
    .order_by(NOTICE.c.due_at.desc(), NOTICE.c.key.desc())
)
NOT_NOW = Text("Nothing was done: nothing more is written about this booking. Please look at how it is now.")
SAME_ADDRESS = Text("This is the address that is noted already. Please type the right one.")
NOTHING_SENT = Text("There is no letter to send again: none has gone out about this booking as it is now.")
SAME_URL = Text("This URL is set already. To send it again, use “Send the last letter again”.")
NOT_TO_TELL = Text("Nothing was done: the confirmation is settled already. Please look at how the booking is now.")
ERASED = Text("Nothing was done: the person's details have been erased, so there is no address to write to.")


async def correct_email(visit: Visit) -> Answer:
    """第4条(2)④: the address as it should have been; what it missed is sent there."""
    booking = await _writable(visit)
    address = _address(visit)
    if address == booking.details["email"]:
        raise Wrong(SAME_ADDRESS, "email")
    await addresses.correct(visit.counter, booking, address)
    await record(visit.transaction, visit.now, "email_corrected", visit.member, booking.id)
    said = Text("The address is now {email}. What it missed is on its way.", email=answers.masked_email(address))
    return Done(f"/bookings/{booking.id}", said)


def _address(visit: Visit) -> str:
    """What was typed, checked as in the chat; what looks like a slip needs a second press. Raises `Wrong`."""
    read = answers.email(visit.form.get("email", ""))
    if isinstance(read, answers.Check):
        meant = visit.sent("meant")
        if meant and meant in [address for _, address in read.choices]:
            return meant
        raise Wrong(read.ask, "email_check")
    if isinstance(read, answers.Rejected):
        raise Wrong(read.why, "email")
    return str(read)


async def resend(visit: Visit) -> Answer:
    """The last letter once more, as it reads now."""
    booking = await _writable(visit)
    kinds = (await visit.transaction.execute(LAST_LETTERS, {"booking": booking.id})).scalars().all()
    kind = next((kind for kind in kinds if notices.KINDS[kind].holds(booking)), None)
    if kind is None:
        raise Wrong(NOTHING_SENT)
    await visit.counter.note(booking, "resent")
    letter = promises.made_now(visit.days, booking, kind, visit.now)
    await visit.kit.outbox.promise(visit.transaction, booking, [letter])
    await record(visit.transaction, visit.now, "resent", visit.member, booking.id, kind)
    return Done(f"/bookings/{booking.id}", Text("The last letter is on its way again: {ref}.", ref=booking.reference))


async def url(visit: Visit) -> Answer:
    """第4条(2)b 「実施日時及びURLをメールにて送信」."""
    booking = await visit.unchanged()
    if not one.may(booking, visit).set_url:
        raise Wrong(NOT_NOW)
    await set_url(visit, booking)
    return Done(f"/bookings/{booking.id}", Text("The URL is on its way by e-mail: {ref}.", ref=booking.reference))


async def set_url(visit: Visit, booking: Booking) -> None:
    """第3条, 第4条(2)b 「使用URLをご連絡します」: sealed, and the letter with it promised.

    A changed one says that it replaces the other.
    """
    if (given := typed_url(visit, booking)) == booking.url:
        raise Wrong(SAME_URL, "url")
    what = await urls.change(visit.counter, booking, given, booking.url)
    await visit.counter.note(booking, what)
    await record(visit.transaction, visit.now, "url_set", visit.member, booking.id)


def typed_url(visit: Visit, booking: Booking) -> str:
    """The URL of the form, whole. Raises `Wrong`."""
    if not booking.details:
        raise Wrong(ERASED)
    given = session_url(visit.sent("url"))
    if isinstance(given, Text):
        raise Wrong(given, "url")
    return given


async def told(visit: Visit) -> Answer:
    """第4条(2)b 「メールを送信」: the confirming letter could not be sent, so staff wrote it by hand, or called."""
    booking = await visit.unchanged()
    how = visit.chosen("how", one.TOLD_BY_STAFF)
    by_hand: Literal["by_hand", "by_phone"] = "by_hand" if how == "by_hand" else "by_phone"
    if not one.may(booking, visit).tell or not await visit.counter.told_by_staff(booking, by_hand, visit.decision(how)):
        raise Wrong(NOT_TO_TELL)
    return Done(f"/bookings/{booking.id}", Text("Noted: {ref} is confirmed.", ref=booking.reference))


async def open_code(visit: Visit) -> Answer:
    """After five wrong phone numbers: somebody has called, and is who they say."""
    booking = await visit.unchanged()
    if not one.may(booking, visit).open_code:
        raise Wrong(NOT_NOW)
    await claims.open_again(visit.transaction, visit.kit.seal, booking, visit.member, visit.now)
    said = Text("The code in the letter can be used again: {ref}.", ref=booking.reference)
    return Done(f"/bookings/{booking.id}", said)


async def _writable(visit: Visit) -> Booking:
    booking = await visit.unchanged()
    if not booking.details:
        raise Wrong(ERASED)
    if not one.may(booking, visit).write:
        raise Wrong(NOT_NOW)
    return booking


ROUTES: tuple[Route, ...] = (
    does("/bookings/{booking}/email", "book", correct_email, one.show),
    does("/bookings/{booking}/resend", "book", resend, one.show),
    does("/bookings/{booking}/url", "book", url, one.show),
    does("/bookings/{booking}/told", "book", told, one.show),
    does("/bookings/{booking}/code", "book", open_code, one.show),
)
