"""Metrics: list, record, forms."""

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from bezant.sdk.web import Action, Answer, Fact, Link, Status, facts_panel, render_form, render_list, render_record, requires, say
from bezant_catalog import services
from bezant_catalog.contracts import Metric, MetricInfo
from bezant_catalog.schemas import METRIC_LIST, MetricBody, metric_resource, new_metric
from bezant_catalog.schemas.lists import STATES
from bezant_catalog.views.blueprint import blueprint


@blueprint.get("/metrics")
@requires("catalog.metric.view")
def metrics() -> Answer:
    """All metrics."""
    return render_list(METRIC_LIST)


@blueprint.route("/metrics/new", methods=["GET", "POST"])
@requires("catalog.metric.create")
def new_metric_form() -> Answer:
    """A new metric."""

    def save(data: dict[str, Any]) -> str:
        return url_for("catalog.metric", code=services.create_metric(new_metric(data)).code)

    back = url_for("catalog.metrics")
    return render_form(MetricBody(), title="New metric", noun="metric", save=save, cancel=back, done="The metric was created.")


@blueprint.get("/metrics/<code>")
@requires("catalog.metric.view")
def metric(code: str) -> str:
    """One metric."""
    info = services.get_metric(code)
    found = info.metric
    return render_record(
        title=found.name,
        subtitle=found.code,
        status=Status("archived" if info.archived else "active", choices=STATES),
        facts=[
            Fact("Measures", _measures(found)),
            Fact("Of events", found.event_type),
            Fact("Carries over", found.recurring),
            Fact("Used by a published plan", info.used),
        ],
        actions=_actions(info),
        panels=[
            facts_panel("Which events", _which(found), place="main"),
            facts_panel("How", _how(found), place="main"),
        ],
    )


@blueprint.route("/metrics/<code>/edit", methods=["GET", "POST"])
@requires("catalog.metric.edit")
def edit_metric(code: str) -> Answer:
    """Changes a metric; once used only its name and unit."""
    info = services.get_metric(code)
    back = url_for("catalog.metric", code=code)

    def save(data: dict[str, Any], version: int) -> str:
        return url_for("catalog.metric", code=services.edit_metric(info.metric.id, new_metric(data), expected_version=version).code)

    return render_form(
        MetricBody(),
        title=f"Edit {info.metric.name}",
        noun="metric",
        intro="Published plans measure by it: only its name and unit may change." if info.used else "",
        save=save,
        values=MetricBody().dump(metric_resource(info)),
        version=info.version,
        cancel=back,
        done="The metric was changed.",
        crumbs=(Link(info.metric.name, back, "catalog.metric.view"),),
    )


@blueprint.post("/metrics/<code>/archive")
@requires("catalog.metric.archive")
def archive_metric(code: str) -> Response:
    """Takes a metric out of choices."""
    services.archive_metric(services.get_metric(code).metric.id)
    say("The metric can no longer be chosen; plans that use it go on measuring.")
    return redirect(url_for("catalog.metric", code=code), 303)


@blueprint.post("/metrics/<code>/restore")
@requires("catalog.metric.archive")
def restore_metric(code: str) -> Response:
    """Brings a metric back."""
    services.restore_metric(services.get_metric(code).metric.id)
    say("The metric can be chosen again.")
    return redirect(url_for("catalog.metric", code=code), 303)


def _measures(metric: Metric) -> str:
    words = metric.aggregation.replace("_", " ")
    return f"{words} of {metric.field}" if metric.field else words


def _which(metric: Metric) -> list[Fact]:
    every = [Fact("Type", metric.event_type)]
    return every + [Fact(one.property, _condition(one.operator, one.values)) for one in metric.filters]


def _condition(operator: str, values: tuple[str, ...]) -> str:
    return f"{operator.replace('_', ' ')} {', '.join(values)}".strip()


def _how(metric: Metric) -> list[Fact]:
    rounding = metric.rounding
    return [
        Fact("Split by", ", ".join(metric.group_by) or "nothing"),
        Fact("Rounding", "none" if rounding.mode == "none" else f"{rounding.mode}, {rounding.decimals} decimals"),
        Fact("Computed as", metric.expression or "–"),
        Fact("Unit", metric.unit or "–"),
    ]


def _actions(info: MetricInfo) -> list[Action]:
    code = info.metric.code
    verb = "Restore" if info.archived else "Archive"
    flip = Action(verb, url_for(f"catalog.{verb.lower()}_metric", code=code), "archive", "post", "catalog.metric.archive")
    return [flip, Action("Edit", url_for("catalog.edit_metric", code=code), "pencil", permission="catalog.metric.edit", primary=True)]
