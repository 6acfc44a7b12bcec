"""What staff can send to the bot: the commands, what a new member is shown of them, and how each is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.desk.roles import Member, Right
from flows.text import Text

JOIN = "join"
MENU: Mapping[str, Text] = {
    "today": Text("Today's sessions"),
    "week": Text("The week's places"),
    "desk": Text("Open the desk"),
    "pause": Text("Pause new requests"),
    "help": Text("How staff use this"),
}
NEEDS: Mapping[str, Right] = {"today": "see", "week": "see", "desk": "see", "pause": "pause", "help": "see"}
IN_THE_GROUP = ("today", "week", "help")  # the others are answered in private

SCREENS = (
    Text(
        "1/5 Where the work is done\n"
        "\n"
        "This bot takes requests for online sessions. Staff have three places:\n"
        "- The staff group: new requests arrive; confirm or decline them there\n"
        "- This chat: look at today and at the week\n"
        "- The desk: names, bookings by phone, closures, session URLs"
    ),
    Text(
        "2/5 Answering a request\n"
        "\n"
        "Press Confirm or Decline under its card in the group. The first press counts; who pressed and when is"
        " recorded.\n"
        "Please answer within the next business day. The person is told by e-mail and in the chat.\n"
        "Please write no names or phone numbers in the group."
    ),
    Text(
        "3/5 The desk\n"
        "\n"
        "Send /desk here, and a link arrives. It is good for five minutes and one use; you stay signed in for up to 12"
        " hours.\n"
        "Names and addresses are shown only when you press for them, and each look is recorded.\n"
        "On a shared computer, please sign out afterwards."
    ),
    Text(
        "4/5 Commands in this chat\n"
        "\n"
        "/today - today's sessions (no names)\n"
        "/week - the free and taken places of the week\n"
        "/desk - a link to the desk\n"
        "/pause - stop new requests, and take them again (not with the read-only role)\n"
        "/help - this list"
    ),
    Text(
        "5/5 When something is wrong\n"
        "\n"
        "- Requests cannot be handled: /pause stops new ones with one press. Bookings stay valid.\n"
        "- Somebody does not come: never cancelled by itself. Staff record what happened.\n"
        "- You have left the group, or lost this phone: ask a lead to end your rights at once.\n"
        "\n"
        "/help shows the commands again."
    ),
)
HELP = Text(
    "What staff can send here\n"
    "/today - today's sessions (no names)\n"
    "/week - the free and taken places of the week\n"
    "/desk - a link to the desk, for five minutes and one use\n"
    "/pause - stop new requests, and take them again (not with the read-only role)\n"
    "\n"
    "Send a command by itself, for example: /today\n"
    "Your role: {role}"
)
UNKNOWN = Text("There is no such command, so nothing was done.\n\n{help}")
HELP_IN_THE_GROUP = Text(
    "Staff group\n"
    "- Confirm or decline a request with the buttons under its card\n"
    "- /today: today's sessions (no names)\n"
    "- /week: the free and taken places of the week\n"
    "- /desk and /pause: in the private chat with the bot\n"
    "\n"
    "Please write no names or phone numbers here."
)
JOINED = Text("You have joined the staff ({role}).")
NOT_JOINED = Text(
    "This code has been used, is older than a day, or is mistyped. Ask a lead for a new one and send it so:\n"
    "/join ACDE-3467-HJKM-NPRT"
)
ALREADY = Text(
    "You are on the staff already (role: {role}). Nothing was changed, and the code stays good for one other person."
    " Roles are changed on the desk; please ask a lead."
)
SHOWN = Text(
    "A code for joining was written here, where everybody can read it. So it is good no more. Please ask a lead for a"
    " new one, and send it in your private chat with the bot: @{bot}"
)
NO_CODE = Text(
    "To join the staff, send /join with the code that a lead gave you, for example:\n/join ACDE-3467-HJKM-NPRT"
)
TAKES_NOTHING = Text("Nothing comes after {command}. Please send it by itself:\n{command}")
LINK = Text("Your desk, for five minutes and one use:\n{link}")
NO_PICTURE = Text("Telegram did not take the picture of the week here. Please look at the week on the desk: /desk")
NO_DESK = Text("This office has no desk yet. The operator sets MADOGUCHI_DESK_URL.")
IN_PRIVATE = Text("Please send {command} in the private chat with the bot: @{bot}")
NO_RIGHT = Text("Your role ({role}) does not include this. Please ask a lead.")
OVER = Text(
    "Your rights at the office's desk have ended. If that is a mistake, please ask a lead for a new invitation."
)
ROLE_CHANGED = Text("Your role at the office's desk was changed. It is now: {role}\n/help shows the commands.")

ONLY_MEMBERS = Text(
    "Only members of the staff can press here. Ask a lead for an invitation, and send it to the bot in your private"
    " chat: /join ACDE-3467-HJKM-NPRT"
)
NOBODY_LEADS = Text(
    "Only registered staff can use this, and nobody leads yet. The operator makes the first code with: madoguchi invite"
    " --lead"
)
READS_ONLY = Text("Your role is to read only, so nothing was done. Please ask a counsellor or a lead.")
NO_LEAD = Text(
    "[Nobody leads] The last lead has left. Until there is one again, every member of this group can press the"
    " buttons. The operator invites a new lead with: madoguchi invite --lead"
)


def usage(command: str) -> Text:
    """What a wrong use is answered with: an example."""
    return NO_CODE if command == JOIN else TAKES_NOTHING.given(command=f"/{command}")


def may(member: Member, command: str) -> bool:
    return member.may(NEEDS[command])


def menu(member: Member) -> Sequence[str]:
    """The commands that this member can use."""
    return [command for command in MENU if may(member, command)]
