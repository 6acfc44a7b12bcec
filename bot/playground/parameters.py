"""What a request to the local Bot API server carries, in any of the encodings that the real one takes."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.playground.chats import Upload
from bot.playground.fields import read


async def parameters(request: web.Request, method: str) -> dict[str, Any]:
    """The parameters from the query and the body, whatever its encoding, their values as the method's types say."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.can_read_body:
        given |= await request.post()
    return read(method, {name: _received(value) for name, value in given.items()})


def _received(value: Any) -> Any:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.content_type, value.file.read())
    return value
