"""Links, mentions and hashtags begin and end where a reader would begin and end them, in every script."""

# ruff: noqa: RUF001 (texts of many scripts)

from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.characters import is_invisible
from app.core.entities import Kind, find_entities

CPU_SECONDS = 1.5
derandomized = settings(max_examples=200, derandomize=True, deadline=None)


def found(text: str) -> list[tuple[str, str]]:
    return [(entity.kind.value, entity.value) for entity in find_entities(text)]


def links(text: str) -> list[str]:
    return [value for kind, value in found(text) if kind == Kind.LINK.value]


def mentions(text: str) -> list[str]:
    return [value for kind, value in found(text) if kind == Kind.MENTION.value]


def tags(text: str) -> list[str]:
    return [value for kind, value in found(text) if kind == Kind.TAG.value]


LINKS = {
    "见https://example.com。": ["https://example.com"],
    "（https://example.com）": ["https://example.com"],
    "参照：https://example.com/foo、それ": ["https://example.com/foo"],
    "‘https://example.com/a’ „https://example.com/b“ «https://example.com/c»": [
        "https://example.com/a",
        "https://example.com/b",
        "https://example.com/c",
    ],
    "https://example.com/b— and https://example.com/c– and https://example.com/d-- and": [
        "https://example.com/b",
        "https://example.com/c",
        "https://example.com/d",
    ],
    "`https://example.com/` 'https://example.com/a','https://example.com/b'": [
        "https://example.com/",
        "https://example.com/a",
        "https://example.com/b",
    ],
    "https://foo.example's UX, https://foo.example/a's UX": ["https://foo.example", "https://foo.example/a"],
    "https://en.wikipedia.org/wiki/Hobson's_choice": ["https://en.wikipedia.org/wiki/Hobson's_choice"],
    "Https://example.org/x HTTPS://EXAMPLE.ORG hTTp://a.b": [
        "Https://example.org/x",
        "HTTPS://EXAMPLE.ORG",
        "hTTp://a.b",
    ],
    "https://example.comを見て https://example.com/fooを見て https://example.com/foo에서": [
        "https://example.com",
        "https://example.com/foo",
        "https://example.com/foo",
    ],
    "https://ja.wikipedia.org/wiki/日本 https://de.wikipedia.org/wiki/Köln": [
        "https://ja.wikipedia.org/wiki/日本",
        "https://de.wikipedia.org/wiki/Köln",
    ],
    "https://fa.wikipedia.org/wiki/می\u200cخواهم https://example.com/a\u200db": [
        "https://fa.wikipedia.org/wiki/می\u200cخواهم",
        "https://example.com/a",
    ],
    "https://例え.jp/ https://müller.de http://россия.рф http://[::1]:80/x http://nas:8080/ http://1.2.3.4": [
        "https://例え.jp/",
        "https://müller.de",
        "http://россия.рф",
        "http://[::1]:80/x",
        "http://nas:8080/",
        "http://1.2.3.4",
    ],
    "<https://x.org/Barcelona_S.C.> <https://x.org/0.999...>": [
        "https://x.org/Barcelona_S.C.",
        "https://x.org/0.999...",
    ],
    "[text](https://a.b/c)more https://a.b/c(d) {https://a.b/e}": [
        "https://a.b/c",
        "https://a.b/c(d)",
        "https://a.b/e",
    ],
    "https://a.b/c,https://d.e/f https://a.b/c→https://d.e https://a.b/c👍": [
        "https://a.b/c",
        "https://d.e/f",
        "https://a.b/c",
        "https://d.e",
        "https://a.b/c",
    ],
    "#https://example.com @https://example.com": ["https://example.com", "https://example.com"],
    "و\u200fhttps://example.com وhttps://example.com": ["https://example.com", "https://example.com"],
    "xhttps://example.com éhttps://example.com git+https://example.com": [],
    "http://a.b:99999/ https://example.com: https://example.com... https://example.com./a": [
        "http://a.b",
        "https://example.com",
        "https://example.com",
        "https://example.com./a",
    ],
    "https://_ https://... https://-a https://__.__ http://1.2.3.999/ http://[1::2::3]/ https:// https://。": [],
    # Whoever reads the first host is not led to the second.
    "https://example.com@evil.example https://a:b@evil.example/ https://ex%61mple.com": [],
}


@pytest.mark.parametrize("text", LINKS)
def test_link_ends_where_a_reader_ends_it(text: str) -> None:
    assert links(text) == LINKS[text]


OUTSIDE = [
    chr(code)
    for code in range(0x80, 0x20000)
    if unicodedata.category(chr(code)) in ("Ps", "Pe", "Pi", "Pf", "Zs", "Zl", "Zp")
    or (unicodedata.category(chr(code)) == "Po" and unicodedata.east_asian_width(chr(code)) in "WF")
]


@pytest.mark.parametrize("address", ["https://example.com", "https://example.com/a", "https://example.com/a?b=c#d"])
def test_link_has_no_bracket_quote_or_full_stop_of_any_script(address: str) -> None:
    for character in OUTSIDE:
        if character != "\N{KATAKANA MIDDLE DOT}":
            assert links(f"{character}{address}{character}そ") == [address], hex(ord(character))


@given(st.characters(categories=["Po", "Pd", "Zs", "Zl", "Zp", "Cc", "Cf"]).filter(lambda c: c not in '@&%#/\\+="-'))
@derandomized
def test_link_at_the_end_of_a_sentence_has_no_punctuation(character: str) -> None:
    for address in ("https://example.com", "https://example.com/a", "https://example.com/日本"):
        assert links(f"{address}{character} next") == [address]


MENTIONS = {
    "@José @Zoë, @straße. @Иван @李雷 @नमस्ते": ["José", "Zoë", "straße", "Иван", "李雷", "नमस्ते"],
    ".@bob hi (@bob) hello.@bob @bob's @bob, @bob. @bob... @bob- -@bob": ["bob"] * 9,
    "@alice@mastodon.social @alice＠mastodon.social ＠alice＠例え.jp @a.b@c.d": [],
    "alice@example.org José@example.org a+b-@example.org a.b@c.d/@e": [],
    "https://example.org/@bob example.org/@bob": [],
    "＠bob @a.b-c_d @bob_ @bobさん @bob에게": ["bob", "a.b-c_d", "bob_", "bob", "bob"],
    '@"user name" @“dotty.” @"50%" @"<b>"': ["user name", "dotty.", "50%", "<b>"],
    '@ @. @- @" x" @"" ' + "@" + "a" * 65: [],
}


@pytest.mark.parametrize("text", MENTIONS)
def test_mention_is_of_somebody_here(text: str) -> None:
    assert mentions(text) == MENTIONS[text]


TAGS = {
    "#കവിത #हिन्दी #เบอร์ #עִבְרִית #صَباح": ["കവിത", "हिन्दी", "เบอร์", "עִבְרִית", "صَباح"],
    "#می\u200cخواهم #col·lecció #צה״ל #ジョン・スミス": ["می\u200cخواهم", "col·lecció", "צה״ל", "ジョン・スミス"],
    "＃日本 （#日本） #JR東日本 #snake_case #2026goals": ["日本", "日本", "JR東日本", "snake_case", "2026goals"],
    "#C++ #C++17 #C# #Notepad++, #a+b": ["C++", "C++17", "C#", "Notepad++", "a"],
    "#話題# #tea, #tea. #tea\u200b": ["話題", "tea", "tea", "tea"],
    "#1 #1️⃣ #² #️⃣ # ## #_ #\u3164 #\u0301 a#b &#39; &#x27; /#a": [],
    "https://example.com/#tea #https://example.com": [],
}


@pytest.mark.parametrize("text", TAGS)
def test_tag_is_the_whole_word(text: str) -> None:
    assert tags(text) == TAGS[text]


letters = st.characters(categories=["Lu", "Ll", "Lt", "Lo"]).filter(lambda c: not is_invisible(c))
word_characters = st.characters(categories=["L", "M", "Nd"]).filter(lambda c: not is_invisible(c))
words = st.tuples(letters, st.text(word_characters, max_size=12)).map("".join)


@given(words)
@derandomized
def test_tag_of_any_letters_marks_and_digits_is_found_whole(word: str) -> None:
    assert tags(f"({'#' + word}, ＃{word} #{word}。)") == [word] * 3


def of_one_kind(word: str) -> bool:
    """Whether no script without capitals follows letters that have them, where a reader would see a particle."""
    kinds = [unicodedata.category(character) == "Lo" for character in word if character.isalpha()]
    return kinds[0] or not any(not first and second for first, second in pairwise(kinds))


@given(words.filter(of_one_kind))
@derandomized
def test_name_of_any_letters_marks_and_digits_is_found_whole(name: str) -> None:
    assert mentions(f".@{name}, ＠{name} (@{name})") == [name] * 3
    assert mentions(f"@{name}@example.org {name}@{name}.org") == []


@given(st.text(st.sampled_from("@#:/.ahtps()<>[]'_-+%\"\\ 1\u200d。é東\u0301😀\n"), max_size=60))
@settings(derandomized, max_examples=1000)
def test_entities_are_in_order_apart_and_as_written(text: str) -> None:
    position = 0
    for entity in find_entities(text):
        assert position <= entity.start < entity.end <= len(text)
        assert entity.value in text[entity.start : entity.end]
        position = entity.end


@pytest.mark.parametrize(
    "piece",
    [
        *("https://a.b/", "https://a.b)", "https://", "<https://a.b", "https://a:", "https://a.b,", "https://a.", "@"),
        *("#", "@a", "#a·", "@..", "#1", '@"', "a.", "(", "1.", "_."),
    ],
)
def test_text_made_to_take_long_takes_linear_time(piece: str) -> None:
    for start in ("", "https://a.b/", "https://", "@", "#a"):
        begun = time.process_time()
        for _ in find_entities(start + piece * (40_000 // len(piece))):
            pass
        assert time.process_time() - begun < CPU_SECONDS
