"""Where a bot may write, and whom it hears: private chats, blocked ones, groups and their members."""

from __future__ import annotations

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import refusal


async def test_a_bot_cannot_write_first(bot: Bot, server: BotApiServer) -> None:
    hanako = server.person("花子")
    with refusal(BadRequest, "chat not found"):
        await bot.send_message(hanako.id, "こんにちは")
    await hanako.says("/start")
    await bot.send_message(hanako.id, "こんにちは")


async def test_who_blocked_the_bot_gets_nothing(bot: Bot, taro: Person) -> None:
    taro.blocks_bot()
    with refusal(Forbidden, "bot was blocked by the user"):
        await bot.send_message(taro.id, "こんにちは")
    taro.unblocks_bot()
    await bot.send_message(taro.id, "こんにちは")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


async def test_a_deleted_account_gets_nothing(bot: Bot, taro: Person) -> None:
    taro.deletes_account()
    with refusal(Forbidden, "user is deactivated"):
        await bot.send_message(taro.id, "こんにちは")


async def test_a_bot_removed_from_a_group_is_told_and_cannot_write(bot: Bot, staff: Group) -> None:
    staff.removes_bot()
    with refusal(Forbidden, "bot was kicked from the group chat"):
        await bot.send_message(staff.id, "新しい申し込み")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "kicked"]


async def test_a_bot_that_left_is_not_a_member(bot: Bot, staff: Group) -> None:
    await bot.leave_chat(staff.id)
    with refusal(Forbidden, "bot is not a member of the group chat"):
        await bot.send_message(staff.id, "新しい申し込み")


async def test_the_old_id_of_a_migrated_group_names_the_new_one(bot: Bot, staff: Group) -> None:
    old = staff.id
    new = staff.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "新しい申し込み")
    assert moved.value.new_chat_id == new
    await bot.send_message(new, "新しい申し込み")
    await staff.sees("新しい申し込み")


async def test_in_a_group_the_bot_hears_commands_only(bot: Bot, taro: Person, staff: Group) -> None:
    await taro.says_in(staff, "おはようございます")
    await taro.says_in(staff, "/today@madoguchi_test_bot")
    said = [update.message.text for update in await bot.get_updates() if update.message]
    assert said == [None, "/today@madoguchi_test_bot"]  # the first is that the bot was added


@pytest.mark.parametrize("status", ["creator", "administrator", "member", "restricted", "left", "kicked"])
async def test_a_members_status_is_told(bot: Bot, taro: Person, staff: Group, status: str) -> None:
    staff.sets(taro, status)
    assert (await bot.get_chat_member(staff.id, taro.id)).status == status


async def test_administrators_are_the_creator_and_those_named(bot: Bot, taro: Person, staff: Group) -> None:
    assert [member.user.id for member in await bot.get_chat_administrators(staff.id)] == [taro.id]
