"""A person's browser, as far as the system tests need one: cookies, forms, an authority that it trusts."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message

HIDDEN_FIELD = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What came back, after redirects."""

    status: int
    headers: Message
    text: str
    path: str


class Visitor:
    """Somebody at https://localhost:PORT."""

    def __init__(self, port: int, authority: str) -> None:
        self._origin = f"https://localhost:{port}"
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cadata=authority)),
            urllib.request.HTTPCookieProcessor(),
        )

    def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._open(urllib.request.Request(self._origin + path, headers=named))

    def submit(self, page: str, action: str = "", **fields: str) -> Answer:
        """Open a page and send its form, hidden fields included, to `action` (else to the page itself)."""
        data = urllib.parse.urlencode({**hidden_fields(self.get(page).text), **fields}).encode()
        headers = {"Referer": self._origin + page, "Origin": self._origin}
        return self._open(urllib.request.Request(self._origin + (action or page), data, headers))

    def post(self, text: str) -> Answer:
        return self.submit("/index", post=text)

    def finds(self, word: str) -> bool:
        """Whether search finds this word, shown in a post (and not only in the search box)."""
        answer = self.get("/search?" + urllib.parse.urlencode({"q": word}))
        return answer.status == 200 and "<article" in answer.text and word in answer.text

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read().decode(errors="replace")
            return Answer(response.status, response.headers, text, urllib.parse.urlsplit(response.url).path)


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms; with several forms the last one's value counts, which is the same token."""
    fields = {}
    for tag in HIDDEN_FIELD.findall(page):
        attributes = dict(ATTRIBUTE.findall(tag))
        if attributes.get("type") == "hidden" and "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    return fields
