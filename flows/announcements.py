"""What the bot says of itself, to people and to staff: faults, outages, where it belongs.

第7条 owes nobody anything for a fault; they are told all the same, and where they get help meanwhile.
"""

from __future__ import annotations

from flows.text import Text

SYSTEM = Text(
    "Sorry, something went wrong on our side. What you did just now is not complete. Requests and bookings that were"
    " already accepted stay as they are.\n"
    "Check them with /mine, and try again a little later. If it is urgent, call {office_phone} ({office_hours})."
)
ALERT = Text("[Fault] An update could not be handled, and its sender was told. The log has the cause: {key}")
NO_MAILBOX = Text(
    "[Fault] Letters to the office mailbox cannot be sent at present. They wait, and go when that is possible again."
    " The log has the cause."
)
NO_GROUP = Text("[Fault] The bot cannot write in the staff group")
NO_GROUP_BODY = Text(
    "The bot has been removed from the staff group, or may not write there.\n"
    "New requests do not appear in the group until then; letters about them still come here.\n"
    "\n"
    "Please add the bot to the same group again. The requests that wait then appear by themselves."
)
STAFF_GROUP = Text("This is the staff group now. New requests appear here; confirm or decline them with the buttons.")
PRIVATE_ONLY = Text(
    "This bot serves private chats only. It leaves this group.\n"
    "For staff: the link for the staff group is good once and for a day. Ask the operator for a new one."
)

WAITS = Text(
    "Sorry, there is a fault on our side. What you sent has arrived and is waiting. It will be handled when the fault"
    " is over, and the answer will come here. You do not need to send it again.\n"
    "If it is urgent, call {office_phone} ({office_hours})."
)
PRESS_WAITS = Text("There is a fault on our side. Your press has arrived and will be handled when it is over.")
OUTAGE = Text(
    "[Fault] The database does not answer. Messages and button presses wait and will be handled when it is over."
    " Until then, answer what is urgent by phone."
)
OUTAGE_OVER = Text("[Fault over] The database answers again. What was waiting is being handled.")
