"""Settings: what the operator says in the environment, read once at the start and from nowhere else.

Whatever is wrong is a `BadSetting` of one sentence that names the variable, says what is wrong and what to do, and
never repeats a value that may be secret: every refusal is raised outside the `except` that found the error, so that
the error's own text does not ride along as `__context__`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from flows.office import KAWAGOE, BadSetting

PREFIX = "MADOGUCHI_"
TELEGRAM = "https://api.telegram.org"
Proxies = tuple[IPv4Network | IPv6Network, ...]


def _token(given: str) -> str:
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", given):
        raise BadSetting(
            "MADOGUCHI_TOKEN", "is not a bot token: copy the one from @BotFather, digits, a colon, letters"
        )
    return given


def _origin(given: str) -> str:
    parts = _split(given)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise BadSetting("MADOGUCHI_API_URL", f"is not the origin of a server: give it like {TELEGRAM}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadSetting("MADOGUCHI_API_URL", f"goes on after the host: give the origin alone, like {TELEGRAM}")
    return f"{parts.scheme}://{parts.netloc}"


def _data(given: str) -> Path:
    folder = Path(given).resolve()
    if folder.exists() and not folder.is_dir():
        raise BadSetting("MADOGUCHI_DATA", "is a file: give the folder for the database, the keys and the mail")
    return folder


def _database(given: str) -> str:
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", given):
        raise BadSetting(
            "MADOGUCHI_DATABASE_URL", "is no database known here: begin it with sqlite:// or postgresql://"
        )
    return given


def _staff_chat(given: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", given):
        raise BadSetting(
            "MADOGUCHI_STAFF_CHAT", "is not a whole number: give the id of the staff group, like -1001234567890"
        )
    return int(given)


def _mail(given: str) -> str:
    parts = _split(given)
    if parts and parts.scheme == "file" and parts.path and not parts.netloc:
        return f"file:{Path(given.removeprefix('file:').replace('///', '/', 1)).resolve()}"
    if parts and parts.scheme in ("smtp", "smtps") and parts.hostname and parts.path in ("", "/") and not parts.query:
        return given
    raise BadSetting(
        "MADOGUCHI_MAIL_URL",
        "is no way to send mail: give smtp://user:password@host:port, the same with smtps:, or file:FOLDER,"
        " and write / ? # @ and % in a password as %2F %3F %23 %40 and %25",
    )


def _mail_from(given: str) -> str:
    return _address("MADOGUCHI_MAIL_FROM", given)


def _office_mail(given: str) -> str:
    return _address("MADOGUCHI_OFFICE_MAIL", given)


def _office_letters(given: str) -> str:
    if given not in ("details", "pointer"):
        raise BadSetting("MADOGUCHI_OFFICE_LETTERS", "is neither details nor pointer: give one of the two")
    return given


def _office(given: str) -> Path:
    folder = Path(given).resolve()
    if not (folder / "office.toml").is_file():
        raise BadSetting("MADOGUCHI_OFFICE", "has no office.toml: give the folder of an office")
    return folder


def _clock(given: str) -> Path:
    if not Path(given).is_file():
        raise BadSetting("MADOGUCHI_CLOCK", "is no file: the demo alone gives it; take it out of the environment")
    return Path(given).resolve()


def _desk_url(given: str) -> str:
    parts = _split(given)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise BadSetting(
            "MADOGUCHI_DESK_URL", "is no address of a page: give what staff open, like https://desk.example"
        )
    if parts.query or parts.fragment:
        raise BadSetting("MADOGUCHI_DESK_URL", "goes on after the path: give the address without ? and #")
    return f"{parts.scheme}://{_as_browsers_say(parts)}{parts.path.rstrip('/')}"


def _as_browsers_say(parts: SplitResult) -> str:
    """The host as it comes in their requests: in small letters and ASCII, without the port that is understood."""
    host = parts.hostname or ""
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    named = f"[{host}]" if ":" in host else host
    return named if parts.port in (None, 443 if parts.scheme == "https" else 80) else f"{named}:{parts.port}"


def _listen(given: str) -> tuple[str, int]:
    host, _, port = given.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise BadSetting("MADOGUCHI_DESK_LISTEN", "is not host:port: give one like 127.0.0.1:8761")
    return host.strip("[]"), int(port)


def _proxies(given: str) -> Proxies:
    found: Proxies = ()
    with suppress(ValueError):
        found = tuple(ip_network(each.strip()) for each in given.split(","))
    if not found:
        raise BadSetting("MADOGUCHI_DESK_PROXIES", "is no list of addresses: give them like 192.0.2.7,10.0.0.0/8")
    return found


def _log(given: str) -> str:
    if given not in ("text", "json"):
        raise BadSetting("MADOGUCHI_LOG", "is neither text nor json: give one of the two")
    return given


class Settings(BaseSettings):
    """The settings of one worker; paths are absolute. No secret is in its repr."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, validate_default=False)

    token: Annotated[SecretStr | None, BeforeValidator(_token)] = None
    api_url: Annotated[str, BeforeValidator(_origin)] = TELEGRAM
    data: Annotated[Path, BeforeValidator(_data)] = Field(default_factory=lambda: Path("var").resolve())
    database: Annotated[SecretStr | None, BeforeValidator(_database)] = Field(
        None, validation_alias="MADOGUCHI_DATABASE_URL"
    )
    keys: SecretStr | None = None  # `encryption.load_keys` reads them and refuses what is none
    staff_chat: Annotated[int | None, BeforeValidator(_staff_chat)] = None
    mail: Annotated[SecretStr | None, BeforeValidator(_mail)] = Field(None, validation_alias="MADOGUCHI_MAIL_URL")
    mail_from: Annotated[str, BeforeValidator(_mail_from)] = "madoguchi@office.example"
    office_mail: Annotated[str, BeforeValidator(_office_mail)] = "counter@office.example"
    office_letters: Annotated[Literal["details", "pointer"] | None, BeforeValidator(_office_letters)] = None
    office: Annotated[Path, BeforeValidator(_office)] = KAWAGOE
    clock: Annotated[Path | None, BeforeValidator(_clock)] = None  # of the demo alone: `bot.clock.turned_by`
    desk_url: Annotated[str | None, BeforeValidator(_desk_url)] = None
    desk_listen: Annotated[tuple[str, int], NoDecode, BeforeValidator(_listen)] = ("127.0.0.1", 8761)
    desk_proxies: Annotated[Proxies, NoDecode, BeforeValidator(_proxies)] = ()
    log: Annotated[Literal["text", "json"], BeforeValidator(_log)] = Field(
        default_factory=lambda: "text" if sys.stderr.isatty() else "json"
    )

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """The settings in `environ`; an empty value counts as not given. Raises `BadSetting`."""
        given = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX) and value.strip()}
        known = [str(field.validation_alias or PREFIX + name.upper()) for name, field in cls.model_fields.items()]
        for name in given:
            if name not in known:
                [nearest] = get_close_matches(name, known, n=1, cutoff=0)
                raise BadSetting(name, f"is not known: the nearest name that is known is {nearest}")
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): value for name, value in given.items()}
        return cls(**source())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)  # `load` alone looks at the environment

    @model_validator(mode="after")
    def _mail_reaches_people(self) -> Settings:
        if self.token and not self.mail and urlsplit(self.api_url).hostname == urlsplit(TELEGRAM).hostname:
            raise BadSetting(
                "MADOGUCHI_MAIL_URL", "is not given, and people on Telegram wait for letters: give a mail server"
            )
        if _sends_far(self.mail_url):
            for name, address in (("MAIL_FROM", self.mail_from), ("OFFICE_MAIL", self.office_mail)):
                if address.endswith(".example"):
                    raise BadSetting(
                        PREFIX + name, f"is {address}, where no mail arrives: give the office's own address"
                    )
        return self

    @model_validator(mode="after")
    def _a_pointer_points_somewhere(self) -> Settings:
        if self.office_letters == "pointer" and self.desk_url is None:
            raise BadSetting(
                "MADOGUCHI_OFFICE_LETTERS",
                "is pointer, and there is no desk to point to: give MADOGUCHI_DESK_URL, or details",
            )
        return self

    @model_validator(mode="after")
    def _clock_is_the_demos(self) -> Settings:
        if self.clock and _sends_far(self.api_url):
            raise BadSetting("MADOGUCHI_CLOCK", "is for the demo alone: people on Telegram go by the real time")
        return self

    @property
    def pointer(self) -> str:
        """The desk, where letters to the office mailbox point to it; empty where they give the details."""
        return "" if self.office_letters == "details" else self.desk_url or ""

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL as given, whatever its driver; else SQLite in the data folder."""
        return self.database.get_secret_value() if self.database else f"sqlite:///{self.data / 'madoguchi.db'}"

    @property
    def mail_url(self) -> str:
        """smtp://…, smtps://… or file:FOLDER, the folder absolute."""
        return self.mail.get_secret_value() if self.mail else f"file:{self.data / 'mail'}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show: the token, the keys, the passwords (as given and unquoted)."""
        passwords = [password for url in (self.database_url, self.mail_url) for password in _passwords(url)]
        keys = self.keys.get_secret_value().split(",") if self.keys else []
        token = [self.token.get_secret_value()] if self.token else []
        return (*token, *(key.strip().removeprefix("index:") for key in keys), *passwords)

    def require_token(self) -> str:
        """The bot's token; raises `BadSetting` where none was given."""
        if self.token is None:
            raise BadSetting("MADOGUCHI_TOKEN", "is not given: get a token from @BotFather and put it there")
        return self.token.get_secret_value()


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # ValueError where it is no number
    except ValueError:
        return None
    return parts


def _address(setting: str, given: str) -> str:
    try:
        return validate_email(given, check_deliverability=False).normalized
    except EmailNotValidError:
        pass
    raise BadSetting(setting, "is not a mail address: give one like counter@office.example")


def _sends_far(mail_url: str) -> bool:
    host = urlsplit(mail_url).hostname
    try:
        return host is not None and host != "localhost" and not ip_address(host).is_loopback
    except ValueError:  # a name
        return True


def _passwords(url: str) -> set[str]:
    found = re.findall(r"://[^:/@]*:(.+)@|[?&]password=([^&#]+)", url)
    given = {password for both in found for password in both if password}
    return given | set(map(unquote, given))
