"""Reading a Whoosh index: segment by segment from the newest documents back, so that no question takes long."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from whoosh.matching import ListMatcher, NullMatcher
from whoosh.query import And, Every, MultiTerm, NullQuery, Or, Require, Term
from whoosh.query import Phrase as WhooshPhrase
from whoosh.reading import EmptyReader, MultiReader, SegmentReader
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from .interface import MOST_EXPANDED, Key, audience_of, scope_of
from .query import All, Either, Mark, Not, Part, Phrase, Prefix, Query, Since, Until, Word
from .ranking import LENGTH_WEIGHT, SATURATION, most_similar
from .whoosh_segments import WHOLE, Found, Leaf, Look

# The words that begin as asked for may stand in so many documents together.
MOST_POSTINGS = 20_000


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

    def search(self, kind: str, query: Query, viewer: int | None, *, newest: bool, key: Key = WHOLE) -> Found:
        """All that the query asks for on the side of the key that is asked for, up to the limits."""
        found = Found(newest)
        if not self.leaves:
            return found
        wanted, refused = self._wanted(query, viewer, found), self._refused(query, found)
        context = self._searcher.boolean_context() if newest else self._searcher.context()
        look = Look(query, found, scope_of(kind, private=viewer is not None), key)
        leaves = list(
            zip(self.leaves.values(), (searcher for searcher, _ in self._searcher.leaf_searchers()), strict=True)
        )
        for leaf, searcher in leaves if look.is_ascending else reversed(leaves):
            for start, end in look.windows(leaf, wanted.estimate_size(leaf.reader)):
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
