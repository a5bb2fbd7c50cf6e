"""Leaves no room between what is loaded, so that forked processes put what is theirs into pages of its own."""

from __future__ import annotations

import ctypes

# Bytes. What is larger is put elsewhere than between what is loaded; there is nothing smaller.
LARGEST, SMALLEST = 64 * 1024, 24
# A heap in more pieces than this keeps the rest of them.
MOST_CHUNKS = 50_000
FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"


class Usage(ctypes.Structure):
    """What mallinfo2 tells of the heap; `keepcost` are the bytes free at its end."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in FIELDS.split())


def fill_holes() -> None:
    """Take all that is free between other things on the heap, for good.

    To be called once, before forking: what a process makes later would otherwise lie here and there in thousands of
    pages that it shared until then. Only GNU's library tells of its heap; with others nothing is done.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        return
    library.mallinfo2.restype = Usage
    library.malloc.restype = library.sbrk.restype = ctypes.c_size_t
    library.free.argtypes = (ctypes.c_size_t,)
    end = library.sbrk(0) - library.mallinfo2().keepcost
    size, taken = LARGEST, 0
    # The largest first: of what is taken whole, only the first page is touched.
    while size >= SMALLEST and taken < MOST_CHUNKS:
        chunk = library.malloc(size)
        if chunk < end:
            taken += 1
        else:
            library.free(chunk)
            size = size * 7 // 8
