"""The search box of a page: what was asked for, and what the page says about the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from flask import current_app, request, url_for
from flask_babel import gettext as _

from ..core.paging import START, Page, Position
from ..web.context import settings
from ..web.locale import preferences
from ..web.paging import LinkedPage, linked, position
from .finding import Found
from .interface import SearchIndex
from .language import LONGEST_QUERY, parse
from .pinned import Pinned, read_token
from .progress import read_progress
from .query import Note, Problem, Query, Reason

SEARCH_INDEX = "microblog.search_index"
NEWEST = "new"


@dataclass(frozen=True)
class Question:
    """What the address asks for: text, order and page."""

    text: str
    query: Query
    newest: bool
    position: Position
    pinned: Pinned | None = None

    @property
    def is_first_page(self) -> bool:
        """Whether the start of the hits is asked for."""
        return self.position == START

    @property
    def arguments(self) -> dict[str, str]:
        """The text and the order as arguments of an address."""
        return {"q": self.text, "sort": NEWEST} if self.newest else {"q": self.text}


def engine() -> SearchIndex:
    """The engine of this application."""
    return cast(SearchIndex, current_app.extensions[SEARCH_INDEX])


def question() -> Question:
    """The question of this request."""
    text = request.args.get("q", "").replace("\0", " ").strip()
    query = parse(text, preferences().time_zone or settings().time_zone)
    newest, pinned = request.args.get("sort") == NEWEST, read_token(request.args.get("hits"))
    return Question(text[:LONGEST_QUERY], query, newest, position(), pinned)


def found_page(found: Found[Any], asked: Question, endpoint: str) -> LinkedPage:
    """The page of hits with the addresses of its neighbours."""
    arguments = asked.arguments | ({"hits": found.pinned.token()} if found.pinned and not asked.newest else {})
    return linked(Page(found.items, newer=found.newer, older=found.older), endpoint, **arguments)


class Notice(NamedTuple):
    """A sentence about an answer; what it is about, for scripts and tests; and a page that helps, with its name."""

    text: str
    about: str
    address: str = ""
    link: str = ""


def is_complete(found: Found[Any]) -> bool:
    """Whether everything that was ever written was searched: no change waits, and no index is being built."""
    return found.is_complete and read_progress(settings().run_dir) is None


def notices(found: Found[Any], asked: Question) -> list[Notice]:
    """What somebody has to know of the answer: that it is a makeshift, or what was left out of account."""
    texts = {
        Note.TOO_LONG: _("That was very long; only the beginning was looked for."),
        Note.TOO_MANY: _("That was a lot of words; only the first ones were looked for."),
        Note.SHORT_PREFIX: _("A * needs at least two letters before it."),
    }
    chosen = [Notice(explain(problem), problem.operator, *_help(problem, asked)) for problem in found.problems]
    chosen += [Notice(texts[note], note.name) for note in asked.query.notes]
    if found.cut:
        text = _("So much fits this that not all of it was looked at. More words find more exactly.")
        chosen.append(Notice(text, "cut"))
    if found.degraded:
        text = _("The search index is away or being made anew. Until then only recent posts are searched.")
        chosen.append(Notice(text, "incomplete"))
    elif not is_complete(found):
        text = _("The search index does not have the latest changes yet. Some hits may be missing.")
        chosen.append(Notice(text, "incomplete"))
    return chosen


def explain(problem: Problem) -> str:
    """Say why an operator was left out of account, and what may be written instead."""
    if problem.reason is Reason.PLACE:
        return str(_("Posts have no recipient; “to:” finds messages."))
    if problem.reason is Reason.NOBODY or problem.operator in ("from", "to"):
        return str(_("Nobody is called “%(name)s”.", name=problem.value))
    item = f"{problem.operator}:{problem.value}"
    if problem.operator == "has":
        return str(_("“%(item)s” was left out: only has:link is known.", item=item))
    if problem.operator == "lang":
        languages = " ".join(settings().post_languages)
        return str(_("“%(item)s” was left out. Write one of these: %(languages)s", item=item, languages=languages))
    return str(_("“%(item)s” was left out. Write a day like this: 2026-11-01", item=item))


def warnings(found: Found[Any]) -> list[dict[str, str]]:
    """Return the same for programs."""
    return [{"operator": each.operator, "value": each.value, "message": explain(each)} for each in found.problems]


def _help(problem: Problem, asked: Question) -> tuple[str, str]:
    if problem.reason is Reason.PLACE:
        return url_for("messages.search", **dict[str, Any](asked.arguments)), str(_("Search my messages"))
    return "", ""
