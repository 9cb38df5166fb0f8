"""Letting somebody into a demonstration: a user made on the spot, a one-time address, a server."""

from collections.abc import Sequence

from flask import Flask, current_app
from sqlalchemy import select

from bezant import serving
from bezant.auth.people import NewUser, create_user
from bezant.auth.sign_in import SIGN_IN, make_code
from bezant.auth.tables import User
from bezant.db.model import session


def sign_in_address(email: str, name: str, roles: Sequence[str] = ("administrator",)) -> str:
    """A one-time address that signs in the user with this e-mail address, who is made where there is none."""
    user_id = session.scalar(select(User.id).where(User.email == email)) or create_user(NewUser(email, name, tuple(roles))).id
    return f"{serving.public_url()}/sign-in/{make_code(SIGN_IN, user_id)}"


def serve() -> None:
    """Serves this application, with background work, until stopped."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    serving.serve(app, None, None, with_worker=True)
