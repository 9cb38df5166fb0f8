"""How long something took, by the clock and by the processors: on a machine that others use too only the latter can be compared."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bezant.db.model import db

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Took:
    """Seconds by the clock, of this process's processor time, and of the database server's (zero for SQLite, which is in the process)."""

    seconds: float = 0.0
    own_cpu: float = 0.0
    server_cpu: float = 0.0

    @property
    def cpu(self) -> float:
        """Processor time of everybody."""
        return self.own_cpu + self.server_cpu


@contextmanager
def timed() -> Iterator[Took]:
    """Measures what happens inside, in the running application's database."""
    took = Took()
    server, own, began = _server_cpu(), time.process_time(), time.perf_counter()
    yield took
    took.seconds, took.own_cpu = time.perf_counter() - began, time.process_time() - own
    took.server_cpu = _server_cpu() - server


def _server_cpu() -> float:
    """Processor time of the server's processes for this database so far; zero where they are not to be seen."""
    if db.engine.dialect.name != "postgresql":
        return 0.0
    with db.engine.connect() as connection:
        pids = connection.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).all()
    return sum(map(_cpu_of, pids))


def _cpu_of(pid: int) -> float:
    """User and system time of a process (proc(5), fields 14 and 15)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
