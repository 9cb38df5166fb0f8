"""Versions of resources: ``ETag`` on what has one, ``If-Match`` where something is edited (RFC 9110, section 13)."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, g, request

from bezant.errors import BillingError, Invalid

_STRONG = re.compile(r'"([0-9]{1,18})"')


class PreconditionRequiredError(BillingError):
    """An edit without ``If-Match``."""

    code = "precondition_required"
    status = 428
    title = "If-Match is missing"


def if_match() -> int:
    """The version that the caller has read, from ``If-Match``. Hand it to the service, which raises ``Stale`` (412) when it is another.

    Raises ``PreconditionRequiredError`` (428) where the header is missing.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequiredError("Send the ETag of the resource as you read it in If-Match, so that nobody's change gets lost.")
    found = _STRONG.fullmatch(header)
    if found is None:
        raise Invalid.field("If-Match", "bad_etag", 'If-Match takes one ETag as it was given, such as "3".')
    return int(found[1])


def note_version(result: Any) -> None:
    """Remembers the version of what a view answers, for the ``ETag`` of the response."""
    body = result[0] if isinstance(result, tuple) and result else result
    version = body.get("version") if isinstance(body, Mapping) else getattr(body, "version", None)
    if isinstance(version, int) and not isinstance(version, bool):
        g.bezant_api_version = version


def add_etag(response: Response) -> None:
    """Sets the ``ETag`` where the view answered something with a version."""
    version = g.get("bezant_api_version")
    if version is not None and response.status_code < 300:
        response.headers["ETag"] = f'"{version}"'
