"""Accounts as people and programs name them: by our id, by ``external:<your id>``, or by your id as it is."""

from collections.abc import Sequence
from uuid import UUID

from bezant.sdk.values import resolve_id
from bezant_accounts.services.loading import find_accounts


def account_id_of(reference: str, field: str = "account_id") -> UUID:
    """The id of the account that a reference means; an unknown one raises ``Invalid`` at ``field``, or ``NotFound`` without one."""
    return _find(reference) or resolve_id(reference, _find, what="account", field=field)


def account_ids_of(references: Sequence[str], field: str = "account_ids") -> list[UUID]:
    """The same for several."""
    return [account_id_of(reference, f"{field}.{index}") for index, reference in enumerate(references)]


def _find(external_id: str) -> UUID | None:
    found = find_accounts([external_id]).get(external_id)
    return found.id if found else None
