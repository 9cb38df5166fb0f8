"""Gapless numbers: taken in the transaction that uses them, so that a rollback gives them back."""

from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import in_scope, insert_into, session
from bezant.sdk.services import query, use_case
from bezant.sdk.values import NotFound, new_id
from bezant_accounts.contracts import NumberRange
from bezant_accounts.domain.numbers import check_series, counted_year, format_for, write_numbers
from bezant_accounts.models import LegalEntity, NumberSeries


@use_case("accounts.number.take")
def take_numbers(legal_entity_id: UUID, series: str, year: int, count: int) -> list[str]:
    """The next ``count`` numbers of a series (``invoice``) in a year, in order, as people see them: ``PNY-2013-000140``.

    Call it as late as possible in a unit of work: the row of the series stays locked until the commit, and whoever wants
    numbers of the same series waits. A rollback leaves no gap.
    """
    check_series(series)
    if count <= 0:
        return []
    entity = session.execute(
        select(LegalEntity.__table__.c.code, LegalEntity.__table__.c.number_formats).where(
            LegalEntity.__table__.c.id == legal_entity_id, in_scope(LegalEntity)
        )
    ).one_or_none()
    if entity is None:
        raise NotFound(f"There is no legal entity {legal_entity_id}.")
    number_format = format_for(series, entity.number_formats)
    last = _advance(legal_entity_id, series, counted_year(number_format, year), count)
    return write_numbers(number_format, entity.code, year, range(last - count + 1, last + 1))


@query("accounts.legal_entity.view")
def number_ranges(legal_entity_id: UUID) -> list[NumberRange]:
    """Where the series of a legal entity stand."""
    table = NumberSeries.__table__.c
    own = select(table.series, table.year, table.last).where(table.legal_entity_id == legal_entity_id, in_scope(NumberSeries))
    statement = own.order_by(table.series, table.year)
    return [NumberRange(legal_entity_id, *row) for row in session.execute(statement)]


@query("accounts.legal_entity.view")
def number_formats(legal_entity_id: UUID) -> dict[str, str]:
    """The formats that a legal entity sets by series; other series use the default."""
    formats = session.scalar(select(LegalEntity.number_formats).where(LegalEntity.id == legal_entity_id, in_scope(LegalEntity)))
    return dict(formats or {})


def _advance(legal_entity_id: UUID, series: str, year: int, count: int) -> int:
    """The last number after taking ``count``. One statement, which locks the row on both databases."""
    insert = insert_into(NumberSeries)
    row = {"id": new_id(), "legal_entity_id": legal_entity_id, "series": series, "year": year, "last": count}
    statement = insert.values(**row).on_conflict_do_update(
        index_elements=["legal_entity_id", "series", "year"], set_={"last": NumberSeries.__table__.c.last + insert.excluded.last}
    )
    last: int = session.execute(statement.returning(NumberSeries.__table__.c.last)).scalar_one()
    return last
