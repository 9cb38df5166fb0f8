"""Whose an event is: accounts by external id here, subscriptions by whoever implements the hook."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from bezant.sdk.hooks import each
from bezant_accounts.contracts import AccountInfo
from bezant_accounts.services import find_accounts, load_accounts
from bezant_usage.contracts import EventOutcome, ResolvedSubject, Subject, bezant_resolve_subjects


class Owner(NamedTuple):
    """Whose an event is, and the zone in which its hour counts."""

    account_id: UUID
    subscription_id: UUID | None
    timezone: str


def resolve_owners(pairs: Collection[tuple[str | None, str | None]]) -> dict[tuple[str | None, str | None], Owner | EventOutcome]:
    """The owner of each pair of external ids (account, subscription), or the refusal of its events.

    Two queries and one hook call, however many there are.
    """
    subjects = [Subject(*pair) for pair in pairs]
    named = find_accounts({subject.account for subject in subjects if subject.account})
    subscribed = _subscribed([subject for subject in subjects if subject.subscription])
    others = {found.account_id for found in subscribed.values()} - {account.id for account in named.values()}
    accounts = {account.id: account for account in named.values()} | (load_accounts(others) if others else {})
    return {(one.account, one.subscription): _owner(one, named, subscribed, accounts) for one in subjects}


def _subscribed(subjects: list[Subject]) -> dict[Subject, ResolvedSubject]:
    found: dict[Subject, ResolvedSubject] = {}
    if subjects:
        for answer in reversed(each(bezant_resolve_subjects, subjects)):
            found.update(answer.value)
    return found


def _owner(
    subject: Subject,
    named: Mapping[str, AccountInfo],
    subscribed: Mapping[Subject, ResolvedSubject],
    accounts: Mapping[UUID, AccountInfo],
) -> Owner | EventOutcome:
    account = named.get(subject.account or "")
    if subject.account and account is None:
        text = f"There is no account with the external id {subject.account!r}; create it and send the event again."
        return _refused("unknown_account", text)
    resolved = subscribed.get(subject)
    if subject.subscription and (resolved is None or resolved.account_id not in accounts):
        text = f"There is no subscription {subject.subscription!r}; create it and send the event again."
        return _refused("unknown_subscription", text)
    if resolved is not None:
        if account is not None and resolved.account_id != account.id:
            return _refused("other_account", f"The subscription {subject.subscription!r} is not one of the account {subject.account!r}.")
        account = accounts[resolved.account_id]
    assert account is not None, "an event without account and subscription was refused on arrival"
    if account.archived:
        return _refused("archived_account", f"The account {account.number} is archived; restore it to bill it again.")
    return Owner(account.id, resolved.subscription_id if resolved else None, account.timezone)


def _refused(code: str, reason: str) -> EventOutcome:
    return EventOutcome("", "", "rejected", code, reason)
