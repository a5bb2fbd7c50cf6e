"""Settings come from the environment, and a bad one is named with what it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.config import Settings
from app.core.environment import SecretKeyError, SettingsError

KEY = "k" * 40


def read(tmp_path: Path, **settings: str) -> Settings:
    return Settings.from_environment({"MICROBLOG_DATA_DIR": str(tmp_path), **settings})


def test_nothing_needs_to_be_set(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.data_dir == tmp_path / "data"
    assert (settings.port, settings.bind) == (8000, "127.0.0.1")
    assert (settings.registration, settings.post_length) == ("invite", 280)
    assert not settings.https
    assert settings.secret_key == ""


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("PORT", "8001", "port", 8001),
        ("PORT", " 8001 ", "port", 8001),
        ("PORT", "", "port", 8000),
        ("MICROBLOG_REGISTRATION", "Closed", "registration", "closed"),
        ("MICROBLOG_POST_LENGTH", "5000", "post_length", 5000),
        ("POSTS_PER_PAGE", "1", "posts_per_page", 1),
        ("MICROBLOG_HTTPS", "yes", "https", True),
        ("MICROBLOG_HTTPS", "off", "https", False),
        ("MICROBLOG_TLS", "Own", "tls", "own"),
        ("MICROBLOG_ALLOW_EPHEMERAL", "0", "allow_ephemeral", False),
        ("MICROBLOG_PROXY_HOPS", "2", "proxy_hops", 2),
        ("MICROBLOG_LOCK_WAIT", "0", "lock_wait", 0),
        ("MICROBLOG_PUBLIC_URL", "https://pi.local/", "public_url", "https://pi.local"),
        ("MICROBLOG_DOMAIN", "Blog.example.org www.example.org", "public_url", "https://blog.example.org"),
        ("MICROBLOG_DOMAIN", "blog.example.org, www.example.org", "hosts", ("blog.example.org", "www.example.org")),
        ("MICROBLOG_HOSTS", "Pi.local, 192.168.1.10", "hosts", ("pi.local", "192.168.1.10")),
    ],
)
def test_a_setting_is_read(tmp_path: Path, name: str, value: str, attribute: str, expected: object) -> None:
    assert getattr(read(tmp_path, **{name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "8000.0"),
        ("PORT", "+1"),
        ("PORT", "\N{ARABIC-INDIC DIGIT EIGHT}"),
        ("MICROBLOG_REGISTRATION", "invited"),
        ("MICROBLOG_POST_LENGTH", "0"),
        ("POSTS_PER_PAGE", "101"),
        ("MICROBLOG_HTTPS", "2"),
        ("MICROBLOG_TLS", "on"),
        ("MICROBLOG_WEB_WORKERS", "99"),
    ],
)
def test_a_bad_value_is_refused_with_the_name_and_what_to_write(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name} is .*write (a whole number from \d+ to \d+|one of: .*)$"):
        read(tmp_path, **{name: value})


def test_the_domain_alone_makes_the_address_also_as_compose_passes_it(tmp_path: Path) -> None:
    names = "blog.example.org www.example.org"
    assert read(tmp_path, MICROBLOG_DOMAIN=names, MICROBLOG_PUBLIC_URL=names).public_url == "https://blog.example.org"
    chosen = {"MICROBLOG_DOMAIN": names, "MICROBLOG_PUBLIC_URL": "https://www.example.org"}
    assert read(tmp_path, **chosen).public_url == "https://www.example.org"


@pytest.mark.parametrize("name", ["MICROBLOG_PUBLIC_URL", "MICROBLOG_DOMAIN", "SERVER_NAME"])
@pytest.mark.parametrize("address", ["pi@local?", "pi.local:https", "https://127.0.0.1:8443:1", "https://::1"])
def test_what_is_no_address_is_told_by_the_setting_that_it_came_from(tmp_path: Path, name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is "):
        read(tmp_path, **{name: address})


@pytest.mark.parametrize(
    "address",
    [
        "http://[fd00::1]:8080",
        "https://localhost:8443",
        "http://pi.local:443",
    ],
)
def test_addresses_may_have_a_port(tmp_path: Path, address: str) -> None:
    assert read(tmp_path, MICROBLOG_PUBLIC_URL=address).public_url == address


@pytest.mark.parametrize("path", ["/blog", "/blog/", "/a:1", "//x"])
def test_a_path_in_the_public_address_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(SettingsError, match=r"below a path.*leave the path out: https://example.org:8443$"):
        read(tmp_path, MICROBLOG_PUBLIC_URL=f"https://example.org:8443{path}")


def test_the_secret_key_is_taken_from_the_first_place_that_has_one(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("a" * 40 + "\n")
    chosen = tmp_path / "chosen"
    chosen.write_text("b" * 40 + "\n")
    assert read(tmp_path).secret_key == "a" * 40
    assert read(tmp_path, SECRET_KEY_FILE=str(chosen)).secret_key == "b" * 40
    assert read(tmp_path, SECRET_KEY_FILE=str(chosen), SECRET_KEY=KEY).secret_key == KEY


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_file_without_a_good_key_is_named(tmp_path: Path, content: bytes) -> None:
    chosen = tmp_path / "chosen"
    chosen.write_bytes(content)
    with pytest.raises(SecretKeyError, match="SECRET_KEY_FILE"):
        read(tmp_path, SECRET_KEY_FILE=str(chosen))


def test_the_secret_key_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    assert KEY not in repr(read(tmp_path, SECRET_KEY=KEY))


def test_two_data_folders_have_two_run_folders(tmp_path: Path) -> None:
    one, two = read(tmp_path / "one").run_dir, read(tmp_path / "two").run_dir
    assert one != two
    assert read(tmp_path / "one").run_dir == one
    assert read(tmp_path, MICROBLOG_RUN_DIR=str(tmp_path / "run")).run_dir == tmp_path / "run"
