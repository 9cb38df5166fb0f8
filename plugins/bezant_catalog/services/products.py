"""Products."""

from uuid import UUID

from bezant.sdk.db import session
from bezant.sdk.services import audit, now, use_case
from bezant.sdk.values import Invalid, new_id
from bezant_catalog.contracts import NewProduct, ProductInfo
from bezant_catalog.domain import check_code
from bezant_catalog.models import Product
from bezant_catalog.services.common import get, refuse_stale, refuse_taken


@use_case("catalog.plan.create")
def create_product(new: NewProduct) -> ProductInfo:
    """A new product. Raises ``Invalid`` for a bad code and ``Conflict`` for one that is taken."""
    problems = check_code(new.code)
    if problems:
        raise Invalid(problems=problems)
    refuse_taken(Product, new.code)
    row = Product(id=new_id(), code=new.code, name=new.name, description=new.description)
    session.add(row)
    session.flush()
    audit("catalog.product.created", "catalog.product", row.id, {"code": new.code})
    return product_info(row)


@use_case("catalog.plan.edit")
def edit_product(
    product_id: UUID, *, name: str | None = None, description: str | None = None, expected_version: int | None = None
) -> ProductInfo:
    """Renames or describes a product. Raises ``NotFound`` and ``Stale``."""
    row = get(Product, product_id)
    refuse_stale(row, expected_version)
    row.name = row.name if name is None else name
    row.description = row.description if description is None else description
    session.flush()
    audit("catalog.product.edited", "catalog.product", row.id, {"name": row.name})
    return product_info(row)


@use_case("catalog.plan.archive")
def archive_product(product_id: UUID) -> ProductInfo:
    """Takes a product out of lists and choices; its plans stay. Raises ``NotFound``."""
    return _set_archived(product_id, archived=True)


@use_case("catalog.plan.archive")
def restore_product(product_id: UUID) -> ProductInfo:
    """Brings an archived product back. Raises ``NotFound``."""
    return _set_archived(product_id, archived=False)


def product_info(row: Product) -> ProductInfo:
    """A product as a value."""
    return ProductInfo(row.id, row.code, row.name, row.description, row.archived_at is not None, row.version)


def _set_archived(product_id: UUID, *, archived: bool) -> ProductInfo:
    row = get(Product, product_id)
    if (row.archived_at is not None) != archived:
        row.archived_at = now() if archived else None
        session.flush()
        audit(f"catalog.product.{'archived' if archived else 'restored'}", "catalog.product", row.id)
    return product_info(row)
