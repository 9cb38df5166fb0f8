"""Who calls the API: a Bearer key, turned into a principal by whatever the platform installs."""

from collections.abc import Callable

from flask import Flask, current_app, request

from bezant.auth.context import Principal
from bezant.errors import Unauthenticated

Authenticator = Callable[[str], Principal]
"""Takes the key as sent and answers whose it is. Raises ``Unauthenticated`` for a key that is unknown, expired or revoked."""

_EXTENSION = "bezant.api.authenticator"


def install_authenticator(app: Flask, authenticator: Authenticator) -> None:
    """Sets who turns keys into principals."""
    app.extensions[_EXTENSION] = authenticator


def authenticate_request() -> Principal:
    """Whoever sent the current request. Raises ``Unauthenticated``."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("Send your API key as `Authorization: Bearer <key>`; an administrator makes keys under Settings, API keys.")
    authenticator: Authenticator = current_app.extensions[_EXTENSION]
    return authenticator(key.strip())
