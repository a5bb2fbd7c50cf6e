"""The worker finds out the languages of posts: of new ones at once, of older ones bit by bit, come what may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from page import PageClient
from people import People
from statements import Statements

from app.core.config import Settings
from app.core.database import db, transaction
from app.core.models import Fact
from app.core.time import utc_now
from app.handlers import build_registry
from app.indexed import build_catalogue
from app.jobs.models import Job
from app.jobs.runner import Registry, run_due
from app.jobs.service import claim, release_all
from app.posts.models import Post
from app.posts.queries import LOOKED_BACK_TO
from app.posts.service import delete_post
from app.search.interface import SearchIndex
from app.translating import tasks
from app.translating.service import LOOK_BACK, continue_looking_back, look_back_anew
from app.translators.detector import Detector

SENTENCES = ["Good morning everybody!", "Bonjour tout le monde", "Heute Abend gibt es Pizza", "ok"]
LANGUAGES = ["en", "fr", "de", ""]
Work = Callable[[], None]


@pytest.fixture
def registry(index: SearchIndex, settings: Settings) -> Registry:
    """The handlers of an appliance without a translator, which needs none to detect languages."""
    assert settings.translator is None
    return build_registry(index, build_catalogue(), settings)


@pytest.fixture
def work_without(app: Flask) -> Work:
    """Leave what an earlier version left, which detected no languages: no job, and no place in the posts."""

    def run() -> None:
        with app.app_context(), transaction() as session:
            session.query(Job).delete()
            session.query(Fact).filter_by(name=LOOKED_BACK_TO).delete()

    return run


def start(app: Flask) -> None:
    """What a worker does first."""
    with app.app_context(), transaction() as session:
        release_all(session)
        continue_looking_back()


def languages(app: Flask) -> list[str | None]:
    with app.app_context():
        return [language for (language,) in db.session.query(Post.language).order_by(Post.id)]


def kinds(app: Flask) -> list[str]:
    with app.app_context():
        return [kind for (kind,) in db.session.query(Job.kind)]


def place(app: Flask) -> str | None:
    with app.app_context():
        fact = db.session.get(Fact, LOOKED_BACK_TO)
        return fact.value if fact else None


def write(people: People, times: int = 1) -> list[str]:
    """Let bob write the sentences; their languages."""
    for _ in range(times):
        for sentence in SENTENCES:
            people.post("bob", sentence)
    return LANGUAGES * times


@pytest.mark.usefixtures("app")
def test_new_posts_get_their_language_and_are_found(app: Flask, people: People, index: SearchIndex, work: Work) -> None:
    start(app)
    expected = write(people)
    assert languages(app) == [None] * 4
    work()
    assert languages(app) == expected
    assert index.count() == 4


def test_a_post_writes_no_more_than_it_did_with_a_translator_or_without(
    app: Flask, people: People, statements: Statements
) -> None:
    people.post("bob", "first")
    with statements:
        people.post("bob", SENTENCES[0])
    assert [write.split("(")[0].strip() for write in statements.writes] == ["INSERT INTO post", "INSERT INTO job"]


def test_posts_of_an_earlier_version_are_looked_through_newest_first(
    app: Flask, people: People, work_without: Work, registry: Registry, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 3)
    expected = write(people, 2)
    work_without()
    start(app)
    assert kinds(app) == [LOOK_BACK]
    with app.app_context():
        assert run_due(registry)
    assert languages(app) == [None] * 5 + expected[5:]
    assert place(app) == "6"
    work()
    assert languages(app) == expected
    assert place(app) == "0"
    assert kinds(app) == []


@pytest.mark.parametrize("posts", [0, 1, 3])
def test_it_ends_also_where_the_last_bit_is_full_or_empty(
    app: Flask, people: People, work_without: Work, work: Work, monkeypatch: pytest.MonkeyPatch, posts: int
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 1)
    for _ in range(posts):
        people.post("bob", SENTENCES[0])
    work_without()
    start(app)
    work()
    assert languages(app) == ["en"] * posts
    assert (place(app), kinds(app)) == ("0", [])


def test_once_it_is_done_a_start_of_the_worker_looks_at_no_post(
    app: Flask, people: People, work: Work, statements: Statements
) -> None:
    write(people)
    start(app)
    work()
    with statements:
        start(app)
    assert kinds(app) == []
    assert not [each for each in statements.queries if "post" in each]


def test_posts_that_came_under_an_earlier_version_are_looked_through_too(
    app: Flask, people: People, work: Work, work_without: Work
) -> None:
    start(app)
    write(people)
    work()
    write(people)
    work_without()
    assert languages(app) == LANGUAGES + [None] * 4
    assert place(app) is None
    start(app)
    work()
    assert languages(app) == LANGUAGES * 2


def test_a_worker_that_starts_again_and_again_has_one_such_job(app: Flask, people: People) -> None:
    write(people)
    for _ in range(3):
        start(app)
    assert kinds(app).count(LOOK_BACK) == 1


def test_a_job_that_was_given_up_is_begun_anew_at_the_next_start(app: Flask, people: People, work: Work) -> None:
    write(people)
    start(app)
    with app.app_context(), transaction() as session:
        for job in session.query(Job).filter_by(kind=LOOK_BACK):
            job.due = None
    start(app)
    assert kinds(app).count(LOOK_BACK) == 2
    work()
    assert languages(app) == LANGUAGES


class Killed(BaseException):
    """The worker is killed."""


def kill(_place: int) -> None:
    raise Killed


BEFORE, AFTER = "before the languages are written", "after they are, before the job is removed"


def run_and_be_killed(moment: str) -> None:
    """Run such a job as a worker does that is killed: it has taken the job, and never removes it."""
    with transaction() as session:
        assert claim(session, LOOK_BACK, utc_now())
    detector = Detector(["de", "en", "es", "fr"])
    if moment == AFTER:
        tasks.look_back(detector, [{}])
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.service, "go_on_looking_back", kill)
        with pytest.raises(Killed):
            tasks.look_back(detector, [{}])


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_killed_again_and_again_it_goes_on_from_where_it_was(
    app: Flask,
    people: People,
    work: Work,
    work_without: Work,
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 3)
    expected = write(people, 5)
    work_without()
    for _ in range(4):
        start(app)
        with app.app_context():
            run_and_be_killed(moment)
    assert languages(app) == ([None] * 20 if moment == BEFORE else [None] * 8 + expected[8:])
    start(app)
    with app.app_context():
        assert run_due(registry)
    # Jobs that were interrupted run one at a time, so that one that kills its worker takes no other along.
    assert set(kinds(app)) == {LOOK_BACK}
    work()
    assert languages(app) == expected
    assert (place(app), kinds(app)) == ("0", [])


def test_what_is_found_out_already_is_not_looked_at_again(app: Flask, people: People, work: Work) -> None:
    number = people.post("bob", SENTENCES[0])
    with app.app_context(), transaction() as session:
        session.get_one(Post, number).language = "tlh"
    start(app)
    work()
    assert languages(app) == ["tlh"]


def test_a_post_that_is_gone_is_no_matter(app: Flask, people: People, work: Work) -> None:
    start(app)
    write(people)
    with app.app_context(), transaction() as session:
        delete_post(session.get_one(Post, 2))
    work()
    assert languages(app) == ["en", "de", ""]


def test_posts_that_came_all_at_once_while_the_worker_ran_are_looked_through(
    app: Flask, people: People, work: Work
) -> None:
    start(app)
    work()
    with app.app_context(), transaction() as session:
        session.add_all(Post(author_id=1, body=sentence) for sentence in SENTENCES)
        look_back_anew()
    assert kinds(app) == [LOOK_BACK]
    work()
    assert languages(app) == LANGUAGES


def test_languages_are_shown_and_searched_without_a_translator(
    app: Flask, people: People, alice: PageClient, work: Work
) -> None:
    start(app)
    write(people)
    work()
    assert [each.get("lang") for each in alice.page("/explore").all("div") if "data-post-body" in each] == [
        None, "de", "fr", "en"
    ]  # fmt: skip
    assert alice.page("/search?q=lang:fr").posts() == [2]
    assert not any("translate" in each.get("action", "") for each in alice.page("/explore").all("form"))


def test_a_search_by_language_is_not_complete_while_older_posts_wait(
    app: Flask, people: People, client: PageClient, work: Work, work_without: Work
) -> None:
    headers = people.program("alice")

    def is_complete(question: str) -> bool:
        found = client.get(f"/api/search?q={question}", headers=headers).get_json()
        return bool(found["_meta"]["is_complete"])

    write(people)
    work_without()
    assert (is_complete("lang:fr"), is_complete("pizza")) == (False, True)
    start(app)
    assert (is_complete("lang:fr"), is_complete("pizza")) == (False, True)
    work()
    assert (is_complete("lang:fr"), is_complete("pizza")) == (True, True)
