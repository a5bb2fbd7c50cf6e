"""deploy/mysql.yaml, postgresql.yaml, elasticsearch.yaml: up with one command, and what may happen to their servers."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from appliance import PASSWORD, ROOT, docker, eventually
from server import remove, server_url
from stand_ins import Outgrown, SocketRelay, relay
from visitor import Visitor

from app.core.search_settings import ELASTICSEARCH, SearchSettings
from app.search.elasticsearch_index import ElasticsearchIndex

pytestmark = pytest.mark.system

README = (ROOT / "README.md").read_text()
WHO = {"username": "alice", "email": "alice@example.org", "password": PASSWORD, "password2": PASSWORD}
# The programs that write a dump and read it.
DUMPS = {"mysql": ("mariadb-dump", "mariadb "), "postgresql": ("pg_dump", "psql")}


@pytest.fixture(scope="module")
def search(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketRelay]:
    """The tests' own Elasticsearch, where a container finds it."""
    with relay(tmp_path_factory.mktemp("relay"), server_url()) as server:
        yield server


@pytest.fixture(scope="module", params=["mysql", "postgresql"])
def outgrown(
    engine: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outgrown]:
    """Up from nothing: MariaDB together with Elasticsearch; or with what was in SQLite: PostgreSQL, its own search."""
    server = request.getfixturevalue("search") if request.param == "mysql" else None
    appliance = Outgrown(tmp_path_factory.mktemp(request.param), request.param, server)
    try:
        appliance.compose("build")
        if request.param == "postgresql":
            begin_with_sqlite(appliance)
        else:
            appliance.up()
            appliance.visitor().submit("/setup", code=appliance.setup_code(), **WHO)
        yield appliance
    finally:
        # pytest shows this only when something failed
        print(appliance.compose("logs", "--no-color", "--tail", "100", check=False).stdout)
        appliance.remove()
        if server:
            remove(ElasticsearchIndex(SearchSettings(ELASTICSEARCH, server_url(), appliance.project)))


def begin_with_sqlite(appliance: Outgrown) -> None:
    """Bring it up as it comes, make an account, forget to copy it, then copy it as the README says."""
    appliance.types(f"docker compose -f {ROOT}/compose.yaml up -d")
    appliance.wait_until_it_answers()
    appliance.visitor().submit("/setup", code=appliance.setup_code(), **WHO)
    appliance.compose("up", "-d")
    eventually(lambda: "has no account yet, and /data/app.db has 1" in appliance.compose("logs", "app").stdout)
    (commands,) = re.findall(r"^```sh\n([^`]*--to postgresql://microblog@database[^`]*)```", README, re.MULTILINE)
    # No terminal here.
    appliance.types(commands.replace("run --rm", "run --rm -T"))
    appliance.wait_until_it_answers()


@pytest.fixture(scope="module")
def alice(outgrown: Outgrown) -> Visitor:
    """Its administrator, logged in all the time."""
    visitor = outgrown.visitor()
    visitor.submit("/auth/login", username="alice", password=PASSWORD, remember_me="y")
    assert visitor.get("/index").path in ("/", "/index")
    return visitor


def post_and_find(visitor: Visitor) -> str:
    """Post something and have search find it; the word to find it by."""
    word = f"word{uuid4().hex[:10]}"
    assert visitor.post(f"Something about {word}").status == 200
    eventually(lambda: visitor.finds(word))
    return word


def test_one_can_post_and_find_with_all_data_on_the_server(outgrown: Outgrown, alice: Visitor) -> None:
    post_and_find(alice)
    assert ("app.db" in outgrown.inside("app", "ls", "/data").stdout) == (outgrown.kind == "postgresql"), "of before"
    shown = outgrown.inside("app", "flask", "search", "status").stdout
    assert ("elasticsearch" in shown.lower()) == bool(outgrown.search), shown


def test_the_password_was_made_here_and_only_its_users_can_read_it(outgrown: Outgrown) -> None:
    kinds = {"database": "/database-password", **({"elasticsearch": "/search-password"} if outgrown.search else {})}
    for service, folder in kinds.items():
        ours, theirs = (
            outgrown.inside(each, "cat", f"{folder}/{name}").stdout
            for each, name in (("app", "app"), (service, "server"))
        )
        assert re.fullmatch("[0-9a-f]{48}", ours)
        assert theirs == ours
        for name in ("server", "made"):
            assert "Permission denied" in outgrown.inside("app", "cat", f"{folder}/{name}", check=False).stderr
        assert ours not in str(outgrown.inspect(service)["Config"]) + outgrown.compose("logs").stdout
    if outgrown.search:
        eventually(
            lambda: f"Basic {base64.b64encode(f'elastic:{ours}'.encode()).decode()}" in outgrown.search.credentials
        )


def test_the_server_can_do_no_more_than_it_needs(outgrown: Outgrown) -> None:
    for service in ("database", *(["elasticsearch"] if outgrown.search else [])):
        found = outgrown.inspect(service)
        limits, networks = found["HostConfig"], found["NetworkSettings"]
        assert found["State"]["Health"]["Status"] == "healthy"
        assert limits["ReadonlyRootfs"] is (service == "database")
        assert limits["CapDrop"] == ["ALL"]
        assert "no-new-privileges:true" in limits["SecurityOpt"]
        assert 0 < limits["Memory"] <= 2**30
        assert not any(networks["Ports"].values()), "nobody reaches it from outside"
        assert len(networks["Networks"]) == 1
        assert "CapEff:\t0000000000000000" in outgrown.inside(service, "cat", "/proc/1/status").stdout


def test_a_database_that_is_started_anew_is_not_missed(outgrown: Outgrown, alice: Visitor) -> None:
    word = post_and_find(alice)
    application = outgrown.inspect("app")["State"]["StartedAt"]
    outgrown.compose("restart", "database")
    eventually(lambda: alice.get("/explore").status == 200)
    assert word in alice.get("/explore").text
    post_and_find(alice)
    assert outgrown.inspect("app")["State"]["StartedAt"] == application


def test_everything_is_kept_and_a_dump_brings_back_what_was_there(outgrown: Outgrown, alice: Visitor) -> None:
    write, read = (_command(program) for program in DUMPS[outgrown.kind])
    before = post_and_find(alice)
    outgrown.types(write)
    after = post_and_find(alice)
    outgrown.compose("down")
    outgrown.compose("up", "-d", "database")
    eventually(lambda: outgrown.inspect("database")["State"]["Health"]["Status"] == "healthy")
    outgrown.types(read)
    outgrown.up()
    assert alice.get("/index").path in ("/", "/index"), "still logged in"
    page = alice.get("/explore").text
    assert before in page
    assert after not in page
    eventually(lambda: alice.finds(before))
    post_and_find(alice)


def _command(program: str) -> str:
    """The one of the README that calls this program in the database's container."""
    (found,) = re.findall(rf"^docker compose exec -T database .*\b{program}.*$", README, re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("outgrown", ["postgresql"], indirect=True)
def test_a_password_that_is_not_the_servers_is_told_and_a_right_one_helps(outgrown: Outgrown, alice: Visitor) -> None:
    volume = f"{outgrown.project}_database_password"
    (right,) = re.findall("[0-9a-f]{48}", outgrown.inside("database", "cat", "/database-password/server").stdout)
    at_the_volume = ["run", "--rm", "--volume", f"{volume}:/volume", "--entrypoint", "bash", "--user", "0"]
    docker(*at_the_volume, outgrown.image, "-c", "rm /volume/*")
    outgrown.compose("up", "-d", "--force-recreate", "--no-deps", "database-password")
    eventually(lambda: outgrown.inspect("database-password")["State"]["Status"] == "exited")
    outgrown.compose("restart", "app")
    told = (
        "the database postgresql://microblog:***@database/microblog cannot be used: the user or the password is wrong"
    )
    eventually(lambda: told in outgrown.compose("logs", "app").stdout)
    docker(*at_the_volume, outgrown.image, "-c", f"echo {right} >/volume/made")
    outgrown.up()
    assert alice.get("/explore").status == 200
