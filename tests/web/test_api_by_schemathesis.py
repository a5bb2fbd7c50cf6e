"""Whatever the document allows and forbids is asked of the API: no 5xx, and no answer that is not in the document."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from people import PASSWORD, People
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation

from app import assemble
from app.accounts.queries import get_user_by_id
from app.attempts import guard
from app.attempts.service import Limit
from app.core.config import Settings
from app.core.database import db, transaction
from app.search.memory_index import MemoryIndex
from app.tokens.service import create_token
from app.web.openapi import make_document

set_hypothesis_home_dir(Path(__file__).parents[2] / ".cache" / "hypothesis")
EXAMPLES = 10
ALICE = 1
NOWHERE = Path("/nowhere")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Flask]:
    """An appliance with alice, bob and charlie, their posts and messages; one for all operations."""
    data, run = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("run")
    (data / "app.db").write_bytes(migrated_database.read_bytes())
    app = assemble(Settings(data_dir=data, run_dir=run, secret_key="k" * 40, registration="open"), MemoryIndex())
    app.config["PROPAGATE_EXCEPTIONS"] = False
    people = People(app).settle()
    for number in range(12):
        people.post("alice", f"post {number}")
        people.post("bob", f"post {number}")
        people.write("bob", "alice", f"letter {number}")
        people.write("alice", "bob", f"answer {number}")
        people.write("bob", "charlie", f"not for alice {number}")
    # Guesses are part of the questions, and are not to keep out those that come after them.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HERE", "ANYWHERE", "NETWORK"):
            patch.setattr(guard, name, Limit(free=10**6, first=1, longest=1))
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def document() -> dict[str, Any]:
    """The document, of an appliance that is never asked anything else."""
    app = assemble(Settings(data_dir=NOWHERE, run_dir=NOWHERE, secret_key="k" * 40), MemoryIndex())
    with app.app_context():
        return make_document(app, "0")


# A document cannot say all that the rules of the services say (a name that is taken, characters that cannot be shown):
# as upstream has it, those are 400, which is in the document.
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "400", "401", "403", "404", "429"]}}}
)
schema = schemathesis.openapi.from_dict(document(), config=CONFIG)
BOUNDS = {"derandomize": True, "database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


def bearer(app: Flask) -> dict[str, str]:
    """The headers of a new program of alice's; by her id, for one of the questions is to change her name."""
    with app.app_context(), transaction():
        return {"Authorization": f"Bearer {create_token(get_user_by_id(ALICE), 'test')}"}


@schema.parametrize()
@settings(max_examples=EXAMPLES, **BOUNDS)
def test_every_answer_is_as_the_document_says(case: Any, asked: Flask) -> None:
    if case.operation.label == "POST /api/tokens":
        shown = {"Authorization": "Basic " + b64encode(f"bob:{PASSWORD}".encode()).decode()}
    else:
        # Anew for each question, for one of them is to revoke it.
        shown = bearer(asked)
    case.operation.schema.app = case.operation.app = asked
    case.call_and_validate(headers=shown, excluded_checks=excluded_for(case))


def test_sequences_in_which_one_question_uses_what_another_made_go_as_the_document_says(asked: Flask) -> None:
    shown = bearer(asked)
    answers: Counter[tuple[str, int]] = Counter()
    # Without the tokens: the one that is shown would be revoked.
    whole = schemathesis.openapi.from_wsgi("/api/openapi.json", asked, config=CONFIG).exclude(path="/api/tokens")

    class Sequences(whole.as_state_machine()):  # type: ignore[misc]
        """Questions in sequences, in which one uses what another one made."""

        def get_call_kwargs(self, _case: Any) -> dict[str, Any]:
            return {"headers": shown}

        def after_call(self, response: Any, case: Any) -> None:
            answers[case.operation.label, response.status_code] += 1

        def validate_response(self, response: Any, case: Any, *_: Any, **__: Any) -> None:
            case.validate_response(
                response,
                headers=shown,
                excluded_checks=excluded_for(case),
                transport_kwargs={"headers": shown},
            )

    Sequences.run(settings=settings(max_examples=2 * EXAMPLES, stateful_step_count=8, **BOUNDS))
    made = [label for label, status in answers if status == HTTPStatus.CREATED]
    used = [label for label, status in answers if "_id}" in label and status < HTTPStatus.BAD_REQUEST]
    assert made, "nothing was made"
    assert used, "nothing that was made was used"


def excluded_for(case: Any) -> list[Any]:
    """Checks that do not hold for a question."""
    return [CHECKS.get_one("negative_data_rejection")] if only_place_in_a_list_is_nonsense(case) else []


def only_place_in_a_list_is_nonsense(case: Any) -> bool:
    """Whether all that is wrong with a question is its `page`, `since` and the like, which then count as not given."""
    wrong = {place for place, part in case.meta.components.items() if part.mode.is_negative}
    # Operations with a query have no headers of their own, and what nobody knows is wrong in neither.
    in_query = ParameterLocation.QUERY in wrong and wrong <= {ParameterLocation.QUERY, ParameterLocation.HEADER}
    return in_query and (case.path != "/api/search" or isinstance(case.query.get("q"), str))
