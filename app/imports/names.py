"""Names and addresses that two old accounts cannot both have here, or nobody can: who keeps theirs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count

from ..accounts.models import USERNAME_LENGTH
from ..accounts.names import RESERVED, can_be_called, can_stand_in_name
from ..core.names import name_key, normal_name

NO_ADDRESS = "no-address-{id}@example.invalid"


def names_for(old: Iterable[tuple[int, str]]) -> dict[int, str]:
    """A name for each id, the old one wherever that works; of two that look the same, the older account's.

    Names that must change get what is free once everybody else has theirs, so nobody who could keep a name loses it.
    """
    people = [(user_id, name, normal_name(_fitting(name))) for user_id, name in old]
    names: dict[int, str] = {}
    taken: set[str] = set()
    # Whoever has a name as it is stored here keeps it, before those whose names become it.
    for user_id, _, normal in sorted(people, key=lambda each: each[1] != each[2]):
        if can_be_called(normal) and name_key(normal) not in taken:
            names[user_id] = normal
            taken.add(name_key(normal))
    for user_id, _, normal in people:
        if user_id not in names:
            names[user_id] = _free(fitting_name(normal, user_id), taken)
            taken.add(name_key(names[user_id]))
    return names


def fitting_name(name: str, user_id: int) -> str:
    """The name with an underscore for what cannot stand in one, cut to length."""
    text = normal_name(_fitting(name))
    if text in RESERVED:
        text = text.replace(".", "_")
    cut = _cut(text, USERNAME_LENGTH)
    return cut if name_key(cut) else f"user-{user_id}"


def _fitting(name: str) -> str:
    return "".join(each if can_stand_in_name(each) else "_" for each in name.strip())


def addresses_for(old: Iterable[tuple[int, str | None]]) -> dict[int, str]:
    """An address for each id: its own, or one that is nobody's where it has none or an older account has the same."""
    people = list(old)
    addresses: dict[int, str] = {}
    taken: set[str] = set()
    for user_id, address in people:
        if address is not None and address.lower() not in taken:
            addresses[user_id] = address
            taken.add(address.lower())
    for user_id, _ in people:
        if user_id not in addresses:
            candidates = (NO_ADDRESS.format(id=mark) for mark in chain([user_id], (f"{user_id}-{n}" for n in count(2))))
            addresses[user_id] = next(each for each in candidates if each not in taken)
            taken.add(addresses[user_id])
    return addresses


def _free(name: str, taken: set[str]) -> str:
    if name_key(name) not in taken:
        return name
    numbered = (_cut(name, USERNAME_LENGTH - len(f"-{number}")) + f"-{number}" for number in count(2))
    return next(each for each in numbered if name_key(each) not in taken)


def _cut(text: str, length: int) -> str:
    """At most so many characters, also in lower case, where some letters become two."""
    while len(text) > length or len(text.lower()) > length:
        text = text[: min(length, len(text) - 1)]
    return text.strip()
