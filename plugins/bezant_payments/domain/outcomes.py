"""What a gateway's answer means for a transaction. An answer never takes a success back, and unknown is never failed."""

from collections.abc import Mapping
from dataclasses import dataclass

from bezant.sdk.values import Answer, Money, Outcome
from bezant_payments.contracts import TransactionState

S = TransactionState

STATE_OF: Mapping[Outcome, TransactionState] = {
    Outcome.SUCCEEDED: S.SUCCEEDED,
    Outcome.PENDING: S.PENDING,
    Outcome.DECLINED: S.DECLINED,
    Outcome.NOT_ATTEMPTED: S.NOT_ATTEMPTED,
    Outcome.UNKNOWN: S.UNKNOWN,
}

MOVES: Mapping[TransactionState, frozenset[TransactionState]] = {
    S.STARTED: frozenset(STATE_OF.values()) | {S.HELD},
    S.UNKNOWN: frozenset({S.SUCCEEDED, S.HELD, S.PENDING, S.DECLINED, S.NOT_ATTEMPTED}),
    S.PENDING: frozenset({S.SUCCEEDED, S.HELD, S.DECLINED}),
    S.DECLINED: frozenset({S.SUCCEEDED, S.HELD}),
    S.NOT_ATTEMPTED: frozenset({S.SUCCEEDED, S.HELD, S.PENDING, S.DECLINED}),
    S.HELD: frozenset(),
    S.SUCCEEDED: frozenset(),
}
"""Where answers may lead from each state. A late success counts even after a decline, since money moved; a pending one that the
processor suddenly does not know stays pending. What is held or succeeded only a person changes."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where an answer leads. ``processed`` is set for a success and for what is held; ``note`` says why it is held."""

    state: TransactionState
    processed: Money | None = None
    note: str = ""


def resolve(state: TransactionState, asked: Money, answer: Answer) -> Resolution:
    """What an answer makes of a transaction in ``state`` that asked for ``asked``; the same state where it changes nothing."""
    meant = _meaning(asked, answer)
    return meant if meant.state in MOVES[state] else Resolution(state)


def _meaning(asked: Money, answer: Answer) -> Resolution:
    if answer.outcome is not Outcome.SUCCEEDED:
        return Resolution(STATE_OF[answer.outcome])
    processed = answer.processed or asked
    if processed.minor <= 0:
        return Resolution(S.UNKNOWN, note="a success that moved nothing is nonsense")
    if processed.currency != asked.currency:
        return Resolution(S.HELD, processed, f"{processed} was processed where {asked.currency} was asked for")
    if processed.minor > asked.minor:
        return Resolution(S.HELD, processed, f"{processed} was processed where {asked} was asked for")
    return Resolution(S.SUCCEEDED, processed)
