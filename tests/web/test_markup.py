"""A post's text as HTML: links, mentions and hashtags work, and nothing else gets through."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.words import marks_of
from app.web.markup import LONGEST_SHOWN, MAX_LINES, is_long, render_body


def rendered(text: str) -> str:
    return str(render_body(text, lambda name: f"/user/{name}", lambda tag: f"/search?q=%23{tag}"))


def link(address: str, shown: str) -> str:
    return f'<a href="{address}" rel="nofollow noopener ugc" title="{address}">{shown}</a>'


def mention(name: str) -> str:
    return f'<a class="mention" href="/user/{name}" data-card>@{name}</a>'


def hashtag(tag: str) -> str:
    return f'<a class="hashtag" href="/search?q=%23{tag}">#{tag}</a>'


EXAMPLE = link("https://example.org/a", "example.org/a")
CASES = {
    "plain": ("good morning", "good morning"),
    "markup is shown, not obeyed": ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
    "lines": ("a\nb", "a<br>\nb"),
    "a link": ("see https://example.org/a now", f"see {EXAMPLE} now"),
    "a link at the end of a sentence": ("https://example.org/a.", f"{EXAMPLE}."),
    "a link in brackets": ("(https://example.org/a)", f"({EXAMPLE})"),
    "brackets in a link": ("https://example.org/a_(b)", link("https://example.org/a_(b)", "example.org/a_(b)")),
    "a quoted link": ('"https://example.org/a"', f"&#34;{EXAMPLE}&#34;"),
    "two links": ("https://example.org/a https://example.org/a", f"{EXAMPLE} {EXAMPLE}"),
    "a link with a query": ("http://a.b/?x=1&y=2", link("http://a.b/?x=1&amp;y=2", "a.b/?x=1&amp;y=2")),
    "a link to a port": ("http://a.b:80/", link("http://a.b:80/", "a.b:80")),
    "no host": ("https://", "https://"),
    "a broken host": ("http://[::1", "http://[::1"),
    "another scheme": ("javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"),
    "a mention": ("hi @bob!", f"hi {mention('bob')}!"),
    "a mention with dots": ("@a.b-c_d.", f"{mention('a.b-c_d')}."),
    "an address is no mention": ("write to bob@example.org", "write to bob@example.org"),
    "a sign alone is no mention": ("a @ b", "a @ b"),
    "a mention in a link is part of it": (
        "https://example.org/@bob", link("https://example.org/@bob", "example.org/@bob")
    ),
    "a hashtag": ("#tea time", f"{hashtag('tea')} time"),
    "a hashtag of another script": ("#\u8336", hashtag("\u8336")),
    "a number is no hashtag": ("#1 of 2", "#1 of 2"),
    "an anchor is no hashtag": ("a#b", "a#b"),
    "a sign before a link": ("#https://example.org/a", f"#{EXAMPLE}"),
    "a full stop of another script": ("https://example.org/a\u3002", f"{EXAMPLE}\u3002"),
    "a mention after a dot": (".@bob", f".{mention('bob')}"),
    "somebody elsewhere": ("@bob@example.org", "@bob@example.org"),
    "an entity is shown as typed": ("&#39;", "&amp;#39;"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_texts_become_what_their_writers_meant(name: str) -> None:
    text, html = CASES[name]
    assert rendered(text) == html


def test_a_long_link_is_shown_shortened_and_leads_to_the_whole() -> None:
    address = "https://example.org/" + "x" * 200
    html = rendered(address)
    assert f'href="{address}"' in html
    shown = html.partition(">")[2].partition("<")[0]
    assert len(shown) == LONGEST_SHOWN
    assert shown.endswith("\N{HORIZONTAL ELLIPSIS}")


@pytest.mark.parametrize(
    "text", ["https://a.b/" * 400, "@" * 5000, "#" * 5000, "(" * 2000 + "https://a.b" + ")" * 2000]
)
def test_texts_made_to_take_long_are_done_all_the_same(text: str) -> None:
    assert rendered(text)


class Shown(HTMLParser):
    """What a reader sees of some HTML, links in full, and what it leads to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.marks: set[str] = set()
        self._link = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self._link = (found.get("title") or "") if tag == "a" else self._link
        if tag == "a":
            self.text += self._link
            self.marks |= {"has=link"} if self._link else set()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""

    def handle_data(self, data: str) -> None:
        if self._link:
            shown = data.removesuffix("\N{HORIZONTAL ELLIPSIS}")
            assert shown in self._link
        else:
            self.text += data


pieces = st.sampled_from(
    [
        *(
            "https://",
            "HTTP://a.b/",
            "@",
            "#",
            "bob",
            "\u0939\u093f",
            "\u8336",
            "\u3002",
            "<",
            ">",
            "&amp;",
            '"',
            "'",
            "(",
        ),
        *(")", ".", " ", "\n", "\u200b", "e\u0301", "/x" * 40, "\U0001f600", "example.org", "1", "_"),
    ]
)


@given(st.lists(pieces, max_size=14).map("".join))
@settings(max_examples=600, derandomize=True, deadline=None)
def test_page_loses_no_character_and_has_the_entities_of_the_index(text: str) -> None:
    html = rendered(text)
    shown = Shown(html)
    assert shown.text == text
    marks = marks_of(text)
    assert ("has=link" in marks) == ("has=link" in shown.marks)
    assert any(mark[0] == "@" for mark in marks) == ('class="mention"' in html)
    assert any(mark[0] == "#" for mark in marks) == ('class="hashtag"' in html)


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_highlights_lose_no_character(text: str, first: int, last: int) -> None:
    spans = [(first, last)] if first < last else []
    html = render_body(text, lambda name: name, lambda tag: tag, spans)
    assert Shown(str(html)).text.replace("\r", "") == text.replace("\r", "")


@pytest.mark.parametrize(
    ("text", "is_folded"),
    [
        ("a", False),
        ("\n" * (MAX_LINES - 1), False),
        ("top" + "\n" * 200 + "bottom", True),
        ("x" * 280, False),
        ("x " * 1000, True),
    ],
)
def test_long_text_is_told_by_its_lines(text: str, is_folded: bool) -> None:
    assert is_long(text) is is_folded
