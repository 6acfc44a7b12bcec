"""How much a bot may send: to a group 20 a minute, to one person 20 in 20 seconds, 30 a second in all.

Telegram publishes "about 30 messages per second", "one per second in a chat, short bursts pass" and 20 a minute for
a group; how short a burst is, it does not say. Time is real, not the server's: who turns the clock sends no faster.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil

from bot.playground.chats import Chat
from bot.playground.strictness import ApiError

SENDING = frozenset({"sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageReplyMarkup"})
ALL, PRIVATE, GROUP = (30, 1.0), (20, 20.0), (20, 60.0)  # how many, in any so many seconds


class Window:
    """At most `most` in any `seconds`."""

    def __init__(self, most: int, seconds: float):
        self.seconds = seconds
        self.sent: deque[float] = deque(maxlen=most)

    def wait(self, now: float) -> float:
        """Seconds until one more may be sent; 0 or less for none."""
        return self.sent[0] + self.seconds - now if len(self.sent) == self.sent.maxlen else 0.0


class Limits:
    """What has been sent of late; `clock` is in seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self._all = Window(*ALL)
        self._private: defaultdict[int, Window] = defaultdict(lambda: Window(*PRIVATE))
        self._groups: defaultdict[int, Window] = defaultdict(lambda: Window(*GROUP))

    def check(self, chat: Chat | None) -> None:
        """One more is sent, to this chat. Raises `ApiError` 429, which names the seconds to wait; it does not count."""
        now, windows = self.clock(), [self._all]
        if chat:
            windows.append((self._private if chat.private else self._groups)[chat.id])
        wait = ceil(max(window.wait(now) for window in windows))
        if wait > 0:
            raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        for window in windows:
            window.sent.append(now)
