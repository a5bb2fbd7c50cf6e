"""What every test may ask for: an appliance in a folder of its own, its people, and a client that checks every page."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import database_servers
import databases
import pytest
from certificates import make_certificate
from database_servers import Server
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from page import PageClient
from people import People
from postbox import Postbox
from statements import Statements
from xdist.scheduler import LoadFileScheduling

from app import create_app
from app.boot.schema import bring_up_to_date
from app.core import database, server
from app.core.config import Settings
from app.core.database import db
from app.handlers import build_registry
from app.indexed import build_catalogue
from app.jobs.runner import run_due
from app.search.interface import SearchIndex
from app.search.memory_index import MemoryIndex
from app.worker import Worker

ROOT = Path(__file__).parents[1]
# Folders of tests of which one file runs at a time.
TURNS = ("browser", "system")
_servers = databases.Servers()
SECRET = "a secret key that is long enough for the tests"


def pytest_configure(config: pytest.Config) -> None:
    """Tests speak to this machine alone, and in the newest translations."""
    if not hasattr(config, "workerinput"):
        subprocess.run([ROOT / "deploy" / "translations.sh"], check=True)
        _servers.start()
    os.environ["no_proxy"] = "*"
    for name in [name for name in os.environ if name.startswith("MICROBLOG_") and name != "MICROBLOG_CI"]:
        del os.environ[name]
    os.environ.pop("PORT", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The server that was started goes with the run."""
    if not hasattr(config, "workerinput"):
        _servers.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about SQLite itself is left out where the tests run on a server, and the other way round.

    On a server also what asks for no database, and would run there as it does anyway.
    """
    chosen = databases.chosen()
    for item in items:
        if marker := item.get_closest_marker("sqlite" if chosen else "on_server"):
            item.add_marker(pytest.mark.skip(reason=f"not on {chosen or 'SQLite'}: {marker.args[0]}"))
    if chosen:
        asking = [item for item in items if "fresh" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=list(set(items).difference(asking)))
        items[:] = asking


class OneForTurns(LoadFileScheduling):
    """Gives a file to one process, and all files that take turns to the same one: no other has to wait for its turn."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "turns" if Path(file).parent.name in TURNS else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneForTurns:
    """How tests are divided among the processes of a run."""
    return OneForTurns(config, log)


_turn: dict[str, int] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[object]:
    """Files with a browser and files with containers take turns, whichever of xdist's processes has them.

    Docker adds network interfaces and removes them, and Chromium then breaks off whatever it is loading.
    """
    if item.path.parent.name in TURNS and not _turn:
        _turn["lock"] = os.open(Path(tempfile.gettempdir()) / "microblog-tests.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(_turn["lock"], fcntl.LOCK_EX)
    try:
        return (yield)
    finally:
        if _turn and (nextitem is None or nextitem.path != item.path):
            os.close(_turn.pop("lock"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI nothing is skipped for a missing tool: such a skip fails there."""
    report = yield
    if os.environ.get("MICROBLOG_CI") == "1" and report.skipped and "needs " in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every tool must be there: {report.longrepr}"
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: the one with the browser and the containers mostly waits."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database made by the real migrations, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    bring_up_to_date(path)
    return path


@pytest.fixture(scope="session")
def fresh() -> databases.Fresh | None:
    """The database on a server for the tests of this process, None where they run on SQLite."""
    return databases.Fresh(os.environ[databases.ADDRESS], stay=True) if databases.chosen() else None


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A MariaDB server of our own."""
    with database_servers.mariadb() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of our own."""
    with database_servers.postgresql() as server:
        yield server


@pytest.fixture(name="server", params=["mariadb", "postgresql"])
def each_server(request: pytest.FixtureRequest) -> Server:
    """Each kind of database server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """What letters arrive in where a test's settings name it; a real server."""
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest, fresh: databases.Fresh | None) -> Settings:
    """Settings of an appliance with an empty database of its own."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    if fresh is None:
        (data / "app.db").write_bytes(request.getfixturevalue("migrated_database").read_bytes())
    run = tmp_path / "run"
    run.mkdir()
    return Settings(data_dir=data, run_dir=run, secret_key=SECRET, database=fresh.empty() if fresh else None)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers wait for a moment alone; ask for this before the application."""
    monkeypatch.setattr(database, "PRAGMAS", ("busy_timeout=50", *database.PRAGMAS[1:]))
    monkeypatch.setattr(server, "LOCK_SECONDS", 1)


@pytest.fixture
def index() -> SearchIndex:
    """The engine of the application under test; override it to test with another."""
    return MemoryIndex()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """What templates were compiled to, for all applications of this process: else each compiles those it shows."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(settings: Settings, index: SearchIndex, compiled_templates: BytecodeCache) -> Iterator[object]:
    """Make an application, optionally with settings of its own; its connections are closed afterwards."""
    made: list[Flask] = []

    def make(own: Settings | None = None) -> Flask:
        app = create_app(own or settings, index)
        app.testing = True
        app.jinja_env.bytecode_cache = compiled_templates
        # Errors become pages as they do in life, instead of stopping the test.
        app.config["PROPAGATE_EXCEPTIONS"] = False
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app) -> Flask:
    """The application."""
    return make_app()


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    """A worker in this process; on a server the one that keeps the index."""
    worker = Worker(app)
    if worker._leading is None:
        yield worker
        return
    worker._leading.look()
    yield worker
    worker._leading.stop()


@pytest.fixture
def people(app: Flask) -> People:
    """Alice, bob (whom alice follows) and charlie (a stranger to both), and ways to act as them."""
    return People(app).settle()


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A visitor who is not logged in; every page fetched is checked."""
    return PageClient(app)


@pytest.fixture
def alice(people: People) -> PageClient:
    """Alice's browser, logged in."""
    return people.browser("alice")


@pytest.fixture
def bob(people: People) -> PageClient:
    """Bob's browser, logged in."""
    return people.browser("bob")


@pytest.fixture
def charlie(people: People) -> PageClient:
    """Charlie's browser, logged in."""
    return people.browser("charlie")


@pytest.fixture(autouse=True)
def _index_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have new rows indexed as soon as the worker looks; in a test marked `gathering` they wait, as they do in life."""
    if not request.node.get_closest_marker("gathering"):
        monkeypatch.setattr("app.search.service.GATHERING", timedelta())


@pytest.fixture
def registry(index: SearchIndex, settings: Settings):
    """The handlers of jobs, as the worker has them."""
    return build_registry(index, build_catalogue(), settings)


@pytest.fixture
def work(app: Flask, registry) -> Callable[[], None]:
    """Does what the worker does: every job that is due."""

    def run() -> None:
        with app.app_context():
            while run_due(registry):
                pass

    return run


@pytest.fixture
def statements(app: Flask) -> Statements:
    """Records SQL: `with statements: ...`, then look at `.queries` and `.writes`."""
    # Not in a context that stays: requests of the test would use it, and with it one session, instead of their own.
    with app.app_context():
        return Statements(db.engine)


@pytest.fixture
def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost with its key, by nobody whom the world trusts."""
    return make_certificate(tmp_path / "certificate.pem")
