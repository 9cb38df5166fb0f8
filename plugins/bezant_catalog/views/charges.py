"""Charges of a draft: added, changed, taken out."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bezant.sdk.values import Conflict, Invalid, Problem
from bezant.sdk.web import Answer, Link, Section, Tab, render_form, requires, say
from bezant_catalog import services
from bezant_catalog.contracts import PlanVersion
from bezant_catalog.domain import editable_charge
from bezant_catalog.schemas.forms import PRICE_FORMS, ChargeForm, charge_of, charge_values
from bezant_catalog.views.blueprint import blueprint
from bezant_catalog.views.plans import version_of
from bezant_catalog.views.words import MEANINGS, MODELS


@blueprint.route("/plans/<code>/versions/<int:number>/charges/new", methods=["GET", "POST"])
@requires("catalog.plan.edit")
def new_charge(code: str, number: int) -> Answer:
    """A new charge of a draft; ``?model=`` chooses the price model."""
    version = _draft(code, number)
    return _form(version, "New charge", "flat", {"kind": "recurring"}, None)


@blueprint.route("/plans/<code>/versions/<int:number>/charges/<charge_code>", methods=["GET", "POST"])
@requires("catalog.plan.edit")
def edit_charge(code: str, number: int, charge_code: str) -> Answer:
    """A charge of a draft; ``?model=`` changes its price model."""
    version = _draft(code, number)
    charge = editable_charge(version.charge(charge_code))
    return _form(version, f"Edit {charge.name}", charge.price.kind, charge_values(charge), charge_code)


@blueprint.post("/plans/<code>/versions/<int:number>/charges/<charge_code>/remove")
@requires("catalog.plan.edit")
def remove_charge(code: str, number: int, charge_code: str) -> Response:
    """Takes a charge out of a draft."""
    services.remove_charge(version_of(code, number).id, charge_code)
    say("The charge was taken out.")
    return redirect(url_for("catalog.plan", code=code, version=number), 303)


def _draft(code: str, number: int) -> PlanVersion:
    version = version_of(code, number)
    if version.published:
        raise Conflict(f"Version {number} is published and cannot change; draft the next version.", code="published")
    return version


def _form(version: PlanVersion, title: str, own_model: str, values: dict[str, Any], replaces: str | None) -> Answer:
    model = request.args.get("model", own_model)
    model = model if model in PRICE_FORMS else own_model
    back = url_for("catalog.plan", code=version.plan_code, version=version.number)
    common = tuple(ChargeForm().fields)
    return render_form(
        PRICE_FORMS[model](),
        title=title,
        noun="charge",
        save=_saver(version, model, replaces, back),
        values=values if model == own_model else {name: value for name, value in values.items() if name in common},
        sections=[Section("Charge", common), Section(f"Price, {version.currency}", (), MEANINGS[model])],
        cancel=back,
        template="catalog/charge_form.html",
        tabs=_tabs(model),
        crumbs=(Link(version.name, back, "catalog.plan.view"),),
        done="The charge was saved.",
    )


def _saver(version: PlanVersion, model: str, replaces: str | None, back: str) -> Callable[[dict[str, Any]], str]:
    def save(data: dict[str, Any]) -> str:
        try:
            charge = charge_of(model, data)
            services.save_charge(version.id, charge, replaces=replaces)
        except Invalid as error:
            raise Invalid(problems=[_at_form(problem, version, replaces) for problem in error.problems]) from None
        return back

    return save


def _at_form(problem: Problem, version: PlanVersion, replaces: str | None) -> Problem:
    """A problem of the plan at the field of the form: ``charges.3.price.tiers.0.up_to`` is ``tiers.0.up_to`` there."""
    codes = [charge.code for charge in version.charges]
    own = f"charges.{codes.index(replaces) if replaces in codes else len(codes)}."
    field = problem.field.removeprefix(own).removeprefix("price").lstrip(".")
    return Problem(field, problem.code, problem.message)


def _tabs(model: str) -> Sequence[Tab]:
    return [Tab(name, f"{request.path}?model={kind}", current=kind == model) for kind, name in MODELS.items()]
