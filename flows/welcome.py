"""What greets a person: the language where it is not known, an unfinished form, the menu; and choosing a language."""

from __future__ import annotations

from flows import policy
from flows.dialog import Dialog
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, Rows
from flows.text import Text

MENU_BUTTON = "menu:"  # what stands before a command on a button: such a button is good at any time
LANGUAGES = {"ja": "日本語", "ja_Hira": "やさしい日本語", "en": "English"}

CHOOSE_A_LANGUAGE = Text("Choose a language.\nことばを選んでください。")
WELCOME = Text(
    "This is the booking service for online employment counselling at {office_name}.\n"
    "\n"
    "You can talk to our staff about finding work by video call on a phone or computer. One session is 30 minutes.\n"
    "\n"
    "You can send a request at any time. Staff check and reply {office_hours}.\n"
    "\n"
    "Choose a button below."
)

PAUSED = Text(
    "We are not taking new requests here at the moment. Please try again later, or call us.\n"
    "Phone: {office_phone} ({office_hours})\n"
    "\n"
    "Bookings and requests that were already accepted stay valid. See or cancel yours with /mine."
)


def _command(label: Text, command: str) -> tuple[Button]:
    return (Button(label, f"{MENU_BUTTON}{command}"),)


MENU: Rows = (
    _command(Text("Book a session"), "book"),
    _command(Text("My booking / cancel"), "mine"),
    _command(Text("Read the terms"), "terms"),
    _command(Text("Help and phone number"), "help"),
    _command(Text("Language / ことば"), "language"),
)


async def menu(context: Context) -> Offer:
    """The welcome names the first day with a free time, so that nobody fills in a form to find that none is free; or
    that nothing is taken now.
    """
    if not await context.counter.takes_requests():
        return Offer(MENU, (WELCOME, PAUSED))
    days = policy.days_to_offer(context.days, context.now)
    free = await context.counter.free(days)
    first = next((day for day in days if day in free), None)
    if first is None:
        return Offer(MENU, (WELCOME, Text("At the moment there are no free times to request here.")))
    return Offer(MENU, (WELCOME, Text("The first day with a free time is {date}.", date=first)))


async def languages(context: Context) -> Offer:
    """For a first contact whose app is in another language, plain Japanese comes first."""
    order = ("ja_Hira", "en", "ja") if context.known.get("ask_language") else ("ja", "ja_Hira", "en")
    return Offer(tuple((Button(LANGUAGES[language], language),) for language in order))


async def speak(context: Context) -> Outcome:
    language = context.answers["language"]
    context.conversation.language = language
    context.known.pop("ask_language", None)
    await context.counter.speak(language)
    return Outcome("set")


async def continue_or_restart(context: Context) -> Offer:
    return Offer(((Button(Text("Continue"), "continue"),), (Button(Text("Start again"), "restart"),)))


async def forget_the_form(context: Context) -> Outcome:
    context.conversation.parked = None
    return Outcome("forgotten")


WELCOME_DIALOG = Dialog(
    "welcome",
    Question("language", ask=CHOOSE_A_LANGUAGE, offer=languages, when=lambda c: bool(c.known.get("ask_language"))),
    Job("speaking", run=speak, when=lambda c: "language" in c.answers),
    Question(
        "resume",
        ask=Text("You are in the middle of a form. Do you want to continue?"),
        offer=continue_or_restart,
        when=lambda c: c.conversation.parked is not None,
        then={"continue": "continued"},
        kept=False,
    ),
    Job("forgetting", run=forget_the_form),
    Question("menu", offer=menu),
    End("continued"),
    End("left"),
    stop="left",
    leavable=False,
)

LANGUAGE = Dialog(
    "language",
    Question("language", ask=CHOOSE_A_LANGUAGE, offer=languages),
    Job("speaking", run=speak),
    End("set", say=Text("We will write in this language from now on.")),
    End("left", say=Text("What would you like to do?")),
    stop="left",
)
