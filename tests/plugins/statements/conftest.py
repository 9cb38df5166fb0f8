import pytest

from tests.plugins.statements.books import Book, open_book


@pytest.fixture
def book(app: object, as_system: None) -> Book:
    """The books of a port with one airline."""
    return open_book()
