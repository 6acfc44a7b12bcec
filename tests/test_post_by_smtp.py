"""A letter is handed over whole and in secret; what goes wrong says whether to try again."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from icalendar import Calendar

from bot.mime import compose
from bot.post import Post, SmtpPost
from tests.letters import INVITE, INVITED, LETTER, OFFICE, SENDER, TEXT, body, failure
from tests.smtp_servers import GREETED, TAKING, Mailbox, listening, scripted, served


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
