"""Lets forked processes share what is loaded: nobody counts references to it any more, which would write into it."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from types import CodeType, FrameType

from .holes import fill_holes

# The count of an object that lives for ever, as CPython 3.12 and 3.13 keep it on 64-bit machines (PEP 683): a count is
# left as it is if the lower half of it is negative. Other versions have other layouts, and None tells which it is.
FOR_EVER = 0xFFFFFFFF
NEGATIVE = 0x80000000


def share_what_is_loaded() -> bool:
    """Keep all objects of now for ever and out of the collector's reach; to be called once, before forking.

    Each reference that a process takes or drops is counted in the object itself, so the kernel copies the page for that
    process, and before long it has a copy of the whole program. False if this Python does not have such objects: then
    all works, with more memory.
    """
    gc.collect()
    able = can_live_for_ever()
    if able:
        for thing in gc.get_objects():
            # A frame goes on, and gives back what it holds.
            if not isinstance(thing, FrameType):
                _keep(thing)
                _keep_hidden(thing)
    gc.freeze()
    _give_back()
    fill_holes()
    return able


def can_live_for_ever() -> bool:
    """Whether objects of this Python are laid out as described above: None is one of those that live for ever."""
    return ctypes.c_int64.from_address(id(None)).value == FOR_EVER


def _keep(thing: object) -> bool:
    # Whether it was not kept yet; types of the language itself and small numbers always are.
    if ctypes.c_uint32.from_address(id(thing)).value >= NEGATIVE:
        return False
    ctypes.c_int64.from_address(id(thing)).value = FOR_EVER
    return True


def _keep_hidden(thing: object) -> None:
    # What the collector does not know of, such as strings: all that it knows comes by itself.
    for held in _held_by(thing):
        if not gc.is_tracked(held) and _keep(held):
            _keep_hidden(held)


def _held_by(thing: object) -> Iterator[object]:
    yield from gc.get_referents(thing)
    if isinstance(thing, CodeType):
        # They do not tell the collector what they hold.
        yield from (thing.co_consts, thing.co_names, thing.co_filename, thing.co_name, thing.co_qualname)
        yield from (thing.co_linetable, thing.co_exceptiontable)
        # These come in a tuple made for the asking.
        yield from (*thing.co_varnames, *thing.co_freevars, *thing.co_cellvars)


def _give_back() -> None:
    # What loading needed for a while; other libraries than GNU's have no such function.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
