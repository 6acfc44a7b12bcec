"""What the records of the desk say: a key for each act, and the words for it. Moves of bookings are in `history`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from flows.text import Text

What = Literal[
    "invited", "withdrawn", "joined", "rights_ended", "role_changed", "signed_in", "signed_out", "looked", "searched",
    "read_records", "exported", "email_corrected", "resent", "url_set", "assigned", "contact_noted", "code_made",
    "claimed", "claim_refused", "companion_changed", "closed", "opened", "called",
    "counsellor_changed", "counsellor_left", "terms_used",
    "measure", "measure_ended", "in_spite", "objection", "objection_answered", "paused", "resumed",
]  # fmt: skip

WHAT: Mapping[What, Text] = {
    "invited": Text("Invited a member of staff"),
    "withdrawn": Text("Withdrew an invitation"),
    "joined": Text("Joined the staff"),
    "rights_ended": Text("Ended somebody's rights"),
    "role_changed": Text("Changed somebody's role"),
    "signed_in": Text("Signed in to the desk"),
    "signed_out": Text("Signed out"),
    "looked": Text("Looked at personal details"),
    "searched": Text("Searched for bookings"),
    "read_records": Text("Looked into the records"),
    "exported": Text("Exported the numbers"),
    "email_corrected": Text("Corrected an e-mail address"),
    "resent": Text("Sent a message again"),
    "url_set": Text("Set the session's URL"),
    "assigned": Text("Assigned a counsellor"),
    "contact_noted": Text("Noted that the person was in touch"),
    "companion_changed": Text("The person changed who joins"),
    "code_made": Text("Made a code for the chat"),
    "claimed": Text("A booking was tied to a chat"),
    "claim_refused": Text("A code for the chat was refused"),
    "closed": Text("Closed places"),
    "opened": Text("Opened places again"),
    "called": Text("Called a person about a closure"),
    "counsellor_changed": Text("Changed a counsellor"),
    "counsellor_left": Text("A counsellor leaves"),
    "measure": Text("Decided about a missed or stopped session"),
    "measure_ended": Text("Ended a suspension or withdrew a warning"),
    "in_spite": Text("Booked in spite of a suspension"),
    "objection": Text("Noted an objection"),
    "objection_answered": Text("Answered an objection"),
    "paused": Text("Paused new requests"),
    "resumed": Text("Took new requests again"),
    "terms_used": Text("First use after the terms changed (Article 11)"),
}
