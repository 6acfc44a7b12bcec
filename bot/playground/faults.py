"""What goes wrong between the bot and Telegram: a fault of one call, and faults that are ordered beforehand.

    server.order(Order("fails", method="sendMessage", times=3, code=502))

A test may also ask for itself at each call (`server.fault`), which goes before what is ordered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from http import HTTPStatus
from typing import Any, Literal

from bot.playground.fields import FIELDS
from bot.playground.strictness import ApiError, Json

What = Literal["fails", "hangs", "cut", "half", "unanswered", "away", "twice", "swapped"]
CALLS = {"method", "times"}
ORDERS: Mapping[str, set[str]] = {  # what can be ordered, and what else an order of its kind may say
    "fails": {*CALLS, "code", "retry_after"},
    "hangs": {*CALLS, "seconds"},
    "cut": CALLS,
    "half": CALLS,
    "unanswered": CALLS,
    "away": {"seconds"},
    "twice": {"times"},
    "swapped": {"times"},
}
CODES = {status.value for status in HTTPStatus if status >= 400}
BOUNDS = {"times": (1, 1000), "retry_after": (1, 3600), "seconds": (0, 3600)}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: it is refused, its connection is cut, or it hangs until `server.release()`.

    `drop="before"` cuts the connection with nothing done, `drop="after"` when all is done but the answer, `drop="half"`
    in the middle of the answer. `retry_after` is in seconds. `body` comes instead of what the server would say: the
    page of a proxy with its `status` and nothing done, or with 200 after all is done. A call that hung, until it was
    released or for so many `seconds`, is carried out then, if its caller is still there.
    """

    status: int | None = None
    description: str = ""
    retry_after: int | None = None
    drop: Literal["before", "after", "half"] | None = None
    hang: bool = False
    seconds: float | None = None
    body: str = ""

    @property
    def error(self) -> ApiError:
        status = self.status or 429
        description = self.description or HTTPStatus(status).phrase
        if self.retry_after is None:
            return ApiError(status, description)
        waits = self.description or f"{description}: retry after {self.retry_after}"
        return ApiError(status, waits, {"retry_after": self.retry_after})


class BadOrder(ValueError):
    """An order that says something wrong; the words name it."""


@dataclass(frozen=True)
class Order:
    """Something to go wrong `times` times, with one method or any: `ORDERS` has what else each kind may say.

    `fails` refuses with a `code`; `hangs` waits until released or for so many `seconds`; `cut` does nothing and hangs
    up, `half` hangs up in the middle of the answer, `unanswered` in its place; `away` is nobody there for so many
    `seconds` or until released. Of the updates, `twice` gives the next ones again after they were confirmed, and
    `swapped` lets two neighbours that were not given yet change places: the first waits for the second.
    """

    what: What
    method: str = ""
    times: int = 1
    code: int | None = None
    retry_after: int | None = None
    seconds: float | None = None

    @classmethod
    def from_json(cls, given: Any) -> Order:
        """Raises `BadOrder`, which says what is wrong."""
        if not isinstance(given, dict) or not isinstance(given.get("what"), str) or given["what"] not in ORDERS:
            raise BadOrder(f"what must be one of {', '.join(ORDERS)}")
        said = {name: value for name, value in given.items() if name != "what" and value is not None}
        for name, value in said.items():
            _check(given["what"], name, value)
        return cls(given["what"], **said)

    @property
    def json(self) -> Json:
        """What it says, without what it leaves open."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in said.items() if value not in (None, "")}

    @property
    def fault(self) -> Fault:
        if self.what == "fails":
            return Fault(status=self.code or (429 if self.retry_after else 500), retry_after=self.retry_after)
        if self.what == "hangs":
            return Fault(hang=True, seconds=self.seconds)
        return Fault(drop={"half": "half", "unanswered": "after"}.get(self.what, "before"))  # type: ignore[arg-type]  # three of the literals


def _check(what: str, name: str, value: Any) -> None:
    if name not in ORDERS[what]:
        raise BadOrder(f"{what!r} takes no {name}; it takes {', '.join(sorted(ORDERS[what]))}")
    if name == "method":
        if value not in ("", *FIELDS):
            raise BadOrder(f"there is no method {value!r}")
        return
    if name == "code":
        if not isinstance(value, int) or value not in CODES:
            raise BadOrder("code must be an HTTP status of a failure, as 429 or 502")
        return
    low, high = BOUNDS[name]
    whole = isinstance(value, int) or (name == "seconds" and isinstance(value, float))
    if not whole or isinstance(value, bool) or not low <= value <= high:
        raise BadOrder(f"{name} must be a {'' if name == 'seconds' else 'whole '}number from {low} to {high}")


@dataclass
class Orders:
    """The orders that are not used up yet, the oldest first, with how often each is still to come."""

    left: dict[Order, int] = field(default_factory=dict)

    def place(self, order: Order) -> None:
        self.left[order] = self.left.get(order, 0) + order.times

    def cancel(self) -> None:
        self.left.clear()

    @property
    def away(self) -> bool:
        return any(order.what == "away" for order in self.left)

    def returns(self) -> None:
        """The server is there again."""
        self.left = {order: left for order, left in self.left.items() if order.what != "away"}

    def fault(self, method: str) -> Fault | None:
        """What goes wrong with a call of this method now."""
        if self.away:
            return Fault(drop="before")
        order = next(
            (each for each in self.left if "method" in ORDERS[each.what] and each.method in ("", method)), None
        )
        return self._used(order).fault if order else None

    def has(self, what: What) -> bool:
        return any(order.what == what for order in self.left)

    def take(self, what: What) -> bool:
        """Whether it is ordered; once less then."""
        order = next((each for each in self.left if each.what == what), None)
        return bool(order and self._used(order))

    def _used(self, order: Order) -> Order:
        self.left[order] -= 1
        if not self.left[order]:
            del self.left[order]
        return order
