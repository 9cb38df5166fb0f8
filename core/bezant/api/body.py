"""Reading bodies and parameters strictly: exact numbers, no NaN, no NUL, no lone surrogate, no unknown name."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from flask import Request, request
from marshmallow import RAISE, missing
from webargs.flaskparser import FlaskParser, abort
from werkzeug.exceptions import UnsupportedMediaType

from bezant.api.codes import Coded

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


class StrictParser(FlaskParser):
    """Webargs, but unknown query parameters are errors and JSON numbers keep every digit."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "querystring": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        raw = req.get_data(cache=True)
        return parse_json(raw) if raw else missing

    def load_json(self, req: Request, schema: Any) -> Any:
        """The body, or 400."""
        try:
            return self._raw_load_json(req)
        except (ValueError, RecursionError) as error:
            refuse_json(error)


def parse_json(raw: bytes) -> Any:
    """A JSON text: numbers with a point as ``Decimal``. Raises ``ValueError`` (or ``RecursionError``) for what is not well-formed,
    for NaN and Infinity, repeated names, and for text that no database can keep (NUL, lone surrogates)."""
    text = raw.decode("utf-8")
    value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_repetition)
    if "\\u" in text and ("\\u0000" in text or "\\ud" in text.lower()):
        _check_text(value)
    return value


def refuse_json(error: Exception) -> NoReturn:
    """400 with what is wrong with the JSON."""
    reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
    abort(400, exc=error, messages={"json": [Coded(f"The body is not JSON that can be accepted: {reason}.", "malformed_json")]})


def check_media_type() -> None:
    """415 where a body is not declared as JSON."""
    if request.content_length == 0 or (request.content_length is None and not request.headers.get("Transfer-Encoding")):
        return
    if request.mimetype not in JSON_TYPES and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _no_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("a text holds the character NUL")
        value.encode("utf-8")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _check_text(key)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)
