"""Objecting to a suspension in the chat (第4条(4)): the person's own words, which only the office reads."""

from __future__ import annotations

from flows import answers
from flows.dialog import Dialog
from flows.steps import Context, End, Job, Outcome, Question
from flows.text import Text

LONGEST = 1000  # characters
NO_WORDS = answers.Rejected(Text("Please type it as text, from 2 to {max} characters.", max=LONGEST))


def words(typed: str) -> answers.Reading:
    """What somebody wants the office to know, in several lines if need be."""
    if answers.looks_like_my_number(typed):
        return answers.Rejected(Text("Please leave out your My Number and similar numbers, and type it again."))
    said = "\n".join(line for line in (" ".join(line.split()) for line in typed.splitlines()) if line)
    return said if 2 <= len(said) <= LONGEST else NO_WORDS


def number_unknown(context: Context) -> bool:
    return "measure" not in context.known


async def look_up(context: Context) -> Outcome:
    """The suspension of the chat's last booking, else of the number that was typed just now."""
    suspension = await context.counter.suspension(context.answers.get("seeker_number"))
    if suspension is None:
        return Outcome("none")
    context.known["measure"] = suspension.measure
    return Outcome("standing" if suspension.objected else "found", drop=("seeker_number",))


async def keep(context: Context) -> Outcome:
    kept = await context.counter.objects(context.known["measure"], context.answers["words"])
    return Outcome("kept" if kept else "standing")


OBJECTING = Dialog(
    "objecting",
    Job("looking_up", run=look_up, then={"standing": "standing"}),
    Question(
        "seeker_number",
        ask=Text("Enter the job-seeker number (求職番号) that you gave with your request.\nExample: 11030-01234567"),
        read=answers.seeker_number,
        when=number_unknown,
        private=True,
    ),
    Job("finding", run=look_up, when=number_unknown, then={"none": "not_suspended", "standing": "standing"}),
    Question(
        "words",
        ask=Text(
            "Why do you not agree? Please write it in your own words.\n"
            "Staff read it and look at it again. What you type is kept in our system and deleted from this chat."
        ),
        read=words,
        private=True,
    ),
    Job("keeping", run=keep, then={"standing": "standing"}),
    End(
        "objected",
        say=Text(
            "[Received] Staff will look at it again and answer you.\n"
            "Until then it stays as it is.\n"
            "\n"
            "You can also call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End(
        "standing",
        say=Text(
            "What you told us is with our staff. Please wait for their answer.\n"
            "\n"
            "You can also call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End(
        "not_suspended",
        say=Text(
            "Nothing is suspended for this number, so you can send a request.\n"
            "\n"
            "Questions: {office_phone} ({office_hours})"
        ),
    ),
    End("left", say=Text("Nothing was sent.")),
    stop="left",
)
