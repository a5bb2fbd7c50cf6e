"""What counts as a word, whatever invisible characters, letter case and accents a text has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.folding import fold, is_invisible
from app.search.interface import Document
from app.search.language import parse
from app.search.memory_index import MemoryIndex
from app.search.words import SEPARATOR, tokens, words_of

INVISIBLE = [chr(code) for code in range(0x110000) if is_invisible(chr(code))]
TEXTS = ["harbour", "Straße", "getUserName", "snake_case", "привет", "می خواهم", "東京タワー", "❤", "हिन्दी", "ёлка"]
Letters = st.characters(whitelist_categories=("Lu", "Ll", "Lo", "Nd", "So", "Zs", "Po", "Pc"))


def test_all_format_characters_are_invisible() -> None:
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert set(formats) <= set(INVISIBLE)
    assert not any(character.isspace() for character in INVISIBLE)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(text=st.text(Letters, max_size=30) | st.sampled_from(TEXTS), data=st.data())
def test_invisible_characters_change_no_word(text: str, data: st.DataObject) -> None:
    inserted = "".join(
        character + data.draw(st.sampled_from(["", "", *INVISIBLE[:40], *INVISIBLE[-3:]])) for character in text
    )
    assert words_of(inserted) == words_of(text)
    assert fold(inserted) == fold(text)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(word=st.sampled_from(TEXTS), invisible=st.sampled_from(INVISIBLE), place=st.integers(1, 20))
def test_a_word_with_an_invisible_character_is_found_and_marked(word: str, invisible: str, place: int) -> None:
    written = word[:place] + invisible + word[place:]
    index = MemoryIndex()
    index.update([Document("post", 1, f"say {written} again")], [])
    for question in (word, written):
        query = parse(f'"{question}"')
        assert index.search("post", query, 0, 5).ids == (1,)
        marked = [f"say {written} again"[start:end] for start, end in query.highlights(f"say {written} again")]
        assert "".join(marked).replace(" ", "").startswith(word.split()[0][:1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("_very_ __init__ ___", ["very", "init"]),
        ("my_name", ["my_name", SEPARATOR, "my", "name"]),
        ("a__b", ["a__b", SEPARATOR, "a", "b"]),
        ("my\uff3fname", ["my_name", SEPARATOR, "my", "name"]),
        ("getUserName", ["getusername", SEPARATOR, "get", "user", "name"]),
        ("HTMLParser", ["htmlparser", SEPARATOR, "html", "parser"]),
        ("größeÄndern", ["grosseandern", SEPARATOR, "grosse", "andern"]),
        ("Base64Encoder", ["base64encoder", SEPARATOR, "base64", "encoder"]),
        ("C3PO PDFs URLs utf8 mp3 IPv6 USA", ["c3po", "pdfs", "urls", "utf8", "mp3", "ipv6", "usa"]),
        ("getX getX", ["getx", "getx", SEPARATOR, "get", "x"]),
    ],
)
def test_compound_words_are_kept_whole_and_in_parts(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("мой", "мои"), ("їжа", "іжа"), ("ќе", "ке"), ("ѓон", "гон"), ("パン", "ハン"), ("ў", "\u0443")],
)
def test_letters_of_an_alphabet_are_not_accents_of_others(one: str, other: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, one)) != fold(other)
        assert fold(unicodedata.normalize(form, one)) == fold(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ёлка", "елка"), ("за́мок", "замок"), ("José", "jose"), ("Ñandú", "nandu"), ("Άλφα", "αλφα"), ("ѝ", "и"),
     ("Việt", "viet"), ("Łódź", "lodz"), ("שָׁלוֹם", "שלום")],
)  # fmt: skip
def test_accents_make_no_difference(one: str, other: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, one)) == fold(other)


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("function", "my_function_name", ["function"]),
        ("my_function_name", "my_function_name", ["my_function_name"]),
        ("user", "getUser\u00adName", ["User\u00ad"]),
        ("username", "a user\u200bname", ["user\u200bname"]),
        ('"function name"', "my_function_name", ["function_name"]),
        ("very", "is _very_ so", ["very"]),
        ("❤", "I ❤️ it", ["❤️"]),
        ("iphone", "my iPhone", ["iPhone"]),
    ],
)
def test_parts_of_words_are_marked_where_they_stand(question: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in parse(question).highlights(text)] == marked


def test_ascii_is_read_like_any_other_text() -> None:
    text = "A getUserName of my_value__x, _so_ it's 3.14 & C3PO! x=HTMLParser"
    spans = [(token.text, token.start, token.end, len(token.parts)) for token in tokens(text)]
    assert [(t.text, t.start, t.end, len(t.parts)) for t in tokens(text + " é")][:-1] == spans
