"""The week as a picture: a mark for each place, no name anywhere, and a caption that says the marks in words."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from PIL import Image

from bot.desk.picture import CELL, CLOCKS, GAP, INK, MARKS, ROW, TITLE, block_width, caption, picture
from bot.language import Words
from flows.desk.week import KINDS, Taken, Week, week
from flows.office_days import OfficeDays
from flows.places import Counsellor
from tests.counters import DAYS, NOW
from tests.town import Clock

DAYS_OF_TWO = OfficeDays(DAYS.office, counsellors=[Counsellor("1", "川越 太郎"), Counsellor("2", "川越 花子")])
MONDAY = date(2026, 11, 23)


def grid(*taken: Taken) -> Week:
    return week(DAYS_OF_TWO, MONDAY, taken, NOW)


def ink(content: bytes, day: int, row: int, column: int) -> int:
    """How many dark dots a place has; Monday is day 0, and four days stand beside each other."""
    left, top = GAP + day * block_width(2) + CLOCKS + column * CELL, GAP + TITLE + row * ROW
    with Image.open(BytesIO(content)) as image:
        cell = image.convert("RGB").crop((left, top, left + CELL, top + ROW))
        dark = tuple(bytes.fromhex(INK[1:]))
        return sum(count for count, colour in cell.getcolors(maxcolors=10_000) or () if colour == dark)


def test_it_is_a_picture_of_the_whole_week_that_telegram_takes() -> None:
    content = picture(grid())
    with Image.open(BytesIO(content)) as image:
        assert image.format == "PNG"
        assert sum(image.size) < 10_000, "Telegram's limit for photos"
        assert max(image.size) / min(image.size) < 20
    assert len(content) < 200_000


def test_with_many_counsellors_telegram_takes_it_too() -> None:
    many = OfficeDays(DAYS.office, counsellors=[Counsellor(str(number), "川越 太郎") for number in range(120)])
    with Image.open(BytesIO(picture(week(many, MONDAY, [], NOW)))) as image:
        assert sum(image.size) < 10_000
        assert max(image.size) / min(image.size) < 20


def test_a_booking_changes_its_place_and_no_other() -> None:
    booked = Taken("2", Clock("2026-11-24 10:00")(), "request", "b", "123456", "confirmed")
    before, after = (picture(each) for each in (grid(), grid(booked)))
    assert ink(after, 1, 1, 1) > 2 * ink(before, 1, 1, 1), "a disc where a ring was"
    for place in ((1, 1, 0), (1, 0, 1), (2, 1, 1)):
        assert ink(after, *place) == ink(before, *place)


def test_every_kind_of_place_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(KINDS)
    assert len({mark for mark, _ in KINDS.values()}) == len(KINDS)


def test_the_caption_says_the_marks_in_words_and_names_nobody() -> None:
    booked = Taken("1", Clock("2026-11-24 09:30")(), "request", "b", "123456", "requested")
    said = Words("ja", DAYS.office, "a@office.example", DAYS.day_of(NOW)).say(caption(grid(booked)))
    assert "11月23日(月)" in said
    assert "○ 空き" in said
    assert "× 休止" in said, "the Monday is a holiday, and stands in the picture with this mark alone"
    assert "△ 申し込み" in said
    assert "川越" not in said
    assert "123-456" not in said
    assert len(said) < 1024, "Telegram's limit for captions"
