"""Settings of the appliance, read once from the environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
MINIMUM_SECRET_LENGTH = 32
PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "you-will-never-guess", "dev"})
REGISTRATION_MODES = ("open", "closed")


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message says which and what to write instead."""


class SecretKeyError(SettingsError):
    """The secret key cannot be read or is no secret."""


@dataclass(frozen=True)
class MailSettings:
    """Which server takes our e-mail, and how."""

    server: str
    port: int = 25
    use_tls: bool = False
    use_ssl: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    # Who is told of errors that nobody foresaw.
    admins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """Every setting that the program knows; `from_environment` reads and checks them."""

    data_dir: Path
    run_dir: Path
    secret_key: str = field(repr=False)
    port: int = 8000
    bind: str = "127.0.0.1"
    registration: str = "open"
    post_length: int = 280
    posts_per_page: int = 25
    https: bool = False
    proxy_hops: int = 0
    web_workers: int = 1
    web_threads: int = 4
    allow_ephemeral: bool = True
    allow_network_fs: bool = False
    lock_wait: int = 30
    clock_wait: int = 60
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    mail: MailSettings | None = None

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "app.db"

    @property
    def search_dir(self) -> Path:
        """Where the search index lives; everything in it can be made again."""
        return self.data_dir / "search"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raise SettingsError naming the first one that cannot be used."""
        source = _Source(os.environ if environment is None else environment)
        data_dir = Path(source.text("MICROBLOG_DATA_DIR", "data")).absolute()
        return cls(
            data_dir=data_dir,
            run_dir=_run_dir(source, data_dir),
            secret_key=_secret_key(source, data_dir),
            port=source.number("PORT", 8000, 1, 65535),
            bind=source.text("MICROBLOG_BIND", "127.0.0.1"),
            registration=source.choice("MICROBLOG_REGISTRATION", "open", REGISTRATION_MODES),
            post_length=source.number("MICROBLOG_POST_LENGTH", 280, 1, 5000),
            posts_per_page=source.number("MICROBLOG_POSTS_PER_PAGE", 25, 1, 100),
            https=source.flag("MICROBLOG_HTTPS"),
            proxy_hops=source.number("MICROBLOG_PROXY_HOPS", 0, 0, 5),
            web_workers=source.number("MICROBLOG_WEB_WORKERS", 1, 1, 16),
            web_threads=source.number("MICROBLOG_WEB_THREADS", 4, 1, 64),
            allow_ephemeral=source.flag("MICROBLOG_ALLOW_EPHEMERAL", default="1"),
            allow_network_fs=source.flag("MICROBLOG_ALLOW_NETWORK_FS"),
            lock_wait=source.number("MICROBLOG_LOCK_WAIT", 30, 0, 600),
            clock_wait=source.number("MICROBLOG_CLOCK_WAIT", 60, 0, 600),
            public_url=source.text("MICROBLOG_PUBLIC_URL", "").rstrip("/"),
            hosts=tuple(source.text("MICROBLOG_HOSTS", "").lower().split()),
            mail=_mail(source),
        )


@dataclass(frozen=True)
class _Source:
    """Typed reads of environment variables; an empty value counts as not set."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def text_or_file(self, name: str, default: str = "") -> str:
        """The value of NAME, or the contents of the file that NAME_FILE names."""
        path = self.text(f"{name}_FILE", "")
        if not path or self.text(name, ""):
            return self.text(name, default)
        try:
            return Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE is {path!r}, which user {os.getuid()} cannot read as text") from error

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        raw = self.text(name, str(default))
        if not raw.isascii() or not raw.isdigit() or not lowest <= int(raw) <= highest:
            raise SettingsError(f"{name} is {raw!r}; write a whole number from {lowest} to {highest}")
        return int(raw)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        raw = self.text(name, default).lower()
        if raw not in allowed:
            raise SettingsError(f"{name} is {raw!r}; write one of: {', '.join(allowed)}")
        return raw

    def flag(self, name: str, default: str = "0") -> bool:
        return self.choice(name, default, ("0", "1", "false", "true", "no", "yes", "off", "on")) in (
            "1",
            "true",
            "yes",
            "on",
        )


def _mail(source: _Source) -> MailSettings | None:
    """The MAIL_ settings; None where no server is named, for then no e-mail is sent."""
    server = source.text_or_file("MAIL_SERVER")
    if not server:
        return None
    if any(character.isspace() or character in "/:@" for character in server):
        raise SettingsError(f"MAIL_SERVER is {server!r}; write its name alone, for example mail.example.org")
    use_tls, use_ssl = source.flag("MAIL_USE_TLS"), source.flag("MAIL_USE_SSL")
    if use_tls and use_ssl:
        raise SettingsError("MAIL_USE_TLS and MAIL_USE_SSL are both on; port 587 wants the first, port 465 the second")
    sender = source.text_or_file("MAIL_SENDER", f"no-reply@{server}")
    if sender.count("@") != 1 or any(character.isspace() for character in sender):
        raise SettingsError(f"MAIL_SENDER is {sender!r}; write an address, for example microblog@example.org")
    admins = tuple(source.text_or_file("ADMINS").replace(",", " ").split())
    if wrong := [each for each in admins if each.count("@") != 1]:
        raise SettingsError(f"ADMINS holds {wrong[0]!r}; write addresses, divided by spaces: me@example.org")
    return MailSettings(
        server=server,
        port=source.number("MAIL_PORT", 587 if use_tls else 465 if use_ssl else 25, 1, 65535),
        use_tls=use_tls,
        use_ssl=use_ssl,
        username=source.text_or_file("MAIL_USERNAME"),
        password=source.text_or_file("MAIL_PASSWORD"),
        sender=sender,
        admins=admins,
    )


def _run_dir(source: _Source, data_dir: Path) -> Path:
    """Where the heartbeat and the wake-up pipe are: in memory if possible, so that idling writes to no card."""
    chosen = source.text("MICROBLOG_RUN_DIR", "")
    if chosen:
        return Path(chosen).absolute()
    shared_memory = Path("/dev/shm")  # noqa: S108  a folder with our own unguessable-by-accident name, mode 0700, is made in it
    parent = shared_memory if os.access(shared_memory, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f"microblog-{os.getuid()}-{sha256(str(data_dir).encode()).hexdigest()[:12]}"


def _secret_key(source: _Source, data_dir: Path) -> str:
    """SECRET_KEY, SECRET_KEY_FILE or the key that the first boot left on the data volume; empty before that."""
    if value := source.text("SECRET_KEY", ""):
        return _checked(value, "SECRET_KEY")
    if chosen := source.text("SECRET_KEY_FILE", ""):
        return _checked(_read_secret(Path(chosen), "SECRET_KEY_FILE"), "SECRET_KEY_FILE")
    own = data_dir / "secret_key"
    return _checked(_read_secret(own, str(own)), str(own)) if own.exists() else ""


def _read_secret(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SecretKeyError(
            f"{name}: cannot read {path} as user {os.getuid()} ({error.strerror}); "
            "let that user read the file, for example: chmod 0444 on a file in a private folder"
        ) from error
    except UnicodeDecodeError as error:
        raise SecretKeyError(f"{name}: {path} is not plain text") from error


def _checked(value: str, name: str) -> str:
    if len(value) < MINIMUM_SECRET_LENGTH or value.lower() in PLACEHOLDERS:
        raise SecretKeyError(
            f"{name} is too short or a placeholder; remove it (a good one is made by itself) "
            f"or use at least {MINIMUM_SECRET_LENGTH} random characters"
        )
    return value
