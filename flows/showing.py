"""What is shown at each step: the notes of this turn, the progress, the question, its buttons, the ways out."""

from __future__ import annotations

from flows.dialog import Dialog
from flows.hearing import given_before
from flows.steps import BACK, CHECK, QUIT, SAME, Button, Context, End, Question, Rows, Screen, Sentences
from flows.text import Text

GO_BACK = Button(Text("Go back"), BACK)
STOP = Button(Text("Stop"), QUIT)


async def screen(dialog: Dialog, context: Context) -> Screen:
    """The current screen of a conversation; the same again whenever it is asked for."""
    conversation, step = context.conversation, dialog.by_name[context.conversation.state]
    notes = tuple(conversation.notes)
    if isinstance(step, End):
        said = step.said(context)
        return Screen((*notes, said) if said and said not in notes else notes, forget=step.forget)
    if not isinstance(step, Question):
        raise TypeError(f"{dialog.name}: nothing is shown at the job {step.name}")
    if conversation.check:
        say: Sentences = (Text.from_json(conversation.check["ask"]),)
        rows, contact = _choices(conversation.check), False
    else:
        offer = await step.offered(context)
        say = (*_progress(dialog, step), *(offer.say or step.asked(context)))
        rows, contact = (*_same(step, context), *offer.rows), step.contact is not None
    return Screen((*notes, *say), (*rows, *_ways_out(dialog, context)), conversation.note_if_kept, contact)


def _ways_out(dialog: Dialog, context: Context) -> Rows:
    if dialog.leavable:
        return ((GO_BACK, STOP),)
    return ((GO_BACK,),) if dialog.can_go_back(context) else ()


def _choices(check: dict[str, list[list[object]]]) -> Rows:
    labels = (Text.from_json(label) if isinstance(label, dict) else str(label) for label, _ in check["choices"])
    return tuple((Button(label, f"{CHECK}{index}"),) for index, label in enumerate(labels))


def _progress(dialog: Dialog, step: Question) -> tuple[Text, ...]:
    if step.name not in dialog.counted:
        return ()
    return (Text("{step}/{steps}", step=dialog.counted.index(step.name) + 1, steps=len(dialog.counted)),)


def _same(step: Question, context: Context) -> Rows:
    known = given_before(step, context)
    return () if known is None or not step.mask else ((Button(step.mask(known), SAME),),)
