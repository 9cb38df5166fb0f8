"""Identifiers: UUIDv7 (RFC 9562, section 5.7), so that keys sort by the time they were made."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_tick = 0


def new_id() -> UUID:
    """A new UUIDv7, larger than every one this process made before.

    The 12 bits after the version hold the fraction of the millisecond and serve as the monotonic counter of RFC 9562,
    section 6.2, method 3.
    """
    milliseconds, fraction = divmod(_next_tick(), 4096)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def _next_tick() -> int:
    """System time in 4096ths of a millisecond, strictly increasing."""
    global _last_tick
    now = time.time_ns() * 4096 // 1_000_000
    with _lock:
        _last_tick = max(now, _last_tick + 1)
        return _last_tick
