"""What a bot shows of itself: its commands, its name and descriptions, that it is typing."""

from __future__ import annotations

import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest

from bot.playground.people import Group, Person
from tests.playground.bot_api import refusal


@pytest.mark.parametrize("command", [("予約", "x"), ("Book", "x"), ("a" * 33, "x"), ("book", ""), ("book", "あ" * 257)])
async def test_wrong_commands_are_refused(bot: Bot, command: tuple[str, str]) -> None:
    with refusal(BadRequest, "BOT_COMMAND"):
        await bot.set_my_commands([command])


async def test_there_are_100_commands_at_most(bot: Bot) -> None:
    with refusal(BadRequest, "BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands([(f"c{number}", "x") for number in range(101)])


async def test_commands_are_kept_by_scope_and_language(bot: Bot, staff: Group) -> None:
    scope = BotCommandScopeChat(staff.id)
    await bot.set_my_commands([("book", "予約を申し込む")])
    await bot.set_my_commands([("book", "Book a session")], language_code="en")
    await bot.set_my_commands([("today", "今日の予約")], scope=scope)
    assert await bot.get_my_commands() == (BotCommand("book", "予約を申し込む"),)
    assert await bot.get_my_commands(language_code="en") == (BotCommand("book", "Book a session"),)
    await bot.delete_my_commands(scope=scope)
    assert await bot.get_my_commands(scope=scope) == ()


async def test_the_bots_texts_are_kept_within_their_limits(bot: Bot) -> None:
    await bot.set_my_name("予約の窓口")
    await bot.set_my_description("説" * 512)
    await bot.set_my_short_description("短い説明", language_code="ja")
    assert (await bot.get_my_name(language_code="en")).name == "予約の窓口"
    assert (await bot.get_my_short_description(language_code="ja")).short_description == "短い説明"
    with refusal(BadRequest, "short description is too long"):
        await bot.set_my_short_description("説" * 121)


async def test_an_unknown_chat_action_is_refused(bot: Bot, taro: Person) -> None:
    assert await bot.send_chat_action(taro.id, "typing")
    with refusal(BadRequest, "wrong parameter action in request"):
        await bot.send_chat_action(taro.id, "thinking")
