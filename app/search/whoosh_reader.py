"""Reading a Whoosh index: segment by segment from the newest documents back, so that no question takes long."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from whoosh.matching import ListMatcher, NullMatcher
from whoosh.query import And, Every, MultiTerm, NullQuery, Or, Require, Term
from whoosh.query import Phrase as WhooshPhrase
from whoosh.reading import EmptyReader, MultiReader, SegmentReader
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from ..core.time import utc_now
from .interface import MOST_COUNTED, MOST_EXPANDED, Hits, audience_of, scope_of
from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word
from .ranking import LENGTH_WEIGHT, SATURATION, freshness, most_similar

# After this a search answers with what it has found.
LIMIT_SECONDS = 1.0
# The words that begin as asked for may stand in so many documents together.
MOST_POSTINGS = 20_000


@dataclass
class Found:
    """What a search has found so far, newest first: ids and scores."""

    newest: bool
    hits: list[tuple[int, float]] = field(default_factory=list)
    more: bool = False
    cut: bool = False
    late: bool = False

    def page(self, offset: int, limit: int) -> Hits:
        """One page of it."""
        hits = self.hits[:MOST_COUNTED]
        if self.newest:
            hits.sort(key=lambda hit: -hit[0])
        else:
            hits.sort(key=lambda hit: (-hit[1], -hit[0]))
        ids = tuple(number for number, _ in hits[offset : offset + limit])
        return Hits(ids, len(hits), more=self.more or self.late, cut=self.cut or self.late)


class Leaf:
    """One segment, with the numbers, times and scopes of its documents in memory: sixteen bytes each."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader
        self.numbers = array("q", reader.column_reader("number", translate=False))
        self.times = array("I", reader.column_reader("created", translate=False))
        self.scopes = array("I", reader.column_reader("scope", translate=False))


class Reader:
    """An index as it was at one commit."""

    def __init__(self, index: Any, older: Reader | None = None) -> None:
        toc = index._read_toc()
        self.generation = toc.generation
        reusable: dict[tuple[str, int], Leaf] = older.leaves if older else {}
        self.leaves: dict[tuple[str, int], Leaf] = {}
        for segment in toc.segments:
            # Segments never change, but for what is deleted from them. The library's own refresh() would go on reading
            # segments that were merged into others: hits came twice (whoosh3 3.54, test_index_contract.py).
            key = (segment.segment_id(), segment.deleted_count())
            known = reusable.pop(key) if key in reusable else None
            self.leaves[key] = known or Leaf(SegmentReader(index.storage, toc.schema, segment))
        for leaf in reusable.values():
            leaf.reader.close()
        readers = [leaf.reader for leaf in self.leaves.values()]
        self.whole = MultiReader(readers) if readers else EmptyReader(toc.schema)
        self._searcher = Searcher(self.whole, weighting=BM25F(B=LENGTH_WEIGHT, K1=SATURATION))

    def close(self) -> None:
        """Let go of its files."""
        for leaf in self.leaves.values():
            leaf.reader.close()

    def search(self, kind: str, query: Query, viewer: int | None, *, newest: bool) -> Found:
        """All that the query asks for, up to the limits."""
        found = Found(newest)
        if not self.leaves:
            return found
        wanted, refused = self._wanted(query, viewer, found), self._refused(query, found)
        context = self._searcher.boolean_context() if newest else self._searcher.context()
        look = _Look(query, found, scope_of(kind, private=viewer is not None))
        leaves = zip(self.leaves.values(), (searcher for searcher, _ in self._searcher.leaf_searchers()), strict=True)
        for leaf, searcher in reversed(list(leaves)):
            for start, end in _windows(len(leaf.numbers), wanted.estimate_size(leaf.reader), look.room):
                refusing = refused.matcher(searcher, searcher.boolean_context())
                look.through(leaf, wanted.matcher(searcher, context), refusing, start, end)
                if found.more or found.late:
                    return found
        return found

    def numbers(self, kind: str) -> list[int]:
        """The ids of all documents of a kind."""
        found = []
        for leaf in self.leaves.values():
            if ("marks", f"kind={kind}") in leaf.reader:
                matcher = leaf.reader.postings("marks", f"kind={kind}")
                found += [leaf.numbers[document] for document in matcher.all_ids()]
        return found

    def similar(self, word: str) -> list[str]:
        """Words of the index that somebody may have meant who typed `word`."""
        if not self.leaves:
            return []
        vocabulary = (term.decode() for term in self.whole.expand_prefix("words", word[:1]))
        return most_similar(word, vocabulary, lambda other: int(self.whole.doc_frequency("words", other)))

    def _beginning_with(self, beginning: str) -> Iterator[tuple[str, int]]:
        """Words of the index that begin so, and in how many documents each stands."""
        for (name, term), information in self.whole.iter_from("words", beginning):
            word = term.decode()
            if name != "words" or not word.startswith(beginning):
                return
            yield word, int(information.doc_frequency())

    def _wanted(self, query: Query, viewer: int | None, found: Found) -> Any:
        """The query in the library's terms, but for what is compared while looking: times, and who may see it.

        For the library goes through all documents that have a word, a block at a time, to get to a certain one.
        """
        parts = [part for part in query.parts if not isinstance(part, Since | Until | Not)]
        marks = [part for part in parts if isinstance(part, Mark)]
        marks += [Mark(audience_of(viewer))] if viewer is not None else []
        scored = And([self._part(part, found) for part in parts if not isinstance(part, Mark)])
        filters = And([self._part(part, found) for part in marks])
        if not scored.subqueries:
            return filters if filters.subqueries else Every()
        return Require(scored, filters) if filters.subqueries else scored

    def _refused(self, query: Query, found: Found) -> Any:
        """What must not match. Not by the library's AndNot, which lets the first document pass (whoosh3 3.54)."""
        refused = [self._part(part.part, found) for part in query.parts if isinstance(part, Not)]
        return Or(refused) if refused else NullQuery

    def _part(self, part: Part, found: Found) -> Any:
        if isinstance(part, Word):
            return Term("words", part.term)
        if isinstance(part, Phrase):
            return WhooshPhrase("words", list(part.terms))
        if isinstance(part, Prefix):
            return self._expanded(part.term, found)
        if isinstance(part, Mark):
            return Term("marks", part.text)
        if isinstance(part, All):
            return And([self._part(each, found) for each in part.parts])
        if isinstance(part, Either):
            return Or([self._part(each, found) for each in part.parts])
        raise TypeError(f"{part!r} stands where the language has none")

    def _expanded(self, beginning: str, found: Found) -> Any:
        """Any of the most frequent words that begin so."""
        frequent = sorted(self._beginning_with(beginning), key=lambda entry: -entry[1])
        terms: list[str] = []
        postings = 0
        for term, count in frequent[:MOST_EXPANDED]:
            if terms and postings + count > MOST_POSTINGS:
                break
            postings += count
            terms.append(term)
        found.cut = found.cut or len(terms) < len(frequent)
        return _OneOf(terms) if terms else NullQuery


class _OneOf(MultiTerm):  # type: ignore[misc]  # the library is untyped
    """Any of many words: their documents collected at once, where the library would compare all words at each step."""

    fieldname, boost = "words", 1.0

    def __init__(self, words: list[str]) -> None:
        self._words = [word.encode() for word in words]

    def _btexts(self, _reader: Any) -> list[bytes]:
        return self._words

    def matcher(self, searcher: Any, _context: Any = None) -> Any:
        reader = searcher.reader()
        documents: set[int] = set()
        for word in self._words:
            if ("words", word) in reader:
                documents.update(reader.postings("words", word).all_ids())
        return ListMatcher(array("I", sorted(documents)), all_weights=1.0) if documents else NullMatcher()


class _Look:
    """Goes through documents that match and keeps those of the right time and scope."""

    def __init__(self, query: Query, found: Found, scope: int) -> None:
        self._found = found
        self._scope = scope
        self._since = max((_seconds(part) for part in query.parts if isinstance(part, Since)), default=0)
        self._until = min((_seconds(part) for part in query.parts if isinstance(part, Until)), default=2**32)
        self._now = int(utc_now().timestamp())
        self._deadline = time.monotonic() + LIMIT_SECONDS

    @property
    def room(self) -> int:
        """How many more documents there may be."""
        return MOST_COUNTED + 1 - len(self._found.hits)

    def through(self, leaf: Leaf, matcher: Any, refusing: Any, start: int, end: int) -> None:
        """Look at the documents from `start` to before `end` that match and are not refused."""
        found, seen = self._found, []
        if start and matcher.is_active():
            matcher.skip_to(start)
        while matcher.is_active() and (document := matcher.id()) < end:
            written = leaf.times[document]
            fits = leaf.scopes[document] == self._scope and self._since <= written < self._until
            if fits and not _at(refusing, document):
                score = 0.0 if found.newest else matcher.score() * freshness(self._now - written)
                seen.append((leaf.numbers[document], score))
            matcher.next()
            if time.monotonic() > self._deadline:
                found.late = True
                break
        found.hits += reversed(seen)
        found.more = len(found.hits) > MOST_COUNTED


def _at(matcher: Any, document: int) -> bool:
    """Whether a matcher, which is asked for ever later documents, matches this one."""
    if matcher.is_active() and matcher.id() < document:
        matcher.skip_to(document)
    return bool(matcher.is_active() and matcher.id() == document)


def _windows(documents: int, expected: int, room: int) -> Iterator[tuple[int, int]]:
    """Ranges of documents from the last one back; the first may be all that there is room for."""
    start = max(0, documents - documents * 2 * room // expected) if expected else 0
    yield start, documents
    if start:
        yield 0, start


def _seconds(part: Since | Until) -> int:
    return int(part.moment.timestamp())
