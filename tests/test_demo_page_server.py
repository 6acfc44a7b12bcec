"""What the page's server lets in and keeps out, without a browser: origins, hosts, acts and events by their numbers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.playground.chats import Upload
from bot.playground.clock import DemoClock
from bot.playground.page import add_page
from bot.playground.running import RunningBot
from bot.playground.server import BotApiServer
from bot.playground.world import World
from tests.demo_page import START

TOKEN = "123456:TEST"


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncIterator[World]:
    """The demo's world, where no bot runs."""
    clock = DemoClock(tmp_path / "clock", START)
    server = BotApiServer(TOKEN, clock=clock)
    staff = [server.person(f"職員 {number}号") for number in ("一", "二")]
    group = server.group("職員", staff)
    group.adds_bot(by=staff[0])
    made = World(server, clock, tmp_path / "mail", RunningBot(), group, staff)
    made.comes("川越 太郎", "ja")
    add_page(made)
    async with server:
        yield made


@pytest.fixture
async def client(quiet: World) -> AsyncIterator[aiohttp.ClientSession]:
    limit = aiohttp.ClientTimeout(total=10)  # for a test that fails: what it waits for would never come
    async with aiohttp.ClientSession(quiet.server.url, timeout=limit) as session:
        yield session


async def acts(client: aiohttp.ClientSession, wish: Any, **headers: str) -> tuple[int, Any]:
    async with client.post("/act", json=wish, headers=headers) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else await answer.text()


class Events:
    """What one page is sent, event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last = ""

    async def next(self, kind: str) -> Any:
        """The next event of this kind; those before it are passed over."""
        while True:
            event = await self._read()
            self.last = event.get("id", self.last)
            if event.get("event") == kind:
                return json.loads(event["data"])

    async def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while line := (await self.answer.content.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            found[name] = value
        return found


async def test_every_answer_forbids_what_does_not_come_from_here(client: aiohttp.ClientSession) -> None:
    for path in ("/", "/page/main.js", "/page/chat.css", "/log", "/nothing"):
        async with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_nothing_on_the_page_comes_from_elsewhere(client: aiohttp.ClientSession) -> None:
    async with client.get("/") as answer:
        page = await answer.text()
    assert "//" not in page.replace("<!doctype html>", "")
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("name", ["..%2fpage.py", "page.py", "nothing.js"])
async def test_no_other_file_is_served(client: aiohttp.ClientSession, name: str) -> None:
    async with client.get(f"/page/{name}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_can_neither_act_nor_listen(
    quiet: World, client: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    status, _ = await acts(client, {"act": "say", "by": quiet.people[0].id, "text": "/start"}, **headers)
    assert status == 403
    assert quiet.people[0].messages == []
    for path in ("/events", "/log"):
        async with client.get(path, headers=headers) as answer:
            assert answer.status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8760", "127.0.0.1.evil.example", "192.0.2.1"])
async def test_a_name_that_somebody_pointed_here_is_refused(client: aiohttp.ClientSession, host: str) -> None:
    for path in ("/", "/events", "/log"):
        async with client.get(path, headers={"Host": host}) as answer:
            assert answer.status == 421


@pytest.mark.parametrize("host", ["localhost:8760", "127.0.0.1", "[::1]:8760"])
async def test_loopback_is_itself(client: aiohttp.ClientSession, host: str) -> None:
    async with client.get("/", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_a_link_from_elsewhere_opens_the_page(client: aiohttp.ClientSession) -> None:
    async with client.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}) as answer:
        assert answer.status == 200


async def test_a_form_of_another_site_is_no_act(quiet: World, client: aiohttp.ClientSession) -> None:
    async with client.post("/act", data=json.dumps({"act": "say", "by": quiet.people[0].id, "text": "x"})) as answer:
        assert answer.status == 400
    assert quiet.people[0].messages == []


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"act": "fly"}, "cannot be done"),
        ({"act": "say", "by": 1, "text": "x"}, "not here"),
        ({"act": "say", "text": " "}, "1 to 4,096"),
        ({"act": "say", "text": "あ" * 4097}, "1 to 4,096"),
        ({"act": "press", "message": 1, "data": "x"}, "no longer there"),
        ({"act": "tap", "label": "x"}, "no longer there"),
        ({"act": "edit", "message": 1, "text": "x"}, "no longer there"),
        ({"act": "delete", "message": 1}, "no longer there"),
        ({"act": "send", "kind": "pigeon"}, "cannot be done"),
        ({"act": "come", "name": "", "language": "ja"}, "a name"),
        ({"act": "come", "name": "川越 花子", "language": "<b>"}, "a name"),
        ({"act": "order", "order": {"what": "fails", "code": 200}}, "code must be"),
        ({"act": "turn", "to": "notice"}, "No notice"),
        ({"act": "turn", "to": "yesterday"}, "a date"),
        ({"act": "turn", "to": "2026-11-19T09:00"}, "cannot be turned back"),
        ({"act": "turn", "to": "2036-11-19T09:00"}, "400 days"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(
    quiet: World, client: aiohttp.ClientSession, wish: dict[str, Any], why: str
) -> None:
    status, said = await acts(client, {"by": quiet.people[0].id, **wish})
    assert (status, said["ok"]) == (409, False)
    assert why in said["why"]["en"]
    assert said["why"]["ja"].endswith("。")


async def test_whoever_has_blocked_the_bot_can_write_again_once_it_is_unblocked(
    quiet: World, client: aiohttp.ClientSession
) -> None:
    taro = {"by": quiet.people[0].id, "text": "/start"}
    assert await acts(client, {**taro, "act": "block"}) == (200, {"ok": True})
    assert (await acts(client, {**taro, "act": "say"}))[0] == 409
    assert await acts(client, {**taro, "act": "unblock"}) == (200, {"ok": True})
    assert await acts(client, {**taro, "act": "say"}) == (200, {"ok": True})
    assert [message.text for message in quiet.people[0].messages] == ["/start"]


@pytest.mark.parametrize(
    ("start", "to", "japan"),
    [
        ("2026-11-19T10:00", "hour", "2026-11-19 11:00"),
        ("2026-11-19T10:00", "morning", "2026-11-20 09:00"),
        ("2026-11-20T10:00", "morning", "2026-11-24 09:00"),  # over a weekend and 勤労感謝の日
        ("2026-11-19T07:00", "morning", "2026-11-19 09:00"),
        ("2026-11-19T10:00", "2026-12-01T08:15", "2026-12-01 08:15"),
    ],
)
async def test_the_clock_is_turned_to(
    quiet: World, client: aiohttp.ClientSession, start: str, to: str, japan: str
) -> None:
    quiet.clock = DemoClock(quiet.clock.file.with_name("another"), START.fromisoformat(f"{start}+09:00"))
    assert await acts(client, {"act": "turn", "to": to}) == (200, {"ok": True})
    assert f"{quiet.clock().astimezone(START.tzinfo):%Y-%m-%d %H:%M}" == japan


@pytest.mark.parametrize(
    ("sent", "shown", "how"),
    [("image/png", "image/png", ""), ("text/html", "application/octet-stream", "attachment")],
)
async def test_a_picture_is_shown_and_any_other_file_only_saved(
    quiet: World, client: aiohttp.ClientSession, sent: str, shown: str, how: str
) -> None:
    [taro], cloud = quiet.people, quiet.server.cloud
    file = Upload("予約.html", sent, b"<script>alert(1)</script>")
    message = cloud.post(taro.chat, cloud.bot, content={"document": {"file_name": file.filename}}, file=file)
    async with client.get(f"/sent/{taro.id}/{message.id}") as answer:
        assert answer.content_type == shown
        assert answer.headers.get("Content-Disposition", "").startswith(how)
        assert await answer.read() == file.content
    async with client.get(f"/sent/{taro.id}/1") as answer:
        assert answer.status == 404


async def test_a_new_page_gets_everything_and_then_each_change(quiet: World, client: aiohttp.ClientSession) -> None:
    [taro] = quiet.people
    await taro.says("はじめの文")
    async with client.get("/events") as answer:
        events = Events(answer)
        everything = await events.next("everything")
        [chat] = [chat for chat in everything["chats"] if chat["id"] == taro.id]
        assert [message["text"] for message in chat["messages"]] == ["はじめの文"]
        said = await taro.says("つぎの文")
        assert (await events.next("message"))["text"] == "つぎの文"
        await taro.edits(said.id, "直した文")
        assert (await events.next("message"))["text"] == "直した文"
        await taro.deletes(said.id)
        assert await events.next("gone") == {"chat": taro.id, "id": said.id}


async def test_who_was_cut_off_is_sent_what_was_missed_and_nothing_twice(
    quiet: World, client: aiohttp.ClientSession
) -> None:
    [taro] = quiet.people
    async with client.get("/events") as answer:
        events = Events(answer)
        await events.next("everything")
        await taro.says("一")
        await events.next("message")
    await taro.says("二")
    await taro.says("三")
    async with client.get("/events", headers={"Last-Event-ID": events.last}) as answer:
        events = Events(answer)
        assert [(await events.next("message"))["text"] for _ in "二三"] == ["二", "三"]


@pytest.mark.parametrize("number", ["other.3", "3", "", "x.y", "other.99999999999"])
async def test_a_number_of_another_run_gets_everything(client: aiohttp.ClientSession, number: str) -> None:
    async with client.get("/events", headers={"Last-Event-ID": number}) as answer:
        assert (await Events(answer).next("everything"))["people"]


async def test_a_number_that_never_was_gets_everything(quiet: World, client: aiohttp.ClientSession) -> None:
    async with client.get("/events") as answer:
        events = Events(answer)
        await events.next("everything")
    run = events.last.partition(".")[0]
    async with client.get("/events", headers={"Last-Event-ID": f"{run}.99"}) as answer:
        assert (await Events(answer).next("everything"))["people"]
