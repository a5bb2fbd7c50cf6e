"""A test client that fails any test that is given a page with something wrong in it."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

INPUTS_WITHOUT_LABEL = frozenset({"hidden", "submit", "button"})
POST_ADDRESS = re.compile(r"/post/(\d+)")
VOID = frozenset({"input", "img", "br", "meta", "link", "hr", "source"})


class Page(HTMLParser):
    """What a page consists of, as far as the checks and the tests need it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.headings: list[str] = []
        self.title = ""
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}))
        if tag == "h1":
            self.headings.append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "h1" in self._open:
            self.headings[-1] += data
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data

    @property
    def text(self) -> str:
        """The words of the page, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def value_of(self, field: str) -> str:
        """The value of the input of that name."""
        return next(attributes.get("value", "") for attributes in self.all("input") if attributes.get("name") == field)

    def posts(self) -> list[int]:
        """The ids of the posts shown, in order."""
        matches = [POST_ADDRESS.fullmatch(link.get("href", "")) for link in self.all("a")]
        return list(dict.fromkeys(int(match[1]) for match in matches if match))

    def neighbour(self, relation: str) -> str | None:
        """The address of the older ("next") or newer ("prev") page of a list."""
        return next((link["href"] for link in self.all("a") if link.get("rel") == relation), None)

    def faults(self) -> list[str]:
        """What is wrong with the page."""
        # What a script fetches into a page has neither head nor heading.
        whole = self._heading_faults() if self.all("html") else []
        return [*whole, *self._name_faults(), *self._inline_faults(), *self._form_faults()]

    def _heading_faults(self) -> list[str]:
        if len(self.headings) != 1:
            return [f"{len(self.headings)} h1 elements"]
        heading, title = " ".join(self.headings[0].split()), " ".join(self.title.split())
        faults = [] if heading else ["an empty h1"]
        # A form that came back says so first, in the language of the page.
        if not title.startswith(heading) and not title.partition(": ")[2].startswith(heading):
            faults.append(f"the title {title!r} does not start with the heading {heading!r}")
        return faults + ([] if self.all("html")[0].get("lang") else ["no language"])

    def _name_faults(self) -> list[str]:
        identifiers = Counter(attributes["id"] for _, attributes in self.elements if "id" in attributes)
        labelled = {attributes.get("for") for attributes in self.all("label")}
        faults = [f"id {name!r} stands {count} times" for name, count in identifiers.items() if count > 1]
        faults += [f"an image without alt: {image}" for image in self.all("img") if "alt" not in image]
        for attributes in self.all("input") + self.all("textarea") + self.all("select"):
            named = attributes.get("id") in labelled or "aria-label" in attributes or "aria-labelledby" in attributes
            if attributes.get("type") not in INPUTS_WITHOUT_LABEL and not named:
                faults.append(f"a field without label: {attributes}")
        references = [a for _, a in self.elements for name in ("aria-describedby", "aria-labelledby") if name in a]
        for attributes in references:
            for name in ("aria-describedby", "aria-labelledby"):
                missing = [each for each in attributes.get(name, "").split() if each not in identifiers]
                faults += [f"{name} names {each!r}, which is not there" for each in missing]
        return faults

    def _inline_faults(self) -> list[str]:
        faults = ["an inline script" for attributes in self.all("script") if "src" not in attributes]
        faults += ["an inline stylesheet" for _ in self.all("style")]
        for tag, attributes in self.elements:
            faults += [f"{name} on {tag}" for name in attributes if name == "style" or name.startswith("on")]
            target = attributes.get("href", attributes.get("src", ""))
            if target.lower().startswith(("javascript:", "data:text")):
                faults.append(f"a script in the address of {tag}")
            if tag in ("link", "script", "img") and target.startswith(("http:", "https:", "//")):
                faults.append(f"{tag} comes from somewhere else: {target}")
        return faults

    def _form_faults(self) -> list[str]:
        posting = [attributes for attributes in self.all("form") if attributes.get("method", "get").lower() == "post"]
        tokens = [attributes for attributes in self.all("input") if attributes.get("name") == "csrf_token"]
        return [] if len(tokens) >= len(posting) else [f"{len(posting)} forms but {len(tokens)} tokens"]


class PageClient(FlaskClient):
    """A browser of sorts: checks every page it is given, and fills in the token of the forms it sends."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, app.response_class, use_cookies=True, **options)

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        # Read to its end, which closes the file that a static answer comes from.
        response = super().open(*arguments, **{"buffered": True, **options})
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
            faults = Page(response.text).faults()
            assert not faults, f"{response.request.path}: {faults}"
        return response

    def page(self, address: str, status: int = 200) -> Page:
        """The page at an address, which must answer with this status."""
        response = self.get(address)
        assert response.status_code == status, f"{address} answered {response.status}"
        return Page(response.text)

    def token(self, address: str = "/auth/login") -> str:
        """The token of a form on the page at that address."""
        response = self.get(address, follow_redirects=True)
        return Page(response.text).value_of("csrf_token")

    def send(self, address: str, data: dict[str, Any] | None = None, form_at: str | None = None) -> TestResponse:
        """Send a form as a browser would, with the token of the page that holds it."""
        return self.post(address, data={"csrf_token": self.token(form_at or address), **(data or {})})
