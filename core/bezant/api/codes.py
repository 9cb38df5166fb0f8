"""Stable codes for what is wrong with input, carried by marshmallow's messages on their way to problem+json."""

from typing import Any

DEFAULT_CODE = "invalid"


class Coded(str):
    """A message that knows its code, also after marshmallow has filled in its placeholders."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, text: str, code: str = DEFAULT_CODE) -> "Coded":
        """A message with its code."""
        message = super().__new__(cls, text)
        message.code = code
        return message

    def __deepcopy__(self, _memo: object) -> "Coded":
        return self

    def format(self, *args: Any, **values: Any) -> str:
        """The message filled in, with the same code."""
        return Coded(super().format(*args, **values), self.code)


def code_of(message: object) -> str:
    """The code of a message, or the general one."""
    return getattr(message, "code", DEFAULT_CODE)
