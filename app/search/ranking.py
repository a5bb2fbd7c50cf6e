"""What makes one match better than another: how well the words fit (BM25), and how new it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from .query import Part, Phrase, Prefix, Word

# A document of today counts twice as much as a very old one; half of that advantage is lost in so many days.
FRESHNESS_DAYS = 90
DAY_SECONDS = 24 * 3600
SATURATION, LENGTH_WEIGHT = 1.2, 0.75
# Likely mistypings of a word as long as this may differ in two letters, else in one; shorter words are left alone.
SHORTEST_MISTYPED, LONG_WORD = 4, 8
MOST_SIMILAR = 5
# A suggestion is not worth more of anybody's time.
LIMIT_SECONDS = 0.5


def rarity(documents: int, having: int) -> float:
    """How much a word says that `having` of all documents have."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))


def fit(frequency: float, length: float, average: float) -> float:
    """How well a document of `length` words fits a word that it has `frequency` times."""
    weight = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / max(average, 1.0))
    return frequency * (SATURATION + 1) / (frequency + weight)


def frequency(part: Part, words: Sequence[str]) -> int:
    """How many times the words of a text have what a part of a question asks for."""
    if isinstance(part, Word):
        return words.count(part.term)
    if isinstance(part, Prefix):
        return sum(word.startswith(part.term) for word in words)
    if isinstance(part, Phrase):
        terms, length = list(part.terms), len(part.terms)
        return sum(words[first : first + length] == terms for first in range(len(words)))
    return 0


def freshness(age_seconds: float) -> float:
    """What to multiply a score with."""
    return 1.0 + math.exp2(-max(0.0, age_seconds) / (FRESHNESS_DAYS * DAY_SECONDS))


def score(words: Sequence[str], weights: Mapping[Part, float], average: float, age_seconds: float) -> float:
    """How well a text of that age fits parts of a question that say so much each, where texts have `average` words."""
    fits = (weight * fit(frequency(part, words), len(words), average) for part, weight in weights.items())
    return freshness(age_seconds) * sum(fits)


def most_similar(word: str, vocabulary: Iterable[str], frequency: Callable[[str], int]) -> list[str]:
    """Those of the words that somebody may have meant who typed `word`: the nearest first, then the most frequent."""
    if len(word) < SHORTEST_MISTYPED:
        return []
    most = 2 if len(word) >= LONG_WORD else 1
    letters, deadline = set(word), time.monotonic() + LIMIT_SECONDS
    found: list[tuple[int, str]] = []
    for other in vocabulary:
        # Quickly told apart first: a change of one letter changes at most two of the set.
        if abs(len(other) - len(word)) > most or len(letters.symmetric_difference(other)) > 2 * most:
            continue
        if other != word and (distance := distance_between(word, other, most)) <= most:
            found.append((distance, other))
        if time.monotonic() > deadline:
            break
    found.sort(key=lambda each: (each[0], -frequency(each[1])))
    return [other for _, other in found[:MOST_SIMILAR]]


def distance_between(one: str, other: str, most: int) -> int:
    """How many letters to change, add, leave out or swap with their neighbour; of more than `most` only that."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, wanted in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]
