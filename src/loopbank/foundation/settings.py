"""Settings: read once from the environment in an entrypoint, validated with a sentence per mistake, passed down."""

import os
import re
import secrets
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from loopbank.coins import Coins, parse_coins

SECRET_LENGTH_MIN = 32

TIMES_OF_DAY = r"^$|^([01]\d|2[0-3]|\*):[0-5]\d(,([01]\d|2[0-3]|\*):[0-5]\d)*$"
"""Such as `02:00,14:30`, or `*:30` for half past every hour; empty is never."""

_ACCOUNT = re.compile(r"[A-Z]{2,4}-[A-Z0-9]{4}-[A-Z0-9]{4}")
_DATABASE = re.compile(r"sqlite:///|postgres(ql)?(\+asyncpg)?://")


class Profile(StrEnum):
    """Who runs it: a live event on one laptop, or a company's platform."""

    EVENT = "event"
    PLATFORM = "platform"


class InvalidSettings(Exception):
    """The environment holds a setting that cannot work; the message has one line per mistake."""


def _named(seed_name: str) -> AliasChoices:
    """Accept the setting under its well-known name and with our prefix."""
    return AliasChoices(f"LOOPBANK_{seed_name}", seed_name)


_FACTIONS = ("Netrunners", "Corporate", "Street", "Nomads", "Fixers")


class Settings(BaseSettings):
    """Everything an installation can choose. Names are `LOOPBANK_<FIELD>`, or the well-known name beside it."""

    model_config = SettingsConfigDict(env_prefix="LOOPBANK_", extra="ignore", frozen=True, populate_by_name=True)

    profile: Profile = Profile.EVENT
    data_dir: Path = Path("data")
    database_url: str = Field("", validation_alias=_named("DATABASE_URL"))
    secret_key: str = Field("", validation_alias=_named("SECRET_KEY"))
    host: str = "0.0.0.0"  # noqa: S104 -- phones on the event's network must reach it
    port: int = Field(0, ge=0, le=65535)
    public_url: str = ""
    auth_url: str = "http://127.0.0.1:5000"
    coin_url: str = "http://127.0.0.1:5001"
    trusted_proxies: str = "127.0.0.1"
    database_connections_max: int = Field(10, ge=2, le=200)
    drain_seconds: float = Field(0.0, ge=0, le=60)
    rate_limits: bool = True
    log_json: bool = True
    web_dir: Path | None = None
    product_name: str = ""
    theme: str = ""
    currency_code: str = Field("LBC", pattern=r"^[A-Za-z0-9]{1,16}$")
    currency_symbol: str = ""
    account_prefix: str = Field("NC", pattern=r"^[A-Z]{2,4}$")
    house_account: str = Field("NC-CASA-0000", validation_alias=_named("CASINO_HOUSE_ACCOUNT"))
    bank_account: str = "NC-SYST-EM00"
    house_start: Coins | None = None
    house_underwriting: Coins | None = None
    welcome_bonus: Coins | None = None
    factions: Annotated[tuple[str, ...] | None, NoDecode] = None
    token_hours: int | None = Field(None, ge=1, le=24 * 31, validation_alias=_named("JWT_EXPIRY_HOURS"))
    transfers_per_minute: int = Field(30, ge=1, validation_alias=_named("RATE_LIMIT_PER_MINUTE"))
    key_requests_per_minute: int = Field(100, ge=1)
    webhook_private_addresses: bool = False
    password_length_min: int | None = Field(None, ge=6, le=64)
    backup_target: str = ""
    backup_passphrase: str = ""
    backup_at: str = Field("02:00", pattern=TIMES_OF_DAY)
    backup_days: int = Field(30, ge=1, le=3650)
    backup_whole_days: int = Field(7, ge=0, le=3650)
    check_at: str = Field("03:00", pattern=TIMES_OF_DAY)
    time_zone: str = "UTC"
    postgres_tools: Path | None = None
    trace_endpoint: str = ""
    broker_url: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: str = Field("", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    google_client_id: str = ""
    google_client_secret: str = ""
    google_issuer: str = "https://accounts.google.com"

    @field_validator("house_start", "house_underwriting", "welcome_bonus", mode="before")
    @classmethod
    def _coins(cls, value: object) -> object:
        return None if value is None else parse_coins(value)

    @field_validator("house_start", "house_underwriting", "welcome_bonus")
    @classmethod
    def _not_negative(cls, coins: Coins | None) -> Coins | None:
        if coins is not None and coins < 0:
            raise ValueError("The amount must not be negative.")
        return coins

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not _DATABASE.match(url):
            raise ValueError("The address must begin with sqlite:/// or postgresql://.")
        return url

    @field_validator("house_account", "bank_account")
    @classmethod
    def _account_number(cls, number: str) -> str:
        if not _ACCOUNT.fullmatch(number):
            raise ValueError("An account number looks like NC-CASA-0000.")
        return number

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, ZoneInfoNotFoundError) as error:
            raise ValueError("There is no such time zone; a name looks like Europe/Berlin.") from error
        return name

    @field_validator("factions", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _platform_secret(self) -> Self:
        if self.profile is Profile.PLATFORM and len(self.secret_key) < SECRET_LENGTH_MIN:
            raise ValueError(f"SECRET_KEY must have at least {SECRET_LENGTH_MIN} characters in the platform profile.")
        return self

    @property
    def is_event(self) -> bool:
        """Tell whether the event profile's defaults hold."""
        return self.profile is Profile.EVENT

    @property
    def is_on_sqlite(self) -> bool:
        """Tell whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")


class Installation(Settings):
    """Settings with every default of the profile filled in; what the product works with."""

    database_url: str
    secret_key: str
    product_name: str
    theme: str
    currency_symbol: str
    house_start: Coins
    house_underwriting: Coins
    welcome_bonus: Coins
    factions: tuple[str, ...]
    token_hours: int
    password_length_min: int


def read_settings() -> Installation:
    """Read the environment. Raises InvalidSettings with a sentence per mistake."""
    try:
        given = Settings()
        return _with_profile_defaults(given)
    except ValidationError as error:
        lines = [_sentence(mistake["loc"], mistake["msg"]) for mistake in error.errors()]
        raise InvalidSettings("\n".join(lines)) from error
    except OSError as error:
        raise InvalidSettings(f"LOOPBANK_DATA_DIR: {error}") from error


def _sentence(place: tuple[int | str, ...], text: str) -> str:
    """Say which environment variable is wrong, and how."""
    sentence = text.removeprefix("Value error, ")
    if not place:
        return sentence
    name = str(place[0])
    return f"{name if name.isupper() else f'LOOPBANK_{name.upper()}'}: {sentence}"


def _with_profile_defaults(given: Settings) -> Installation:
    event = given.is_event
    filled: dict[str, object] = {
        "product_name": given.product_name or ("NeoBank" if event else "Looping Binary"),
        "theme": given.theme or ("neotropolis" if event else "looping-binary"),
        "factions": (_FACTIONS if event else ()) if given.factions is None else given.factions,
        "currency_symbol": given.currency_symbol or ("¤" if event else "LBC"),
        "token_hours": given.token_hours or (24 if event else 24 * 7),
        "password_length_min": given.password_length_min or (6 if event else 8),
        "secret_key": given.secret_key or _stored_secret(given.data_dir),
        "database_url": given.database_url or f"sqlite:///{given.data_dir.resolve() / 'loopbank.db'}",
    }
    bonus = given.welcome_bonus if given.welcome_bonus is not None else Coins(1_000_00 if event else 0)
    # Defaults of coins stand here, because the settings library validates a field's default as if it had been given.
    house_start = given.house_start if given.house_start is not None else Coins(100_000_00)
    underwriting = given.house_underwriting
    if underwriting is None:
        underwriting = Coins(1_000_000_00 if event else 0)
    coins = {"house_start": house_start, "house_underwriting": underwriting, "welcome_bonus": bonus}
    return Installation.model_construct(**{**given.model_dump(), **filled, **coins})


def _stored_secret(data_dir: Path) -> str:
    """Read the installation's secret from its data folder; the first start makes it."""
    path = data_dir / "secret"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written whole under another name first: of two first starts at once, both read the same complete secret.
        draft = data_dir / f"secret.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
