"""Every page of the desk, in one list: what is not here is not served."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk import requests, taking
from bot.desk.visit import Route
from flows.desk.roles import Right
from flows.text import Text


@dataclass(frozen=True)
class Room:
    """A page of the navigation."""

    path: str
    label: Text
    right: Right = "see"


NAVIGATION = (
    Room("/requests", Text("Requests")),
    Room("/new", Text("New booking"), "book"),
)
ROUTES: tuple[Route, ...] = (*requests.ROUTES, *taking.ROUTES)
