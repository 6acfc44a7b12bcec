"""What Telegram refuses: texts, markup and keyboards are checked as the real Bot API checks them.

Each check raises `ApiError` with the description that the real server answers; what it returns is what is kept.
Sources: Bot API "Formatting options", "InlineKeyboardButton", "KeyboardButton"; tdlib `MessageEntity.cpp`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Json = Mapping[str, Any]

TEXT_LIMIT, CAPTION_LIMIT, ANSWER_LIMIT = 4096, 1024, 200  # UTF-16 code units, after the entities are parsed
DATA_LIMIT, COPY_LIMIT, PLACEHOLDER_LIMIT = 64, 256, 64  # bytes; characters; characters
BUTTONS_LIMIT, ROW_LIMIT = 100, 8

ACTIONS = frozenset(
    {"callback_data", "url", "copy_text", "web_app", "login_url", "callback_game", "pay"}
    | {"switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"}
)
KINDS = {
    "bold": "b strong",
    "italic": "i em",
    "underline": "u ins",
    "strikethrough": "s strike del",
    "spoiler": "tg-spoiler span",
    "text_link": "a",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
TAGS = {tag: kind for kind, tags in KINDS.items() for tag in tags.split()}
CHARACTERS = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-z0-9-]+)(?P<attributes>(?:\s+[a-z-]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>"""
    r"|(?P<bad><)|(?P<entity>&(?:lt|gt|amp|quot|\#[0-9]+|\#x[0-9a-f]+);)|(?P<plain>[^<&]+|&)",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([a-z-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""", re.IGNORECASE)


class ApiError(Exception):
    """An answer with `ok: false`: HTTP status, description and the response parameters."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def refused(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def units(text: str) -> int:
    """The length in UTF-16 code units, which is how Telegram counts offsets and limits."""
    return len(text.encode("utf-16-le")) // 2


def checked_text(source: Any, parse_mode: Any = None, entities: Any = None) -> tuple[str, tuple[Json, ...]]:
    """A message's text and its entities, with the markup taken out and white space around it removed."""
    text, found = _formatted("" if source is None else str(source), parse_mode, entities)
    if not text:
        raise refused("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise refused("message is too long")
    return text, found


def checked_caption(source: Any, parse_mode: Any = None, entities: Any = None) -> tuple[str, tuple[Json, ...]]:
    """The same for what is written under a file, which may be nothing."""
    text, found = _formatted("" if source is None else str(source), parse_mode, entities)
    if units(text) > CAPTION_LIMIT:
        raise refused("message caption is too long")
    return text, found


def _formatted(source: str, parse_mode: Any, entities: Any) -> tuple[str, tuple[Json, ...]]:
    if any("\ud800" <= character <= "\udfff" for character in source):
        raise refused("strings must be encoded in UTF-8")
    if not parse_mode:
        return _trimmed(source, entities or [])
    if str(parse_mode).lower() != "html":
        raise refused("unsupported parse_mode")
    return _trimmed(*parse_html(source))


def _trimmed(text: str, entities: Iterable[Json]) -> tuple[str, tuple[Json, ...]]:
    kept = text.strip(" \t\r\n")
    shift, length = units(text) - units(text.lstrip(" \t\r\n")), units(kept)
    found = []
    for entity in entities:
        start = max(0, entity["offset"] - shift)
        end = min(length, entity["offset"] - shift + entity["length"])
        if start < end:
            found.append({**entity, "offset": start, "length": end - start})
    return kept, tuple(sorted(found, key=lambda entity: (entity["offset"], -entity["length"])))


def parse_html(source: str) -> tuple[str, list[Json]]:
    """HTML as the Bot API understands it: plain text and entities, offsets in UTF-16 code units."""
    text, entities = "", list[Json]()
    waiting: list[tuple[str, Json, int]] = []  # the tags not closed yet: name, entity, where it starts
    for token in TOKEN.finditer(source):
        if token["bad"] or (token["tag"] and not token["end"]):
            waiting.append((*_started(source, token), units(text)))
        elif token["tag"]:
            _, entity, start = _ended(source, token, waiting)
            entities.append({**entity, "offset": start, "length": units(text) - start})
        else:
            text += token["plain"] or _character(token["entity"])
    if waiting:
        name = waiting[-1][0]
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{name}"')
    return text, entities


def _started(source: str, token: re.Match[str]) -> tuple[str, Json]:
    name = (token["tag"] or "").lower()
    if token["bad"]:
        name = re.match(r"<([^\s>]*)", source[token.start() :]).group(1)  # type: ignore[union-attr]
        if ">" not in source[token.start() :]:
            raise _unparsable(f"Unclosed start tag at byte offset {_byte(source, token)}")
    if name not in TAGS:
        raise _unparsable(f'Unsupported start tag "{name}" at byte offset {_byte(source, token)}')
    given = {key.lower(): a or b or c for key, a, b, c in ATTRIBUTE.findall(token["attributes"] or "")}
    if name == "span" and given.get("class") != "tg-spoiler":
        raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {_byte(source, token)}')
    if name == "a":
        return name, {"type": "text_link", "url": given.get("href", "")}
    return name, {"type": "expandable_blockquote" if "expandable" in given else TAGS[name]}


def _ended(source: str, token: re.Match[str], waiting: list[tuple[str, Json, int]]) -> tuple[str, Json, int]:
    if not waiting:
        raise _unparsable(f"Unexpected end tag at byte offset {_byte(source, token)}")
    expected, found = waiting[-1][0], token["tag"].lower()
    if found != expected:
        where = f"at byte offset {_byte(source, token)}"
        raise _unparsable(f'Unmatched end tag {where}, expected "</{expected}>", found "</{found}>"')
    return waiting.pop()


def _character(entity: str) -> str:
    if entity.lower() in CHARACTERS:
        return CHARACTERS[entity.lower()]
    number = entity[2:-1].lower()
    return chr(int(number[1:], 16) if number.startswith("x") else int(number))


def _byte(source: str, token: re.Match[str]) -> int:
    return len(source[: token.start()].encode())


def _unparsable(why: str) -> ApiError:
    return refused(f"can't parse entities: {why}")


def checked_markup(markup: Any, *, private: bool) -> Json | None:
    """A `reply_markup` as it may stand under a message; None for none. An inline keyboard without buttons is none."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise refused("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply(markup, private)
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    raise refused("can't parse reply keyboard markup JSON object")


def _inline(rows: Any) -> Json | None:
    rows = _rows(rows, "inline keyboard")
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
            raise refused('can\'t parse inline keyboard button: field "text" must be a non-empty string')
        _action(button)
    return {"inline_keyboard": rows} if rows else None


def _action(button: Json) -> None:
    actions = ACTIONS & button.keys()
    if not actions:
        raise refused("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise refused("can't parse inline keyboard button: exactly one action is allowed")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= DATA_LIMIT:
            raise refused("BUTTON_DATA_INVALID")
    if "url" in button and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+|tg://\S+", str(button["url"])):
        raise refused(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    if "copy_text" in button and not 1 <= len(button["copy_text"].get("text", "")) <= COPY_LIMIT:
        raise refused("BUTTON_COPY_TEXT_INVALID")


def _reply(markup: Json, private: bool) -> Json:
    rows = [
        [{"text": button} if isinstance(button, str) else button for button in row]
        for row in _rows(markup["keyboard"], "reply keyboard")
    ]
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not str(button.get("text", "")).strip():
            raise refused('can\'t parse keyboard button: field "text" must be a non-empty string')
        if button.get("request_contact") and not private:
            raise refused("phone number can be requested in private chats only")
    if len(markup.get("input_field_placeholder", "")) > PLACEHOLDER_LIMIT:
        raise refused("input field placeholder is too long")
    return {**markup, "keyboard": rows}


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise refused(f"can't parse {what}: an array of arrays of buttons expected")
    kept = [row for row in rows if row]
    if sum(map(len, kept)) > BUTTONS_LIMIT or any(len(row) > ROW_LIMIT for row in kept):
        raise refused("reply markup is too long")
    return kept
