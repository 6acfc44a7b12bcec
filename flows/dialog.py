"""Dialog: a list of steps, compiled into one state machine that plays one turn at a time.

The machine is made once, at import, and holds nobody's state: it moves a Conversation. Its events are
`begin`, `answer` (of a Question), `done` (of a Job), `skip` (a step that does not apply or is answered),
`back`, `quit` and `expire`. A bad list is refused when it is made (BadDialog).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transitions import EventData, Machine

from flows.answers import Check, Reading, Rejected
from flows.steps import (
    BACK,
    CHECK,
    NOT_TEXT,
    OLD_BUTTON,
    PAGE,
    QUIT,
    SAME,
    UNKNOWN,
    Contact,
    Context,
    End,
    Gone,
    Job,
    Pressed,
    Question,
    Said,
    Step,
    Typed,
)
from flows.text import Text

ELSEWHERE = Text("Please share your own number, or type it.")


class BadDialog(Exception):
    """A dialog's list of steps cannot be played; raised at import."""


class Dialog:
    """`Dialog("booking", Question(…), …, quit="stopped", expire="timed_out")`; steps run in the order of the list."""

    def __init__(
        self,
        name: str,
        *steps: Step,
        stop: str,
        expire: str | None = None,
        review: str | None = None,
        leavable: bool = True,
    ):
        self.name, self.steps, self.stop, self.expire, self.review = name, steps, stop, expire, review
        self.leavable = leavable  # whether one can stop; a menu or a card of the staff group is not left
        self.by_name = {step.name: step for step in steps}
        self.counted = [step.name for step in steps if isinstance(step, Question) and step.counted]
        self._refuse_a_bad_list()
        self.transitions = list(self._transitions())
        states = ["begin", *self.by_name]
        self.machine = Machine(
            model=None,
            states=states,
            transitions=self.transitions,
            initial="begin",
            auto_transitions=False,
            send_event=True,
        )

    def _refuse_a_bad_list(self) -> None:
        if len(self.by_name) != len(self.steps):
            raise BadDialog(f"{self.name}: two steps have the same name")
        ends = {step.name for step in self.steps if isinstance(step, End)}
        if not isinstance(self.steps[-1], End) or self.stop not in ends or self.expire not in {None, *ends}:
            raise BadDialog(f"{self.name}: the last step, stop and expire must be Ends")
        named = {d for step in self.steps if not isinstance(step, End) for d in step.then.values()}
        dropped = {d for step in self.steps if isinstance(step, Question) for d in step.drops}
        if unknown := (named | dropped | {self.review} - {None}) - set(self.by_name):
            raise BadDialog(f"{self.name}: no such step: {', '.join(sorted(map(str, unknown)))}")
        for step in self.steps:
            if isinstance(step, Question) and step.read is None and step.offer is None:
                raise BadDialog(f"{self.name}: nothing can answer {step.name}")

    def _transitions(self) -> Iterator[dict[str, Any]]:
        yield {"trigger": "begin", "source": "begin", "dest": self.steps[0].name}
        earlier: list[str] = []
        for step, following in zip(self.steps, self.steps[1:], strict=False):
            if isinstance(step, End):
                continue
            event = "answer" if isinstance(step, Question) else "done"
            for value, dest in step.then.items():
                yield {"trigger": event, "source": step.name, "dest": dest, "conditions": CameTo(value)}
            yield {"trigger": event, "source": step.name, "dest": following.name}
            yield {"trigger": "skip", "source": step.name, "dest": following.name, "conditions": self._not_wanted}
            if isinstance(step, Question):
                yield from self._ways_out(step, earlier)
                earlier.append(step.name)

    def _ways_out(self, step: Question, earlier: list[str]) -> Iterator[dict[str, Any]]:
        if self.review:
            yield {"trigger": "back", "source": step.name, "dest": self.review, "conditions": _editing}
        if earlier:
            yield {"trigger": "back", "source": step.name, "dest": earlier[-1]}
        yield {"trigger": "quit", "source": step.name, "dest": self.stop}
        if self.expire:
            yield {"trigger": "expire", "source": step.name, "dest": self.expire}

    def fire(self, event: str, context: Context, came_to: Any = None) -> bool:
        """Move the conversation; False where no condition holds, MachineError where the event is illegal here."""
        context.conversation.page, context.conversation.check = 0, None
        return bool(self.machine.events[event].trigger(context.conversation, context=context, came_to=came_to))

    def _not_wanted(self, event: EventData) -> bool:
        context: Context = event.kwargs["context"]
        return not self._wanted(self.by_name[context.conversation.state], context)

    def _wanted(self, step: Step, context: Context) -> bool:
        if isinstance(step, End):
            return True
        return step.when(context) and step.name not in context.answers

    async def begin(self, context: Context) -> None:
        """From the first step to the first that waits."""
        self.fire("begin", context)
        await self.go_on(context)

    async def go_on(self, context: Context) -> None:
        """Skip what needs no asking and run jobs, until a Question waits or an End is reached."""
        while not isinstance(step := self.by_name[context.conversation.state], End):
            if not self._wanted(step, context):
                self.fire("skip", context)
            elif isinstance(step, Question):
                break
            else:
                await self._run(step, context)
        if step.name == self.review:
            context.conversation.editing = False
        if isinstance(step, End):
            context.conversation.answers, context.conversation.known = {}, {}

    async def _run(self, job: Job, context: Context) -> None:
        outcome = await job.run(context)
        context.conversation.notes += [outcome.note] if outcome.note else []
        for name in outcome.drop:
            context.answers.pop(name, None)
        self.fire("done", context, outcome.name)

    async def hear(self, context: Context, said: Said) -> Text | None:
        """One turn at the current Question. Returns what a late button is told; the screen stays then."""
        conversation, question = context.conversation, self.by_name[context.conversation.state]
        if not isinstance(question, Question):
            return OLD_BUTTON if isinstance(said, Pressed) else None
        if isinstance(said, Pressed):
            if (said.flow, said.step) != (conversation.flow, question.name):
                return OLD_BUTTON
            return await self._press(context, question, said.value)
        await self._take(context, question, _read(question, said))
        return None

    async def _press(self, context: Context, question: Question, value: str) -> Text | None:
        conversation = context.conversation
        if value == BACK or (value == QUIT and self.leavable):
            await self._leave(context, value)
        elif value.startswith(PAGE):
            conversation.page = int(value.removeprefix(PAGE))
        elif value.startswith(CHECK):
            return await self._settle_check(context, question, value.removeprefix(CHECK))
        elif value == SAME and (known := given_before(question, context)) is not None:
            await self._take(context, question, known)
        elif question.offer and any(value == b.value for row in (await question.offer(context)).rows for b in row):
            await self._take(context, question, value)
        else:
            await self._lead_on(context, question.gone(context, value))
        return None

    async def _lead_on(self, context: Context, gone: Gone) -> None:
        context.conversation.notes = [gone.why]
        if gone.came_to:
            self.fire("answer", context, gone.came_to)

    async def _leave(self, context: Context, how: str) -> None:
        """Back to the question before (the review, where one came from it); from the first one, out of the dialog."""
        if how == QUIT or not self.can_go_back(context):
            self.fire("quit", context)
            await self.go_on(context)
        elif context.conversation.check:
            context.conversation.check = None
        else:
            self.fire("back", context)
            while not self.by_name[context.conversation.state].when(context):  # type: ignore[union-attr]  # a Question
                self.fire("back", context)

    def can_go_back(self, context: Context) -> bool:
        """Whether an ask-back is open, the review waits, or a question that applies stands before this one."""
        conversation = context.conversation
        names = list(self.by_name)
        behind = (self.by_name[name] for name in names[: names.index(conversation.state)])
        applies = any(isinstance(step, Question) and step.when(context) for step in behind)
        return applies or conversation.editing or conversation.check is not None

    async def _settle_check(self, context: Context, question: Question, index: str) -> Text | None:
        choices = (context.conversation.check or {}).get("choices", [])
        if not index.isdecimal() or int(index) >= len(choices):
            return OLD_BUTTON
        value = choices[int(index)][1]
        context.conversation.check = None
        if value is not None:
            await self._take(context, question, value)
        return None

    async def _take(self, context: Context, question: Question, reading: Any) -> None:
        """An answer is kept and leads on; anything else leaves the question where it is and says why."""
        conversation = context.conversation
        if isinstance(reading, Rejected):
            conversation.check, conversation.notes, conversation.note_if_kept = None, [reading.why], reading.kept
        elif isinstance(reading, Check):
            choices = [[_kept(label), value] for label, value in reading.choices]
            conversation.check = {"ask": reading.ask.to_json(), "choices": choices}
        else:
            self._keep(context, question, reading)
            jumped = isinstance(reading, str) and reading in question.then
            self.fire("answer", context, reading)
            conversation.editing = conversation.editing or (jumped and not question.kept and self.review is not None)
            if not (jumped and isinstance(self.by_name[conversation.state], Question)):
                await self.go_on(context)  # a question jumped to is asked even if it was answered

    def _keep(self, context: Context, question: Question, value: Any) -> None:
        for name in question.drops if context.answers.get(question.name) != value else ():
            context.answers.pop(name, None)
        if question.kept:
            context.answers[question.name] = value


def given_before(question: Question, context: Context) -> Any:
    """The answer to offer again: of this form, else of the last booking."""
    before: dict[str, Any] = context.known.get("before") or {}
    return context.answers.get(question.name, before.get(question.name)) if question.mask else None


def _read(question: Question, said: Said) -> Reading:
    if isinstance(said, Typed):
        return question.read(said.text) if question.read else Rejected(UNKNOWN)
    if isinstance(said, Contact) and question.contact:
        return question.contact(said.number) if said.own else Rejected(ELSEWHERE)
    return Rejected(NOT_TEXT if question.read else UNKNOWN)


def _kept(label: Text | str) -> Any:
    return label.to_json() if isinstance(label, Text) else label


@dataclass(frozen=True)
class CameTo:
    """A condition: the answer, or the outcome of a job, is this one."""

    came_to: str

    def __call__(self, event: EventData) -> bool:
        return bool(event.kwargs["came_to"] == self.came_to)


def _editing(event: EventData) -> bool:
    return bool(event.kwargs["context"].conversation.editing)
