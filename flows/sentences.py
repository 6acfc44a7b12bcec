"""The sentences of every notice: chat messages, messages to staff (reference, date and time only), letters.

What the bot starts shows on a locked or shared phone: its first line holds a status, a date or a reference, and
never the office or the service.
"""

from __future__ import annotations

from typing import Literal

from flows import arranging, registering, reminding
from flows.suspending import SUSPENDED, UNSUSPENDED, WARNED, WITHDRAWN
from flows.text import Text

FREE_TIMES = Text("The next free times are:\n{times}")
NONE_FREE = Text("There are no free times at the moment. More may open later.")
OFFERS_FREE_TIMES = ("expired", "expired_mail", "proposal_lapsed", "proposal_lapsed_mail")
TERMS_CHANGED = Text(
    "[The terms have changed] {terms_version}\n"
    "Your booking on {date} {time} stays valid.\n"
    "\n"
    "If you use it after the change, you are taken to agree to the new terms (Article 11). You can read them with"
    " /terms.\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
TERMS_CHANGED_BY_MAIL = Text(
    "[The terms have changed] {terms_version}\n"
    "Your booking on {date} {time} stays valid.\n"
    "\n"
    "If you use it after the change, you are taken to agree to the new terms (Article 11). We send you the text if"
    " you ask us."
)
CHAT = {
    **arranging.CHAT,
    **reminding.CHAT,
    "received": Text(
        "[Received] Reference {ref}\n"
        "{date} {time}\n"
        "\n"
        "The booking is not confirmed yet. Staff will check it and email {email} by {reply_by}. It is confirmed when"
        " that email reaches you.\n"
        "\n"
        "If there is no email after {reply_by}, it may not have arrived. Please call {office_phone} ({office_hours})."
    ),
    "registration": registering.MAY_HAVE_LAPSED,
    "terms_changed": TERMS_CHANGED,
    "no_reply": Text(
        "[About the reply] Reference {ref}\n"
        "We cannot yet see a reply from our staff.\n"
        "The booking is not confirmed yet.\n"
        "\n"
        "An email may not have reached you. Please call to check.\n"
        "Phone: {office_phone} ({office_hours})"
    ),
    "confirmed": Text(
        "[Confirmed] Reference {ref}\n"
        "{date} {time}\n"
        "\n"
        "We have emailed {email}. The video-call URL also comes by email.\n"
        "\n"
        "Please tell us early if you need to cancel. On the day itself, by phone only: {office_phone}"
    ),
    "confirmed_by_phone": Text(
        "[Confirmed] Reference {ref}\n"
        "{date} {time}\n"
        "\n"
        "Our staff have told you by phone. The video-call URL comes separately.\n"
        "\n"
        "Please tell us early if you need to cancel. On the day itself, by phone only: {office_phone}"
    ),
    "confirming": Text(
        "[Confirmation under way] Reference {ref}\n"
        "{date} {time}\n"
        "\n"
        "The booking is not confirmed yet. Staff will write or call you.\n"
        "\n"
        "Questions: {office_phone} ({office_hours})"
    ),
    "declined": Text(
        "[Not accepted] {date} {time}\n"
        "Sorry, we could not accept your request.\n"
        "Reason: {reason}\n"
        "\n"
        "Questions: {office_phone} ({office_hours})"
    ),
    "cancelled": Text(
        '[Cancelled] {date} {time} (reference {ref})\nThank you for telling us. To book again, choose "Book a session".'
    ),
    "expired": Text(
        "[Not confirmed] We are sorry. We did not check your request in time.\n"
        "Your request for {date} {time} is now closed.\n"
        "\n"
        "Please book again with /book, or call {office_phone} ({office_hours})."
    ),
    "missed": Text(
        "[Treated as cancelled] {date} {time}\n"
        "We heard nothing for 10 minutes after the start, so the booking was treated as cancelled (Article 4(4)).\n"
        "If this happens, you may be refused in future.\n"
        "\n"
        "If something happened, you could not connect, or this is wrong, please call {office_phone} ({office_hours})."
    ),
    "corrected": Text(
        "[Record corrected] {date} {time}\n"
        "We are sorry. Our record that we heard nothing from you was wrong. We have corrected it. It will not count"
        " against you.\n"
        "\n"
        "Questions: {office_phone} ({office_hours})"
    ),
    "warned": WARNED,
    "withdrawn": WITHDRAWN,
    "suspended": SUSPENDED,
    "unsuspended": UNSUSPENDED,
    "answered": Text(
        "[Answer to your objection] Reference {ref}\n"
        "Staff have looked at it again. The answer comes by email to {email}.\n"
        "\n"
        "Questions: {office_phone} ({office_hours})"
    ),
}
ANSWERED_BY_PHONE = Text(  # where the address has been erased
    "[Answer to your objection] Reference {ref}\n"
    "Staff have looked at it again. Please call us: we will tell you our answer.\n"
    "\n"
    "Phone: {office_phone} ({office_hours})"
)
STAFF = {
    "overdue": Text("[Reply overdue] {ref} {date} {time}"),
    "companion_changed": Text("[Companion changed] {ref} {date} {time}\nWho joins now is on the desk."),
    "move_overdue": Text("[Reply overdue] {ref} Change to {date} {time}"),
    **dict.fromkeys(
        ("url_missing", "url_missing_today"),
        Text("[URL missing] {ref} {date} {time}\nNo URL is noted for this session. Please set it on the desk."),
    ),
    "undelivered": Text("[Cannot deliver] {ref} The user has stopped the bot. Please contact them by phone."),
    "claim_locked": Text(
        "[Booking code locked] {ref} {date} {time}\n"
        "The phone number was wrong five times in the chat. The booking stays as it is. If the person calls, please"
        " check who it is; on the booking's page of the desk the code can be opened again."
    ),
    "objected": Text("[Objection] {ref} A person objects to a decision. Please look at it on the desk, under People."),
    "letter_failed": Text(
        "[Mail failed] {ref} {date} {time}\nA letter about this booking could not be sent. Please call the person."
    ),
}

MAIL = {
    **arranging.MAIL,
    **reminding.MAIL,
    "confirmed_mail": (
        Text("[Confirmed] {date} {time}"),
        Text(
            "[Your booking is confirmed]\n"
            "Date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "\n"
            "The video-call URL comes in another letter. Please check before that day that {product} opens."
        ),
    ),
    "declined_mail": (
        Text("[Request not accepted] {date} {time}"),
        Text(
            "[We could not accept your request]\n"
            "Date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "Reason: {reason}\n"
            "\n"
            "We are sorry. If you have questions, please call."
        ),
    ),
    "cancelled_mail": (
        Text("[Cancelled] {date} {time}"),
        Text(
            "[Your booking is cancelled]\n"
            "Date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "\n"
            "Thank you for telling us. To book again, use the chat or call us."
        ),
    ),
    "warned_mail": (Text("[Please note] {date} {time}"), WARNED),
    "withdrawn_mail": (Text("[Corrected] {date} {time}"), WITHDRAWN),
    "suspended_mail": (Text("[Online booking suspended]"), SUSPENDED),
    "unsuspended_mail": (Text("[Online booking open again]"), UNSUSPENDED),
    "answered_mail": (
        Text("[Answer to your objection] {ref}"),
        Text(
            "[Answer to your objection]\n"
            "Reference: {ref}\n"
            "\n"
            "Staff have looked at it again. This is our answer:\n"
            "\n"
            "{answer}"
        ),
    ),
    "no_reply_mail": (Text("[About the reply] {date} {time}"), CHAT["no_reply"]),
    "expired_mail": (Text("[Not confirmed] {date} {time}"), CHAT["expired"]),
    "proposal_lapsed_mail": (Text("[Closed] {date} {time}"), CHAT["proposal_lapsed"]),
    "terms_changed_mail": (Text("[The terms have changed] {date} {time}"), TERMS_CHANGED_BY_MAIL),
    "missed_mail": (Text("[Treated as cancelled] {date} {time}"), CHAT["missed"]),
    "corrected_mail": (Text("[Record corrected] {date} {time}"), CHAT["corrected"]),
}
CANCEL_NOTE = Text(
    "To cancel, reply to this letter or call us. A reply to this letter until the day before is a valid notice of"
    " cancellation. On the day itself, by phone only.\n"
    "Declining in a calendar app cancels nothing."
)
CLAIM_NOTE = Text(
    "You can see this booking and get reminders in our chat (Telegram: @{bot}). Send the next line there, then answer"
    " with your registered phone number.\n"
    "/claim {code}"
)
SIGNATURE = Text("{office_name}\nPhone number: {office_phone} ({office_hours})")

Method = Literal["REQUEST", "CANCEL"]
CALENDAR: dict[str, Method] = {
    **dict.fromkeys(("confirmed_mail", "moved_mail", "url_mail", "url_changed_mail"), "REQUEST"),
    **dict.fromkeys(("cancelled_mail", "cancelled_by_office_mail"), "CANCEL"),
}
CALENDAR_TITLE = Text("Booking {ref}")
CALENDAR_NOTE = Text(
    "Declining or deleting this entry cancels nothing. To cancel, reply to the letter until the day before, or call"
    " {office_phone}."
)
