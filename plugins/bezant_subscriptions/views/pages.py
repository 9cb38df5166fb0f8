"""Pages: subscriptions, their timelines, changes and previews."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for

from bezant.sdk.services import may
from bezant.sdk.values import SourceRef, calendars
from bezant.sdk.web import (
    Action,
    Fact,
    Link,
    NextStep,
    Status,
    WebBlueprint,
    links_to,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    shown,
)
from bezant_accounts.services import account_id_of, get_account
from bezant_subscriptions import services
from bezant_subscriptions.contracts import SubscriptionInfo
from bezant_subscriptions.schemas import (
    SUBSCRIPTION_LIST,
    SubscriptionBody,
    SubscriptionCancelBody,
    SubscriptionChangeBody,
    SubscriptionMomentBody,
    change,
    find,
)
from bezant_subscriptions.schemas import (
    new_subscription as to_subscribe,
)
from bezant_subscriptions.views.parts import (
    ACCOUNT,
    documents_panel,
    facts_of_timeline_panel,
    preview_panels,
    stretches_panel,
)

VIEW = "subscriptions.subscription.view"
CHANGE = "subscriptions.subscription.change"
CANCEL = "subscriptions.subscription.cancel"

blueprint = WebBlueprint("subscriptions", __name__, url_prefix="/subscriptions")


@blueprint.get("")
@requires(VIEW)
def subscriptions() -> Any:
    """All subscriptions."""
    return render_list(SUBSCRIPTION_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("subscriptions.subscription.create")
def new_subscription() -> Any:
    """Start a subscription."""

    def save(data: dict[str, Any]) -> str:
        started = services.subscribe(to_subscribe(data, account_id_of(data["account_id"])))
        return _address(started.id)

    return render_form(
        SubscriptionBody(),
        title="New subscription",
        noun="subscription",
        submit="Start",
        save=save,
        values={"account_id": request.args.get("account_id", ""), "quantity": "1"},
        cancel=url_for("subscriptions.subscriptions"),
        done="The subscription was started; what is due is billed by the next run.",
    )


@blueprint.get("/<string:subscription_id>")
@requires(VIEW)
def subscription(subscription_id: str) -> Any:
    """One subscription: what holds, its timeline, its documents, what comes next."""
    found = services.timeline(find(subscription_id).id)
    info = found.subscription
    account = get_account(info.account_id)
    owner = SourceRef(ACCOUNT, account.id, account.name)
    documents = services.documents_of_subscription(info.id)
    links = links_to([owner, *(document.ref for document in documents)])
    parked = services.parked_accounts([info.account_id]) if _may_see_runs() else []
    return render_record(
        title=f"{info.plan_code}, {info.external_id}" if info.external_id else info.plan_code,
        status=Status(info.state),
        subtitle=shown(owner, links),
        facts=_facts(info, account.timezone),
        actions=_actions(info),
        next_step=_trouble(parked[0].explanation, parked[0].remedy) if parked else _next(info),
        panels=[
            stretches_panel(found.stretches),
            facts_of_timeline_panel(found.facts),
            documents_panel("Documents", documents, links),
        ],
    )


@blueprint.get("/<string:subscription_id>/next-invoice")
@requires(VIEW)
def next_invoice(subscription_id: str) -> Any:
    """What the next billing date would bring."""
    info = find(subscription_id)
    found = services.preview_billing([info.account_id])
    when = f"on {found.billing_date.isoformat()}" if found else ""
    return render_record(
        title=f"Next invoice {when}".strip(),
        subtitle="A preview: computed now, nothing is stored",
        panels=preview_panels(found),
        crumbs=(Link(info.external_id or info.plan_code, _address(info.id), VIEW),),
    )


@blueprint.route("/<string:subscription_id>/change", methods=["GET", "POST"])
@requires(CHANGE)
def change_subscription(subscription_id: str) -> Any:
    """Change plan, quantity or cycle day."""
    info = find(subscription_id)

    def save(data: dict[str, Any]) -> str:
        change(info.id, data)
        return _address(info.id)

    return _form(info, SubscriptionChangeBody(), "Change the subscription", "Change", save, "The change was noted; the next run bills it.")


@blueprint.route("/<string:subscription_id>/cancel", methods=["GET", "POST"])
@requires(CANCEL)
def cancel_subscription(subscription_id: str) -> Any:
    """Cancel it."""
    info = find(subscription_id)

    def save(data: dict[str, Any]) -> str:
        services.cancel(info.id, **data)
        return _address(info.id)

    return _form(info, SubscriptionCancelBody(), "Cancel the subscription", "Cancel it", save, "The subscription was cancelled.")


@blueprint.route("/<string:subscription_id>/pause", methods=["GET", "POST"])
@requires(CHANGE)
def pause_subscription(subscription_id: str) -> Any:
    """Pause it."""
    info = find(subscription_id)

    def save(data: dict[str, Any]) -> str:
        services.pause(info.id, **data)
        return _address(info.id)

    return _form(
        info,
        SubscriptionMomentBody(),
        "Pause the subscription",
        "Pause",
        save,
        "The subscription is paused.",
    )


@blueprint.route("/<string:subscription_id>/resume", methods=["GET", "POST"])
@requires(CHANGE)
def resume_subscription(subscription_id: str) -> Any:
    """Resume it."""
    info = find(subscription_id)

    def save(data: dict[str, Any]) -> str:
        services.resume(info.id, **data)
        return _address(info.id)

    return _form(info, SubscriptionMomentBody(), "Resume the subscription", "Resume", save, "The subscription goes on.")


@blueprint.post("/<string:subscription_id>/uncancel")
@requires(CANCEL)
def uncancel_subscription(subscription_id: str) -> Any:
    """Take the cancellation back."""
    info = services.uncancel(find(subscription_id).id)
    say("The cancellation was taken back.")
    return redirect(_address(info.id))


def _form(info: SubscriptionInfo, schema: Any, title: str, submit: str, save: Any, done: str) -> Any:
    return render_form(
        schema,
        title=title,
        noun="change",
        submit=submit,
        save=save,
        values={name: field.load_default for name, field in schema.fields.items() if isinstance(field.load_default, str)},
        cancel=_address(info.id),
        done=done,
        crumbs=(Link(info.external_id or info.plan_code, _address(info.id), VIEW),),
    )


def _facts(info: SubscriptionInfo, zone: str) -> list[Fact]:
    ended = info.state == "ended"
    return [
        Fact("Plan", info.plan_code),
        Fact("Quantity", info.quantity),
        Fact("Starts" if info.state == "future" else "Started", info.started_on, _hour(info.started_at, zone)),
        Fact("Ended" if ended else "Ends", info.ends_on or "not planned", _hour(info.ends_at, zone)),
        Fact("Billed through", info.billed_through or "not yet"),
        Fact("Next billing", "with the next run" if ended and info.late_usage_from else info.next_due_on or "never"),
    ]


def _hour(at: datetime | None, zone: str) -> str:
    """The account's time of day, where it is not the day's beginning."""
    if at is None or at == calendars.day_start(calendars.local_day(at, zone), zone):
        return ""
    return f"{at.astimezone(calendars.zone(zone)):%H:%M} {zone}"


def _actions(info: SubscriptionInfo) -> list[Action]:
    def to(name: str) -> str:
        return url_for(f"subscriptions.{name}", subscription_id=str(info.id))

    found = [Action("Next invoice", to("next_invoice"), "eye")]
    if info.ends_at is not None:
        found.append(Action("Take cancellation back", to("uncancel_subscription"), "arrow-back-up", "post", CANCEL))
    if info.state == "ended":
        return found
    if info.state == "paused":
        found.append(Action("Resume", to("resume_subscription"), "player-play", permission=CHANGE))
    else:
        found.append(Action("Pause", to("pause_subscription"), "player-pause", permission=CHANGE))
    if info.ends_at is None:
        found.append(Action("Cancel", to("cancel_subscription"), "x", permission=CANCEL, danger=True))
    return [*found, Action("Change", to("change_subscription"), "pencil", permission=CHANGE, primary=True)]


def _next(info: SubscriptionInfo) -> NextStep | None:
    if info.late_usage_from is not None:
        return NextStep("Usage came in for time that may be billed already.", "The next run looks at it and settles the difference.")
    if info.next_due_on is None:
        return None
    return NextStep(f"The next billing date is {info.next_due_on.isoformat()}.")


def _trouble(explanation: str, remedy: str) -> NextStep:
    return NextStep(explanation, remedy, icon="alert-triangle", tone="bad")


def _may_see_runs() -> bool:
    return may("subscriptions.run.view")


def _address(subscription_id: UUID) -> str:
    return url_for("subscriptions.subscription", subscription_id=str(subscription_id))
