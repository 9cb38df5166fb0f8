"""Which request or job something belongs to, for logs, audit and error pages."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("bezant_request_id", default="")
"""Identifier of the running request or job; empty outside one."""
