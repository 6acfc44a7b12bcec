"""The methods of the Bot API that the bot calls, each as strict as the real one; their table is `METHODS`.

A method takes the cloud and the decoded parameters and returns the `result`; where it raises `ApiError`, nothing
has changed. `getUpdates` is the server's own, because it waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.playground.chats import Alert, Chat, Message, Upload
from bot.playground.cloud import ADMINISTRATORS, Cloud
from bot.playground.profile import PROFILE
from bot.playground.strictness import (
    ANSWER_LIMIT,
    Json,
    checked_caption,
    checked_markup,
    checked_text,
    refused,
    units,
)
from bot.playground.uploads import document, photo
from bot.playground.webhook import WEBHOOK

Params = Mapping[str, Any]
Method = Callable[[Cloud, Params], Any]

DELETABLE = timedelta(hours=48)
ACTIONS = re.compile(
    r"typing|(upload|record)_(video|voice|video_note)|upload_(photo|document)|choose_sticker|find_location"
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_me(cloud: Cloud, params: Params) -> Json:
    able = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {**cloud.bot, **able}


def send_message(cloud: Cloud, params: Params) -> Json:
    chat = cloud.writable(params.get("chat_id"))
    text, entities = checked_text(params.get("text"), params.get("parse_mode"), params.get("entities"))
    return cloud.json(_sent(cloud, chat, params, text=text, entities=entities, content=_reply(cloud, chat, params)))


def send_document(cloud: Cloud, params: Params) -> Json:
    return _send_file(cloud, params, "document", document)


def send_photo(cloud: Cloud, params: Params) -> Json:
    return _send_file(cloud, params, "photo", photo)


def _send_file(
    cloud: Cloud, params: Params, kind: str, judged: Callable[[Cloud, Any], tuple[Any, Upload | None]]
) -> Json:
    """A file that comes with the request, or one that was sent before, by its `file_id`."""
    chat = cloud.writable(params.get("chat_id"))
    text, entities = checked_caption(params.get("caption"), params.get("parse_mode"), params.get("caption_entities"))
    described, file = judged(cloud, _attached(params, kind))
    content = {**_reply(cloud, chat, params), kind: described}
    return cloud.json(_sent(cloud, chat, params, text=text, entities=entities, content=content, file=file))


def _attached(params: Params, kind: str) -> Any:
    """What a parameter holds; a file may come under a name of its own, which the parameter then says."""
    given = params.get(kind)
    if isinstance(given, str) and given.startswith("attach://"):
        return params.get(given.removeprefix("attach://"))
    return given


def _sent(cloud: Cloud, chat: Chat, params: Params, **fields: Any) -> Message:
    markup = checked_markup(params.get("reply_markup"), private=chat.private)
    return cloud.post(chat, cloud.bot, markup=markup, silent=bool(params.get("disable_notification")), **fields)


def _reply(cloud: Cloud, chat: Chat, params: Params) -> Json:
    asked = params.get("reply_parameters")
    if not asked:
        return {}
    message = chat.shown.get(asked.get("message_id"))
    if message:
        return {"reply_to_message": {**cloud.json(message), "reply_to_message": None}}
    if asked.get("allow_sending_without_reply"):
        return {}
    raise refused("message to be replied not found")


def _editable(cloud: Cloud, params: Params) -> tuple[Chat, Message]:
    chat = cloud.writable(params.get("chat_id"))
    if not params.get("message_id"):
        raise refused("message identifier is not specified")
    message = chat.shown.get(params["message_id"])
    if message is None:
        raise refused("message to edit not found")
    if not message.from_bot or (message.markup and "inline_keyboard" not in message.markup):
        raise refused("message can't be edited")
    return chat, message


def _edited(cloud: Cloud, chat: Chat, message: Message, params: Params, **fields: Any) -> Json:
    """An edit that names no keyboard takes the old one away."""
    markup = checked_markup(params.get("reply_markup"), private=chat.private)
    if markup and "inline_keyboard" not in markup:
        raise refused("inline keyboard expected")
    fields["markup"] = markup
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise refused(NOT_MODIFIED)
    return cloud.json(cloud.revise(chat, message, **fields))


def edit_message_text(cloud: Cloud, params: Params) -> Json:
    chat, message = _editable(cloud, params)
    text, entities = checked_text(params.get("text"), params.get("parse_mode"), params.get("entities"))
    if {"document", "photo"} & message.content.keys():
        raise refused("there is no text in the message to edit")
    return _edited(cloud, chat, message, params, text=text, entities=entities)


def edit_message_reply_markup(cloud: Cloud, params: Params) -> Json:
    chat, message = _editable(cloud, params)
    return _edited(cloud, chat, message, params)


def delete_message(cloud: Cloud, params: Params) -> bool:
    chat = cloud.known(params.get("chat_id"))
    message = chat.shown.get(params.get("message_id", 0))
    if message is None:
        raise refused("message to delete not found")
    _check_deletable(cloud, chat, message)
    cloud.remove(chat, message)
    return True


def delete_messages(cloud: Cloud, params: Params) -> bool:
    """Those that are not found are passed over; all or none of the others are deleted."""
    chat = cloud.known(params.get("chat_id"))
    ids = params.get("message_ids")
    if not isinstance(ids, list) or not ids:
        raise refused("message identifiers are not specified")
    if len(ids) > 100:
        raise refused("too many message identifiers specified")
    for message in (found := [chat.shown[number] for number in set(ids) if number in chat.shown]):
        _check_deletable(cloud, chat, message)
    for message in found:
        cloud.remove(chat, message)
    return True


def _check_deletable(cloud: Cloud, chat: Chat, message: Message) -> None:
    rights = chat.private or chat.statuses.get(cloud.bot["id"]) in ADMINISTRATORS
    young = cloud.clock() - message.date < DELETABLE
    if not young or not (message.from_bot or rights):
        raise refused("message can't be deleted")


def answer_callback_query(cloud: Cloud, params: Params) -> bool:
    press = cloud.presses.get(str(params.get("callback_query_id")))
    if press is None or press.answered or cloud.clock() - press.at > cloud.answer_within:
        raise refused(TOO_OLD)
    text = str(params.get("text") or "")
    if units(text) > ANSWER_LIMIT:
        raise refused("MESSAGE_TOO_LONG")
    press.answered = True
    press.alert = Alert(text, bool(params.get("show_alert")))
    cloud.alerts[press.user_id].append(press.alert)
    cloud.tell("answer", press)
    return True


def send_chat_action(cloud: Cloud, params: Params) -> bool:
    chat = cloud.writable(params.get("chat_id"))
    if not ACTIONS.fullmatch(str(params.get("action"))):
        raise refused("wrong parameter action in request")
    cloud.tell("typing", chat)
    return True


def get_chat(cloud: Cloud, params: Params) -> Json:
    gifts = dict.fromkeys(GIFTS, True)
    chat = cloud.known(params.get("chat_id"))
    return {**chat.json, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(cloud: Cloud, params: Params) -> Json:
    """A known user who was never in the group has left it, too."""
    chat = cloud.known(params.get("chat_id"))
    user = cloud.users.get(params.get("user_id", 0))
    if user is None or (chat.private and user["id"] not in (chat.id, cloud.bot["id"])):
        raise refused("PARTICIPANT_ID_INVALID")
    return cloud.member(user, "member" if chat.private else chat.statuses.get(user["id"], "left"))


def get_chat_administrators(cloud: Cloud, params: Params) -> list[Json]:
    chat = cloud.known(params.get("chat_id"))
    if chat.private:
        raise refused("there are no administrators in the private chat")
    chosen = [(cloud.users[number], status) for number, status in chat.statuses.items() if status in ADMINISTRATORS]
    return [cloud.member(user, status) for user, status in chosen]


def leave_chat(cloud: Cloud, params: Params) -> bool:
    chat = cloud.known(params.get("chat_id"))
    if chat.private:
        raise refused("chat member status can't be changed in private chats")
    old = chat.statuses[cloud.bot["id"]]
    chat.statuses[cloud.bot["id"]] = "left"
    cloud.membership(chat, cloud.bot, old, "left", user=cloud.bot)
    return True


METHODS: Mapping[str, Method] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "sendChatAction": send_chat_action,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
    **WEBHOOK,
    **PROFILE,
}
