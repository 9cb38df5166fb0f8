"""The gateways of this application, by key."""

from collections.abc import Mapping

import structlog
from flask import current_app

from bezant.sdk.gateway import Gateway, GatewayInfo
from bezant.sdk.hooks import each
from bezant.sdk.services import query
from bezant.sdk.values import NotFound
from bezant_payments.contracts import bezant_register_gateways

_KEPT = "PAYMENTS_GATEWAYS"
_log = structlog.get_logger(__name__)


def gateways() -> Mapping[str, Gateway]:
    """Every gateway that a plugin registered, by key; of two with one key the first counts. Collected once per application."""
    return _registry()


def _registry() -> dict[str, Gateway]:
    if _KEPT not in current_app.config:
        current_app.config[_KEPT] = _collect()
    found: dict[str, Gateway] = current_app.config[_KEPT]
    return found


def gateway(key: str) -> Gateway:
    """One gateway. Raises ``NotFound``."""
    found = gateways().get(key)
    if found is None:
        raise NotFound(f"There is no gateway {key!r}; enable its plugin.")
    return found


def register(added: Gateway) -> None:
    """Adds (or replaces) a gateway of the running application; for tests and rehearsals."""
    _registry()[added.info.key] = added


def travel_objections() -> list[str]:
    """Why business time must not be moved: gateways that would move real money."""
    live = sorted(found.title for found in (one.info for one in gateways().values()) if not found.test_mode and not found.by_hand)
    return [f"the gateway {title} is live; disable its plugin or set it to its test mode." for title in live]


@query("payments.gateway.view")
def list_gateways() -> list[GatewayInfo]:
    """What each gateway is and can do, by title."""
    return sorted((found.info for found in gateways().values()), key=lambda info: info.title)


def _collect() -> dict[str, Gateway]:
    found: dict[str, Gateway] = {}
    for contribution in each(bezant_register_gateways):
        for made in contribution.value:
            if found.setdefault(made.info.key, made) is not made:
                _log.error("a second gateway of this key is left out", gateway=made.info.key, plugin=contribution.plugin)
    return found
