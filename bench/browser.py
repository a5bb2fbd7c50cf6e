"""A visitor over real HTTP: keeps cookies, fills in tokens."""

from __future__ import annotations

import base64
import json
import re
import ssl
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

PASSWORD = "a password for measuring"


class Browser:
    """One person with one session."""

    def __init__(self, address: str, context: ssl.SSLContext | None = None) -> None:
        self.address = address
        self.context = context
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self._jar),
            urllib.request.HTTPSHandler(context=context),
        )

    @property
    def cookies(self) -> str:
        """What a browser would send as Cookie."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def get(self, path: str) -> str:
        """The page at a path."""
        with self._opener.open(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())

    def send(self, path: str, **fields: str) -> str:
        """Send the form of the page at that path; the page that follows."""
        data = urllib.parse.urlencode(fields | {"csrf_token": self.token(path)}).encode()
        request = urllib.request.Request(self.address + path, data=data, headers={"Referer": self.address + path})
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def token(self, path: str) -> str:
        """The mark against forged requests in the page at that path."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        return found[1] if found else ""

    def log_in(self, username: str) -> None:
        """Log in with the password that all have here."""
        self.send("/auth/login", username=username, password=PASSWORD)

    def make_token(self, username: str) -> str:
        """A key to the API for this person."""
        words = base64.b64encode(f"{username}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"{self.address}/api/tokens", method="POST", headers={"Authorization": f"Basic {words}"}
        )
        with self._opener.open(request, timeout=30) as answer:
            return str(json.load(answer)["token"])

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
