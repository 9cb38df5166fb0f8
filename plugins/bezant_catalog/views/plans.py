"""Plans: list, record, drafts, publishing."""

from dataclasses import dataclass, replace
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bezant.sdk.custom import tags_of
from bezant.sdk.values import Money, NotFound
from bezant.sdk.web import (
    Action,
    Answer,
    Column,
    Fact,
    Link,
    NextStep,
    Panel,
    Status,
    TableRow,
    facts_panel,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    table_panel,
)
from bezant_catalog import services
from bezant_catalog.contracts import Charge, Commitment, NewPlan, NewPlanVersion, PlanInfo, PlanVersion
from bezant_catalog.domain import editable
from bezant_catalog.schemas import PLAN_LIST
from bezant_catalog.schemas.forms import EVERY, POLICIES, TIMINGS, PlanForm, VersionForm
from bezant_catalog.schemas.lists import STATES
from bezant_catalog.views.blueprint import blueprint
from bezant_catalog.views.words import PriceTable, measured_by, price_table, words


@dataclass(frozen=True, slots=True)
class ChargeView:
    """A charge as the record page draws it."""

    charge: Charge
    measured: str
    price: str
    when: str
    table: PriceTable
    filters: tuple[tuple[str, str, PriceTable], ...]


@blueprint.get("/plans")
@requires("catalog.plan.view")
def plans() -> Answer:
    """All plans."""
    return render_list(PLAN_LIST)


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires("catalog.plan.create")
def new_plan() -> Answer:
    """A new plan: its head; charges follow."""

    def save(data: dict[str, Any]) -> str:
        minimum = data.pop("minimum")
        commitment = Commitment(minimum) if minimum is not None else None
        first = NewPlanVersion(data["currency"], (), data["interval_unit"], commitment=commitment)
        version = services.create_plan(NewPlan(data["code"], data["name"], first), publish=False)
        return url_for("catalog.plan", code=version.plan_code)

    done = "The plan is a draft. Add its charges, then publish it."
    return render_form(
        PlanForm(), title="New plan", noun="plan", save=save, cancel=url_for("catalog.plans"), submit="Create draft", done=done
    )


@blueprint.get("/plans/<code>")
@requires("catalog.plan.view")
def plan(code: str) -> str:
    """One plan, in one of its versions."""
    info = services.get_plan(code)
    versions = services.plan_versions(info.id)
    version = pick_version(versions, request.args.get("version", ""))
    return render_record(
        title=info.name,
        subtitle=info.code,
        tags=tags_of([info.id]).get(info.id, ()),
        status=_status(info, version),
        facts=_facts(version),
        actions=_actions(info, version, has_draft=not versions[0].published),
        next_step=_next_step(version),
        panels=[_charges_panel(version), _versions_panel(info, versions), facts_panel("Details", _details(info, version))],
    )


@blueprint.post("/plans/<code>/draft")
@requires("catalog.plan.edit")
def draft(code: str) -> Response:
    """The next version, as a copy of the newest one."""
    info = services.get_plan(code)
    made = services.draft_plan_version(info.id, editable(services.plan_versions(info.id)[0]))
    say(f"Version {made.number} is a draft. Change it, then publish it.")
    return redirect(url_for("catalog.plan", code=code, version=made.number), 303)


@blueprint.route("/plans/<code>/versions/<int:number>/publish", methods=["GET", "POST"])
@requires("catalog.plan.publish")
def publish(code: str, number: int) -> Answer:
    """Publishes a draft from a day on."""
    version = version_of(code, number)
    back = url_for("catalog.plan", code=code, version=number)

    def save(data: dict[str, Any]) -> str:
        services.replace_draft(version.id, replace(editable(version), **data))
        services.publish_plan_version(version.id)
        return back

    return render_form(
        VersionForm(),
        title=f"Publish {version.name}, version {number}",
        noun="version",
        submit="Publish",
        intro="A published version never changes. Versions before it stay as they are.",
        save=save,
        values=VersionForm().dump(version),
        cancel=back,
        done=f"Version {number} is published.",
        crumbs=(Link(version.name, back, "catalog.plan.view"),),
    )


@blueprint.post("/plans/<code>/archive")
@requires("catalog.plan.archive")
def archive_plan(code: str) -> Response:
    """Stops the sale of a plan."""
    services.archive_plan(services.get_plan(code).id)
    say("The plan is no longer sold; its subscriptions go on.")
    return redirect(url_for("catalog.plan", code=code), 303)


@blueprint.post("/plans/<code>/restore")
@requires("catalog.plan.archive")
def restore_plan(code: str) -> Response:
    """Brings a plan back."""
    services.restore_plan(services.get_plan(code).id)
    say("The plan is sold again.")
    return redirect(url_for("catalog.plan", code=code), 303)


def version_of(code: str, number: int) -> PlanVersion:
    """One version of a plan. Raises ``NotFound``."""
    return pick_version(services.plan_versions(services.get_plan(code).id), str(number))


def pick_version(versions: tuple[PlanVersion, ...], number: str) -> PlanVersion:
    """The version of that number; without one the newest published, else the draft."""
    if number:
        found = next((one for one in versions if str(one.number) == number), None)
        if found is None:
            raise NotFound(f"The plan has no version {number}.")
        return found
    return next((one for one in versions if one.published), versions[0])


def _status(info: PlanInfo, version: PlanVersion) -> Status:
    if info.archived:
        return Status("archived", choices=STATES)
    label = f"Version {version.number}" if version.published else f"Draft, version {version.number}"
    return Status("active" if version.published else "draft", label, STATES)


def _facts(version: PlanVersion) -> list[Fact]:
    every = EVERY[version.interval_unit] if version.interval_count == 1 else f"Every {version.interval_count} {version.interval_unit}s"
    facts = [Fact("Billed", every), Fact("Currency", ", ".join((version.currency, *version.other_currencies)))]
    if version.commitment:
        facts.append(Fact("Minimum commitment", Money(version.commitment.minimum_minor, version.currency)))
    return [*facts, Fact("Effective from", version.effective or "always")]


def _details(info: PlanInfo, version: PlanVersion) -> list[Fact]:
    phases = [f"{one.code}: {one.count} {one.unit}" if one.count else one.code for one in version.phases]
    return [
        Fact("Product", info.product_code or "–"),
        Fact("Phases", ", ".join(phases) or "one, without end"),
        Fact("Existing subscriptions", POLICIES[version.existing_policy]),
        Fact("They move from", version.existing_from),
    ]


def _actions(info: PlanInfo, version: PlanVersion, *, has_draft: bool) -> list[Action]:
    quote = Action(
        "Price quote",
        url_for("catalog.quote", plan=info.code, version=version.number),
        "calculator",
        permission="catalog.price_quote.create",
    )
    verb = "Restore" if info.archived else "Archive"
    flip = Action(verb, url_for(f"catalog.{verb.lower()}_plan", code=info.code), "archive", "post", "catalog.plan.archive")
    if not version.published:
        publish_it = url_for("catalog.publish", code=info.code, number=version.number)
        return [quote, Action(f"Publish version {version.number}", publish_it, "check", permission="catalog.plan.publish", primary=True)]
    if has_draft:
        return [quote, flip]
    return [
        quote,
        flip,
        Action("Draft next version", url_for("catalog.draft", code=info.code), "pencil", "post", "catalog.plan.edit", primary=True),
    ]


def _next_step(version: PlanVersion) -> NextStep | None:
    if version.published or version.charges:
        return None
    url = url_for("catalog.new_charge", code=version.plan_code, number=version.number)
    action = Action("Add a charge", url, "plus", permission="catalog.plan.edit")
    return NextStep("Add a charge.", "A plan needs at least one before it can be published.", action, icon="plus")


def _charges_panel(version: PlanVersion) -> Panel:
    views = [_charge_view(charge, version.currency) for charge in version.charges]
    return Panel("Charges", "catalog/charges.html", {"charges": views, "version": version}, order=10)


def _charge_view(charge: Charge, currency: str) -> ChargeView:
    filters = tuple((one.name, words(one.price), price_table(one.price, currency)) for one in charge.filters)
    when = "once" if charge.kind == "one_time" else TIMINGS[charge.timing].lower()
    return ChargeView(charge, measured_by(charge), words(charge.price), when, price_table(charge.price, currency), filters)


def _versions_panel(info: PlanInfo, versions: tuple[PlanVersion, ...]) -> Panel:
    columns = (
        Column("Version", place="s1"),
        Column("State", place="s4"),
        Column("Charges", numeric=True, place="s2"),
        Column("Effective", place="s3"),
    )
    rows = [
        TableRow(
            (
                Link(f"Version {one.number}", url_for("catalog.plan", code=info.code, version=one.number), "catalog.plan.view"),
                Status("active" if one.published else "draft", "Published" if one.published else "Draft", STATES),
                len(one.charges),
                one.effective or "always",
            )
        )
        for one in versions
    ]
    return table_panel("Versions", columns, rows, order=20)
