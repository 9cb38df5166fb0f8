"""Pages: tax rates."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from bezant.sdk.web import Action, Fact, Link, WebBlueprint, facts_panel, render_form, render_list, render_record, requires
from bezant_tax_rates import services
from bezant_tax_rates.contracts import NewRate
from bezant_tax_rates.schemas import CATEGORIES, RATE_LIST, TaxRateBody, TaxRateEdit

blueprint = WebBlueprint("tax_rates", __name__, url_prefix="/tax-rates")


@blueprint.get("/")
@requires("tax_rates.rate.view")
def rates() -> ResponseReturnValue:
    """All rates."""
    return render_list(RATE_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("tax_rates.rate.create")
def new_rate() -> ResponseReturnValue:
    """A new rate."""

    def save(data: dict[str, Any]) -> str:
        return url_for("tax_rates.rate", code=services.create_rate(NewRate(**data)).code)

    back = url_for("tax_rates.rates")
    return render_form(TaxRateBody(), title="New tax rate", noun="tax rate", save=save, cancel=back, done="The tax rate was created.")


@blueprint.get("/<code>")
@requires("tax_rates.rate.view")
def rate(code: str) -> str:
    """One rate."""
    found = services.get_rate(code)
    where = [
        Fact("Country", found.country or "everywhere"),
        Fact("Region", found.region or "all"),
        Fact("Category of the line", found.tax_category or "all"),
        Fact("From", found.valid_from),
        Fact("Ends before", found.valid_to),
    ]
    how = [
        Fact("Tax", found.tax),
        Fact("Contained in prices", found.inclusive),
        Fact("Reverse charge within the EU", found.reverse_charge),
        Fact("Category (EN 16931)", CATEGORIES[found.category]),
        Fact("Reason printed", found.reason),
    ]
    return render_record(
        title=found.label,
        subtitle=found.code,
        facts=[Fact("Rate", found.percent, "%")],
        actions=[Action("Edit", url_for("tax_rates.edit_rate", code=code), "pencil", permission="tax_rates.rate.edit", primary=True)],
        panels=[facts_panel("Where and when", where, place="main"), facts_panel("How", how, place="main")],
    )


@blueprint.route("/<code>/edit", methods=["GET", "POST"])
@requires("tax_rates.rate.edit")
def edit_rate(code: str) -> ResponseReturnValue:
    """Rewords or ends a rate."""
    found = services.get_rate(code)
    back = url_for("tax_rates.rate", code=code)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_rate(found.id, **data, expected_version=version)
        return back

    return render_form(
        TaxRateEdit(),
        title=f"Edit {found.label}",
        noun="tax rate",
        intro="What a rate takes does not change: end it, and create another from that day.",
        save=save,
        values=TaxRateEdit().dump(found),
        version=found.version,
        cancel=back,
        done="The tax rate was changed.",
        crumbs=(Link(found.label, back, "tax_rates.rate.view"),),
    )
