"""What a request to the local Bot API server carries, in any of the encodings that the real one takes."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

from bot.playground.chats import Upload

WORDS = frozenset(  # parameters that are text, even where they look like a number or like JSON
    {"text", "caption", "name", "description", "short_description", "language_code", "parse_mode", "url"}
    | {"callback_query_id", "action"}
)


async def parameters(request: web.Request) -> dict[str, Any]:
    """The parameters from the query and the body, whatever its encoding; values in JSON are decoded."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.can_read_body:
        given |= await request.post()
    decoded = {name: _decoded(name, value) for name, value in given.items()}
    return {name: value for name, value in decoded.items() if value is not None}


def _decoded(name: str, value: Any) -> Any:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.content_type, value.file.read())
    if name in WORDS or not isinstance(value, str) or not re.match(r'[\[{"0-9-]|true$|false$|null$', value):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
