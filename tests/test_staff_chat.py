"""What staff say to the bot and what it answers: joining, the day, the desk, the switch, help; and the end of that."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from sqlalchemy import insert

from bot import staff
from bot.playground.people import Person
from bot.playground.server import Fault
from flows.desk.commands import MENU, SCREENS
from flows.text import Text
from tests.town import Town, book, ja, requested

UNKNOWN = Text("Sorry, we did not understand. Please choose a button below.")


async def employ(place: Town, person: Person, role: str) -> None:
    """Take somebody in, as if they had joined long ago."""
    names = [person.user[name] for name in ("first_name", "last_name") if name in person.user]
    row = {"id": person.id, "name": " ".join(names), "role": role, "since": place.clock(), "language": ""}
    person.chat.opened = True
    async with place.app.database.transaction() as transaction:
        await transaction.execute(insert(staff.STAFF).values(**row))


async def code(place: Town, role: str = "counsellor") -> str:
    async with place.app.database.transaction() as transaction:
        return await staff.invite(transaction, role, None, place.clock())


def menu(place: Town, chat: int) -> list[str]:
    """The names of the commands that this chat has of its own."""
    kept = place.server.cloud.settings.get(("commands", "chat", chat, None, ""), [])
    return [command["command"] for command in kept]


async def test_a_new_member_joins_by_a_code_and_is_shown_five_short_screens(place: Town) -> None:
    await place.staff.says(f"/join {await code(place)}")
    first = await place.staff.sees("職員として登録しました（担当者）")
    assert first.labels == ["次へ"]
    for number in range(2, len(SCREENS) + 1):
        await place.staff.presses("次へ")
        shown = await place.staff.sees(f"{number}／5")
        assert shown.id == first.id, "it is changed in place"
        assert len(shown.text) < 400
    assert place.staff.screen.labels == ["前へ"]
    await place.staff.presses("前へ")
    await place.staff.sees("4／5")
    assert menu(place, place.staff.id) == list(MENU)


async def test_a_code_is_for_one_person(place: Town) -> None:
    given = await code(place)
    await place.staff.says(f"/join {given}")
    await place.staff.sees("職員として登録しました")
    await place.colleague.says(f"/join {given}")
    await place.colleague.sees("使用済みか")
    assert await place.rows("SELECT id FROM staff") == [(place.staff.id,)]


async def test_a_wrong_use_is_answered_with_an_example(place: Town) -> None:
    await employ(place, place.staff, "lead")
    for said, answer in (
        ("/join", "/join ACDE-3467-HJKM-NPRT"), ("/today 11月20日", "/today の後には何も付けません"),
        ("/week next week", "/week の後には"), ("/desk please", "/desk の後には"),
        ("/pause 30分 休み", "/pause の後には"), ("/help me", "/help の後には"),
    ):  # fmt: skip
        await place.staff.says(said)
        await place.staff.sees(answer)


async def test_a_command_that_there_is_not_is_answered_with_those_that_there_are(place: Town) -> None:
    await employ(place, place.staff, "counsellor")
    await place.staff.says("/tody")
    shown = await place.staff.sees("そのコマンドはありません。何も行っていません。")
    assert all(f"/{name}" in shown.text for name in MENU if name != "help")
    await place.taro.says("/tody")
    await place.taro.sees(ja(place, UNKNOWN))
    await place.staff.says("/mine")
    await place.staff.sees("現在、申し込みや予約はありません。")


async def test_today_names_times_references_and_states_and_nobody(place: Town) -> None:
    await employ(place, place.staff, "reader")
    await place.staff.says("/today")
    await place.staff.sees("今日 11月19日(木) の相談はありません")
    await requested(place)
    await place.staff.says("/today")
    await place.staff.sees("返事を待っている申し込み：1件")
    await employ(place, place.colleague, "lead")
    await place.colleague.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")
    [(ref,)] = await place.rows("SELECT ref FROM booking")
    await place.turn_clock("2026-11-24 09:00")
    await place.staff.says("/today")
    shown = await place.staff.sees("今日 11月24日(火) の相談：1件")
    assert f"9:30　{ref[:3]}-{ref[3:]}　確定" in shown.text
    assert "川越" not in shown.text


async def test_the_week_comes_as_a_picture_whose_caption_says_the_marks_and_names_nobody(place: Town) -> None:
    await employ(place, place.staff, "reader")
    await employ(place, place.colleague, "lead")
    await requested(place)
    await place.colleague.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")
    await place.turn_clock("2026-11-23 09:00")
    await place.staff.says("/week")
    shown = await place.staff.sees("11月23日(月)からの週")
    assert "● 確定" in shown.text
    assert "川越" not in shown.text
    assert shown.file
    with Image.open(BytesIO(shown.file.content)) as image:
        assert image.format == "PNG"
    assert shown.file.filename == "week.png"


async def test_at_the_weekend_it_is_the_next_week(place: Town) -> None:
    await employ(place, place.staff, "reader")
    await place.turn_clock("2026-11-20 17:00")
    await place.staff.says("/week")
    await place.staff.sees("11月16日(月)からの週")
    await place.turn_clock("2026-11-21 09:00")
    await place.staff.says("/week")
    await place.staff.sees("11月23日(月)からの週")


async def test_where_telegram_takes_no_picture_the_week_is_on_the_desk(place: Town) -> None:
    await employ(place, place.staff, "reader")
    no_photos = Fault(400, description="Bad Request: not enough rights to send photos to the chat")
    place.server.fault = lambda method, params: no_photos if method == "sendPhoto" else None
    await place.staff.says_in(place.group, "/week")
    await place.group.sees("週の画像を、ここには送れませんでした")
    place.server.fault = None
    await place.staff.says_in(place.group, "/week")
    await place.group.sees("からの週")
    assert place.group.screen.file


async def test_the_desk_is_opened_by_a_link_that_has_no_preview(place: Town) -> None:
    await employ(place, place.staff, "counsellor")
    await place.staff.says("/desk")
    await place.staff.sees("職員用ページはまだ設定されていません")
    await place.stop()
    await place.start(MADOGUCHI_DESK_URL="https://desk.example", MADOGUCHI_DESK_LISTEN="127.0.0.1:0")
    await place.staff.says("/desk")
    await place.staff.sees("https://desk.example/enter/")
    assert place.server.called("sendMessage")[-1].params["link_preview_options"] == {"is_disabled": True}


async def test_pause_in_the_chat_is_one_press_with_a_reason_and_one_back(place: Town) -> None:
    await employ(place, place.staff, "counsellor")
    await place.staff.says("/pause")
    asked = await place.staff.sees("新しい申し込みを止めますか")
    await place.staff.presses("システムや回線の不具合")
    shown = await place.staff.sees("新しい申し込みを止めています")
    assert shown.id == asked.id
    await place.group.sees("【新規受付を停止】職員 一号")
    await place.taro.says("/book")
    await place.taro.sees("受付を止めています")
    await place.staff.presses("新規受付を再開する")
    await place.staff.sees("新しい申し込みを受け付けています")
    await place.group.sees("【新規受付を再開】職員 一号")
    await book(place.taro, send=False)


async def test_who_only_reads_cannot_pause_and_is_told_why(place: Town) -> None:
    await employ(place, place.staff, "reader")
    await place.staff.says("/pause")
    await place.staff.sees("あなたの権限（閲覧のみ）では")
    await place.staff.presses_data(place.staff.screen.id, "staff_pause||fault")
    await place.server.settled()
    assert await place.rows("SELECT count(*) FROM record WHERE what = 'paused'") == [(0,)]


async def test_help_for_staff_lists_the_commands_and_for_others_is_theirs(place: Town) -> None:
    await employ(place, place.staff, "lead")
    await place.staff.says("/help")
    shown = await place.staff.sees("職員が使えるコマンド")
    assert all(f"/{name}" in shown.text for name in MENU if name != "help")
    await place.taro.says("/help")
    await place.taro.sees("使い方")


async def test_a_strangers_command_of_staff_gets_what_an_unknown_one_gets(place: Town) -> None:
    await place.taro.says("/start")
    await place.taro.sees("ボタン")
    for said in ("/today", "/week", "/desk", "/pause", "/today now and then"):
        await place.taro.says(said)
        await place.taro.sees(ja(place, UNKNOWN))
    await place.taro.presses_data(place.taro.screen.id, "staff_pause||fault")
    await place.server.settled()
    assert await place.rows("SELECT count(*) FROM record") == [(0,)]


async def test_in_the_group_the_day_is_told_and_the_desk_is_for_the_private_chat(place: Town) -> None:
    await employ(place, place.staff, "lead")
    await place.staff.says_in(place.group, "/today")
    await place.group.sees("今日 11月19日(木)")
    name = place.server.cloud.bot["username"]
    await place.staff.says_in(place.group, f"/desk@{name}")
    await place.group.sees(f"個人チャットで送ってください：@{name}")
    await place.staff.says_in(place.group, "/help")
    await place.group.sees("職員グループでできること")
    await place.colleague.says_in(place.group, "/week")
    await place.group.sees("登録した職員だけ")
    assert "enter/" not in str(place.group)


async def test_whoever_has_no_role_is_not_sent_where_they_are_not_known(small: Town) -> None:
    await small.colleague.says_in(small.group, "/desk")
    await small.group.sees("madoguchi invite --lead")
    await employ(small, small.staff, "lead")
    for said in ("/desk", "/pause"):
        await small.colleague.says_in(small.group, said)
        await small.group.sees("責任者に招待のコードをもらい")
    await small.colleague.says(f"/join {await code(small)}")
    await small.colleague.sees("職員として登録しました")
    await small.colleague.says_in(small.group, "/desk")
    await small.group.sees("個人チャットで送ってください")


async def test_a_command_for_another_bot_in_the_group_is_not_answered(small: Town) -> None:
    await small.staff.says_in(small.group, "/today@another_bot")
    await small.server.settled()
    assert [message for message in small.group.messages if message.from_bot] == []


async def test_who_leaves_the_group_has_no_rights_from_then_on(place: Town) -> None:
    await employ(place, place.staff, "lead")
    await employ(place, place.colleague, "counsellor")
    await place.stop()
    await place.start()
    await place.server.until(lambda: menu(place, place.colleague.id))
    await requested(place)
    _, button = place.group.find("確定する")
    card = place.group.screen
    place.group.sets(place.colleague, "left")
    await place.colleague.sees("職員としての権限が終わりました")
    assert menu(place, place.colleague.id) == []
    await place.colleague.presses_data(card.id, button.data or "", group=place.group)
    await place.server.until(lambda: place.colleague.alerts)
    assert "登録した職員だけ" in place.colleague.alerts[-1].text
    await place.colleague.says("/today")
    await place.colleague.sees("予約窓口")
    assert await place.rows("SELECT what, note FROM record") == [("rights_ended", str(place.colleague.id))]
    assert await place.rows("SELECT state FROM booking") == [("requested",)]


async def test_when_the_last_lead_leaves_membership_decides_again_and_the_group_is_told(place: Town) -> None:
    await employ(place, place.staff, "lead")
    await requested(place)
    place.group.sets(place.staff, "kicked", by=place.colleague)
    await place.group.sees("【責任者がいません】")
    await place.colleague.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


async def test_the_bot_as_an_administrator_is_told_of_who_left_and_ends_rights_once(small: Town) -> None:
    await employ(small, small.staff, "lead")
    await employ(small, small.colleague, "reader")
    small.group.statuses[small.server.cloud.bot["id"]] = "administrator"
    small.group.sets(small.colleague, "left")
    await small.colleague.sees("職員としての権限が終わりました")
    await small.server.settled()
    assert await small.rows("SELECT what FROM record") == [("rights_ended",)]
