"""Passwords and random tokens: made, hashed, compared."""

import hashlib
import secrets
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bezant.errors import Invalid

SHORTEST, LONGEST = 12, 128
"""Length of a password in characters."""

_hasher = PasswordHasher()  # Argon2id with RFC 9106's second recommended parameters


def hash_password(password: str) -> str:
    """Argon2id hash with its salt and parameters."""
    return _hasher.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Whether the password is right. Takes as long for an account without one, so that nothing is told by time."""
    try:
        _hasher.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, email: str = "", field: str = "password") -> None:
    """Raises ``Invalid`` for a password that is too short, too long, widely known, or the address itself."""
    if len(password) < SHORTEST:
        raise Invalid.field(field, "too_short", f"The password needs at least {SHORTEST} characters; a short sentence works well.")
    if len(password) > LONGEST:
        raise Invalid.field(field, "too_long", f"The password may have at most {LONGEST} characters.")
    if password.casefold() in _common() or password.casefold() == email.casefold() or len(set(password)) < 5:
        raise Invalid.field(field, "too_common", "This password is among the first that an attacker tries; choose another.")


def new_token() -> str:
    """A random text with 256 bits, safe in addresses."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a random token."""
    return hashlib.sha256(token.encode()).digest()


@cache
def _decoy() -> str:
    return _hasher.hash(secrets.token_hex(16))


@cache
def _common() -> frozenset[str]:
    return frozenset(files("bezant.auth").joinpath("common_passwords.txt").read_text(encoding="utf-8").split())
