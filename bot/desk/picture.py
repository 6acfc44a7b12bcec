"""The week as a picture for the chat: marks and digits alone, so that it needs no Japanese letters and shows no name.

A row is a half hour, a column a counsellor, in the order of the desk's list; the caption says the marks in words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flows.desk import week as kinds
from flows.desk.week import Day, Week
from flows.text import Text

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SCALE = 2  # a phone's screen is a dense one
ROW, CELL, CLOCKS, TITLE, GAP = 26 * SCALE, 40 * SCALE, 62 * SCALE, 34 * SCALE, 18 * SCALE
UNITS_ACROSS = 18  # columns, of which the clocks of a day are two
MARK = 8 * SCALE  # half of its size
SIZE = 15 * SCALE
LARGEST = 4_800  # dots of a side: Telegram takes 10,000 of both together
PAPER, INK, LINE, QUIET = "#ffffff", "#1c2420", "#c9d0cb", "#e9ece9"
FILLS: Mapping[str, str] = {
    kinds.FREE: "#e8f3ec",
    kinds.CLOSED: QUIET,
    kinds.OFF: QUIET,
    kinds.UNUSED: PAPER,
    kinds.OVER: PAPER,
}
Draw = Callable[["ImageDraw", float, float], None]


def picture(grid: Week) -> bytes:
    """A PNG: as many days beside each other as a phone can show."""
    from PIL import Image, ImageDraw, ImageFont

    columns, font = len(grid.counsellors), ImageFont.load_default(SIZE)
    across = max(1, UNITS_ACROSS // (columns + 2))
    lines = [grid.days[at : at + across] for at in range(0, len(grid.days), across)]
    heights = [max(map(_height, line)) for line in lines]
    image = Image.new("RGB", (GAP + min(across, len(grid.days)) * block_width(columns), GAP + sum(heights)), PAPER)
    draw, top = ImageDraw.Draw(image), GAP
    for line, height in zip(lines, heights, strict=True):
        for number, day in enumerate(line):
            _draw_day(draw, font, grid, day, GAP + number * block_width(columns), top)
        top += height
    image.thumbnail((LARGEST, LARGEST))
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def block_width(columns: int) -> int:
    """Of a day with so many counsellors."""
    return CLOCKS + max(columns, 1) * CELL + GAP


def _height(day: Day) -> int:
    return TITLE + ROW * len(day.rows) + GAP


def _draw_day(draw: ImageDraw, font: Any, grid: Week, day: Day, left: float, top: float) -> None:
    draw.text((left, top), f"{day.date.month}/{day.date.day}", fill=INK, font=font)
    if not day.rows:
        MARKS[kinds.CLOSED](draw, left + CLOCKS, top + SIZE / 2)
        return
    columns = [left + CLOCKS + number * CELL for number in range(len(grid.counsellors))]
    for number, x in enumerate(columns, 1):
        draw.text((x + CELL / 2, top), str(number), fill=INK, font=font, anchor="ma")
    for line, row in enumerate(day.rows):
        y = top + TITLE + line * ROW
        clock = f"{row.start.astimezone(grid.zone):%H:%M}"
        draw.text((left, y + ROW / 2), clock, fill=INK, font=font, anchor="lm")
        for x, cell in zip(columns, row.cells, strict=True):
            draw.rectangle((x, y, x + CELL, y + ROW), fill=FILLS.get(cell.kind, PAPER), outline=LINE, width=SCALE)
            MARKS[cell.kind](draw, x + CELL / 2, y + ROW / 2)


def _ring(draw: ImageDraw, x: float, y: float) -> None:
    draw.ellipse((x - MARK, y - MARK, x + MARK, y + MARK), outline=INK, width=SCALE)


def _disc(draw: ImageDraw, x: float, y: float) -> None:
    draw.ellipse((x - MARK, y - MARK, x + MARK, y + MARK), fill=INK)


def _shape(*points: tuple[float, float], filled: bool = False) -> Draw:
    """A closed line through these points, in halves of a mark's size around its middle."""

    def drawn(draw: ImageDraw, x: float, y: float) -> None:
        around = [(x + MARK * across, y + MARK * down) for across, down in points]
        draw.polygon(around, outline=INK, fill=INK if filled else None, width=SCALE)

    return drawn


def _lines(*ends: tuple[tuple[float, float], ...]) -> Draw:
    def drawn(draw: ImageDraw, x: float, y: float) -> None:
        for line in ends:
            draw.line([(x + MARK * across, y + MARK * down) for across, down in line], fill=INK, width=2 * SCALE)

    return drawn


MARKS: Mapping[str, Draw] = {  # as `flows.desk.week.KINDS` shows them
    kinds.FREE: _ring,
    kinds.HELD: _shape((0, -1), (1, 0), (0, 1), (-1, 0)),
    kinds.REQUESTED: _shape((0, -1), (1, 0.8), (-1, 0.8)),
    kinds.CONFIRMED: _disc,
    kinds.IN_SESSION: _shape((-0.8, -1), (1, 0), (-0.8, 1), filled=True),
    kinds.OVER: _lines(((-0.8, 0), (-0.2, 0.7), (0.9, -0.7))),
    kinds.UNUSED: _lines(((-0.6, 0), (0.6, 0))),
    kinds.CLOSED: _lines(((-0.8, -0.8), (0.8, 0.8)), ((0.8, -0.8), (-0.8, 0.8))),
    kinds.OFF: _lines(((0.8, -0.8), (-0.8, 0.8))),
}


def caption(grid: Week) -> Text:
    """Which week it is, and what the marks that are in it mean."""
    closed = {kinds.CLOSED} if not all(day.rows for day in grid.days) else set()
    shown = [kind for kind in kinds.KINDS if kind in {*grid.kinds(), *closed}]
    legend = tuple(Text("{mark} {words}", mark=kinds.KINDS[kind][0], words=kinds.KINDS[kind][1]) for kind in shown)
    return Text(
        "Week of {date}. Columns: counsellors, in the order of the desk.\n{legend}", date=grid.monday, legend=legend
    )
