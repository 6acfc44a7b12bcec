"""/claim: a booking that staff took by phone, mail or form is tied to the person's chat, by the code in its letter.

The code alone shows nothing and ties nothing: the registered phone number is asked besides, five times at most in all
(第4条(2)⑤). Applying was the consent (前文); the privacy notice is shown once, as in the form.
"""

from __future__ import annotations

import re
import unicodedata

from flows import answers
from flows.answers import Reading, Rejected
from flows.booking import CONSENT_AND_CONDITIONS
from flows.cancelling import in_one_line
from flows.dialog import Dialog
from flows.requesting import has_one
from flows.steps import Context, End, Job, Outcome, Question
from flows.text import Text

LETTERS = "34679ACDEFHJKMNPRTWXY"  # none that looks like another one
LENGTH = 8
TRIES = 5

NO_CODE = Rejected(
    Text(
        "We could not read that as a booking code. It has 8 letters and digits and is in our letter.\n"
        "Example: ACDE3467\n"
        "\n"
        "If you cannot find it, call {office_phone} ({office_hours})."
    )
)
UNKNOWN_CODE = Text(
    "We know no booking with this code. It has been used, its booking is over, or it was mistyped.\n"
    "Example: /claim ACDE3467\n"
    "\n"
    "If it does not help to type it again, call {office_phone} ({office_hours})."
)
ANOTHER_PHONE = Text("That is not the phone number of this booking. Tries left: {left}")
TIED = Text(
    "The booking now belongs to this chat.\n{booking}\n\nReminders come here from now on. See or cancel it with /mine."
)
PRIVACY, INFORMING = CONSENT_AND_CONDITIONS[-2:]


def booking_code(typed: str) -> Reading:
    """A code as `ACDE3467`, however it was written."""
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[: 4 * LENGTH])).upper()
    return code if re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", code) else NO_CODE


async def find(context: Context) -> Outcome:
    if await context.counter.claimable(context.answers["code"]) is None:
        return _unknown()
    if booking := await context.counter.live():
        return Outcome("has_one", note=has_one(context, booking))
    context.known["informed"] = (await context.counter.known())["informed"]
    return Outcome("found")


def _unknown() -> Outcome:
    return Outcome("unknown", note=UNKNOWN_CODE, drop=("code", "phone"))


async def claim(context: Context) -> Outcome:
    """Everything is looked at once more: the booking may be over, tied to another chat, or out of tries."""
    counter = context.counter
    booking = await counter.claimable(context.answers["code"])
    if booking is None:
        return _unknown()
    if booking.details["phone"]["e164"] != context.answers["phone"]["e164"]:
        left = TRIES - await counter.refuse_claim(booking, TRIES)
        note = ANOTHER_PHONE.given(left=left)
        return Outcome("another_phone", note=note, drop=("phone",)) if left > 0 else Outcome("locked")
    if other := await counter.live():
        return Outcome("has_one", note=has_one(context, other))
    await counter.claim(booking)
    return Outcome("tied", note=TIED.given(booking=in_one_line(context, booking)))


CLAIMING = Dialog(
    "claiming",
    Question(
        "code",
        ask=Text("Enter the booking code from our letter.\nExample: ACDE3467"),
        read=booking_code,
        private=True,
    ),
    Job("finding", run=find, then={"unknown": "code", "has_one": "not_tied"}),
    PRIVACY,
    INFORMING,
    Question(
        "phone",
        ask=Text(
            "So that nobody else gets your booking: enter the phone number that you gave with it.\n"
            "Example: 090-1234-5678\n"
            "\n"
            "If it is this phone's number, you can send it with the button below."
        ),
        read=answers.phone,
        contact=answers.shared_phone,
        private=True,
    ),
    Job(
        "claiming",
        run=claim,
        then={"unknown": "code", "another_phone": "phone", "locked": "locked", "has_one": "not_tied"},
    ),
    End("tied"),
    End(
        "not_tied",
        say=Text(
            "A chat has one booking at a time, so nothing was changed. The booking with the code stays as it is, and"
            " the code stays good.\n"
            "\n"
            "If you have questions, call {office_phone} ({office_hours})."
        ),
    ),
    End(
        "locked",
        say=Text(
            "The phone number was not the right one five times, so this code can no longer be used. The booking stays"
            " as it is. Staff have been told.\n"
            "\n"
            "Please call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End("left", say=Text("Nothing was changed. The booking stays as it is.")),
    stop="left",
)
