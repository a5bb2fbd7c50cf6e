"""What `flask data copy` refuses before it begins, and what makes two tables differ."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from contents import everything, fill
from flask import Flask
from running import port_of_nobody
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert

from app.boot.volume import take_lock
from app.copying.comparing import CopyFailed, copy_all
from app.copying.fingerprint import Fingerprint
from app.copying.moving import refuse_file, stopped
from app.copying.places import file_engine
from app.core.config import Settings
from app.core.database import Base
from app.core.errors import Conflict

pytestmark = pytest.mark.sqlite("is about the file")
SERVER = "postgresql://microblog:secret-word@127.0.0.1"


@pytest.fixture
def copy(settings: Settings, make_app: Callable[[Settings], Flask]) -> Callable[..., Result]:
    """Run the command for the appliance, which has no account unless the test fills it."""

    def run(place: str) -> Result:
        return make_app(settings).test_cli_runner().invoke(args=["data", "copy", "--to", place])

    return run


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("sqlite", "the data is there already"),
        ("sqlite:////tmp/app.db", "write --to sqlite: the file is app.db in the data folder"),
        ("oracle://a:b@c/d", "--to is no address of a database; write mysql://"),
        (f"{SERVER}/", "--to: the address lacks a host or a database"),
    ],
)
def test_a_place_that_is_none_is_refused(copy: Callable[..., Result], place: str, said: str) -> None:
    result = copy(place)
    assert result.exit_code == 1
    assert said in result.output
    assert "secret-word" not in result.output


def test_an_appliance_without_accounts_has_nothing_to_copy(copy: Callable[..., Result]) -> None:
    assert "has no account yet, so there is nothing to copy" in copy(f"{SERVER}:1/microblog").output


def test_a_server_that_does_not_answer_is_named(
    settings: Settings, copy: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings.database_path)
    monkeypatch.setattr("app.copying.places.WAIT_SECONDS", 0)
    result = copy(f"{SERVER}:{port_of_nobody()}/microblog")
    assert result.exit_code == 1
    assert "no server answers there" in result.output
    assert "Nothing was copied; everything is as it was." in result.output
    assert "secret-word" not in result.output


def test_nothing_is_copied_while_the_appliance_runs(settings: Settings, copy: Callable[..., Result]) -> None:
    fill(settings.database_path)
    with stopped(settings.data_dir):
        result = copy(f"{SERVER}:1/microblog")
    assert result.exit_code == 1
    assert "the appliance is running, and what people write while their data is copied would stay" in result.output


def test_it_cannot_be_started_meanwhile(settings: Settings) -> None:
    with stopped(settings.data_dir), pytest.raises(Exception, match="another appliance uses"):
        take_lock(settings.data_dir, 0)


def test_data_of_another_version_is_brought_up_to_date_first(settings: Settings, copy: Callable[..., Result]) -> None:
    fill(settings.database_path)
    with closing(sqlite3.connect(settings.database_path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    assert "start the appliance once, so that it is brought up to date" in copy(f"{SERVER}:1/microblog").output


def test_a_log_without_its_file_would_get_into_the_new_one(settings: Settings) -> None:
    log = settings.database_path.with_name("app.db-wal")
    settings.database_path.unlink()
    log.write_bytes(b"of another file")
    with pytest.raises(Conflict, match=r"app\.db-wal belongs to another database"):
        refuse_file(settings.database_path, Base.metadata.sorted_tables)


ROW = (1, "text", None, True, datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC), b"\x00\xff", {"a": 1, "b": [None]})
OTHERS = [
    (2, *ROW[1:]),
    (1, "text ", *ROW[2:]),
    (1, "te\u0301xt", *ROW[2:]),
    (*ROW[:2], "", *ROW[3:]),
    (*ROW[:2], "null", *ROW[3:]),
    (*ROW[:3], False, *ROW[4:]),
    (*ROW[:3], 1, *ROW[4:]),
    (*ROW[:4], datetime(2026, 1, 1, 12, 0, 0, 2, tzinfo=UTC), *ROW[5:]),
    (*ROW[:4], "2026-01-01T12:00:00.000001+00:00", *ROW[5:]),
    (*ROW[:5], b"\x00\xfe", ROW[6]),
    (*ROW[:6], {"a": 1, "b": []}),
    (ROW[0], ROW[2], ROW[1], *ROW[3:]),
]


def summed(*rows: tuple[object, ...]) -> Fingerprint:
    """The sum of these rows."""
    fingerprint = Fingerprint()
    fingerprint.add(rows)
    return fingerprint


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_any_other_value_makes_another_sum(other: tuple[object, ...]) -> None:
    assert summed(ROW) != summed(other)
    assert str(summed(ROW)) != str(summed(other))


def test_the_order_of_rows_and_of_names_in_json_makes_no_other_sum_but_their_number_does() -> None:
    first, second = OTHERS[:2]
    assert summed(first, second) == summed(second, first)
    assert summed(first, first) != summed(first)
    assert summed() != summed(first)
    assert summed((*ROW[:6], {"b": [None], "a": 1})) == summed(ROW)


def test_bytes_arrive_as_bytes_and_what_is_refused_says_in_which_table(tmp_path: Path) -> None:
    table = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("content", LargeBinary))
    source, target = file_engine(tmp_path / "one.db"), file_engine(tmp_path / "other.db")
    for engine in (source, target):
        table.metadata.create_all(engine)
    with source.begin() as connection:
        connection.execute(insert(table), [{"id": 1, "content": bytes(range(256))}, {"id": 2, "content": None}])
    with source.connect() as read, target.connect() as write:
        copied = copy_all(read, write, [table], lambda _kind, _total, batches: batches)
        write.commit()
    assert copied[0].fingerprint.rows == 2
    assert everything(tmp_path / "one.db") == everything(tmp_path / "other.db")
    with source.connect() as read, target.connect() as write, pytest.raises(CopyFailed, match="table thing cannot be"):
        copy_all(read, write, [table], lambda _kind, _total, batches: batches)
