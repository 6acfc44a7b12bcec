"""Files that the bot sends, judged as Telegram judges them: a document may be anything, a photo is looked into.

Each comes with the request, or was sent before and is named by its `file_id`. Source: Bot API, "Sending files".
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from bot.playground.chats import Message, Upload
from bot.playground.cloud import Cloud
from bot.playground.strictness import Json, refused

LARGEST_PHOTO = 10 * 1024**2  # bytes
SIDES, RATIO = 10_000, 20  # width and height together; the longer by the shorter
PHOTOS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


def document(cloud: Cloud, given: Any) -> tuple[Json, Upload | None]:
    """The `document` of a message, and its bytes."""
    if isinstance(given, Upload):
        _check_not_empty(given)
        described = {"file_name": given.filename, "mime_type": given.content_type, "file_size": len(given.content)}
        return {**_named(cloud, "DOC"), **described}, given
    if not given:
        raise refused("there is no document in the request")
    sent = _sent_before(cloud, lambda message: message.content.get("document", {}).get("file_id") == given)
    return sent.content["document"], sent.file


def photo(cloud: Cloud, given: Any) -> tuple[list[Json], Upload | None]:
    """The sizes of a photo, and its bytes; of what kind it is, its content says, whatever the request says."""
    if isinstance(given, Upload):
        kind, width, height = _looked_into(given)
        size = {"width": width, "height": height, "file_size": len(given.content)}
        return [{**_named(cloud, "PHOTO"), **size}], replace(given, content_type=f"image/{kind.lower()}")
    if not given:
        raise refused("there is no photo in the request")
    sent = _sent_before(cloud, lambda message: given in [size["file_id"] for size in message.content.get("photo", ())])
    return sent.content["photo"], sent.file


def _named(cloud: Cloud, kind: str) -> Json:
    number = next(cloud.ids)
    return {"file_id": f"{kind}{number}", "file_unique_id": f"U{number}"}


def _check_not_empty(given: Upload) -> None:
    if not given.content:
        raise refused("file must be non-empty")


def _looked_into(given: Upload) -> tuple[str, int, int]:
    """Its format, width and height."""
    from PIL import Image

    _check_not_empty(given)
    if (size := len(given.content)) > LARGEST_PHOTO:
        raise refused(f"file of size {size} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes")
    try:
        with Image.open(BytesIO(given.content), formats=PHOTOS) as image:
            kind, (width, height) = str(image.format), image.size
            image.verify()
    except Exception:  # whatever Pillow meets in bytes that are none of a picture
        raise refused("IMAGE_PROCESS_FAILED") from None
    if width + height > SIDES or max(width, height) > RATIO * min(width, height):
        raise refused("PHOTO_INVALID_DIMENSIONS")
    return kind, width, height


def _sent_before(cloud: Cloud, is_it: Any) -> Message:
    sent = (message for chat in cloud.chats.values() for message in chat.history if is_it(message))
    if (found := next(sent, None)) is None:
        raise refused("wrong file identifier/HTTP URL specified")
    return found
