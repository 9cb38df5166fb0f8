"""Calling gateways: outside any transaction, with every exception and every nonsense turned into an answer."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import structlog

from bezant.sdk.db import in_unit_of_work
from bezant.sdk.gateway import Answer, Gateway, HostRefused, LookupRequest, NotReached, Outcome, PaymentRequest, answer_of
from bezant_payments.contracts import Operation
from bezant_payments.services.registry import gateways

TRIPS_AFTER = 5
"""Calls in a row without an answer after which a gateway is left alone for the rest of the page."""

_log = structlog.get_logger(__name__)

UNREACHED = Answer(
    Outcome.NOT_ATTEMPTED, reason_code="gateway_unreachable", message="The processor could not be reached before; not tried."
)
ABSENT = Answer(Outcome.NOT_ATTEMPTED, reason_code="gateway_missing", message="The gateway's plugin is not enabled.")
UNKNOWN = Answer(Outcome.UNKNOWN, reason_code="gateway_missing", message="The gateway's plugin is not enabled.")


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make: a gateway's key, the operation, and what is asked."""

    gateway: str
    operation: Operation
    request: PaymentRequest


@dataclass(frozen=True, slots=True)
class Question:
    """One look-up to make."""

    gateway: str
    request: LookupRequest


def refuse_inside_transaction() -> None:
    """Raises ``RuntimeError`` inside a unit of work: an attempt must be committed before its gateway is called."""
    if in_unit_of_work():
        raise RuntimeError("this calls a gateway: do it outside any unit of work, the attempt and its outcome are committed apart")


def make_calls(calls: Sequence[Call], parallel: int) -> list[Answer]:
    """The answers to some calls, in their order. Never raises for what a gateway does."""
    refuse_inside_transaction()
    registry, breaker = dict(gateways()), Breaker()
    return _each(parallel, calls, lambda call: breaker.guard(call.gateway, lambda: _call(registry.get(call.gateway), call)))


def ask(questions: Sequence[Question], parallel: int) -> list[Answer]:
    """What became of earlier calls, in order. A gateway that cannot say so answers unknown."""
    refuse_inside_transaction()
    registry = dict(gateways())
    return _each(parallel, questions, lambda question: _ask(registry.get(question.gateway), question))


@dataclass(slots=True)
class Breaker:
    """Leaves a gateway alone that has stopped answering, so that a page does not wait for each of its time-outs."""

    silent: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def guard(self, key: str, call: Callable[[], Answer]) -> Answer:
        """The answer to a call, or that it was not made."""
        with self.lock:
            if self.silent.get(key, 0) >= TRIPS_AFTER:
                return UNREACHED
        answer = call()
        with self.lock:
            heard = answer.outcome not in (Outcome.NOT_ATTEMPTED, Outcome.UNKNOWN)
            self.silent[key] = 0 if heard else self.silent.get(key, 0) + 1
        return answer


def offline_refusal(found: Gateway | None, operation: Operation, currency: str) -> Answer | None:
    """Why a call is not even made: the gateway is missing, or has declared neither the operation nor the currency."""
    if found is None:
        return ABSENT
    info = found.info
    if operation not in info.capabilities:
        return Answer(Outcome.NOT_ATTEMPTED, reason_code="not_supported", message=f"{info.title} cannot {operation}.", hard=True)
    if info.currencies and currency not in info.currencies:
        return Answer(Outcome.NOT_ATTEMPTED, reason_code="currency_not_supported", message=f"{info.title} takes no {currency}.", hard=True)
    return None


def _call(found: Gateway | None, call: Call) -> Answer:
    refused = offline_refusal(found, call.operation, call.request.amount.currency)
    if refused is not None or found is None:
        return refused or ABSENT
    return _safely(call.gateway, lambda: _methods(found)[call.operation](call.request))


def _methods(found: Gateway) -> dict[Operation, Callable[[PaymentRequest], Answer]]:
    return {
        Operation.AUTHORIZE: found.authorize,
        Operation.CAPTURE: found.capture,
        Operation.PURCHASE: found.purchase,
        Operation.REFUND: found.refund,
        Operation.VOID: found.void,
    }


def _ask(found: Gateway | None, question: Question) -> Answer:
    return UNKNOWN if found is None else _safely(question.gateway, lambda: found.lookup(question.request), asking=True)


def _safely(key: str, call: Callable[[], object], *, asking: bool = False) -> Answer:
    """A gateway's answer. An exception is unknown unless it says that nothing was sent; while asking it is always unknown."""
    try:
        answer = call()
    except Exception as error:
        reached = asking or not isinstance(error, NotReached | HostRefused)
        _log.warning("gateway call failed", gateway=key, error=type(error).__name__)
        return Answer(Outcome.UNKNOWN, reason_code=type(error).__name__.lower()[:100]) if reached else answer_of(error)
    if not isinstance(answer, Answer):
        _log.warning("gateway answered nonsense", gateway=key, type=type(answer).__name__)
        return Answer(Outcome.UNKNOWN, reason_code="nonsense")
    return answer


Item = TypeVar("Item")


def _each(parallel: int, items: Sequence[Item], work: Callable[[Item], Answer]) -> list[Answer]:
    if parallel <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(parallel, len(items)), thread_name_prefix="gateway") as pool:
        answers: Iterable[Answer] = pool.map(work, items)
        return list(answers)
