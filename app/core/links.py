"""Where a link in a text ends: what a reader would take for the address, not for the sentence around it.

Everything takes linear time: a character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from .characters import INSIDE_WORDS, WORD, ZWJ, ZWNJ, is_cased, is_uncased_letter

MAX_HOST = 253
MAX_LABEL = 63
MAX_PORT = 65_535
# No ignoring of case: Python would take the long s of old German for an s.
SCHEME = re.compile(r"[hH][tT][tT][pP][sS]?://")
_HOST = re.compile(rf"(?:{WORD}|[-.]|[{ZWNJ}{ZWJ}](?={WORD}))+")
_IPV6_HOST = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\]")
_PORT = re.compile(r":([0-9]{1,5})(?![0-9])")
# A name and a password before the host can make a link look as if it led elsewhere.
_CREDENTIALS = re.compile(r"(?::[^\s/?#@<>]*)?@")
_FENCED = re.compile(r"[^\s<>\"]*(?=>)")
_NEXT_LINK = re.compile(rf"[,;|]{SCHEME.pattern}")
_OPENING = {")": "(", "]": "[", "}": "{"}
_QUOTES = "'`"
# Of ASCII, what can begin or end a sentence, a quotation or emphasis rather than an address.
_TRAILING = frozenset(".,;:!?'*_~|^([{")
_POSSESSIVE = ("'s", "'S")
# These stand in names of pages; at the end of an address they are the sentence's.
_HYPHENS = frozenset("\u2010\u2011\u2013")


def end_of_link(text: str, start: int) -> int | None:
    """Return where the link ends whose scheme begins at `start`; None if this is no link."""
    if start and _belongs_to_scheme(text[start - 1]):
        return None
    scheme = SCHEME.match(text, start)
    host = _end_of_host(text, scheme.end()) if scheme else None
    if host is None or _CREDENTIALS.match(text, host) or text.startswith("%", host):
        return None
    end = _end_of_port(text, host)
    if text.startswith(("/", "?", "#"), end):
        end = _end_of_path(text, start, end)
    return end


def _belongs_to_scheme(character: str) -> bool:
    """Whether `https` after this character is the end of another word or scheme (`xhttps`, `git+https`)."""
    return is_cased(character) or character in "+0123456789"


def _end_of_host(text: str, start: int) -> int | None:
    if match := _IPV6_HOST.match(text, start):
        return match.end() if _is_address(IPv6Address, match[1]) else None
    match = _HOST.match(text, start)
    if match is None:
        return None
    labels = _valid_labels(match.group().split("."))
    host = ".".join(labels)
    if not labels or len(host) > MAX_HOST or (host.replace(".", "").isdigit() and not _is_address(IPv4Address, host)):
        return None
    end = start + len(host)
    # The dot of the root of all names, where an address goes on after it.
    return end + 1 if text.startswith("./", end) else end


def _is_address(kind: type[IPv4Address | IPv6Address], host: str) -> bool:
    try:
        kind(host)
    except AddressValueError:
        return False
    return True


def _valid_labels(labels: list[str]) -> list[str]:
    """Return the labels up to the first that cannot be one, which is cut to what can."""
    valid: list[str] = []
    for position, label in enumerate(labels):
        is_last = position == len(labels) - 1 or not labels[position + 1]
        kept = _end_of_domain(label, is_dotted=bool(valid)) if is_last else label.rstrip("-_")
        if not kept or kept[0] == "-" or len(kept) > MAX_LABEL or not any(map(str.isalnum, kept)):
            break
        valid.append(kept)
        if kept != label:
            break
    while len(valid) > 1 and valid[-1].isdigit() and not "".join(valid).isdigit():
        valid.pop()
    return valid


def _end_of_domain(label: str, *, is_dotted: bool) -> str:
    """Return a last label without what follows it directly: emphasis, or words of a script without spaces."""
    if is_dotted:
        label = label.partition("_")[0]
    end = next((at for at in range(1, len(label)) if _ends_word(label[at - 1], label[at])), len(label))
    return label[:end].rstrip("-_")


def _end_of_port(text: str, start: int) -> int:
    match = _PORT.match(text, start)
    return match.end() if match and int(match[1]) <= MAX_PORT else start


def _end_of_path(text: str, start: int, path: int) -> int:
    """Return where path, query and fragment end that begin at `path`, in a link that begins at `start`."""
    before = text[start - 1] if start else ""
    if before == "<" and (fenced := _FENCED.match(text, path)):
        return fenced.end()
    open_brackets: list[str] = []
    end = path
    while end < len(text) and not _ends_path(text, end, before):
        character = text[end]
        if character in _OPENING.values():
            open_brackets.append(character)
        elif character in _OPENING and (not open_brackets or open_brackets.pop() != _OPENING[character]):
            break
        end += 1
    return _without_trailing(text, path, end)


def _ends_path(text: str, position: int, before: str) -> bool:
    character = text[position]
    if character.isascii():
        if character in ",;|":
            return _NEXT_LINK.match(text, position) is not None
        return character <= " " or character in '<>"`\\\x7f' or (character == before and character in _QUOTES)
    if character in (ZWNJ, ZWJ):
        return not (_is_foreign_letter(text, position - 1) and _is_foreign_letter(text, position + 1))
    return _never_in_path(character) or _ends_word(text[position - 1], character)


def _is_foreign_letter(text: str, position: int) -> bool:
    character = text[position : position + 1]
    return not character.isascii() and unicodedata.category(character)[0] in "LM"


@lru_cache(maxsize=4096)
def _never_in_path(character: str) -> bool:
    """Whether this character, which is not ASCII, is the text's: space, control, bracket, quote, dash, full stop."""
    category = unicodedata.category(character)
    if category[0] == "P":
        return character not in INSIDE_WORDS and character not in _HYPHENS and category != "Pc"
    return category[0] in "ZC" or (category[0] == "S" and unicodedata.east_asian_width(character) == "F")


def _ends_word(previous: str, character: str) -> bool:
    """Whether a word of ASCII ends before a character that follows without a space: a particle, an emoji, an arrow."""
    if not (previous.isascii() and previous.isalnum()) or character.isascii():
        return False
    return is_uncased_letter(character) or unicodedata.category(character)[0] == "S"


def _without_trailing(text: str, start: int, end: int) -> int:
    while end > start:
        if text[end - 1] in _TRAILING or text[end - 1] in _HYPHENS or text[end - 1] in INSIDE_WORDS:
            end -= 1
        elif text.startswith(_POSSESSIVE, end - 2) or text.startswith("--", end - 2):
            end -= 2
        else:
            break
    return end
