"""Why a request gets nothing of the office's work: a sentence for each refusal, also for those of the web server."""

from __future__ import annotations

from aiohttp import web

from bot.database import unavailable
from bot.desk.visit import Missing
from flows.text import Text

SIGNED_OUT = Text(
    "You are not signed in, or your sign-in has ended (it lasts 12 hours at most). Send /desk to the bot in your"
    " private chat: it answers with a link."
)
NOTHING_SIGNED_OUT = Text(
    "Nothing was done: you are not signed in, or your sign-in has ended (it lasts 12 hours at most). Send /desk to the"
    " bot in your private chat: it answers with a link. Then please do it again."
)
NO_RIGHT = Text("Your role ({role}) does not include this. Please ask a lead.")
NOTHING_NO_RIGHT = Text("Nothing was done: your role ({role}) does not include this. Please ask a lead.")
NOT_FOUND = Text("There is nothing here. It may have been moved or deleted.")
FORGED = Text(
    "Nothing was done: this form does not belong to your present sign-in. Perhaps its page was open before you signed"
    " in. Please open the page again, and send it from there."
)
OTHER_SITE = Text("Nothing was done: another site has sent this form. Please open the desk, and send it from there.")
OTHER_HOST = Text(
    "The desk is not at this address. Please open {url} (operators: that is MADOGUCHI_DESK_URL; the proxy has to pass"
    " the Host header on)."
)
OTHER_MACHINE = Text("The desk is not open to this machine. Please open {url} (operators: MADOGUCHI_DESK_PROXIES).")
TOO_LONG = Text("Nothing was done: that was too much for one form. Please shorten it, and send it again.")
UNREADABLE = Text("Nothing was done: what was sent cannot be read. Please open the page again, and send it from there.")
AWAY = Text("The database cannot be reached at the moment. Nothing was done. Please try again in a minute.")
FAILED = Text("This page cannot be shown: something is wrong in the program. Please tell the operator.")
SPENT = Text("This link has been used or is older than five minutes. Send /desk to the bot for a new one.")
OF_THE_SERVER = {404: NOT_FOUND, 405: NOT_FOUND, 413: TOO_LONG}


class Closed(Exception):
    """Nothing is shown but why. `asks`: whether it is worth looking who asks, to say it as they read it."""

    def __init__(self, status: int, why: Text, asks: bool = True) -> None:
        super().__init__(why.sentence)
        self.status, self.why, self.asks = status, why, asks


def closed(error: Exception) -> Closed:
    """What a fault of whatever sort is said as."""
    if isinstance(error, Closed):
        return error
    if isinstance(error, Missing):
        return Closed(404, NOT_FOUND)
    if isinstance(error, web.HTTPException):
        return Closed(error.status, OF_THE_SERVER.get(error.status, UNREADABLE))
    return Closed(503, AWAY, asks=False) if unavailable(error) else Closed(500, FAILED, asks=False)
