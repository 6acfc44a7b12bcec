"""A letter arrives as it was written, on a phone and in a calendar; what goes wrong says whether to try again."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.mail import FilePost, Invite, Letter, Post, SmtpPost, Undeliverable, calendar, compose, is_loopback
from flows.office import BadSetting

JST = timezone(timedelta(hours=9))
SENDER, OFFICE = "madoguchi@office.example", "counter@office.example"
TEXT = "【予約が確定しました】\n日時：11月26日(木) 13:00\n受付番号：123-456\n\nA & B <b>\n"
LETTER = Letter(
    key="confirmed:b1:2", to="taro@docomo.ne.jp", subject="【予約が確定しました】11月26日(木) 13:00", text=TEXT,
    language="ja_Hira", sent_at=datetime(2026, 11, 24, 10, 30, tzinfo=JST),
)  # fmt: skip
INVITE = Invite(
    uid="b1@office.example", sequence=3, start=datetime(2026, 11, 26, 13, tzinfo=JST),
    end=datetime(2026, 11, 26, 13, 30, tzinfo=JST), title="予約 123-456", note="この予定を辞退しても、" * 20,
    method="REQUEST", organizer=OFFICE, attendee='".abc"@docomo.ne.jp', stamp=datetime(2026, 11, 24, 1, tzinfo=UTC),
)  # fmt: skip
INVITED = replace(LETTER, invite=INVITE)


def parsed(letter: Letter = LETTER) -> EmailMessage:
    """The letter after its way through the wire."""
    return message_from_bytes(compose(letter, SENDER, OFFICE).as_bytes(), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    [part] = [part for part in message.walk() if part.get_content_type() == kind]
    return str(part.get_content()).replace("\r\n", "\n")


def entry(invite: Invite = INVITE) -> Any:
    [event] = Calendar.from_ical(calendar(invite)).walk("VEVENT")
    return event


# The letter


def test_a_japanese_subject_arrives_as_it_was_written() -> None:
    letter = replace(LETTER, subject="【予約が確定しました】" * 20)
    assert parsed(letter)["Subject"] == letter.subject


def test_the_text_arrives_as_it_was_written() -> None:
    assert body(parsed(), "text/plain") == TEXT


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.just("\n")))
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    assert body(parsed(replace(LETTER, text=text)), "text/plain").rstrip("\n") == text.rstrip("\n")


def test_the_header_says_from_whom_to_whom_and_where_an_answer_goes() -> None:
    message = parsed()
    assert (message["From"], message["To"], message["Reply-To"]) == (SENDER, "taro@docomo.ne.jp", OFFICE)


def test_the_date_is_the_moment_of_sending() -> None:
    assert parsed()["Date"].datetime == LETTER.sent_at


def test_the_letter_says_its_language() -> None:
    message = parsed(INVITED)
    assert message["Content-Language"] == "ja-Hira"
    assert '<html lang="ja-Hira">' in body(message, "text/html")


def test_no_machine_is_to_answer_but_a_bounce_is_welcome() -> None:
    message = parsed()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"].split(", ") == ["DR", "RN", "NRN", "OOF", "AutoReply"]


def test_the_same_letter_has_the_same_message_id_in_every_attempt() -> None:
    again = replace(LETTER, sent_at=LETTER.sent_at + timedelta(minutes=5))
    assert parsed(again)["Message-ID"] == parsed()["Message-ID"]
    assert parsed()["Message-ID"].endswith("@office.example>")


def test_another_letter_has_another_message_id() -> None:
    assert parsed(replace(LETTER, key="confirmed:b1:3"))["Message-ID"] != parsed()["Message-ID"]


def test_the_message_id_does_not_show_the_key() -> None:
    assert "confirmed" not in parsed()["Message-ID"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_leaves_is_ascii_in_short_lines(language: str) -> None:
    text = ("あ" if language == "ja" else "a" * 3) * 2000
    wire = compose(replace(INVITED, text=text, subject=text[:300]), SENDER, OFFICE).as_bytes()
    assert wire.isascii()
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_english_stays_legible_on_the_wire() -> None:
    assert (
        b"Your booking is confirmed"
        in compose(replace(LETTER, text="Your booking is confirmed"), SENDER, OFFICE).as_bytes()
    )


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_line_break_cannot_add_a_header(newline: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        compose(replace(LETTER, subject=f"x{newline}Bcc: x@example.com"), SENDER, OFFICE)


@pytest.mark.parametrize(
    "to",
    [
        "taro@docomo.ne.jp\r\nBcc: x@example.com",
        "taro@docomo.ne.jp\n",
        "taro@docomo.ne.jp, hanako@docomo.ne.jp",
        "taro@docomo.ne.jp> SIZE=1 <x@example.com",
        "Taro <taro@docomo.ne.jp>",
        "taro hanako@docomo.ne.jp",
        '"taro"x"@docomo.ne.jp',
        "abc..def@docomo.ne.jp",
        "taro@日本語.jp",
        "太郎@docomo.ne.jp",
        "taro@docomo.ne.jp\x00",
        "taro",
        "",
    ],
)
def test_what_is_not_one_address_is_undeliverable_for_good(to: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        compose(replace(LETTER, to=to), SENDER, OFFICE)
    assert (caught.value.permanent, caught.value.code) == (True, "bad-address")


@pytest.mark.parametrize(("sender", "reply_to"), [("a\nb@office.example", OFFICE), (SENDER, "a@b\r\nBcc: c@d")])
def test_a_wrong_address_of_the_office_is_not_the_fault_of_the_letter(sender: str, reply_to: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        compose(LETTER, sender, reply_to)
    assert not caught.value.permanent


# HTML


def test_the_html_says_the_same_words_and_marks_nothing_up_that_was_typed() -> None:
    html = body(parsed(), "text/html")
    assert "日時：11月26日(木) 13:00<br>\n受付番号：123-456<br>\n<br>\nA &amp; B &lt;b&gt;" in html


def test_the_html_fetches_nothing_and_links_nowhere() -> None:
    html = body(parsed(), "text/html")
    assert not any(word in html for word in ("<img", "<link", "<script", "url(", "http", "href"))


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("URL：https://meet.example/r?a=1&b=2\n次", "https://meet.example/r?a=1&amp;b=2"),
        ("（https://meet.example/r）をひらく", "https://meet.example/r"),
        ("https://meet.example/rを13:00に開く。", "https://meet.example/r"),
        ("Open https://meet.example/r.", "https://meet.example/r"),
        ('<a href="http://meet.example/">', "http://meet.example/"),
    ],
)
def test_a_url_in_the_text_becomes_a_link_and_ends_where_it_ends(text: str, href: str) -> None:
    html = body(parsed(replace(LETTER, text=text)), "text/html")
    assert html.count("<a ") == 1
    assert f'<a href="{href}">{href}</a>' in html


@pytest.mark.parametrize("text", ["javascript:alert(1)", "ftp://x.example/", "www.example.jp", "https://"])
def test_nothing_else_becomes_a_link(text: str) -> None:
    assert "<a " not in body(parsed(replace(LETTER, text=text)), "text/html")


# The calendar entry


def test_a_letter_without_an_entry_is_text_and_html() -> None:
    message = parsed()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_an_entry_is_an_alternative_of_the_text_and_one_attachment() -> None:
    alternatives, attachment = list(parsed(INVITED).iter_parts())
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert (attachment.get_content_type(), attachment.get_filename()) == ("application/ics", "invite.ics")
    assert attachment.get_content() == calendar(INVITE)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_the_type_of_the_alternative_names_its_method(method: Any) -> None:
    message = parsed(replace(LETTER, invite=replace(INVITE, method=method)))
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part["Content-Type"].params == {"method": method, "charset": "utf-8"}
    assert f"METHOD:{method}\r\n" in part.get_content()


def test_the_entry_is_whole() -> None:
    ics = Calendar.from_ical(calendar(INVITE))
    assert (str(ics["VERSION"]), str(ics["METHOD"])) == ("2.0", "REQUEST")
    assert "PRODID" in ics
    event = entry()
    assert (str(event["UID"]), event["SEQUENCE"], str(event["CLASS"])) == ("b1@office.example", 3, "PRIVATE")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (INVITE.title, INVITE.note)


def test_the_times_of_the_entry_are_in_utc() -> None:
    ics = calendar(INVITE)
    for line in (b"DTSTART:20261126T040000Z", b"DTEND:20261126T043000Z", b"DTSTAMP:20261124T010000Z"):
        assert line in ics.split(b"\r\n")


def test_the_entry_asks_for_no_answer() -> None:
    assert dict(entry()["ATTENDEE"].params) == {"RSVP": "FALSE", "PARTSTAT": "ACCEPTED", "ROLE": "REQ-PARTICIPANT"}


def test_the_addresses_of_the_entry_are_mailto_urls() -> None:
    assert (entry()["ORGANIZER"], entry()["ATTENDEE"]) == (f"mailto:{OFFICE}", "mailto:%22.abc%22@docomo.ne.jp")


@pytest.mark.parametrize(("method", "status"), [("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")])
def test_the_entry_says_whether_it_stands(method: Any, status: str) -> None:
    assert str(entry(replace(INVITE, method=method))["STATUS"]) == status


def test_the_entry_holds_no_url() -> None:
    event = entry()
    assert not any(name in event for name in ("URL", "CONFERENCE", "LOCATION", "ATTACH"))
    assert b"://" not in calendar(INVITE)


def test_a_title_cannot_add_a_property() -> None:
    event = entry(replace(INVITE, title="x\r\nURL:https://x.example"))
    assert "URL" not in event


# The post: a server on loopback


@dataclass
class Mailbox:
    """What a server took, and what it answers to each step."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    logins: list[Any] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    async def mail(self, _s: SMTP, _n: Any, envelope: Envelope, address: str, _o: Sequence[str]) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def rcpt(self, _s: SMTP, _n: Any, envelope: Envelope, address: str, _o: Sequence[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def data(self, _s: SMTP, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.secure.append(session.ssl is not None)
        return self.answers.get("DATA", "250 OK")

    def login(self, _s: SMTP, _session: Any, _e: Envelope, _mechanism: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == "p@ss/wörd".encode(), handled=False)


@asynccontextmanager
async def listening(
    protocol: Callable[[], asyncio.BaseProtocol], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    before = asyncio.all_tasks()
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)  # aiosmtpd cancels what it ends


def served(mailbox: Mailbox, **settings: Any) -> Callable[[], SMTP]:
    loop = asyncio.get_running_loop()
    steps = SimpleNamespace(handle_MAIL=mailbox.mail, handle_RCPT=mailbox.rcpt, handle_DATA=mailbox.data)
    return lambda: SMTP(steps, hostname="localhost", loop=loop, authenticator=mailbox.login, **settings)


def scripted(*said: bytes, heard: list[bytes] | None = None) -> Callable[[], asyncio.StreamReaderProtocol]:
    """A server that says one answer to each line, whatever it is, and closes after the last."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            for answer in said:
                writer.write(answer)
                line = await reader.readuntil(b"\r\n.\r\n" if answer.startswith(b"354") else b"\r\n")
                if heard is not None:
                    heard.append(line)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    return lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), talk)


GREETED = (b"220 hi\r\n", b"250 hi\r\n", b"250 OK\r\n", b"250 OK\r\n")
TAKING = (*GREETED, b"354 go on\r\n", b"250 OK\r\n")


async def failure(post: Post, letter: Letter = LETTER) -> tuple[bool, str]:
    with pytest.raises(Undeliverable) as caught:
        await post.send(compose(letter, SENDER, OFFICE))
    assert caught.value.__context__ is caught.value.__cause__ is None  # nothing of the server's words rides along
    return caught.value.permanent, caught.value.code


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_letter_reaches_the_server_as_it_was_composed() -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox)) as port:
        await Post.from_url(f"smtp://127.0.0.1:{port}").send(compose(INVITED, SENDER, OFFICE))
    [envelope] = mailbox.taken
    assert isinstance(envelope.content, bytes)
    arrived = message_from_bytes(envelope.content, policy=policy.default)
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, ["taro@docomo.ne.jp"])
    assert arrived["Subject"] == LETTER.subject
    assert isinstance(arrived, EmailMessage)
    assert body(arrived, "text/plain") == TEXT
    assert Calendar.from_ical(body(arrived, "text/calendar")).walk("VEVENT")[0]["UID"] == INVITE.uid


@pytest.mark.parametrize(
    "to",
    ['".abc"@docomo.ne.jp', '"abc..def"@docomo.ne.jp', "taro@xn--wgv71a119e.jp", "a-b-c-@docomo.ne.jp", "a/b+c@x.jp"],
)
async def test_an_unusual_address_stays_as_it_is(to: str) -> None:
    heard: list[bytes] = []
    async with listening(scripted(*TAKING, heard=heard)) as port:
        await Post.from_url(f"smtp://127.0.0.1:{port}").send(compose(replace(LETTER, to=to), SENDER, OFFICE))
    assert f"RCPT TO:<{to}>\r\n".encode() in heard
    assert f"\r\nTo: {to}\r\n".encode() in heard[-2]


async def test_a_line_with_a_dot_alone_does_not_end_the_letter() -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox)) as port:
        letter = replace(LETTER, text="before\n.\n.after")
        await Post.from_url(f"smtp://127.0.0.1:{port}").send(compose(letter, SENDER, OFFICE))
    assert b"\r\n.after\r\n" in (mailbox.taken[0].content or b"")


async def test_starttls_is_used_where_it_is_offered(certificate: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox, tls_context=certificate)) as port:
        await Post.from_url(f"smtp://127.0.0.1:{port}").send(compose(LETTER, SENDER, OFFICE))
    assert mailbox.secure == [True]


async def test_smtps_is_secure_from_the_first_byte(certificate: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox), tls=certificate) as port:
        await Post.from_url(f"smtps://127.0.0.1:{port}").send(compose(LETTER, SENDER, OFFICE))
    assert len(mailbox.taken) == 1


async def test_the_login_is_said_to_a_secure_server(certificate: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox, tls_context=certificate, auth_required=True)) as port:
        post = Post.from_url(f"smtp://office%40x:p%40ss%2Fw%C3%B6rd@127.0.0.1:{port}")
        await post.send(compose(LETTER, SENDER, OFFICE))
    assert mailbox.logins == [(b"office@x", "p@ss/wörd".encode())]
    assert len(mailbox.taken) == 1


async def test_the_login_is_said_on_loopback_without_tls() -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox, auth_require_tls=False)) as port:
        await Post.from_url(f"smtp://office:p%40ss%2Fw%C3%B6rd@127.0.0.1:{port}").send(compose(LETTER, SENDER, OFFICE))
    assert len(mailbox.logins) == len(mailbox.taken) == 1


def afar(url: str) -> SmtpPost:
    """The post as it is where the host is another machine."""
    post = Post.from_url(url)
    assert isinstance(post, SmtpPost)
    return replace(post, loopback=False)


async def test_the_login_is_not_said_afar_without_tls() -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox, auth_require_tls=False)) as port:
        assert await failure(afar(f"smtp://office:secret@127.0.0.1:{port}")) == (False, "no-tls")
    assert (mailbox.logins, mailbox.taken) == ([], [])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_bad_certificate_afar_gets_neither_login_nor_letter(scheme: str, certificate: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    starttls = {"tls_context": certificate} if scheme == "smtp" else {}
    async with listening(served(mailbox, **starttls), tls=certificate if scheme == "smtps" else None) as port:
        assert await failure(afar(f"{scheme}://office:secret@127.0.0.1:{port}")) == (False, "tls")
    assert (mailbox.logins, mailbox.taken) == ([], [])


async def test_a_refused_login_is_the_operators_and_may_pass(certificate: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    async with listening(served(mailbox, tls_context=certificate)) as port:
        assert await failure(Post.from_url(f"smtp://office:wrong@127.0.0.1:{port}")) == (False, "535 5.7.8")
    assert mailbox.taken == []


async def test_a_server_without_login_is_the_operators_and_may_pass() -> None:
    async with listening(served(Mailbox())) as port:
        assert await failure(Post.from_url(f"smtp://office:secret@127.0.0.1:{port}")) == (False, "not-supported")


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 5.1.1 <taro@docomo.ne.jp> unknown user", (True, "550 5.1.1")),
        ("554 taro@docomo.ne.jp refused", (True, "554")),
        ("530 5.7.0 Authentication required", (False, "530 5.7.0")),
        ("450 4.2.0 <taro@docomo.ne.jp> greylisted", (False, "450 4.2.0")),
        ("421 going down", (False, "421")),
    ],
)
async def test_what_the_server_answers_decides(step: str, answer: str, expected: tuple[bool, str]) -> None:
    async with listening(served(Mailbox({step: answer}))) as port:
        assert await failure(Post.from_url(f"smtp://127.0.0.1:{port}")) == expected


async def test_a_server_that_turns_everybody_away_may_be_asked_again() -> None:
    async with listening(scripted(b"554 5.3.2 no service\r\n")) as port:
        assert await failure(Post.from_url(f"smtp://127.0.0.1:{port}")) == (False, "554 5.3.2")


async def test_a_server_that_is_not_there_may_be_asked_again() -> None:
    async with listening(scripted()) as port:
        pass
    assert await failure(Post.from_url(f"smtp://127.0.0.1:{port}")) == (False, "connection")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((), id="at once"),
        pytest.param(GREETED[:1], id="after the greeting"),
        pytest.param(GREETED[:3], id="after MAIL"),
        pytest.param((*GREETED, b"354 go on\r\n"), id="after DATA, before the answer"),
    ],
)
async def test_a_server_that_closes_may_be_asked_again(said: tuple[bytes, ...]) -> None:
    async with listening(scripted(*said)) as port:
        assert await failure(Post.from_url(f"smtp://127.0.0.1:{port}")) == (False, "connection")


async def test_a_server_that_talks_nonsense_may_be_asked_again() -> None:
    async with listening(scripted(b"nonsense\r\n")) as port:
        permanent, _ = await failure(Post.from_url(f"smtp://127.0.0.1:{port}"))
    assert not permanent


@pytest.mark.parametrize("bound", ["step", "total"])
async def test_a_server_that_says_nothing_is_given_up(bound: str) -> None:
    async with listening(scripted(b"")) as port:
        post = Post.from_url(f"smtp://127.0.0.1:{port}")
        assert isinstance(post, SmtpPost)
        async with asyncio.timeout(5):
            assert await failure(replace(post, **{bound: 0.05})) == (False, "timeout")  # type: ignore[arg-type]  # a float


async def test_a_letter_that_was_taken_is_sent_however_the_goodbye_goes() -> None:
    async with listening(scripted(*TAKING)) as port:
        await Post.from_url(f"smtp://127.0.0.1:{port}").send(compose(LETTER, SENDER, OFFICE))


async def test_after_a_failure_the_same_letter_can_be_sent() -> None:
    mailbox = Mailbox({"RCPT": "450 later"})
    async with listening(served(mailbox)) as port:
        post = Post.from_url(f"smtp://127.0.0.1:{port}")
        await failure(post)
        mailbox.answers.clear()
        await post.send(compose(LETTER, SENDER, OFFICE))
    assert len(mailbox.taken) == 1


# The post: a folder


def posted(folder: Path, *written: Letter) -> list[Path]:
    """What is in the folder once these letters were sent there."""
    for letter in written:
        asyncio.run(Post.from_url(f"file:{folder}").send(compose(letter, SENDER, OFFICE)))
    return sorted(folder.iterdir())


def test_a_folder_gets_one_file_for_each_letter(tmp_path: Path) -> None:
    files = posted(tmp_path / "mail", LETTER, LETTER, replace(LETTER, key="cancelled:b1:3"))
    assert [path.suffix for path in files] == [".eml", ".eml"]


def test_a_file_holds_the_last_attempt_whole(tmp_path: Path) -> None:
    [path] = posted(tmp_path, replace(LETTER, text="一" * 500), replace(LETTER, text="二"))
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert body(message, "text/plain") == "二\n"


def test_a_file_is_for_this_user_alone(tmp_path: Path) -> None:
    [path] = posted(tmp_path / "mail", LETTER)
    assert [it.stat().st_mode & 0o777 for it in (path, path.parent)] == [0o600, 0o700]


async def test_a_folder_that_cannot_be_written_may_be_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    assert await failure(FilePost(tmp_path / "mail")) == (False, "file")


# The address of the post


@pytest.mark.parametrize(
    ("url", "post"),
    [
        ("smtp://mail.example", SmtpPost("mail.example", 25)),
        ("smtp://u:p%40%2F@mail.example", SmtpPost("mail.example", 587, "u", "p@/")),
        ("smtps://u:p@mail.example", SmtpPost("mail.example", 465, "u", "p", tls=True)),
        ("smtp://u:p@mail.example:2525/", SmtpPost("mail.example", 2525, "u", "p")),
        ("smtp://[::1]:25", SmtpPost("::1", 25, loopback=True)),
        ("smtp://localhost", SmtpPost("localhost", 25, loopback=True)),
        ("file:var/mail", FilePost(Path("var/mail"))),
        ("file:/var/mail", FilePost(Path("/var/mail"))),
        ("file:///var/mail", FilePost(Path("/var/mail"))),
    ],
)
def test_a_url_names_the_post(url: str, post: Post) -> None:
    assert Post.from_url(url) == post


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example", "http://u:secret@mail.example", "smtp://", "smtp://u:secret@", "smtp://:secret@mail.example",
        "smtp://u:secret/x@mail.example", "smtp://u:secret#x@mail.example", "smtp://u:p@mail.example:secret",
        "smtp://u:secret@mail.example:99999", "smtp://u:secret@mail.example/path", "smtp://u:secret@[mail",
        "smtp://mail.example?secret=1", "file:", "file://",
    ],
)  # fmt: skip
def test_a_wrong_url_is_refused_and_its_password_is_not_repeated(url: str) -> None:
    with pytest.raises(BadSetting) as caught:
        Post.from_url(url)
    assert caught.value.setting == "MADOGUCHI_MAIL_URL"
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_post_does_not_show_its_password() -> None:
    assert "secret" not in repr(Post.from_url("smtp://u:secret@mail.example"))


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["mail.example", "localhost.example", "192.168.0.1", "0.0.0.0", "127.0.0.1.example", ""]
)
def test_another_machine_is_not_loopback(host: str) -> None:
    assert not is_loopback(host)
