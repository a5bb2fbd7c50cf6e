"""A machine does not start where it would have another key, or a search index of its own beside another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from people import People

from app.boot import machines
from app.boot.machines import check_machines
from app.boot.refusal import Reason, Refusal
from app.core.config import Settings
from app.core.named_lock import LEADER, LastingLock
from app.core.search_settings import ELASTICSEARCH, SearchSettings

pytestmark = pytest.mark.sqlite("starts servers of its own")


@pytest.fixture
def another_worker(settings: Settings) -> Iterator[LastingLock]:
    """The worker of another machine, as far as others notice it."""
    assert settings.database is not None
    lock = LastingLock(settings.database, LEADER)
    lock.look()
    assert lock.is_held
    yield lock
    lock.let_go()


def test_a_second_machine_with_the_built_in_index_is_refused(
    settings: Settings, another_worker: LastingLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "GONE_SECONDS", 0)
    with pytest.raises(Refusal, match="set ELASTICSEARCH_URL and the same SECRET_KEY on all of them") as refused:
        check_machines(settings, print)
    assert refused.value.reason is Reason.DATABASE
    check_machines(replace(settings, search=SearchSettings(ELASTICSEARCH, "http://search.example.org")), print)


def test_it_waits_for_one_that_is_just_ending(settings: Settings, another_worker: LastingLock) -> None:
    told: list[str] = []

    def tell(what: str) -> None:
        told.append(what)
        another_worker.let_go()

    check_machines(settings, tell)
    assert told == ["another machine works on this database; waiting whether it goes"]
    # The start has not kept the lock for itself.
    check_machines(settings, tell)
    assert len(told) == 1


def test_a_machine_without_the_key_of_the_accounts_is_refused(settings: Settings, people: People) -> None:
    check_machines(settings, print)
    with pytest.raises(Refusal, match="SECRET_KEY or SECRET_KEY_FILE") as refused:
        check_machines(replace(settings, secret_key=""), print)
    assert refused.value.reason is Reason.SECRET_KEY


def test_while_there_is_no_account_a_key_is_made_by_itself(settings: Settings) -> None:
    check_machines(replace(settings, secret_key=""), print)
