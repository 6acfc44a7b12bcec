"""A URL names the post; a folder as the post gets a file for each letter."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.mime import Letter, compose
from bot.post import FilePost, Post, SmtpPost, is_loopback
from flows.office import BadSetting
from tests.letters import LETTER, OFFICE, SENDER, body, failure


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
