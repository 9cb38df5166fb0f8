"""Signing in, for tests."""

from contextlib import AbstractContextManager, nullcontext

from flask import Flask, current_app, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import select

from bezant.auth.context import SYSTEM, acting_as
from bezant.auth.keys import create_api_key
from bezant.auth.people import NewUser, create_user
from bezant.auth.permissions import ADMINISTRATOR, all_permissions
from bezant.auth.sign_in import SIGN_IN, make_code
from bezant.auth.tables import User
from bezant.db.model import session

ADMIN_EMAIL = "ada@example.com"


def sign_in(app: Flask, browser: FlaskClient, email: str = ADMIN_EMAIL, roles: tuple[str, ...] = (ADMINISTRATOR,)) -> None:
    """Signs a browser in as a user with these roles, who is made where there is none."""
    with _inside(app):
        with acting_as(SYSTEM):
            user_id = session.scalar(select(User.id).where(User.email == email)) or create_user(NewUser(email, "Ada Byron", roles)).id
        code = make_code(SIGN_IN, user_id)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = browser.post(f"/sign-in/{code}")
    if answer.status_code != 303:
        raise AssertionError(f"could not sign in: {answer.status_code}")


def new_api_key(app: Flask, *permissions: str) -> str:
    """A key with these permissions; with none named, with all."""
    with _inside(app), acting_as(SYSTEM):
        return create_api_key("test", permissions or sorted(all_permissions())).key


def _inside(app: Flask) -> AbstractContextManager[object]:
    """The application's context: the running one where there is one, whose session then sees what is made here."""
    return nullcontext() if has_app_context() and current_app == app else app.app_context()
