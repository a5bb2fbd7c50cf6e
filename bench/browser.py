"""A visitor over real HTTP: keeps cookies, fills in tokens."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

PASSWORD = "a password for measuring"


class Browser:
    """One person with one session."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """The page at a path."""
        with self._opener.open(self._address + path, timeout=30) as answer:
            return str(answer.read().decode())

    def send(self, path: str, **fields: str) -> str:
        """Send the form of the page at that path; the page that follows."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        data = urllib.parse.urlencode(fields | {"csrf_token": token[1] if token else ""}).encode()
        with self._opener.open(self._address + path, data=data, timeout=30) as answer:
            return str(answer.read().decode())

    def set_up(self, code: str) -> None:
        """Make the first account, which is logged in then."""
        self.send(
            "/setup", code=code, username="bench", email="bench@example.org", password=PASSWORD, password2=PASSWORD
        )

    def post(self, text: str) -> None:
        """Write a post."""
        self.send("/", post=text)

    def finds(self, word: str) -> bool:
        """Whether a post with this word is among the results of a search."""
        return "<article" in self.get(f"/search?q={word}")
