"""What every answer says to the browser: a policy without inline code, no framing, no guessing of types, no caching of pages."""

import secrets

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
"""Checks the token of every form and of htmx (header ``X-CSRFToken``). The API, which knows no cookies, is exempt."""

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SYSTEM_APPEARANCE = "Sec-CH-Prefers-Color-Scheme"
"""Header in which a browser that was asked says what the system prefers (https://wicg.github.io/user-preference-media-features-headers/)."""

_PDF_POLICY = "frame-ancestors 'self'"


def csp_nonce() -> str:
    """The nonce of this answer: what a script in a page must carry."""
    return str(request.environ.setdefault("bezant.nonce", secrets.token_urlsafe(18)))


def add_headers(response: Response) -> Response:
    """Adds the headers; those that a view set itself stay.

    A PDF may be framed by our own pages, for the preview, and gets no more of a policy: the browser's viewer is a page itself.
    """
    policy = _PDF_POLICY if response.mimetype == "application/pdf" else _POLICY.format(nonce=csp_nonce())
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.mimetype == "text/html":  # asked before the first paint, so that it is right without script
        response.headers.setdefault("Accept-CH", SYSTEM_APPEARANCE)
        response.headers.setdefault("Critical-CH", SYSTEM_APPEARANCE)
        response.vary.add(SYSTEM_APPEARANCE)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Turns on the headers and the check of form tokens."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session: nothing typed is lost to a clock
    app.config.setdefault("WTF_CSRF_CHECK_DEFAULT", False)
    csrf.init_app(app)
    app.before_request(_check_token)
    app.after_request(add_headers)


def _check_token() -> None:
    if current_app.config["WTF_CSRF_ENABLED"] and not request.path.startswith("/api/"):
        csrf.protect()
