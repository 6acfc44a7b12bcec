"""Dialog: a list of steps, compiled into one state machine.

The machine is made once, at import, and holds nobody's state: it moves a Conversation. Its events are
`begin`, `answer` (of a Question), `done` (of a Job), `skip` (a step that does not apply or is answered),
`back`, `quit` and `expire`. A bad list is refused when it is made (BadDialog).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from transitions import EventData, Machine

from flows.steps import Context, End, Job, Question, Step


class BadDialog(Exception):
    """A dialog's list of steps cannot be played; raised at import."""


class Dialog:
    """`Dialog("booking", Question(…), …, quit="stopped", expire="timed_out")`; steps run in the order of the list."""

    def __init__(
        self, name: str, *steps: Step, stop: str, expire: str | None = None, review: str | None = None,
        leavable: bool = True,
    ):  # fmt: skip
        self.name, self.steps, self.stop, self.expire, self.review = name, steps, stop, expire, review
        self.leavable = leavable  # whether one can stop; a menu or a card of the staff group is not left
        self.by_name = {step.name: step for step in steps}
        self.questions = [step for step in steps if isinstance(step, Question)]
        self.counted = [question.name for question in self.questions if question.counted]
        self.reviewed = {name for q in self.questions if q.label for name in (q.name, *q.drops)}
        self._refuse_a_bad_list()
        self.transitions = list(self._transitions())
        rules: dict[str, Any] = {"initial": "begin", "auto_transitions": False, "send_event": True}
        self.machine = Machine(model=None, states=list(self.by_name), transitions=self.transitions, **rules)

    def _refuse_a_bad_list(self) -> None:
        if len(self.by_name) != len(self.steps):
            raise BadDialog(f"{self.name}: two steps have the same name")
        ends = {step.name for step in self.steps if isinstance(step, End)}
        if not isinstance(self.steps[-1], End) or self.stop not in ends or self.expire not in {None, *ends}:
            raise BadDialog(f"{self.name}: the last step, stop and expire must be Ends")
        named = {d for step in self.steps if not isinstance(step, End) for d in step.then.values()}
        named |= {name for question in self.questions for name in question.drops}
        if unknown := (named | {self.review} - {None}) - set(self.by_name):
            raise BadDialog(f"{self.name}: no such step: {', '.join(sorted(map(str, unknown)))}")
        for question in self.questions:
            if not (question.read or question.offer or question.choices):
                raise BadDialog(f"{self.name}: nothing can answer {question.name}")

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
            yield {"trigger": "skip", "source": step.name, "dest": following.name}
            if isinstance(step, Question):
                yield from self._ways_out(step, earlier)
                earlier.append(step.name)

    def _ways_out(self, step: Question, earlier: list[str]) -> Iterator[dict[str, Any]]:
        if self.review:
            yield {"trigger": "back", "source": step.name, "dest": self.review, "conditions": self._from_the_review}
        if earlier:
            yield {"trigger": "back", "source": step.name, "dest": earlier[-1]}
        yield {"trigger": "quit", "source": step.name, "dest": self.stop}
        if self.expire:
            yield {"trigger": "expire", "source": step.name, "dest": self.expire}

    def fire(self, event: str, context: Context, came_to: Any = None) -> bool:
        """Move the conversation; False where no condition holds, MachineError where the event is illegal here."""
        context.conversation.page, context.conversation.check = 0, None
        return bool(self.machine.events[event].trigger(context.conversation, context=context, came_to=came_to))

    def _from_the_review(self, event: EventData) -> bool:
        """One came from the review, and nothing that it shows is missing."""
        context: Context = event.kwargs["context"]
        missing = any(q.name in self.reviewed and _wanted(q, context) for q in self.questions)
        return context.conversation.editing and not missing

    async def begin(self, context: Context) -> None:
        """From the first step to the first that waits."""
        self.fire("begin", context)
        await self.go_on(context)

    async def go_on(self, context: Context) -> None:
        """Skip what needs no asking and run jobs, until a Question waits or an End is reached."""
        while not isinstance(step := self.by_name[context.conversation.state], End):
            if not step.when(context):
                context.answers.pop(step.name, None)  # what does not apply any more is no answer either
            if not _wanted(step, context):
                self.fire("skip", context)
            elif isinstance(step, Question):
                break
            else:
                await self._run(step, context)
        self._end_a_change(context)
        if isinstance(step, End):
            context.conversation.answers, context.conversation.known = {}, {}

    async def _run(self, job: Job, context: Context) -> None:
        outcome = await job.run(context)
        context.conversation.notes += [outcome.note] if outcome.note else []
        for name in outcome.drop:
            context.answers.pop(name, None)
        self.fire("done", context, outcome.name)
        if outcome.name in job.then and self.review:
            context.conversation.editing = True  # sent back from behind the review

    def _end_a_change(self, context: Context) -> None:
        """At the review there is nothing to go back to it from."""
        if context.conversation.state == self.review:
            context.conversation.editing = False

    def can_go_back(self, context: Context) -> bool:
        """Whether an ask-back is open, the review waits, or a question that applies stands before this one."""
        now = context.conversation
        behind = set(takewhile(lambda name: name != now.state, self.by_name))
        applies = any(question.name in behind and question.when(context) for question in self.questions)
        return applies or now.editing or now.check is not None

    def go_back(self, context: Context) -> None:
        """Close an ask-back, or go to the question before that applies (the review, where one came from it)."""
        if context.conversation.check:
            context.conversation.check = None
            return
        applies = {question.name: question.when for question in self.questions}
        self.fire("back", context)
        while not applies[context.conversation.state](context):
            self.fire("back", context)
        self._end_a_change(context)


def _wanted(step: Question | Job, context: Context) -> bool:
    return step.when(context) and step.name not in context.answers


@dataclass(frozen=True)
class CameTo:
    """A condition: the answer, or the outcome of a job, is this one."""

    came_to: str

    def __call__(self, event: EventData) -> bool:
        return bool(event.kwargs["came_to"] == self.came_to)
