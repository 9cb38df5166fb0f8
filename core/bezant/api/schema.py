"""The base of every schema: unknown fields are errors that suggest the near name, messages carry codes."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import marshmallow as ma

from bezant.api.codes import Coded
from bezant.api.fields import currency_of

_UNKNOWN = Coded("Unknown field.", "unknown_field")


class Schema(ma.Schema):
    """A resource or a body. Fields keep their order; what is not declared is refused, naming what was probably meant.

    Money fields find the ``currency`` of the resource they stand in, or of the one around it.
    """

    error_messages = {"unknown": _UNKNOWN, "type": Coded("Write a JSON object here.", "not_object")}

    class Meta:
        """What is not declared is refused."""

        unknown = ma.RAISE

    def on_bind_field(self, field_name: str, field_obj: Any) -> None:
        """Gives the field's messages their codes."""
        field_obj.error_messages = {
            key: message if not isinstance(message, str) or isinstance(message, Coded) else Coded(message, key)
            for key, message in field_obj.error_messages.items()
        }

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **_options: Any) -> None:
        """Words what is unknown, naming the near field."""
        by_field = error.messages
        groups = [m for m in by_field.values() if isinstance(m, dict)] if many and isinstance(by_field, dict) else [by_field]
        for messages in groups:
            self._suggest(messages)

    def _suggest(self, messages: Any) -> None:
        if not isinstance(messages, dict):
            return
        known = [field.data_key or name for name, field in self.load_fields.items()]
        for name, found in messages.items():
            if found == [_UNKNOWN]:
                messages[name] = [Coded(_unknown(str(name), known), "unknown_field")]

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        if many:
            return super()._serialize(obj, many=True)
        with currency_of(obj):
            return super()._serialize(obj, many=False)

    def load(self, data: Any, **options: Any) -> Any:
        """The values of a body. Raises ``ValidationError``."""
        with currency_of(data if isinstance(data, Mapping) else None):
            return super().load(data, **options)


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"There is no field {name!r} here; did you mean {near[0]!r}?" if near else f"There is no field {name!r} here; leave it out."
