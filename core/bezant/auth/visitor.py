"""The visitor of a page, as Flask-Login wants one."""

from flask_login import UserMixin


class Visitor(UserMixin):  # type: ignore[misc]
    """Somebody signed in at a browser. Its id is the secret token of the session, so that revoking that ends everything."""

    def __init__(self, token: str) -> None:
        self.id = token
