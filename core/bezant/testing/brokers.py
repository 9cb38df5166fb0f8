"""Message brokers for tests of the Celery engine: whatever of RabbitMQ and Redis answers, and always Celery's own memory transport."""

import os
import socket
import threading
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

VARIABLE = "BEZANT_TEST_BROKERS"
"""Addresses of brokers to test with, separated by spaces; without it the usual ports of this machine are tried."""

USUAL = ("amqp://guest:guest@127.0.0.1:5672//", "redis://127.0.0.1:6379/15")
MEMORY = "memory://"
_PORTS = {"amqp": 5672, "redis": 6379}


@cache
def brokers() -> tuple[str, ...]:
    """Addresses that answer, RabbitMQ's first; empty where there is none."""
    named = os.environ.get(VARIABLE)
    return tuple(address for address in (USUAL if named is None else named.split()) if _answers(address))


def shown(address: str) -> str:
    """An address without its password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _PORTS[parts.scheme]}" if parts.hostname else address


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or _PORTS[parts.scheme]), timeout=1):
            return True
    except OSError:
        return False


class Relay:
    """A way to a broker that can be cut and mended, as if the broker were stopped and started: ``with Relay(address) as relay``.

    ``address`` is the broker's, with the relay's host and port instead of its own.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._target = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._is_cut = threading.Event()
        userinfo = parts.netloc.rpartition("@")
        self.address = parts._replace(netloc=f"{userinfo[0]}{userinfo[1]}127.0.0.1:{self._server.getsockname()[1]}").geturl()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """Ends all connections and accepts no further ones."""
        self._is_cut.set()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Lets connections through again."""
        self._is_cut.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                if self._is_cut.is_set():
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for one in (source, sink):
            self._open.discard(one)
            one.close()
