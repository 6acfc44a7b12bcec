"""What people send beside words, and what Telegram marks in words by itself: as the Bot API writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from bot.playground.strictness import Json, units

Attachment = Literal[
    "sticker", "photo", "voice", "document", "location", "video_note", "video", "audio", "animation"
]  # fmt: skip
UNCAPTIONED = frozenset({"sticker", "location", "video_note"})
COMMAND = re.compile(r"(?<!\S)/[a-z0-9_]{1,32}(@\w+)?", re.IGNORECASE)


def commands(text: str) -> Sequence[Json]:
    """The entities of the bot commands in a text, which Telegram marks by itself."""
    return tuple(
        {"type": "bot_command", "offset": units(text[: found.start()]), "length": units(found[0])}
        for found in COMMAND.finditer(text)
    )


def attachment(kind: str, number: int) -> Any:
    """One of these, its file told apart by a number."""
    file: dict[str, Any] = {"file_id": f"FILE{number}", "file_unique_id": f"U{number}", "file_size": 4096}
    frame = {**file, "width": 512, "height": 512}
    lasting = {**file, "duration": 3}
    return {
        "sticker": {**frame, "type": "regular", "is_animated": False, "is_video": False},
        "photo": [frame],
        "voice": lasting,
        "audio": lasting,
        "document": {**file, "file_name": "履歴書.pdf", "mime_type": "application/pdf"},
        "location": {"latitude": 35.907, "longitude": 139.482},
        "video_note": {**lasting, "length": 240},
        "video": {**frame, "duration": 3},
        "animation": {**frame, "duration": 3},
    }[kind]
