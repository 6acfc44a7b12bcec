"""The words that prepare for a session: three days before, the day before, an hour and ten minutes before.

The device and how to prepare it (第2条(2)), no recording (第10条（2）), who is in the room （3）, what to have ready
（4）, who pays （5）.

They are among those of `letters.py`, and keep its rules. The URL stands in letters alone.
"""

from __future__ import annotations

from flows.arrival import ASK
from flows.counter import Booking
from flows.joining import SOON
from flows.office_days import OfficeDays
from flows.text import Text

READINESS = Text(
    "[Getting ready] {date} {time}\n"
    "\n"
    "Please check by the day before:\n"
    "- your phone or computer has a camera, and its system is up to date\n"
    "- {product} is installed and opens\n"
    "- you have a quiet place with no one else present\n"
    "\n"
    "If you have trouble, call {office_phone} ({office_hours})."
)
GUIDE = Text("How to prepare {product}: {guide_url}")
DAY_BEFORE = Text(
    "[Reminder] {date} {time}\n"
    "\n"
    "Please get ready:\n"
    "- check that {product} opens\n"
    "- find a quiet place with no one else present\n"
    "- find the URL in our email\n"
    "\n"
    "No recording."
)
DAY_BEFORE_NO_URL = Text(
    "[Reminder] {date} {time}\n"
    "\n"
    "Please get ready:\n"
    "- check that {product} opens\n"
    "- find a quiet place with no one else present\n"
    "\n"
    "The video-call URL has not been sent yet. It comes by email.\n"
    "No recording."
)
WHO_AND_COSTS = Text(
    "If somebody is to join you, or that has changed, tell us before: {office_phone}\n"
    "You pay for your own internet connection."
)
REFERENCE = Text("Reference: {ref}")
HOW_TO_CANCEL = Text(
    "To cancel, tell us by the day before, by this chat, email or phone. On the day itself, by phone only:"
    " {office_phone}"
)
HOW_TO_CANCEL_NO_CHAT = Text(
    "To cancel, tell us by the day before, by email or phone. On the day itself, by phone only: {office_phone}"
)
CHAT = {
    "remind_readiness": READINESS,
    "remind_day_before": DAY_BEFORE,
    "remind_day_before_no_url": DAY_BEFORE_NO_URL,
    "remind_one_hour": Text(
        "[Starts in 1 hour] {date} {time}\n"
        "\n"
        "Open {product} from the URL in our email.\n"
        "If you cannot find the email, it does not open or you are late, call at once: {office_phone}\n"
        "If we hear nothing, it is treated as cancelled 10 minutes after the start."
    ),
    "arrived": ASK,
    "remind_ten_minutes": SOON,
    "calling": Text(
        "[We will call you] {date} {time}\n"
        "Our staff call you now, at the number that you gave us. Please keep your phone at hand.\n"
        "\n"
        "If no call comes: {office_phone}"
    ),
}
MAIL = {
    "remind_readiness_mail": (Text("[Getting ready] {date} {time}"), READINESS),
    "remind_day_before_mail": (Text("[Reminder] {date} {time}"), DAY_BEFORE),
    "remind_one_hour_mail": (
        Text("[Starts in 1 hour] {date} {time}"),
        Text(
            "[Your session starts in 1 hour]\n"
            "Date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "URL: {url}\n"
            "\n"
            "How to join: open the URL on the device on which {product} is installed, and allow the camera and the"
            " microphone.\n"
            "If it does not open, or you will be late, please call at once.\n"
            "If we hear nothing, it is treated as cancelled 10 minutes after the start."
        ),
    ),
}


def chat(days: OfficeDays, kind: str, booking: Booking) -> tuple[Text, ...]:
    """What is said in the chat."""
    if kind != "remind_day_before":
        return (CHAT[kind], *((GUIDE,) if kind == "remind_readiness" else ()))
    how = HOW_TO_CANCEL if days.office.bot_cancel_enabled else HOW_TO_CANCEL_NO_CHAT
    return (DAY_BEFORE if booking.url_sent else DAY_BEFORE_NO_URL, WHO_AND_COSTS, how)


def letter(kind: str, booking: Booking) -> tuple[Text, tuple[Text, ...]]:
    """Its subject and what it says."""
    subject, body = MAIL[kind]
    if kind == "remind_one_hour_mail":
        return subject, (body,)
    said = body if booking.url_sent or kind != "remind_day_before_mail" else DAY_BEFORE_NO_URL
    guide = (GUIDE,) if kind == "remind_readiness_mail" else ()
    return subject, (said, *guide, WHO_AND_COSTS, REFERENCE)
