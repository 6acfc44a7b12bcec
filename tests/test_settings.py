"""The operator's settings: read from the environment alone, refused in one sentence that names the variable."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from base64 import b64encode
from contextlib import chdir
from pathlib import Path

import pytest

from bot.config import Settings
from flows.office import KAWAGOE, BadSetting

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
LOCAL = {"MADOGUCHI_API_URL": "http://127.0.0.1:8081"}
OFFICE = {"MADOGUCHI_MAIL_FROM": "bot@kawagoe.lg.jp", "MADOGUCHI_OFFICE_MAIL": "window@kawagoe.lg.jp"}


def refused(**given: str) -> BadSetting:
    with pytest.raises(BadSetting) as refusal:
        Settings.load({f"MADOGUCHI_{name}": value for name, value in given.items()})
    return refusal.value


def test_without_an_environment_every_default_holds() -> None:
    settings = Settings.load({})
    var = Path.cwd() / "var"
    assert settings.token is None
    assert settings.api_url == "https://api.telegram.org"
    assert settings.data == var
    assert settings.database_url == f"sqlite:///{var}/madoguchi.db"
    assert settings.mail_url == f"file:{var}/mail"
    assert settings.staff_chat is None
    assert settings.office == KAWAGOE
    assert settings.mail_from.endswith(".example")
    assert settings.office_mail.endswith(".example")


def test_what_is_given_is_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "office.toml").touch()
    key = b64encode(bytes(32)).decode()
    settings = Settings.load(
        OFFICE
        | {
            "MADOGUCHI_TOKEN": TOKEN,
            "MADOGUCHI_API_URL": "http://bot-api:8081/",
            "MADOGUCHI_DATA": str(tmp_path / "data"),
            "MADOGUCHI_DATABASE_URL": "postgresql+asyncpg://bot:pw@db/madoguchi",
            "MADOGUCHI_KEYS": f"{key},{key}",
            "MADOGUCHI_STAFF_CHAT": "-1001234567890",
            "MADOGUCHI_MAIL_URL": "smtps://bot:pw@mail.kawagoe.lg.jp:465",
            "MADOGUCHI_OFFICE": str(tmp_path),
            "MADOGUCHI_LOG": "json",
        }
    )
    assert settings.require_token() == TOKEN
    assert settings.api_url == "http://bot-api:8081"
    assert settings.data == tmp_path / "data"
    assert settings.database_url == "postgresql+asyncpg://bot:pw@db/madoguchi"
    assert settings.keys is not None
    assert settings.keys.get_secret_value() == f"{key},{key}"
    assert settings.staff_chat == -1001234567890
    assert settings.mail_url == "smtps://bot:pw@mail.kawagoe.lg.jp:465"
    assert (settings.mail_from, settings.office_mail) == ("bot@kawagoe.lg.jp", "window@kawagoe.lg.jp")
    assert settings.office == tmp_path
    assert settings.log == "json"


def test_the_environment_of_the_process_is_read_unless_another_is_given() -> None:
    asked = "from bot.config import Settings; print(Settings.load().staff_chat, Settings.load({}).staff_chat)"
    environ = os.environ | {"MADOGUCHI_STAFF_CHAT": "-5"}
    assert subprocess.check_output([sys.executable, "-c", asked], env=environ, text=True) == "-5 None\n"


def test_a_dotenv_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MADOGUCHI_STAFF_CHAT=-5\n")
    with chdir(tmp_path):
        assert Settings.load({}).staff_chat is None


def test_relative_paths_start_from_the_current_folder(tmp_path: Path) -> None:
    with chdir(tmp_path):
        settings = Settings.load({"MADOGUCHI_DATA": "here", "MADOGUCHI_MAIL_URL": "file:letters"})
    assert settings.data == tmp_path / "here"
    assert settings.mail_url == f"file:{tmp_path / 'letters'}"


def test_a_mail_folder_may_be_written_as_a_file_url(tmp_path: Path) -> None:
    assert Settings.load({"MADOGUCHI_MAIL_URL": f"file://{tmp_path}"}).mail_url == f"file:{tmp_path}"


def test_an_empty_value_is_not_given() -> None:
    assert Settings.load({"MADOGUCHI_TOKEN": "", "MADOGUCHI_STAFF_CHAT": " ", "MADOGUCHI_TOKNE": ""}).token is None


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.load({}).staff_chat = 3


def test_a_mistyped_name_is_refused_with_the_nearest_one() -> None:
    refusal = refused(STAF_CHAT="-5")
    assert refusal.setting == "MADOGUCHI_STAF_CHAT"
    assert "MADOGUCHI_STAFF_CHAT" in refusal.problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN", "AAEhBOweik6ad9r"),
        ("TOKEN", "123:with space"),
        ("API_URL", "api.telegram.org"),
        ("API_URL", "ftp://api.telegram.org"),
        ("API_URL", "https://"),
        ("API_URL", "https://api.telegram.org/bot"),
        ("API_URL", "https://user:pw@api.telegram.org"),
        ("API_URL", "https://api.telegram.org:port"),
        ("DATA", __file__),
        ("DATABASE_URL", "mysql://root:pw@db/madoguchi"),
        ("DATABASE_URL", "madoguchi.db"),
        ("STAFF_CHAT", "@staff"),
        ("STAFF_CHAT", "-1.5"),
        ("MAIL_URL", "mail.kawagoe.lg.jp"),
        ("MAIL_URL", "file:"),
        ("MAIL_URL", "file://var/mail"),
        ("MAIL_URL", "smtp://bot:pa#ss@mail.kawagoe.lg.jp"),
        ("MAIL_FROM", "the counter"),
        ("OFFICE_MAIL", "counter@"),
        ("OFFICE", "/nowhere"),
        ("LOG", "yaml"),
    ],
)
def test_a_bad_value_is_refused_naming_its_variable(name: str, value: str) -> None:
    refusal = refused(**{name: value})
    assert refusal.setting == f"MADOGUCHI_{name}"
    assert str(refusal).count("\n") == 0


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("TOKEN", f"{TOKEN}!", TOKEN),
        ("DATABASE_URL", "mysql://root:hunter2@db/madoguchi", "hunter2"),
        ("MAIL_URL", "smtp://bot:hunter2#5@mail.kawagoe.lg.jp", "hunter2"),
        ("MAIL_URL", "smtp://bot@[hunter2", "hunter2"),
    ],
)
def test_a_refusal_repeats_no_secret_not_even_in_what_lies_behind_it(name: str, value: str, secret: str) -> None:
    refusal = refused(**{name: value})
    assert secret not in "".join(traceback.format_exception(refusal))
    assert refusal.__context__ is None


def test_a_secret_is_not_in_the_repr() -> None:
    key = b64encode(b"k" * 32).decode()
    shown = repr(
        Settings.load(
            LOCAL
            | OFFICE
            | {
                "MADOGUCHI_TOKEN": TOKEN,
                "MADOGUCHI_KEYS": key,
                "MADOGUCHI_DATABASE_URL": "postgresql://bot:hunter2@db/madoguchi",
                "MADOGUCHI_MAIL_URL": "smtp://bot:hunter3@mail.kawagoe.lg.jp",
            }
        )
    )
    assert "staff_chat" in shown
    assert not [secret for secret in (TOKEN, key, "hunter2", "hunter3") if secret in shown]


def test_the_secrets_for_the_logs_are_the_token_the_keys_and_the_passwords() -> None:
    key = b64encode(b"k" * 32).decode()
    settings = Settings.load(
        LOCAL
        | OFFICE
        | {
            "MADOGUCHI_TOKEN": TOKEN,
            "MADOGUCHI_KEYS": f"{key}, index:{key}",
            "MADOGUCHI_DATABASE_URL": "postgresql://bot:hunter2@db/madoguchi",
            "MADOGUCHI_MAIL_URL": "smtp://bot:a%40b@mail.kawagoe.lg.jp",
        }
    )
    assert set(settings.secrets) == {TOKEN, key, "hunter2", "a%40b", "a@b"}


def test_to_run_without_a_token_is_refused() -> None:
    with pytest.raises(BadSetting, match="MADOGUCHI_TOKEN"):
        Settings.load({}).require_token()


def test_on_telegram_itself_letters_need_a_mail_server() -> None:
    assert refused(TOKEN=TOKEN).setting == "MADOGUCHI_MAIL_URL"


def test_on_another_bot_api_server_letters_may_go_to_a_folder() -> None:
    assert Settings.load(LOCAL | {"MADOGUCHI_TOKEN": TOKEN}).mail_url.startswith("file:")


@pytest.mark.parametrize("missing", ["MADOGUCHI_MAIL_FROM", "MADOGUCHI_OFFICE_MAIL"])
def test_a_mail_server_elsewhere_gets_no_letters_of_an_example_address(missing: str) -> None:
    given = OFFICE | {"MADOGUCHI_MAIL_URL": "smtp://mail.kawagoe.lg.jp"}
    del given[missing]
    with pytest.raises(BadSetting, match=missing):
        Settings.load(given)


@pytest.mark.parametrize("host", ["localhost:2525", "127.0.0.1", "[::1]:25"])
def test_a_mail_server_on_loopback_takes_letters_of_an_example_address(host: str) -> None:
    assert Settings.load({"MADOGUCHI_MAIL_URL": f"smtp://{host}"}).mail_from.endswith(".example")


def test_the_desk_is_told_where_to_listen_and_whom_to_trust() -> None:
    given = {"MADOGUCHI_DESK_LISTEN": "127.0.0.1:9100", "MADOGUCHI_DESK_PROXIES": "192.0.2.7, 10.0.0.0/8"}
    settings = Settings.load(given)
    assert settings.desk_listen == ("127.0.0.1", 9100)
    assert [str(network) for network in settings.desk_proxies] == ["192.0.2.7/32", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("https://Desk.Example:443/", "https://desk.example"),
        ("http://desk.example:80/office/", "http://desk.example/office"),
        ("HTTPS://窓口.example", "https://xn--6or331g.example"),
        ("http://[::1]:8761", "http://[::1]:8761"),
        ("https://desk.example:8443", "https://desk.example:8443"),
    ],
)
def test_the_desk_is_known_by_the_name_that_browsers_send(given: str, known: str) -> None:
    assert Settings.load({"MADOGUCHI_DESK_URL": given}).desk_url == known


@pytest.mark.parametrize(
    ("name", "given"),
    [("MADOGUCHI_DESK_LISTEN", "9100"), ("MADOGUCHI_DESK_LISTEN", "desk:x"), ("MADOGUCHI_DESK_PROXIES", "everybody")],
)
def test_where_that_cannot_be_read_the_setting_is_named(name: str, given: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.load({name: given})


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({}, ""),
        ({"MADOGUCHI_OFFICE_LETTERS": "details"}, ""),
        ({"MADOGUCHI_DESK_URL": "https://desk.example/"}, "https://desk.example"),
        ({"MADOGUCHI_DESK_URL": "https://desk.example", "MADOGUCHI_OFFICE_LETTERS": "details"}, ""),
        ({"MADOGUCHI_DESK_URL": "https://desk.example", "MADOGUCHI_OFFICE_LETTERS": "pointer"}, "https://desk.example"),
    ],
)
def test_the_office_mailbox_gets_a_pointer_where_there_is_a_desk_and_nothing_else_is_said(
    given: dict[str, str], pointer: str
) -> None:
    assert Settings.load(given).pointer == pointer


@pytest.mark.parametrize("given", ["pointer", "both"])
def test_a_pointer_to_nowhere_and_an_unknown_sort_of_letter_are_refused(given: str) -> None:
    with pytest.raises(BadSetting, match="MADOGUCHI_OFFICE_LETTERS"):
        Settings.load({"MADOGUCHI_OFFICE_LETTERS": given})
