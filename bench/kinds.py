"""What is asked for under load: pages, calls of the API, posts and log-ins."""

from __future__ import annotations

from urllib.parse import urlencode

from .browser import PASSWORD, Browser
from .corpus import Corpus
from .population import READER
from .wrk import Request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
LISTS = ("home timeline", "explore", "profile", "messages")
# Places in the vocabulary, by frequency: as common as what people look for, and found more often than a page shows.
SEARCHES = {"search, one word": (300,), "search, two words": (30, 40)}
LOG_IN = "log in"
# They change what is there, so that the same request is never made twice.
WRITES = ("post", "mixed 90/10")
WORDS = Corpus().words


def kinds(browser: Browser) -> dict[str, list[Request]]:
    """Each kind of request by its name, for somebody who is logged in; the token acts for the same person."""
    page = {"Cookie": browser.cookies}
    program = {"Authorization": f"Bearer {browser.make_token(READER)}"}
    write = Request("/api/posts", "POST", program | JSON, '{"body": "measured %d"}')
    pages = {
        "home timeline": "/",
        "explore": "/explore",
        "profile": "/user/person2",
        "messages": "/messages",
        **{what: "/search?q=" + "+".join(WORDS[place] for place in places) for what, places in SEARCHES.items()},
        "notifications poll": "/notifications?since=0",
    }
    calls = {"home timeline": "/api/timelines/home", "user": "/api/users/2", "users": "/api/users"}
    reads = [Request(pages[what], headers=page) for what in LISTS[:3]]
    return {
        **{what: [Request(path, headers=page)] for what, path in pages.items()},
        **{f"API {what}": [Request(path, headers=program)] for what, path in calls.items()},
        "post": [write],
        "mixed 90/10": [*reads, *reads, *reads, write],
        # last, because only the newest log-ins of a person are kept: the cookie of the others is worth nothing then
        **log_ins(browser),
    }


def log_ins(browser: Browser) -> dict[str, list[Request]]:
    """Nothing where Nginx stands before it: it refuses log-ins in such numbers, as it should."""
    if browser.context:
        return {}
    stranger = Browser(browser.address)
    fields = {"csrf_token": stranger.token("/auth/login"), "username": READER, "password": PASSWORD}
    return {LOG_IN: [Request("/auth/login", "POST", FORM | {"Cookie": stranger.cookies}, urlencode(fields))]}
