"""Published plan versions that this process has read: they never change, so a billing run reads each of them once."""

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from bezant_catalog.contracts import PlanVersion

MOST = 2000

_kept: OrderedDict[UUID, PlanVersion] = OrderedDict()
_lock = Lock()


def keep(version: PlanVersion) -> None:
    """Remembers a published version; the one not asked for longest makes room."""
    with _lock:
        _kept[version.id] = version
        _kept.move_to_end(version.id)
        while len(_kept) > MOST:
            _kept.popitem(last=False)


def kept(version_id: UUID) -> PlanVersion | None:
    """A version read before, or None."""
    return _kept.get(version_id)


def forget_kept() -> None:
    """Forgets all: a name within them changed (what they bill cannot)."""
    with _lock:
        _kept.clear()
