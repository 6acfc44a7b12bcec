"""Pages in the visitor's language: Jinja2 templates, in which whatever is filled in is escaped.

In a template `t("…", name=value)` says a sentence and `say` a Text; `day`, `clock` and `moment` write a date, a time
and both as the language does, in the office's zone.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot.language import Words
from flows.text import Text

HERE = Path(__file__).parent


@pass_context
def _t(context: Context, sentence: str, **values: Any) -> str:
    return _words(context).say(Text(sentence, **values))


@pass_context
def _say(context: Context, text: Text | str | None) -> str:
    return _words(context).say(text) if text else ""


@pass_context
def _day(context: Context, value: date) -> str:
    local = value.astimezone(context["zone"]).date() if isinstance(value, datetime) else value
    return _words(context).say(Text("{date}", date=local))


@pass_context
def _clock(context: Context, value: datetime) -> str:
    return _words(context).say(Text("{time}", time=value.astimezone(context["zone"]).time()))


@pass_context
def _moment(context: Context, value: datetime) -> str:
    local = value.astimezone(context["zone"])
    return _words(context).say(Text("{date} {time}", date=local.date(), time=local.time()))


def _words(context: Context) -> Words:
    words: Words = context["words"]
    return words


@cache
def templates() -> Environment:
    """The templates, read once."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    environment.globals["t"] = _t
    environment.filters.update(say=_say, day=_day, clock=_clock, moment=_moment)
    return environment


def render(template: str, **values: Any) -> str:
    """One page. `values` hold `words` and `zone` besides what it names."""
    return templates().get_template(template).render(**values)
