"""The HTTP client of gateways: it refuses to run inside a transaction, has time-outs, follows no redirect, and reaches only the
hosts that the plugin's manifest declares.
"""

import ipaddress
import socket
from collections.abc import Collection, Mapping
from typing import Any

import httpx

from bezant.db.unit_of_work import is_active
from bezant.gateways.values import Answer, Outcome

TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class NotReached(Exception):
    """The request never left: the host could not be resolved or connected to. Answer ``not_attempted``."""


class Unanswered(Exception):
    """The request left and no answer came back. Answer ``unknown``."""


class HostRefused(ValueError):
    """The host is not among those that the plugin declares, or its name leads into a private network."""


class GatewayClient:
    """Calls a processor over HTTPS (plain HTTP for loopback hosts only, as in tests).

    ``hosts`` are the manifest's. Loopback and private addresses are refused unless declared by their very name.
    """

    def __init__(self, hosts: Collection[str], transport: httpx.BaseTransport | None = None) -> None:
        self._hosts = frozenset(hosts)
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, transport=transport)

    def request(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> httpx.Response:
        """One request. Raises ``NotReached``, ``Unanswered`` or ``HostRefused``; ``RuntimeError`` inside a unit of work."""
        if is_active():
            raise RuntimeError("a gateway is called outside any transaction: write the attempt, call, write the outcome")
        self._check(httpx.URL(url))
        try:
            return self._client.request(method, url, headers=dict(headers or {}), **body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotReached(str(error)) from error
        except httpx.HTTPError as error:
            raise Unanswered(str(error)) from error

    def _check(self, url: httpx.URL) -> None:
        if url.host not in self._hosts:
            raise HostRefused(f"{url.host} is not among the hosts that the plugin declares")
        loopback = _is_loopback(url.host)
        if url.scheme != "https" and not loopback:
            raise HostRefused(f"{url.scheme}://{url.host}: processors are reached over https")
        if not loopback and any(not address.is_global for address in _addresses(url.host)):
            raise HostRefused(f"{url.host} leads into a private network")


def answer_of(error: Exception) -> Answer:
    """What an exception of the client means for money."""
    outcome = Outcome.NOT_ATTEMPTED if isinstance(error, NotReached | HostRefused) else Outcome.UNKNOWN
    return Answer(outcome, reason_code=type(error).__name__.lower(), message="The processor could not be reached.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _addresses(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(entry[4][0]) for entry in socket.getaddrinfo(host, None)]
    except socket.gaierror as error:
        raise NotReached(str(error)) from error
