"""Identifiers: UUIDv7 (RFC 9562, section 5.7), so that keys sort by the time they were made."""

import os
import struct
import threading
import time
from uuid import UUID, SafeUUID

_lock = threading.Lock()
_last_tick = 0
_random: list[int] = []
"""Fetched from the system a page at a time."""

_BLANK, _SAFE = UUID.__new__, SafeUUID.unknown
_set = object.__setattr__
"""Past the checks of UUID's constructor, which cost more than everything else here and cannot fail for numbers made here."""


def new_id() -> UUID:
    """A new UUIDv7, larger than every one this process made before.

    The 12 bits after the version hold the fraction of the millisecond and serve as the monotonic counter of RFC 9562,
    section 6.2, method 3.
    """
    tick, random = _next()
    made = _BLANK(UUID)
    _set(made, "int", (tick >> 12 << 16 | 0x7000 | tick & 0xFFF) << 64 | random)
    _set(made, "is_safe", _SAFE)
    return made


def _next() -> tuple[int, int]:
    """System time in 4096ths of a millisecond, strictly increasing, and the variant with 62 random bits."""
    global _last_tick
    now = time.time_ns() * 4096 // 1_000_000
    with _lock:
        _last_tick = max(now, _last_tick + 1)
        if not _random:
            _random.extend(number >> 2 | 1 << 63 for number in struct.unpack("512Q", os.urandom(4096)))
        return _last_tick, _random.pop()


os.register_at_fork(after_in_child=_random.clear)  # a child must not give out the numbers of its parent
