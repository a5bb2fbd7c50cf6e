"""Settings of the appliance, read once from the environment."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL

from .backup_settings import backup_at
from .database_settings import DatabaseSettings, database_settings
from .environment import SecretKeyError, SettingsError, Source
from .mail_settings import MailSettings, mail_settings
from .metrics_settings import metrics_token
from .search_settings import SearchSettings, search_settings
from .time import is_time_zone
from .translator_settings import USUAL, TranslatorSettings, post_languages, translator_settings

PROJECT_ROOT = Path(__file__).resolve().parents[2]
MINIMUM_SECRET_LENGTH = 32
TRANSLATIONS = PROJECT_ROOT / "app" / "translations"
DATABASE_FILE = "app.db"
SQLITE = "sqlite:///"
PUBLIC_URL = re.compile(r"https?://(\[[\da-fA-F:.]+\]|[^\s/?#@:\[\]]+)(:\d{1,5})?")
COMPOSED = re.compile(r"https://localhost:(?:[^/]*:)?(\d+)")
PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "you-will-never-guess", "dev"})
# Who may make an account: nobody, whoever has an invitation, whoever an administrator approves, everybody.
REGISTRATION_MODES = ("closed", "invite", "approval", "open")
# Where Nginx has its certificate from: this machine, a public authority, the operator; off: a proxy before it has one.
TLS_MODES = ("local", "acme", "own", "off")
# Pictures of people: drawn here from their names, or asked for at Gravatar by a hash of their addresses.
AVATARS = ("drawn", "gravatar")


@dataclass(frozen=True)
class Settings:
    """Every setting that the program knows; `from_environment` reads and checks them."""

    data_dir: Path
    run_dir: Path
    secret_key: str = field(repr=False)
    port: int = 8000
    bind: str = "127.0.0.1"
    registration: str = "invite"
    post_length: int = 280
    posts_per_page: int = 25
    https: bool = False
    tls: str = "local"
    proxy_hops: int = 0
    web_workers: int = 1
    web_threads: int = 4
    allow_ephemeral: bool = True
    allow_network_fs: bool = False
    lock_wait: int = 30
    clock_wait: int = 60
    public_url: str = ""
    hosts: tuple[str, ...] = ()
    # What the pages can speak; the first is for whoever asks for none of them.
    languages: tuple[str, ...] = ("en", "es")
    time_zone: str = "UTC"
    avatars: str = "drawn"
    mail: MailSettings | None = None
    translator: TranslatorSettings | None = None
    post_languages: tuple[str, ...] = tuple(USUAL.split())
    # The hour of the nightly backup in `time_zone`; None: no such backup.
    backup_at: time | None = time(3, 30)
    search: SearchSettings = field(default_factory=SearchSettings)
    # What Prometheus must show to be given figures; empty: there are none.
    metrics_token: str = field(default="", repr=False)
    # The database on a server; None: the SQLite file.
    database: DatabaseSettings | None = None
    # So many seconds the start waits for a server.
    database_wait: int = 120
    # Where media_dir is; None: in the data folder.
    media_folder: Path | None = None
    # Nginx has media_dir too, and sends its files when an answer names one in X-Accel-Redirect.
    accel_redirect: bool = False

    @property
    def database_url(self) -> URL:
        """Where the database is, for SQLAlchemy."""
        return self.database.url if self.database else URL.create("sqlite", database=str(self.database_path))

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / DATABASE_FILE

    @property
    def media_dir(self) -> Path:
        """Folder of the files that Nginx may send."""
        return self.media_folder or self.data_dir / "media"

    @property
    def exports_dir(self) -> Path:
        """Folder of finished exports."""
        return self.media_dir / "exports"

    @property
    def search_dir(self) -> Path:
        """Where the search index lives; everything in it can be made again."""
        return self.data_dir / "search"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raise SettingsError naming the first one that cannot be used."""
        source = Source(os.environ if environment is None else environment)
        database = database_settings(source)
        data_dir, languages = _data_dir(source, on_server=database is not None), _languages(source)
        return cls(
            data_dir=data_dir,
            run_dir=_run_dir(source, data_dir),
            secret_key=_secret_key(source, data_dir),
            port=source.number("PORT", 8000, 1, 65535),
            bind=source.text("MICROBLOG_BIND", "127.0.0.1"),
            registration=source.choice("MICROBLOG_REGISTRATION", "invite", REGISTRATION_MODES),
            post_length=source.number("MICROBLOG_POST_LENGTH", 280, 1, 5000),
            posts_per_page=source.number("POSTS_PER_PAGE", 25, 1, 100),
            https=source.flag("MICROBLOG_HTTPS"),
            tls=source.choice("MICROBLOG_TLS", "local", TLS_MODES),
            proxy_hops=source.number("MICROBLOG_PROXY_HOPS", 0, 0, 5),
            web_workers=source.number("MICROBLOG_WEB_WORKERS", 1, 1, 16),
            web_threads=source.number("MICROBLOG_WEB_THREADS", 4, 1, 64),
            allow_ephemeral=source.flag("MICROBLOG_ALLOW_EPHEMERAL", default="1"),
            allow_network_fs=source.flag("MICROBLOG_ALLOW_NETWORK_FS"),
            lock_wait=source.number("MICROBLOG_LOCK_WAIT", 30, 0, 600),
            clock_wait=source.number("MICROBLOG_CLOCK_WAIT", 60, 0, 600),
            public_url=_public_url(source),
            hosts=_names(source, "MICROBLOG_HOSTS") + _names(source, "MICROBLOG_DOMAIN"),
            languages=languages,
            time_zone=_time_zone(source),
            avatars=source.choice("MICROBLOG_AVATARS", "drawn", AVATARS),
            mail=mail_settings(source),
            translator=translator_settings(source),
            post_languages=post_languages(source, languages),
            # Ours are of the SQLite file; a server has tools of its own.
            backup_at=None if database else backup_at(source),
            search=search_settings(source),
            metrics_token=metrics_token(source),
            database=database,
            database_wait=source.number("MICROBLOG_DATABASE_WAIT", 120, 0, 3600),
            media_folder=Path(chosen).absolute() if (chosen := source.text("MICROBLOG_MEDIA_DIR", "")) else None,
            accel_redirect=source.flag("MICROBLOG_ACCEL_REDIRECT"),
        )


def _data_dir(source: Source, *, on_server: bool) -> Path:
    """MICROBLOG_DATA_DIR, or the folder of the SQLite file that DATABASE_URL, upstream's setting, names."""
    chosen, address = source.text("MICROBLOG_DATA_DIR", ""), source.text_or_file("DATABASE_URL")
    if not address or on_server:
        return Path(chosen or "data").absolute()
    path = Path(address.removeprefix(SQLITE)).absolute()
    elsewhere = bool(chosen) and Path(chosen).absolute() != path.parent
    if not address.startswith(SQLITE) or path.name != DATABASE_FILE or elsewhere:
        raise SettingsError(
            f"DATABASE_URL names a file, and the data is in {DATABASE_FILE} in the folder MICROBLOG_DATA_DIR; remove "
            "the setting, start, then bring the data of another Microblog along with: flask import microblog FILE"
        )
    return path.parent


def _public_url(source: Source) -> str:
    """MICROBLOG_PUBLIC_URL, or one made of MICROBLOG_DOMAIN or of SERVER_NAME, upstream's setting."""
    domains, server_name = source.text("MICROBLOG_DOMAIN", ""), source.text("SERVER_NAME", "")
    name, address = "MICROBLOG_PUBLIC_URL", source.text("MICROBLOG_PUBLIC_URL", "").rstrip("/")
    # compose.yaml cannot put an https:// before the first of several names, so it gives us those as the address
    if address in ("", domains, server_name):
        name = "MICROBLOG_DOMAIN" if domains else "SERVER_NAME"
        first = next(iter(_names(source, name)), "") if domains else server_name
        address = f"https://{first}" if first else ""
    # Nor can it take the port out of 127.0.0.1:8443, or leave the usual one out.
    if found := COMPOSED.fullmatch(address):
        address = "https://localhost" if found[1] == "443" else f"https://localhost:{found[1]}"
    if (without_path := PUBLIC_URL.match(address)) and without_path[0] + "/" == address[: without_path.end() + 1]:
        raise SettingsError(
            f"{name} is {address!r}, and the site cannot live below a path; give it a name of its own, "
            f"for example https://blog.example.org, or leave the path out: {without_path[0]}"
        )
    if address and not PUBLIC_URL.fullmatch(address):
        raise SettingsError(f"{name} is {address!r}; write where browsers find the site, for example https://pi.local")
    return address


def _names(source: Source, setting: str) -> tuple[str, ...]:
    return tuple(source.text(setting, "").lower().replace(",", " ").split())


def available_languages() -> list[str]:
    """The languages that this version speaks: English, in which it is written, and those with a catalogue."""
    return ["en", *sorted(path.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES"))]


def _languages(source: Source) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(source.text("LANGUAGES", "en es").lower().replace(",", " ").split()))
    available = available_languages()
    if unknown := [language for language in chosen if language not in available]:
        raise SettingsError(f"LANGUAGES has {unknown[0]!r}; write some of: {' '.join(available)}")
    return chosen


def _time_zone(source: Source) -> str:
    zone = source.text("MICROBLOG_TIME_ZONE", "UTC")
    if not is_time_zone(zone):
        raise SettingsError(f"MICROBLOG_TIME_ZONE is {zone!r}; write one such as Europe/Madrid or America/New_York")
    return zone


def _run_dir(source: Source, data_dir: Path) -> Path:
    """Where the heartbeat and the wake-up pipe are: in memory if possible, so that idling writes to no card."""
    chosen = source.text("MICROBLOG_RUN_DIR", "")
    if chosen:
        return Path(chosen).absolute()
    shared_memory = Path("/dev/shm")  # noqa: S108  a folder with our own unguessable-by-accident name, mode 0700, is made in it
    parent = shared_memory if os.access(shared_memory, os.W_OK) else Path(tempfile.gettempdir())
    return parent / f"microblog-{os.getuid()}-{sha256(str(data_dir).encode()).hexdigest()[:12]}"


def _secret_key(source: Source, data_dir: Path) -> str:
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
        advice = f"remove it (a good one is made by itself) or use at least {MINIMUM_SECRET_LENGTH} random characters"
        raise SecretKeyError(f"{name} is too short or a placeholder; {advice}")
    return value
