"""Codes of an authenticator app: RFC 6238 with what every app understands (SHA-1, six digits, thirty seconds)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pyotp

from bezant import clock
from bezant.auth.methods import Answer, Factor, Person, Prompt
from bezant.platform import setting

SECONDS, DIGITS = 30, 6
"""How long a code is shown, and its length."""

DRIFT = 1
"""How many codes before and after the present one are taken too: clocks differ, people type slowly (RFC 6238, 5.2)."""


class Totp:
    """The method ``totp``. It keeps the secret and the number of the last step that was used, so that a code works once."""

    name = "totp"
    title = "Authenticator app"
    summary = "An app on your phone or computer shows a new code every 30 seconds."

    def begin(self, person: Person) -> Prompt:
        """A new secret of 160 bits, as a QR code and as text."""
        secret = pyotp.random_base32()
        address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=_issuer())
        return Prompt(
            "Scan the picture with an authenticator app, then type the code that it shows.",
            "bezant/auth/totp.html",
            {"address": address, "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))},
            {"secret": secret},
        )

    def confirm(self, kept: Mapping[str, Any], answer: Answer) -> Mapping[str, Any] | None:
        """The secret, with the step of the code that proved it."""
        step = matching_step(kept["secret"], answer.get("code", ""))
        return None if step is None else {"secret": kept["secret"], "step": step}

    def challenge(self, person: Person, factors: Sequence[Factor]) -> Prompt:
        """Asks for the code."""
        return Prompt("Type the code that your authenticator app shows.")

    def verify(self, factors: Sequence[Factor], kept: Mapping[str, Any], answer: Answer) -> Factor | None:
        """The app whose code it is; a code of a step that was used, or of one before, is refused."""
        for factor in factors:
            step = matching_step(factor.kept["secret"], answer.get("code", ""), after=factor.kept["step"])
            if step is not None:
                return Factor(factor.id, {**factor.kept, "step": step})
        return None


def matching_step(secret: str, code: str, after: int = -1) -> int | None:
    """The step (thirty seconds, counted from 1970) of which this is the code, if it is near now and later than ``after``."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdecimal()):
        return None
    now, totp = int(clock.system().timestamp()) // SECONDS, pyotp.TOTP(secret)
    near = range(now - DRIFT, now + DRIFT + 1)
    return next((step for step in near if step > after and pyotp.utils.strings_equal(totp.generate_otp(step), typed)), None)


def _issuer() -> str:
    """What the app lists the code under: with the host, for people who work with several installations."""
    host = urlsplit(str(setting("server.public_url"))).hostname
    return f"Bezant ({host})" if host else "Bezant"
