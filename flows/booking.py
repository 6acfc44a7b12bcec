"""The dialog that asks for a session (第4条(2)) of whoever meets the conditions (第2条).

It is one of the ways to counselling (第1条): where it ends without a request, the others are named.

To add a question: one line in QUESTIONS, and its words in locales/.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flows import answers, registering
from flows.agreeing import DISAGREE, DISAGREE_NOW, agree, consent_missing, terms_pages
from flows.choosing import date_and_time, day_gone, free_times, time_gone
from flows.companions import COMPANIONS, choose_a_language, companion, interpreter, to_be_told_by_phone
from flows.dialog import Dialog
from flows.moving import MOVE_IT
from flows.requesting import (
    NO,
    check_the_number,
    informed,
    look_for_days,
    no_day_yet,
    not_informed,
    only_continue,
    open_the_form,
    request,
    yes_no,
)
from flows.reviewing import review_of
from flows.steps import End, Job, Question, Step
from flows.suspending import OBJECT
from flows.text import Text
from flows.unmet import day_in_vain, time_in_vain
from flows.waiting import days_or_wait
from flows.welcome import PAUSED


def as_before(words: Text) -> Callable[[Any], Text]:
    """A button for an answer given before whose value must not stand on it."""
    return lambda value: words


def email_as_before(value: str) -> Text:
    return Text("As before: {value}", value=answers.masked_email(value))


def phone_as_before(value: dict[str, Any]) -> Text:
    return Text("As before: {value}", value=answers.masked_phone(value))


def with_jobs(questions: Sequence[Question]) -> tuple[Step, ...]:
    """A look at the job-seeker number as soon as it is given, and at the days before one is asked for."""
    check = Job("checking_the_number", run=check_the_number, then={"suspended": "suspended"})
    look = Job("looking_for_days", run=look_for_days, when=no_day_yet)
    steps: list[Step] = []
    for question in questions:
        steps += [look] if question.name == "day" else []
        steps += [question]
        steps += [check] if question.name == "seeker_number" else []
    return tuple(steps)


CONSENT_AND_CONDITIONS = (
    Job(
        "opening",
        run=open_the_form,
        then={
            "suspended": "suspended",
            "has_one": "already",
            "movable": "movable",
            "paused": "paused",
            "too_many": "limited",
        },
    ),
    Question(
        "terms",
        offer=terms_pages,
        when=consent_missing,
        then={DISAGREE: "no_consent", DISAGREE_NOW: "old_consent"},
    ),
    Job("agreeing", run=agree, when=consent_missing),
    Question(
        "registered",
        ask=Text("Question 1 of 3\nHave you completed job-seeker registration at Hello Work?"),
        offer=yes_no,
        then={NO: "not_eligible"},
    ),
    Question(
        "device",
        ask=Text("Question 2 of 3\nDo you have a phone or computer with a camera, and can you set up {product} on it?"),
        offer=yes_no,
        then={NO: "not_eligible"},
    ),
    Question(
        "continuing",
        ask=Text("Question 3 of 3\nDo you want continuing counselling with an individual-support staff member?"),
        offer=yes_no,
        then={NO: "not_eligible"},
    ),
    Question(
        "privacy",
        ask=Text(
            "We use your details only for booking and to check who you are, and protect them under Article 5-5 of"
            " the Employment Security Act. We keep records such as the time of use (Article 5).\n"
            "Before you agreed to the terms, we kept only this chat's id, your language and the current question.\n"
            "Your typed answers are saved in our system and deleted from this chat."
        ),
        offer=only_continue,
        when=not_informed,
    ),
    Job("informing", run=informed, when=not_informed),
)

QUESTIONS = (
    Question(
        "name",
        ask=Text("Enter your name as registered at Hello Work.\nExample: 川越 太郎 / Kawagoe Taro"),
        read=answers.full_name,
        mask=as_before(Text("The same name as before")),
        label=Text("Name"),
        private=True,
        counted=True,
    ),
    Question(
        "seeker_number",
        ask=Text(
            "Enter your job-seeker number (求職番号).\n"
            "It is on your Hello Work registration slip or card: 5 digits, a hyphen, then up to 8 digits.\n"
            "Example: 11030-01234567"
        ),
        read=answers.seeker_number,
        mask=as_before(Text("The same number as before")),
        label=Text("Job-seeker no."),
        private=True,
        counted=True,
    ),
    Question(
        "registered_when",
        ask=Text("When did you register at Hello Work? If you are not sure, that is fine."),
        choices=registering.WHEN,
        label=Text("Registered"),
    ),
    Question(
        "day",
        offer=days_or_wait,
        gone=day_gone,
        in_vain=day_in_vain,
        label=Text("Date and time"),
        show=date_and_time,
        drops=("time",),
        counted=True,
    ),
    Question("time", offer=free_times, gone=time_gone, in_vain=time_in_vain, then={"day_gone": "day"}, counted=True),
    Question(
        "email",
        ask=Text(
            "Enter your email address.\n"
            "We send the confirmation and the video-call URL there.\n"
            "Please allow mail from {sender_domain}."
        ),
        read=answers.email,
        mask=email_as_before,
        label=Text("Email"),
        private=True,
        counted=True,
    ),
    Question(
        "phone",
        ask=Text(
            "Enter the phone number you registered with Hello Work. Staff use it to check that it is you.\n"
            "Example: 090-1234-5678\n"
            "\n"
            "If it is this phone's number, you can send it with the button below."
        ),
        read=answers.phone,
        contact=answers.shared_phone,
        mask=phone_as_before,
        label=Text("Phone"),
        show=lambda given, days: answers.national(given["phone"]),
        private=True,
        counted=True,
    ),
    Question(
        "companion",
        ask=Text("Will anyone join you, such as an interpreter or a carer (Article 10(3))? Please choose."),
        choices=COMPANIONS,
        label=Text("Joining you"),
        show=companion,
        drops=("language", "told_by_phone"),
        counted=True,
    ),
    Question(
        "language",
        ask=Text("Which language does the interpreter speak?"),
        offer=choose_a_language,
        when=interpreter,
    ),
    Question(
        "told_by_phone",
        ask=Text(
            "Please call us about this before the session.\n"
            "Phone: {office_phone} ({office_hours})\n"
            "\n"
            "You can continue your request here."
        ),
        offer=only_continue,
        when=to_be_told_by_phone,
    ),
)

BOOKING = Dialog(
    "booking",
    *CONSENT_AND_CONDITIONS,
    *with_jobs(QUESTIONS),
    *review_of(QUESTIONS),
    Job(
        "requesting",
        run=request,
        then={
            "paused": "review",
            "terms_changed": "terms",
            "suspended": "suspended",
            "refused": "day",
            "taken": "time",
            "has_one": "already",
            "movable": "movable",
            "not_eligible": "not_eligible",
        },
    ),
    End("waiting", say=Text("Your request was sent. A message with its reference number follows.")),
    End("already"),
    End("movable", rows=MOVE_IT),
    End("suspended", rows=OBJECT),
    End("paused", say=PAUSED),
    End(
        "limited",
        say=Text(
            "You have sent many requests in a short time, so no more can be sent here for now.\n"
            "\n"
            "Please call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End(
        "no_consent",
        say=Text(
            "Without your agreement we cannot book an online session.\n"
            "Until now we had kept only this chat's id, your language and the current question."
            " They have been deleted.\n"
            "\n"
            "You can still visit or call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
        forget=True,
    ),
    End(
        "old_consent",
        say=Text(
            "Without your agreement to the new terms we cannot book another online session."
            " A booking that you already have stays valid.\n"
            "\n"
            "You can still visit or call us.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End(
        "not_eligible",
        say=Text(
            "Online counselling is for people who meet all three conditions (Article 2).\n"
            "\n"
            "Please call or visit us instead.\n"
            "Phone: {office_phone} ({office_hours})"
        ),
    ),
    End(
        "timed_out",
        say=Text(
            "[Form closed]\n"
            "The form was closed after 24 hours without an answer, and your input was deleted."
            " Your request was not sent. Please use /start."
        ),
    ),
    End("stopped", say=Text("Stopped. Your request was not sent. What you entered was deleted.")),
    stop="stopped",
    expire="timed_out",
    review="review",
)
