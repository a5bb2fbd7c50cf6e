"""The search box of a page: what was asked for, and what the page says about the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, request
from flask_babel import gettext as _

from ..core.paging import Page, Position
from ..web.context import settings
from ..web.locale import preferences
from ..web.paging import LinkedPage, linked, position
from .finding import Found
from .interface import SearchIndex
from .language import LONGEST_QUERY, parse
from .query import Note, Query

SEARCH_INDEX = "microblog.search_index"
NEWEST = "new"


@dataclass(frozen=True)
class Question:
    """What the address asks for: text, order and page."""

    text: str
    query: Query
    newest: bool
    number: int

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
    return Question(text[:LONGEST_QUERY], query, request.args.get("sort") == NEWEST, position().number)


def found_page(found: Found[Any], asked: Question, endpoint: str) -> LinkedPage:
    """The page of hits with the addresses of its neighbours."""
    newer = Position(number=asked.number - 1) if asked.number > 1 else None
    older = Position(number=asked.number + 1) if found.more else None
    return linked(Page(found.items, newer=newer, older=older), endpoint, **asked.arguments)


def notices(found: Found[Any], query: Query) -> list[str]:
    """What somebody has to know of the answer: that it is a makeshift, or what was left out of account."""
    texts = {
        Note.TOO_LONG: _("That was very long; only the beginning was looked for."),
        Note.TOO_MANY: _("That was a lot of words; only the first ones were looked for."),
        Note.SHORT_PREFIX: _("A * needs at least two letters before it."),
    }
    chosen = [texts[note] for note in query.notes]
    if found.cut:
        chosen.append(_("So much fits this that not all of it was looked at. More words find more exactly."))
    if found.degraded:
        chosen.append(_("The search index is away or being made anew. Until then only recent posts are searched."))
    return [str(text) for text in chosen]
