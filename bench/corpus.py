"""Posts that look like a small community's, the same ones each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from app.search.interface import Document

WORDS = 60_000
AUTHORS = 50
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
BEGINNINGS = [
    *"bcdfghjklmnprstvw",
    *("br", "ch", "cl", "cr", "dr", "fl", "fr", "gr", "pl", "pr", "sc", "sh", "st", "str", "th"),
]
MIDDLES = ["a", "e", "i", "o", "u", "ai", "au", "ea", "ee", "ie", "oa", "oo", "ou"]
ENDS = [
    *"bglmnprstx",
    *("ck", "ft", "ld", "ll", "mp", "nd", "ng", "nk", "nt", "rd", "rm", "rn", "rt", "sh", "ss", "st", "th"),
]


class Corpus:
    """A vocabulary in which the n-th word is n times as rare as the first (Zipf), and posts of 3 to 45 of its words."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311  texts, not secrets
        words: dict[str, None] = {}
        while len(words) < WORDS:
            words[self._word(len(words))] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))

    def _word(self, rank: int) -> str:
        # The frequent words are short, as in all languages.
        syllables = 1 if rank < 2000 else self._random.choice((2, 2, 3))
        choose = self._random.choice
        return "".join(choose(BEGINNINGS) + choose(MIDDLES) for _ in range(syllables)) + choose(ENDS)

    def posts(self, first: int, last: int) -> Iterator[Document]:
        """The posts with these ids, one every seven minutes."""
        for number in range(first, last + 1):
            yield Document("post", number, self._text(), FIRST + timedelta(minutes=7 * number), 1 + number % AUTHORS)

    def _text(self) -> str:
        chosen = self._random
        words = chosen.choices(self.words, cum_weights=self._weights, k=chosen.randint(3, 45))
        if chosen.random() < 0.15:
            words.append(f"#{chosen.choice(self.words[2000:2500])}")
        if chosen.random() < 0.1:
            words.append(f"https://example.org/{chosen.choice(words)}")
        return " ".join(words)

    def questions(self) -> dict[str, list[str]]:
        """Questions of every class, 40 of each, by the rank of their words."""
        w = self.words
        return {
            "one rare word": w[5000:5040],
            "one word": w[300:340],
            "one of the commonest words": w[:10] * 4,
            "two words": [f"{one} {other}" for one, other in zip(w[100:140], w[300:340], strict=True)],
            "two of the commonest words": [f"{w[n]} {w[n + 1]}" for n in range(10)] * 4,
            "phrase": [f'"{w[n]} {w[n + 7]}"' for n in range(20, 60)],
            "beginning of a word": [f"{word[:3]}*" for word in w[300:340]],
            "words and filters": [f"{word} from:someone has:link" for word in w[50:90]],
            "tag": [f"#{word}" for word in w[2000:2040]],
            "mistyped word": [f"{word[:2]}{word[3:]}q" for word in w[5000:5010]],
        }
