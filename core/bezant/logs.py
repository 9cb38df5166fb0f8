"""Structured logs: one event a line, with the request or job it belongs to."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from bezant.cards import mask_card_numbers
from bezant.tracing import request_id

_PLAIN = structlog.dev.plain_traceback
"""The default shows local variables: secrets and personal data."""
_SECRETS = ("password", "secret", "token", "authorization", "api_key", "card", "cvc")


def configure(form: str, level: str) -> None:
    """Sets how and from which severity on lines are written (to standard error)."""
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(exception_formatter=_PLAIN)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            _hide_secrets,
            _mask_card_numbers,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *((structlog.processors.format_exc_info,) if form == "json" else ()),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(_Stderr()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


class _Stderr:
    """Standard error as it is at the time of writing (tests replace it)."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _add_request_id(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    if request_id.get():
        line["request"] = request_id.get()
    return line


def _hide_secrets(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {key: "(hidden)" if any(s in key.lower() for s in _SECRETS) else value for key, value in line.items()}


def _mask_card_numbers(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {key: mask_card_numbers(value) if isinstance(value, str) else value for key, value in line.items()}
