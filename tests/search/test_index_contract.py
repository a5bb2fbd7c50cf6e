"""What every search engine must do: each of them, on a real disk or against a real server, is held to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from server import remove, server_url

from app.core.search_settings import ELASTICSEARCH, SearchSettings
from app.core.time import utc_now
from app.search.elasticsearch_index import ElasticsearchIndex
from app.search.interface import Document, Hits, Key, SearchIndex, SearchUnavailable
from app.search.language import parse
from app.search.memory_index import MemoryIndex
from app.search.sqlite_index import SqliteIndex
from app.search.whoosh_index import WhooshIndex
from app.search.words import LONGEST_WORD

ALICE, BOB, CHARLIE = 1, 2, 3
PEOPLE = {"alice": ALICE, "bob": BOB, "charlie": CHARLIE}
TEXTS = {
    1: "The harbour is frozen",
    2: "A frozen lake, and no harbour",
    3: "Caf\u00e9 cr\u00e8me",
    4: "\u6771\u4eac\u30bf\u30ef\u30fc\u306b\u884c\u304f",
    5: "don't #panic @bob https://example.org/path?a=1",
    6: "\uff21\uff22 Stra\u00dfe",
    7: "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \U0001f600",
    8: "",
    9: "\ud55c\uad6d\uc5b4 \u0645\u0631\u062d\u0628\u0627",
    10: "El ping\u00fcino come pl\u00e1tanos en la ma\u00f1ana",
    11: "L'\u00e9cole est ferm\u00e9e, le c\u0153ur aussi",
    12: "\u6211\u4eec\u53bb\u5317\u4eac\u5403\u70e4\u9e2d",
    13: "\uff8a\uff9f\uff9d\u3092\u98df\u3079\u308b",
    14: "harbours and #Harbour",
    15: "#panicking is no #panic_room, mail bob@example.org",
    16: "release 3.14 of snake_case and C3PO",
    17: "\u732b",
    18: "http://news.example.net by @Alice-B",
    19: "lake lake lake",
    20: "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01",
}
LANGUAGES = {1: "en", 2: "en", 3: "fr", 4: "ja", 10: "es", 11: "fr", 12: "zh"}
FIRST_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make_memory(_folder: Path) -> SearchIndex:
    return MemoryIndex()


def make_whoosh(folder: Path) -> SearchIndex:
    return WhooshIndex(folder)


def make_sqlite(folder: Path) -> SearchIndex:
    return SqliteIndex(folder)


def make_elasticsearch(_folder: Path) -> SearchIndex:
    return ElasticsearchIndex(SearchSettings(ELASTICSEARCH, server_url(), f"test-{token_hex(6)}"))


ENGINES: dict[str, Callable[[Path], SearchIndex]] = {
    "memory": make_memory,
    "Whoosh": make_whoosh,
    "SQLite": make_sqlite,
    "Elasticsearch": make_elasticsearch,
}


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An engine with nothing in it."""
    index = ENGINES[request.param](tmp_path / "search")
    index.rebuild([])
    yield index
    remove(index)


@pytest.fixture(params=ENGINES, scope="module")
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An engine that knows the texts, which is only asked."""
    index = ENGINES[request.param](tmp_path_factory.mktemp("library") / "search")
    index.rebuild([document(number, text) for number, text in TEXTS.items()])
    yield index
    remove(index)


def document(number: int, text: str) -> Document:
    """A post: the odd ones by alice, the even ones by bob, one a day from the first of January on."""
    author = ALICE if number % 2 else BOB
    written = FIRST_DAY + timedelta(days=number - 1)
    language = LANGUAGES.get(number, "") if text == TEXTS.get(number) else ""
    return Document("post", number, text, written, author, language)


@pytest.fixture
def full(index: SearchIndex) -> SearchIndex:
    """An engine that knows the texts."""
    index.update([document(number, text) for number, text in TEXTS.items()], [])
    return index


def found(index: SearchIndex, question: str, *, kind: str = "post", viewer: int | None = None) -> list[int]:
    query = parse(question).resolved(PEOPLE)
    return list(index.search(kind, query, 0, 30, viewer=viewer, newest=True).ids)


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        # words
        ("harbour", [14, 2, 1]),
        ("HARBOUR Frozen", [2, 1]),
        ("frozen lake", [2]),
        ("frozen nothing", []),
        ("harb", []),
        ("a", [5, 2]),
        ("cafe", [3]),
        ("CR\u00c8ME", [3]),
        ("ab", [6]),
        ("strasse", [6]),
        ("STRA\u00dfE", [6]),
        ("\u041f\u0420\u0418\u0412\u0415\u0422", [7]),
        ("\u0645\u0631\u062d\u0628\u0627", [9]),
        ("don't", [5]),
        ("snake_case", [16]),
        ("3.14", [16]),
        ("c3po", [16]),
        ("\U0001f600", [7]),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", [20]),
        # Spanish, German, French
        ("pinguino", [10]),
        ("manana", [10]),
        ("ma\u00f1ana platanos", [10]),
        ("ecole", [11]),
        ("l'ecole", [11]),
        ("coeur", [11]),
        ("fermee aussi", [11]),
        # scripts without spaces, by any part of a text
        ("\u6771\u4eac", [4]),
        ("\u30bf\u30ef\u30fc", [4]),
        ("\uff80\uff9c\uff70", [4]),
        ("\u884c\u304f", [4]),
        ("\u4eac", [12, 4]),
        ("\u304f", [4]),
        ("\u5317\u4eac", [12]),
        ("\u4eac\u5317", []),
        ("\u5403\u70e4\u9e2d", [12]),
        ("\u6211\u4eec \u70e4\u9e2d", [12]),
        ("\u30d1\u30f3", [13]),
        ("\u30cf\u30f3", []),
        ("\u732b", [17]),
        ("\ud55c\uad6d\uc5b4", [9]),
        ("\u0e0a\u0e32\u0e27", [20]),
        # phrases
        ('"frozen lake"', [2]),
        ('"lake frozen"', []),
        ('"the harbour is"', [1]),
        ('"no harbour', [2]),
        ("\u201cFROZEN lake\u201d and", [2]),
        ('"lake lake"', [19]),
        ('"\u30bf\u30ef\u30fc\u306b"', [4]),
        # -not
        ("harbour -lake", [14, 1]),
        ('harbour -"frozen lake"', [14, 1]),
        ("harbour -frozen -harbours", []),
        ("-harbour lake", [19]),
        ("from:alice -harbour -has:link -#panic_room", [19, 17, 13, 11, 9, 7, 3]),
        ("\u4eac -\u5317\u4eac", [4]),
        # OR
        ("cafe OR lake", [19, 3, 2]),
        ("frozen lake OR is", [2, 1]),
        ("strasse OR cafe OR panic", [15, 6, 5, 3]),
        ("OR lake", [19, 2]),
        ("lake OR", [19, 2]),
        ('"frozen lake" OR "is frozen"', [2, 1]),
        ("cafe or lake", []),
        # prefix*
        ("harb*", [14, 2, 1]),
        ("HARBOURS*", [14]),
        ("fro* la*", [2]),
        ("\u043f\u0440\u0438*", [7]),
        ("x*", []),
        ("nothing*", []),
        ("-harb* lake", [19]),
        # tags, mentions, links
        ("#panic", [5]),
        ("#PANIC", [5]),
        ("panic", [15, 5]),
        ("#harbour", [14]),
        ("#panic_room", [15]),
        ("@bob", [5]),
        ("@alice-b", [18]),
        ("bob", [15, 5]),
        ("example.org", [15, 5]),
        ("https://example.org/path?a=1", [5]),
        ("news.example.net", [18]),
        ("has:link", [18, 5]),
        ("has:link -from:bob", [5]),
        ("has:wings", []),
        # people, languages, days
        ("from:alice lake", [19]),
        ("from:@Bob harbour", [14, 2]),
        ("from:nobody harbour", []),
        ("-from:bob harbour", [1]),
        ("from:bob OR from:alice frozen", [2, 1]),
        ("to:bob harbour", []),
        ("lang:es", [10]),
        ("lang:FR", [11, 3]),
        ("lang:en lake", [2]),
        ("before:2026-01-02", [1]),
        ("before:2026-01-04 harbour", [2, 1]),
        ("after:2026-01-18", [20, 19]),
        ("after:2026-01-01 before:2026-01-04", [3, 2]),
        ("-before:2026-01-19", [20, 19]),
        ("after:2026-01-04 before:2026-01-02", []),
        ("before:yesterday", []),
    ],
)
def test_a_question_finds_what_it_asks_for_newest_first(library: SearchIndex, question: str, ids: list[int]) -> None:
    assert found(library, question) == ids


@pytest.mark.parametrize(
    "question",
    ["", " ", "!!!", "*", "-", '""', "text:harbour", "(", '"', "\0", "[a TO z]", "~2", "^3", "x" * 10_000,
     " ".join(["zebra"] * 5000), "\ud800", "kind:post", "AND NOT", "NOT harbour zebra", "for=all", "from:", "@", "#",
     "harbour\0", "OR", "OR OR", "\u200b", "'; DROP TABLE", "NEAR(harbour lake)", "words:*", "lang:", "a:b*:c"]
)  # fmt: skip
@pytest.mark.parametrize("newest", [True, False])
def test_odd_questions_are_no_error(library: SearchIndex, question: str, newest: bool) -> None:
    hits = library.search("post", parse(question).resolved({}), 0, 10, newest=newest)
    assert hits.total == len(hits.ids) < len(TEXTS)


@pytest.mark.parametrize("newest", [True, False])
def test_hits_come_in_pages_with_the_number_of_all(index: SearchIndex, newest: bool) -> None:
    index.update([document(number, "same words") for number in range(1, 31)], [])
    query = parse("same")
    assert index.search("post", query, 0, 10, newest=newest) == Hits(tuple(range(30, 20, -1)), 30)
    assert index.search("post", query, 25, 10, newest=newest) == Hits((5, 4, 3, 2, 1), 30)
    assert index.search("post", query, 30, 10, newest=newest) == Hits((), 30)


def test_an_empty_index_finds_nothing(index: SearchIndex) -> None:
    for question in ("harbour", "harb*", "-harbour", '"the harbour"'):
        assert found(index, question) == []
    assert index.similar("harbour") == list(index.numbers("post")) == []
    assert index.count() == 0


def test_the_better_match_comes_first_and_of_two_alike_the_newer_one(index: SearchIndex) -> None:
    now = utc_now()
    index.update(
        [
            Document("post", 1, "boat boat boat", now),
            Document("post", 2, "a boat among a great many words about other things that have nothing to do", now),
            Document("post", 3, "a small boat", now - timedelta(days=2000)),
            Document("post", 4, "a small boat", now - timedelta(days=1)),
            *(Document("post", number, "something else", now) for number in range(5, 25)),
        ],
        [],
    )
    assert index.search("post", parse("boat"), 0, 10).ids[0] == 1
    assert index.search("post", parse("small boat"), 0, 10).ids == (4, 3)
    assert index.search("post", parse("boat"), 0, 10, newest=True).ids == (4, 3, 2, 1)
    ids = index.search("post", parse("boat"), 0, 10).ids
    assert ids.index(4) < ids.index(2), "a short text that has it says more than a long one"


def test_what_was_written_long_ago_is_outdone_by_what_is_new(index: SearchIndex) -> None:
    now = utc_now()
    index.update(
        [
            Document("post", 1, "rain again and again", now),
            Document("post", 2, "rain again and then", now - timedelta(days=3000)),
        ],
        [],
    )
    assert index.search("post", parse("rain again"), 0, 10).ids == (1, 2)
    index.update([Document("post", 1, "rain again and again", now - timedelta(days=6000))], [])
    index.update([Document("post", 2, "rain again and again", now)], [])
    assert index.search("post", parse("rain again"), 0, 10).ids == (2, 1)


def test_what_two_people_write_to_each_other_is_found_by_these_two_alone(full: SearchIndex) -> None:
    letter = Document("message", 1, "harbour secrets #plan", FIRST_DAY, ALICE, "", (ALICE, BOB))
    full.update([letter], [])
    for question in ("harbour", "secrets", "secre*", "#plan", '"harbour secrets"', "from:alice", "to:bob", "-zebra"):
        assert found(full, question, kind="message", viewer=ALICE) == [1], question
        assert found(full, question, kind="message", viewer=BOB) == [1], question
        assert found(full, question, kind="message", viewer=CHARLIE) == [], question
        assert found(full, question, kind="message") == [], question
        assert found(full, question, viewer=ALICE) == [], "posts are for everybody, and asked for without a viewer"
    assert found(full, "to:alice", kind="message", viewer=ALICE) == []
    assert found(full, "from:bob", kind="message", viewer=BOB) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("harbuor", "harbour"), ("frozn", "frozen"), ("pinguin", "pinguino"), ("striasse", "strasse"), ("prived", None)],
)
def test_a_word_that_was_mistyped_is_told_what_it_may_have_meant(
    library: SearchIndex, typed: str, meant: str | None
) -> None:
    similar = library.similar(typed)
    assert meant in similar if meant else similar == []


def test_what_is_read_between_many_commits_is_never_found_twice(index: SearchIndex) -> None:
    for number in range(1, 41):
        index.update([document(number, "same words")], [])
        assert index.search("post", parse("same"), 0, 50) == Hits(tuple(range(number, 0, -1)), number)
        assert index.count() == number


def test_ids_are_ordered_as_numbers_however_large(index: SearchIndex) -> None:
    ids = [9, 10, 2**31, 2**40, 2**62]
    index.update([Document("post", number, "word") for number in ids], [])
    assert found(index, "word") == ids[::-1]


def test_a_changed_document_replaces_what_was_there(full: SearchIndex) -> None:
    full.update([Document("post", 1, "thawed #spring")], [])
    assert found(full, "harbour") == [14, 2]
    assert found(full, "thawed") == found(full, "#spring") == [1]
    full.update([Document("post", 1, "frozen again")], [])
    assert found(full, "thawed") == found(full, "#spring") == []
    assert full.count() == len(TEXTS)


def test_the_same_update_twice_changes_nothing(full: SearchIndex) -> None:
    for _ in range(2):
        full.update([document(1, TEXTS[1])], [("post", 2)])
    assert found(full, "harbour") == [14, 1]
    assert full.count() == len(TEXTS) - 1


def test_what_is_gone_is_found_no_more(full: SearchIndex) -> None:
    full.update([], [("post", 1), ("post", 999)])
    assert found(full, "harbour") == [14, 2]
    full.update([document(1, TEXTS[1])], [])
    assert found(full, "harbour") == [14, 2, 1]


def test_kinds_are_kept_apart(full: SearchIndex) -> None:
    full.update([Document("note", 1, "harbour secrets")], [])
    assert found(full, "harbour") == [14, 2, 1]
    assert found(full, "harbour", kind="note") == [1]
    assert sorted(full.numbers("post")) == sorted(TEXTS)
    assert sorted(full.numbers("note")) == [1]
    full.update([], [("note", 1)])
    assert found(full, "harbour") == [14, 2, 1]
    assert found(full, "harbour", kind="note") == []
    assert list(full.numbers("note")) == []


def test_a_rebuild_holds_what_it_was_given_and_nothing_else(full: SearchIndex) -> None:
    full.rebuild(iter([Document("post", 77, "only this")]))
    assert full.count() == 1
    assert found(full, "harbour") == []
    assert found(full, "only") == [77]
    full.update([Document("post", 78, "and this")], [])
    assert found(full, "this") == [78, 77]


def test_a_rebuild_that_fails_leaves_what_was_there(full: SearchIndex) -> None:
    def documents() -> Iterator[Document]:
        yield Document("post", 77, "only this")
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, SearchUnavailable)):
        full.rebuild(documents())
    assert found(full, "harbour") == [14, 2, 1]
    full.update([document(21, "harbour")], [])
    assert found(full, "harbour") == [21, 14, 2, 1]


def test_a_very_long_word_is_found_by_its_beginning_at_least(index: SearchIndex) -> None:
    index.update([Document("post", 1, "y" * 500)], [])
    assert found(index, "y" * 500) == [1]
    assert found(index, "y" * (LONGEST_WORD - 1)) == []


@pytest.mark.parametrize(
    ("text", "questions", "others"),
    [
        (
            "this is _very_ important",
            ["very", "_very_", '"is very important"', '"is _very_ important"', "__VERY", "ver*"],
            ["ery"],
        ),
        (
            "call my_function_name now",
            ["function", "my_function_name", "MY_FUNCTION_NAME", "function_name", '"function name"', "func*",
             "my_fun*", '"call my_function_name now"', "-other_name name"],
            ["unction", '"name my"', "-function now", "my_name"],
        ),
        ("https://example.com/foo_bar/x", ["bar", "foo_bar", '"example com foo_bar x"'], ["oo"]),
        (
            "the getUserName and HTMLParser",
            ["user", "getusername", "getUserName", "get_user_name", '"user name"', "getus*", "html parser",
             "htmlparser", '"the getusername and"', "-getUserAge user"],
            ["sername", '"name html"', '"parser the"'],
        ),
        ("my new iPhone, C3PO and PDFs", ["iphone", '"new iphone"', '"my new iPhone"', "phone", "c3po", "pdfs"],
         ["fs", "po"]),
        ("zero\u200bwidth Donau\u00addampf\u00adschiff", ["zerowidth", "donaudampfschiff", "donau\u00addampfschiff"],
         ["width"]),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", ["\u0645\u06cc\u062e\u0648\u0627\u0647\u0645"], []),
        ("\u0645\u0640\u0640\u0631\u062d\u0628\u0627", ["\u0645\u0631\u062d\u0628\u0627"], []),
        ("\u2764\ufe0f \u2600", ["\u2764", "\u2764\ufe0f", "\u2600\ufe0f", "\u2600\ufe0e"], ["\u2601"]),
        ("\u043c\u043e\u0439 \u0435\u043b\u043a\u0430", ["\u043c\u043e\u0439", "\u0451\u043b\u043a\u0430"],
         ["\u043c\u043e\u0438"]),
        ("\u0457\u0436\u0430 \u0437\u0430\u0301\u043c\u043e\u043a",
         ["\u0457\u0436\u0430", "\u0437\u0430\u043c\u043e\u043a"], ["\u0456\u0436\u0430"]),
    ],
)  # fmt: skip
def test_compound_words_and_invisible_characters_are_read_alike(
    index: SearchIndex, text: str, questions: list[str], others: list[str]
) -> None:
    index.update([Document("post", 1, text), Document("post", 2, "something else")], [])
    for question in questions:
        assert found(index, question) == [1], question
    for question in others:
        assert 1 not in found(index, question), question


def test_hits_beside_a_key_are_the_nearest_ones_newest_first(index: SearchIndex) -> None:
    index.update([document(number, "same words" if number % 2 else "others") for number in range(1, 42)], [])
    query, odd = parse("same"), tuple(range(41, 0, -2))
    for key in (2, 3, 20, 21, 41, 42, 2**40):
        below, above = [each for each in odd if each < key], [each for each in odd if each > key]
        for limit in (1, 4, 50):
            assert index.beside("post", query, Key(before=key), limit).ids == tuple(below[:limit]), (key, limit)
            assert index.beside("post", query, Key(after=key), limit).ids == tuple(above[-limit:]), (key, limit)
    assert index.beside("post", parse(""), Key(before=9), 5).ids == ()
    assert index.beside("note", query, Key(before=9), 5).ids == ()
    assert index.beside("post", query, Key(before=9), 5, viewer=ALICE).ids == ()


def test_hits_beside_a_key_stay_in_order_after_changes_and_deletions(index: SearchIndex) -> None:
    for start in range(1, 41, 10):
        index.update([document(number, "same words") for number in range(start, start + 10)], [])
    index.update([document(5, "same words again"), document(33, "same")], [("post", 7), ("post", 32)])
    left = [number for number in range(40, 0, -1) if number not in (7, 32)]
    seen: list[int] = []
    key = 2**50
    while ids := index.beside("post", parse("same"), Key(before=key), 6).ids:
        seen += ids
        key = ids[-1]
    assert seen == left
    assert index.beside("post", parse("same"), Key(after=31), 3).ids == (35, 34, 33)
