"""One turn of a private chat: which dialog hears what was said. Nobody is ever stuck, whatever the state.

A form that is being filled in is set aside (parked) while another dialog is open, and comes back after it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from flows import hearing, showing
from flows.accompanying import ACCOMPANYING
from flows.arrival import ARRIVAL
from flows.booking import BOOKING
from flows.cancelling import CANCELLING
from flows.claiming import CLAIMING
from flows.dialog import Dialog
from flows.joining import JOINING
from flows.moving import MOVING
from flows.objecting import OBJECTING
from flows.proposals import PROPOSALS, waiting
from flows.requesting import fill_in_the_offer
from flows.steps import (
    BACK,
    OLD_BUTTON,
    UNKNOWN,
    Context,
    Conversation,
    End,
    Pressed,
    Question,
    Said,
    Screen,
    Typed,
)
from flows.text import Text
from flows.waiting import OFFERS, WAITED, WAITING, offered
from flows.welcome import LANGUAGE, MENU, MENU_BUTTON, WELCOME_DIALOG

DIALOGS = {
    dialog.name: dialog
    for dialog in (
        WELCOME_DIALOG,
        BOOKING,
        CANCELLING,
        MOVING,
        ACCOMPANYING,
        WAITING,
        WAITED,
        OFFERS,
        CLAIMING,
        PROPOSALS,
        ARRIVAL,
        JOINING,
        LANGUAGE,
        OBJECTING,
    )
}
FORM = BOOKING.name
KEPT_OF_A_FORM = ("dialog", "state", "flow", "answers", "known", "page", "editing", "check")

CHANGED_MEANWHILE = Text(
    "We are sorry. This chat was improved while you were using it, and we have to begin again."
    " Nothing was sent; requests and bookings that were already accepted stay as they are."
)
UNSAID = "unsaid"  # the bot asks here by itself, and nobody has said anything since
NO_FORM = Text("You are not filling in a form. /cancel does not cancel a booking; for that, use /mine.")
HELP = Text(
    "How to use\n"
    '- "Book a session": choose a date and time and answer the questions (about 3 minutes).\n'
    "- See or cancel your booking: /mine\n"
    "- Leave the form that you are filling in: /cancel\n"
    "- Back to the start: /start\n"
    "- How we handle your details: /privacy\n"
    "\n"
    "/cancel does not cancel a booking.\n"
    "Please do not send the content of your consultation or your My Number here.\n"
    "\n"
    "{office_name}\n"
    "{office_address}\n"
    "Phone: {office_phone} ({office_hours})"
)
OTHER_WAYS = Text("Other ways to book: by phone, at the counter, or with the official form:\n{form_url}")
PRIVACY = Text(
    "How we handle your details\n"
    "- We use them only for booking and to check who you are (Article 5-5 of the Employment Security Act).\n"
    "- What you type at a question is kept encrypted in the office's own system and deleted from this chat.\n"
    "- The chat shows your details only on the review screen, and only until you have sent the request or stopped.\n"
    "- Your details are erased {contact_days} days after the session.\n"
    "- We keep records such as the time of use (Article 5).\n"
    "- Please do not send the content of your consultation or your My Number here.\n"
    "\n"
    "To see, correct or erase your details, call us: {office_phone} ({office_hours})"
)
NOTES = {"help": (HELP, OTHER_WAYS), "privacy": (PRIVACY,)}
OPENS = {
    "start": WELCOME_DIALOG, "book": BOOKING, "mine": CANCELLING, "claim": CLAIMING, "language": LANGUAGE,
    "object": OBJECTING, "move": MOVING, "companion": ACCOMPANYING, "wait": WAITING,
}  # fmt: skip
UNDERSTOOD = frozenset({*OPENS, *NOTES, "cancel", "terms"})  # commands of job-seekers


@dataclass(frozen=True)
class Command:
    """A command of the menu: `/mine`, or the button that stands for it; `argument` is what comes after it.

    `to` is the bot that it names, in a group.
    """

    name: str
    argument: str = field(default="", repr=False)
    to: str = ""


@dataclass(frozen=True)
class Heard:
    """What a turn asks for beyond the screen: a short word for a late button; the terms as a message of their own."""

    toast: Text | None = None
    terms: bool = False


async def hear(context: Context, said: Said | Command) -> Heard:
    """Play one turn. Afterwards the conversation stands at a Question or an End that `screen` can show."""
    conversation = context.conversation
    before = conversation.notes, conversation.note_if_kept
    conversation.notes, conversation.note_if_kept = [], None
    if isinstance(said, Pressed) and said.value.startswith(MENU_BUTTON):
        said = Command(said.value.removeprefix(MENU_BUTTON))
    if conversation.dialog and not known(conversation):
        conversation.parked, conversation.notes = None, [CHANGED_MEANWHILE]
        await _open(context, WELCOME_DIALOG)
        heard = Heard()
    elif isinstance(said, Command):
        heard = await _obey(context, said.name, said.argument)
    elif not conversation.dialog or isinstance(_step(conversation), End):
        heard = await _greet(context, said)
    else:
        heard = Heard(await hearing.hear(DIALOGS[conversation.dialog], context, said))
    if heard.toast is None:
        conversation.known.pop(UNSAID, None)
        await _after(context, said)
    else:  # nothing has changed: the same screen again, with the words that it had
        conversation.notes, conversation.note_if_kept = before
    return heard


async def screen(context: Context) -> Screen:
    """What this chat shows now; where a dialog is over, the menu stands under its last words."""
    shown, step = await showing.screen(DIALOGS[context.conversation.dialog], context), _step(context.conversation)
    return Screen(shown.say, (*step.rows, *MENU), forget=shown.forget) if isinstance(step, End) else shown


async def expire(context: Context) -> None:
    """Close a form that nobody went on with; what was typed is forgotten."""
    conversation = context.conversation
    conversation.notes, conversation.note_if_kept = [], None
    _unpark(conversation)
    if not _filling_in(conversation):
        await _open(context, WELCOME_DIALOG)  # a form that this version does not know
        return
    DIALOGS[FORM].fire("expire", context)
    await DIALOGS[FORM].go_on(context)


def in_form(conversation: Conversation) -> bool:
    """Whether a form is being filled in, here or set aside."""
    return conversation.parked is not None or _filling_in(conversation)


def _filling_in(conversation: Conversation) -> bool:
    return conversation.dialog == FORM and known(conversation) and not isinstance(_step(conversation), End)


def _types_something(conversation: Conversation) -> bool:
    step = _step(conversation) if conversation.dialog else None
    return isinstance(step, Question) and step.private


def known(conversation: Conversation) -> bool:
    """Whether it stands somewhere that this version knows."""
    return conversation.dialog in DIALOGS and conversation.state in DIALOGS[conversation.dialog].by_name


def _step(conversation: Conversation) -> object:
    return DIALOGS[conversation.dialog].by_name[conversation.state]


async def _greet(context: Context, said: Said) -> Heard:
    """Something arrived where nothing is asked: the menu, and a word why."""
    if isinstance(said, Pressed):
        if not context.conversation.dialog:
            await _open(context, WELCOME_DIALOG)
        return Heard(OLD_BUTTON)
    context.conversation.notes = [UNKNOWN] if context.conversation.dialog else []
    await _open(context, WELCOME_DIALOG)
    return Heard()


async def _obey(context: Context, command: str, argument: str) -> Heard:
    if command == "book" and in_form(context.conversation):
        command = "start"  # asks whether to continue or to begin again
    if command in ("book", "mine") and context.known.get("ask_language"):
        command = "start"  # asks for the language first
    if command == "mine" and (instead := await _instead_of_mine(context)):
        await _open(context, instead)
    elif command in OPENS:
        await _open(context, OPENS[command])
        if command == "claim" and argument:
            await hearing.hear(CLAIMING, context, Typed(argument))
    elif command == "cancel":
        await _leave_the_form(context)
    else:
        context.conversation.notes = list(NOTES.get(command, () if command == "terms" else (UNKNOWN,)))
        if not context.conversation.dialog or isinstance(_step(context.conversation), End):
            await _open(context, WELCOME_DIALOG)
    return Heard(terms=command == "terms")


async def _instead_of_mine(context: Context) -> Dialog | None:
    """What waits for an answer goes before what is booked; who has nothing booked may be waiting for a time."""
    if await waiting(context):
        return PROPOSALS
    if await offered(context):
        return OFFERS
    return WAITED if not await context.counter.live() and await context.counter.waiting() else None


async def _leave_the_form(context: Context) -> None:
    """The form; without one, where something else is typed (a code, an objection), that."""
    conversation = context.conversation
    _unpark(conversation)
    if _filling_in(conversation) or _types_something(conversation):
        dialog = DIALOGS[conversation.dialog]
        dialog.fire("quit", context)
        await dialog.go_on(context)
    else:
        conversation.notes = [NO_FORM]
        await _open(context, WELCOME_DIALOG)


async def _open(context: Context, dialog: Dialog, about: str = "") -> None:
    conversation = context.conversation
    if _filling_in(conversation):
        conversation.parked = {name: getattr(conversation, name) for name in KEPT_OF_A_FORM}
    known = {name: conversation.known[name] for name in ("ask_language",) if name in conversation.known}
    known |= {"about": about} if about else {}
    conversation.start(dialog.name, secrets.token_hex(3), known)
    await dialog.begin(context)


async def ask(context: Context, dialog: Dialog, about: str) -> bool:
    """The bot asks by itself, about a booking. False where the chat stands there already."""
    conversation = context.conversation
    if (conversation.dialog, conversation.known.get("about")) == (dialog.name, about) and known(conversation):
        return False
    conversation.notes, conversation.note_if_kept = [], None
    await _open(context, dialog, about)
    conversation.known[UNSAID] = True
    return True


def _unpark(conversation: Conversation) -> None:
    """Go on with the form that was set aside, if one was."""
    form, conversation.parked = conversation.parked or {}, None
    for name, value in form.items():
        setattr(conversation, name, value)


async def _after(context: Context, said: Said | Command) -> None:
    """At an End: a form that was set aside comes back; somebody who stepped back out of a dialog sees the menu."""
    conversation = context.conversation
    step = _step(conversation)
    if not isinstance(step, End):
        return
    if (conversation.dialog, step.name) == (OFFERS.name, "taken"):
        await _to_the_form(context)
    elif conversation.parked:
        last_words = step.said(context)
        _unpark(conversation)
        conversation.notes += [last_words] if last_words else []
    elif isinstance(said, Pressed) and said.value == BACK:
        await _open(context, WELCOME_DIALOG)


async def _to_the_form(context: Context) -> None:
    """With the time that was offered: the form that was set aside, or a new one."""
    if context.conversation.parked is None:
        await _open(context, BOOKING)
        return
    _unpark(context.conversation)
    note = await fill_in_the_offer(context)
    context.conversation.notes += [note] if note else []
    if context.conversation.check is None:
        await BOOKING.go_on(context)
