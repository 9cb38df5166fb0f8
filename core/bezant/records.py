"""Plain values by which plugins refer to each other's records without importing them."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal
from uuid import UUID

ColumnKind = Literal["uuid", "text", "integer", "minor", "decimal", "day", "instant", "boolean", "json"]


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What caused something: the record's type (``invoicing.invoice``), its id, and the number that people see."""

    type: str
    id: UUID
    number: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a record is shown, and the permission one needs to open it."""

    title: str
    url: str
    permission: str


@dataclass(frozen=True, slots=True)
class LegalEntityRef:
    """A legal entity to which what somebody sees can be limited, with the code and name that people know."""

    id: UUID
    code: str
    name: str


class ReadModel:
    """A table that a plugin lets others read and join: its name and the columns that are part of the contract.

    ``ACCOUNTS = ReadModel("accounts_accounts", id="uuid", name="text")``; ``bezant.sdk.db.selectable`` turns it into SQL.
    """

    __slots__ = ("columns", "table")

    def __init__(self, table: str, /, **columns: ColumnKind) -> None:
        self.table = table
        self.columns = MappingProxyType(columns)
