"""`flask data copy`: everything to a server and back again, the same to the byte, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import databases
import pytest
from click.testing import Result
from contents import DELETED, MANY, everything, fill, rows
from database_servers import QUOTED, Server
from databases import address_of, engine_of
from flask import Flask
from processes import end, eventually, start
from sqlalchemy import func, insert, select, text

from app.core.config import Settings
from app.core.database import Base
from app.core.database_settings import DatabaseSettings

pytestmark = pytest.mark.sqlite("copies from SQLite to servers that it starts itself")
Copy = Callable[..., Result]
# What a start leaves: the version.
NOTHING = {name: int(name == "fact") for name in rows()}


@pytest.fixture
def address(server: Server, request: pytest.FixtureRequest) -> str:
    """A new, empty database."""
    return server.empty(f"copy_{abs(hash(request.node.name)) % 10**9}")


@pytest.fixture
def ready(server: Server) -> str:
    """A database with our tables and nothing in them."""
    return databases.fresh_on(server).empty().url.render_as_string(hide_password=False)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """An appliance on SQLite that has something in every table."""
    fill(settings.database_path)
    return settings


@pytest.fixture
def copy(make_app: Callable[[Settings], Flask]) -> Copy:
    """Run the command for an appliance with these settings."""

    def run(settings: Settings, place: str, typed: str | None = None) -> Result:
        return make_app(settings).test_cli_runner().invoke(args=["data", "copy", "--to", place], input=typed)

    return run


def on_server(settings: Settings, address: str) -> Settings:
    """The same appliance with its data over there."""
    return replace(settings, database=DatabaseSettings(address_of(address)))


def counted(address: str) -> dict[str, int]:
    """By table, how many rows a server has."""
    with engine_of(address).connect() as connection:
        tables = Base.metadata.sorted_tables
        return {each.name: connection.scalar(select(func.count()).select_from(each)) or 0 for each in tables}


def table_of(result: Result) -> dict[str, list[str]]:
    """What it says of each table at its end."""
    lines = [line.split() for line in result.output.splitlines()]
    return {words[0]: words[1:] for words in lines if words and words[0] in rows()}


def test_the_contents_of_these_tests_have_every_column() -> None:
    for name, table in Base.metadata.tables.items():
        given = {column for row in rows()[name] for column in row}
        assert given == set(table.columns.keys()), f"give table {name} such rows in contents.py"


def test_there_and_back_again_everything_is_the_same_to_the_byte(filled: Settings, copy: Copy, address: str) -> None:
    path = filled.database_path
    before = everything(path)
    there = copy(filled, address)
    assert there.exit_code == 0, there.output
    assert f"Copied and compared: {len(rows())} tables" in there.output
    assert everything(path) == before
    path.rename(path.with_suffix(".old"))
    back = copy(on_server(filled, address), "sqlite")
    assert back.exit_code == 0, back.output
    assert everything(path) == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(filled.data_dir.glob(".copy*"))
    assert table_of(there) == table_of(back)
    assert table_of(there)["post"][0] == f"{MANY:,}"


def test_what_it_says_at_the_end_is_what_to_do_and_what_stayed_where_it_was(
    filled: Settings, copy: Copy, ready: str
) -> None:
    said = copy(filled, "-", ready).output
    assert "Now: DATABASE_URL=" in said
    assert QUOTED not in said
    for words in ("mariadb-dump or pg_dump", "secret_key", "exports", "flask search rebuild", str(filled.data_dir)):
        assert words in said


def test_new_rows_get_numbers_that_no_row_has_had(filled: Settings, copy: Copy, ready: str) -> None:
    tables = Base.metadata.tables
    with engine_of(ready).begin() as connection:
        # As a start without any account leaves them.
        for name in ("fact", "job", "event"):
            connection.execute(insert(tables[name]), rows()[name])
    assert copy(filled, ready).exit_code == 0
    with engine_of(ready).begin() as connection:
        for name, last in (("post", DELETED), ("job", 9), ("user", 500), ("message", 30)):
            row = {key: value for key, value in rows()[name][0].items() if key != "id"}
            if name == "user":
                row |= {"username_key": "new", "email_key": "new"}
            assert connection.execute(insert(tables[name]), row).inserted_primary_key == (last + 1,)


TAMPERING = {
    "mysql": "CREATE TRIGGER tamper BEFORE INSERT ON post FOR EACH ROW SET {change}",
    "postgresql": "CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN {change}; RETURN NEW; END $$; "
    "CREATE TRIGGER tamper BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION tamper()",
}
HONEST = {"mysql": "DROP TRIGGER tamper", "postgresql": "DROP FUNCTION tamper CASCADE"}
SLEEPING = {"mysql": "@slept = SLEEP(600)", "postgresql": "PERFORM pg_sleep(600)"}
WHO_SLEEPS = {
    "mysql": "SELECT id FROM information_schema.processlist WHERE state = 'User sleep'",
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
}


@contextmanager
def tampering(address: str, change: str) -> Iterator[None]:
    """A server that does something of its own with every post that it is given."""
    with engine_of(address).begin() as connection:
        kind = connection.dialect.name
        connection.exec_driver_sql(TAMPERING[kind].format(change=change))
    try:
        yield
    finally:
        with engine_of(address).begin() as connection:
            connection.exec_driver_sql(HONEST[kind])


@pytest.mark.parametrize(
    "change", ["NEW.body = CONCAT(NEW.body, ' ')", "NEW.submission = COALESCE(NEW.submission, '')"]
)
def test_what_does_not_arrive_as_it_was_sent_is_noticed_and_nothing_stays(
    filled: Settings, copy: Copy, ready: str, change: str
) -> None:
    with tampering(ready, change):
        result = copy(filled, ready)
    assert result.exit_code == 1
    assert "table post did not arrive as it was sent" in result.output
    assert counted(ready) == NOTHING


def test_a_server_that_holds_data_is_refused_and_left_as_it_is(filled: Settings, copy: Copy, ready: str) -> None:
    with engine_of(ready).begin() as connection:
        connection.execute(insert(Base.metadata.tables["user"]), rows()["user"][0])
    before = counted(ready)
    result = copy(filled, ready)
    assert result.exit_code == 1
    assert "is not empty: its table user has 1 rows. Nothing was changed. Name an empty database" in result.output
    assert counted(ready) == before


def test_tables_of_a_start_that_was_killed_halfway_are_told_apart_from_data(
    filled: Settings, copy: Copy, ready: str
) -> None:
    with engine_of(ready).begin() as connection:
        connection.execute(text("ALTER TABLE alembic_version RENAME TO elsewhere"))
    try:
        result = copy(filled, ready)
    finally:
        with engine_of(ready).begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO alembic_version"))
    assert result.exit_code == 1
    assert "has some of our tables, without data: a start or a copy was killed while it made them" in result.output


def test_a_server_that_others_use_is_refused(
    filled: Settings, copy: Copy, ready: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.copying.places.WAIT_SECONDS", 0)
    with engine_of(ready).connect():
        result = copy(filled, ready)
    assert result.exit_code == 1
    assert "is in use (1 other connections): stop every appliance that uses it" in result.output
    assert set(counted(ready).values()) == {0}


def test_killed_in_the_middle_it_leaves_nothing_and_can_be_done_again(
    filled: Settings, copy: Copy, ready: str, tmp_path: Path
) -> None:
    log, engine = tmp_path / "log", engine_of(ready)
    kind = engine.dialect.name

    def asleep() -> list[int]:
        with engine.connect() as connection:
            return list(connection.execute(text(WHO_SLEEPS[kind])).scalars())

    with tampering(ready, SLEEPING[kind]):
        process = start(filled, "-m", "flask", "--app", "app", "data", "copy", "--to", ready, log=log)
        try:
            eventually(lambda: asleep() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
        finally:
            end(process)
            # It would notice that its client has gone when the statement ends.
            with engine.connect() as connection:
                for number in asleep():
                    end_session = f"KILL {number}" if kind == "mysql" else f"SELECT pg_terminate_backend({number})"
                    connection.execute(text(end_session))
    assert "copy user: 4" in log.read_text()
    assert counted(ready) == NOTHING
    assert copy(filled, ready).exit_code == 0
    assert counted(ready) == {name: len(each) for name, each in rows().items()} | {"post": MANY}
