"""Every page of the desk, in one list: what is not here is not served."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk import (
    arranging,
    booking,
    closing,
    closures,
    counsellors,
    deciding,
    numbers,
    pausing,
    people,
    records,
    requests,
    search,
    staffing,
    taking,
    today,
    week,
    wishes,
    writing,
)
from bot.desk.visit import Route
from flows.desk.roles import Right
from flows.text import Text


@dataclass(frozen=True)
class Room:
    """A page of the navigation, for those who have the right."""

    path: str
    label: Text
    right: Right = "see"


NAVIGATION = (
    Room("/today", Text("Today")),
    Room("/requests", Text("Requests")),
    Room("/week", Text("Week")),
    Room("/new", Text("New booking"), "book"),
    Room("/search", Text("Search")),
    Room("/numbers", Text("Numbers")),
    Room("/people", Text("People"), "weigh"),
    Room("/staff", Text("Staff"), "staff"),
    Room("/records", Text("Records"), "records"),
)
OF = (
    arranging,
    booking,
    closing,
    closures,
    counsellors,
    deciding,
    numbers,
    pausing,
    people,
    records,
    requests,
    search,
    staffing,
    taking,
    today,
    week,
    wishes,
    writing,
)
ROUTES: tuple[Route, ...] = tuple(route for room in OF for route in room.ROUTES)


def page_of(form: Route) -> str:
    """The path of the page on which a form stands, which can be asked for again after its answer."""
    pages = [route for route in ROUTES if route.method == "GET"]
    own = [page.path for page in pages if page.handler is form.page]
    around = [page.path for page in pages if form.path.startswith(page.path)]
    return max(own or around, key=len, default=NAVIGATION[0].path)
