"""Pages of legal entities."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import url_for

from bezant.sdk.web import (
    Action,
    Answer,
    Column,
    Fact,
    Section,
    Status,
    TableRow,
    facts_panel,
    render_form,
    render_list,
    render_record,
    requires,
    table_panel,
)
from bezant_accounts import services
from bezant_accounts.contracts import LegalEntityInfo, NewLegalEntity
from bezant_accounts.schemas import LEGAL_ENTITY_LIST, LegalEntityBody, LegalEntityEdit
from bezant_accounts.schemas.lists import STATES
from bezant_accounts.views.blueprint import blueprint
from bezant_accounts.views.record import one_line

_SECTIONS = (
    Section("Who", ("code", "name", "tagline", "address", "country", "tax_ids")),
    Section("How to reach", ("email", "phone", "website")),
    Section("Billing", ("currency", "timezone", "locale", "payment_terms_days", "is_default")),
    Section("Documents", ("paper", "legal_text", "number_formats", "bank")),
)


@blueprint.get("/legal-entities/")
@requires("accounts.legal_entity.view")
def legal_entities() -> Answer:
    """All legal entities."""
    return render_list(LEGAL_ENTITY_LIST)


@blueprint.route("/legal-entities/new", methods=["GET", "POST"])
@requires("accounts.legal_entity.create")
def new_legal_entity() -> Answer:
    """Sets one up."""

    def save(data: dict[str, Any]) -> str:
        return url_for("accounts.legal_entity", legal_entity_id=services.create_legal_entity(NewLegalEntity(**data)).id)

    back = url_for("accounts.legal_entities")
    return render_form(
        LegalEntityBody(), title="New legal entity", noun="legal entity", save=save, cancel=back, sections=_SECTIONS, done="It is set up."
    )


@blueprint.get("/legal-entities/<uuid:legal_entity_id>")
@requires("accounts.legal_entity.view")
def legal_entity(legal_entity_id: UUID) -> str:
    """One legal entity, with where its numbers stand."""
    entity = services.get_legal_entity(legal_entity_id)
    edit = url_for("accounts.edit_legal_entity", legal_entity_id=entity.id)
    ranges = services.number_ranges(entity.id)
    rows = [TableRow([r.series, r.year or "every year", r.last]) for r in ranges]
    columns = [Column("Series", place="s1"), Column("Year", place="s3"), Column("Last number", numeric=True, place="s2")]
    return render_record(
        title=entity.name,
        status=Status("archived" if entity.archived else "active", choices=STATES),
        subtitle=f"{entity.code} · {entity.currency}" + (" · the default for new accounts" if entity.is_default else ""),
        actions=[Action("Edit", edit, "pencil", permission="accounts.legal_entity.edit", primary=True)],
        panels=[
            table_panel("Numbers taken", columns, rows, empty="No number was taken yet."),
            facts_panel("On documents", _printed(entity), place="main"),
            facts_panel("Details", _details(entity)),
        ],
    )


@blueprint.route("/legal-entities/<uuid:legal_entity_id>/edit", methods=["GET", "POST"])
@requires("accounts.legal_entity.edit")
def edit_legal_entity(legal_entity_id: UUID) -> Answer:
    """Changes a legal entity."""
    entity = services.get_legal_entity(legal_entity_id)
    back = url_for("accounts.legal_entity", legal_entity_id=entity.id)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_legal_entity(entity.id, data, version)
        return back

    values = asdict(entity) | {"tax_ids": [t.value for t in entity.tax_ids], "number_formats": services.number_formats(entity.id)}
    return render_form(
        LegalEntityEdit(),
        title=f"Edit {entity.name}",
        noun="legal entity",
        save=save,
        values=LegalEntityEdit().dump(values),
        version=entity.version,
        cancel=back,
        sections=_SECTIONS,
        done="The legal entity was changed.",
    )


def _printed(entity: LegalEntityInfo) -> list[Fact]:
    facts = [
        Fact("Address", one_line(entity.address)),
        *(Fact(services.TAX_TITLES.get(tax_id.kind, "Tax id"), tax_id.value) for tax_id in entity.tax_ids),
        Fact("E-mail", entity.email),
        Fact("Phone", entity.phone),
        Fact("Website", entity.website),
        Fact("Bank", ", ".join(filter(None, asdict(entity.bank).values()))),
        Fact("Foot", entity.legal_text),
    ]
    return [fact for fact in facts if fact.value]


def _details(entity: LegalEntityInfo) -> list[Fact]:
    return [
        Fact("Country", entity.country),
        Fact("Time zone", entity.timezone),
        Fact("Language", entity.locale),
        Fact("Terms", f"net {entity.payment_terms_days}"),
        Fact("Paper", {"a4": "A4", "letter": "US Letter"}.get(entity.paper, entity.paper)),
    ]
