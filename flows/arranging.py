"""The words of what staff arrange besides confirming: the session's URL, other times, a move, an end by the office.

They are among those of `letters.py`, and keep its rules.
"""

from __future__ import annotations

from flows.text import Text

OFFICE_REASONS = {  # why the office cancels, as the person reads it
    "staff": Text("The staff member is not available"),
    "equipment": Text("A fault in our equipment or connection"),
    "closed": Text("We are closed that day"),
    "other": Text("Other (please ask us by phone)"),
}

ONE_TIME = Text(
    "[Another time offered] {date} {time}\n"
    "The time you asked for is not available, but this one is.\n"
    "The booking is not confirmed yet.\n"
    "\n"
    "Please choose by {reply_by}. Otherwise the request is closed.\n"
    "The booking is confirmed by the email that reaches you after you choose.\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
SOME_TIMES = Text(
    "[Other times offered] Reference {ref}\n"
    "The time you asked for is not available, but these are:\n"
    "{times}\n"
    "The booking is not confirmed yet.\n"
    "\n"
    "Please choose by {reply_by}. Otherwise the request is closed.\n"
    "The booking is confirmed by the email that reaches you after you choose.\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
OF_A_WISH = (
    "move_received", "move_no_reply", "move_overdue", "move_declined", "move_declined_mail", "move_expired",
)  # fmt: skip
MOVE_DECLINED = Text(
    "[Change not possible] Reference {ref}\n"
    "We could not move it to {date} {time}. {old_date} {old_time} stays as it is.\n"
    "Reason: {reason}\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
OFFERED = Text(
    "[A time has become free] {date} {time}\n"
    "You are waiting for a free time. This one is kept for you until {until}.\n"
    "It is not booked yet: you send a request, and staff confirm it.\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
OFFER_OVER = Text(
    "[Kept no longer]\n"
    "Until {date} {time} we kept a free time for you. It is open to others now.\n"
    "You go on waiting, if there are days left; see it with /mine."
)
CHAT = {
    "offered": OFFERED,
    "offer_over": OFFER_OVER,
    "proposed": SOME_TIMES,
    "url_sent": Text(
        "[URL sent] {date} {time}\n"
        "We have sent the video-call URL to {email}.\n"
        "\n"
        "Before that day, check that {product} opens. Do not share the URL.\n"
        "\n"
        "If no email has come, call {office_phone} ({office_hours})."
    ),
    "url_changed": Text(
        "[URL changed] {date} {time}\n"
        "We have sent a new video-call URL to {email}. Please do not use the one before.\n"
        "\n"
        "If no email has come, call {office_phone} ({office_hours})."
    ),
    "moved": Text(
        "[Change confirmed] Reference {ref}\n"
        "{date} {time}\n"
        "\n"
        "{old_date} {old_time} is no longer yours. We have emailed {email}.\n"
        "\n"
        "On the day itself, cancel by phone only: {office_phone}"
    ),
    "move_received": Text(
        "[Received] Change, reference {ref}\n"
        "New time: {date} {time}\n"
        "\n"
        "The change is not confirmed yet. Until staff confirm it, you keep {old_date} {old_time}. Staff will check it"
        " and email {email} by {reply_by}.\n"
        "\n"
        "If there is no email after {reply_by}, please call {office_phone} ({office_hours})."
    ),
    "move_no_reply": Text(
        "[About the change] Reference {ref}\n"
        "We cannot yet see a reply from our staff about the change to {date} {time}.\n"
        "Until it is confirmed, you keep {old_date} {old_time}.\n"
        "\n"
        "An email may not have reached you. Please call to check.\n"
        "Phone: {office_phone} ({office_hours})"
    ),
    "move_declined": MOVE_DECLINED,
    "move_expired": Text(
        "[Change not confirmed] We are sorry. We did not check your request in time.\n"
        "The change to {date} {time} is closed. {old_date} {old_time} stays as it is.\n"
        "\n"
        "Questions: {office_phone} ({office_hours})"
    ),
    "proposal_lapsed": Text(
        "[Request closed] Reference {ref}\n"
        "The time to choose among the times that we offered is over, and your request is closed.\n"
        "\n"
        "Please book again with /book, or call {office_phone} ({office_hours})."
    ),
    "cancelled_by_office": Text(
        "[Cancelled by us] {date} {time}\n"
        "We are sorry. We cannot keep this booking.\n"
        "Reason: {reason}\n"
        "\n"
        "You can choose another time with /book, or call {office_phone} ({office_hours})."
    ),
}

URL_SUBJECT = Text("[Video-call URL] {date} {time}")
URL_BODY = Text(
    "[The URL for your video call]\n"
    "Date and time: {date} {time}\n"
    "Reference: {ref}\n"
    "URL: {url}\n"
    "\n"
    "Open it in {product} at the start time. Do not share it. Recording is not allowed. Use a place where no one"
    " else is present.\n"
    "If we hear nothing, the booking is treated as cancelled 10 minutes after the start. If it does not open or you"
    " are late, call at once."
)
REPLACES = Text("This URL replaces the one that we sent before. Please do not use that one any more.")

MAIL = {
    "url_mail": (URL_SUBJECT, URL_BODY),
    "url_changed_mail": (URL_SUBJECT, URL_BODY),
    "moved_mail": (
        Text("[Change confirmed] {date} {time}"),
        Text(
            "[Your booking has been moved]\n"
            "New date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "\n"
            "The earlier time is no longer yours. The video-call URL comes in another letter. If you have one for the"
            " earlier time, please do not use it."
        ),
    ),
    "move_declined_mail": (Text("[Change not possible] {date} {time}"), MOVE_DECLINED),
    "cancelled_by_office_mail": (
        Text("[Cancelled by us] {date} {time}"),
        Text(
            "[We have to cancel your booking]\n"
            "Date and time: {date} {time}\n"
            "Reference: {ref}\n"
            "Reason: {reason}\n"
            "\n"
            "We are sorry. You can choose another time in the chat or call us."
        ),
    ),
}

ONE_TIME_MAIL = (
    Text("[Another time offered] {date} {time}"),
    Text(
        "[We can offer another time]\n"
        "Date and time: {date} {time}\n"
        "Reference: {ref}\n"
        "\n"
        "The time you asked for is not available. The booking is not confirmed yet. Please choose in the chat or by"
        " phone by {reply_by}. Otherwise the request is closed.\n"
        "A reply to this letter until the day before is a valid notice that you do not want it. Declining in a"
        " calendar app changes nothing."
    ),
)
SOME_TIMES_MAIL = (
    Text("[Other times offered] Reference {ref}"),
    Text(
        "[We can offer other times]\n"
        "{times}\n"
        "Reference: {ref}\n"
        "\n"
        "The time you asked for is not available. The booking is not confirmed yet. Please choose one of these in the"
        " chat or by phone by {reply_by}. Otherwise the request is closed.\n"
        "A reply to this letter until the day before is a valid notice that you want none of them."
    ),
)
