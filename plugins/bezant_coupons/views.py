"""Pages: coupons and what accounts redeemed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from bezant.sdk.custom import tags_of
from bezant.sdk.lists import fetch, narrowed, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, Money, SourceRef, parse_plain
from bezant.sdk.web import (
    Action,
    Column,
    Fact,
    Panel,
    SearchHit,
    Status,
    TableRow,
    WebBlueprint,
    facts_panel,
    links_to,
    list_panel,
    render_form,
    render_list,
    render_record,
    requires,
    say,
    shown,
    table_panel,
)
from bezant_accounts.services import account_id_of
from bezant_coupons import services
from bezant_coupons.contracts import REDEMPTION, Coupon, NewRedemption, Redemption
from bezant_coupons.models import RedemptionRow
from bezant_coupons.schemas import (
    COUPON_LIST,
    DURATIONS,
    REDEMPTION_LIST,
    STATES,
    CouponBody,
    CouponEdit,
    RedemptionBody,
    coupon_resource,
    new_coupon,
)

blueprint = WebBlueprint("coupons", __name__, url_prefix="/coupons")


@blueprint.get("/")
@requires("coupons.coupon.view")
def coupons() -> ResponseReturnValue:
    """All coupons."""
    return render_list(COUPON_LIST)


@blueprint.route("/new", methods=["GET", "POST"])
@requires("coupons.coupon.create")
def new_coupon_form() -> ResponseReturnValue:
    """A new coupon."""

    def save(data: dict[str, Any]) -> str:
        return url_for("coupons.coupon", code=services.create_coupon(new_coupon(data)).code)

    back = url_for("coupons.coupons")
    return render_form(CouponBody(), title="New coupon", noun="coupon", save=save, cancel=back, done="The coupon was created.")


@blueprint.get("/<code>")
@requires("coupons.coupon.view")
def coupon(code: str) -> str:
    """One coupon and who redeemed it."""
    found = services.get_coupon(code)
    redeemed = RedemptionRow.__table__.c.coupon_id == found.id
    return render_record(
        title=found.name,
        subtitle=found.code,
        tags=tags_of([found.id]).get(found.id, ()),
        status=Status("ended", "Archived", STATES) if found.archived else Status("active", choices=STATES),
        facts=[Fact("Takes off", gives(found)), Fact("Holds", holds(found)), Fact("Redeem by", found.redeem_by)],
        actions=_actions(found),
        panels=[
            list_panel("Redeemed by", narrowed(REDEMPTION_LIST, redeemed), link=Link("All", url_for("coupons.redemptions"), "")),
            facts_panel("Limits", _limits(found)),
        ],
    )


@blueprint.route("/<code>/edit", methods=["GET", "POST"])
@requires("coupons.coupon.edit")
def edit_coupon(code: str) -> ResponseReturnValue:
    """Renames a coupon or limits it."""
    found = services.get_coupon(code)
    back = url_for("coupons.coupon", code=code)

    def save(data: dict[str, Any], version: int) -> str:
        services.edit_coupon(found.id, **data, expected_version=version)
        return back

    return render_form(
        CouponEdit(),
        title=f"Edit {found.name}",
        noun="coupon",
        intro="What a coupon takes off does not change: archive it, and create another.",
        save=save,
        values=CouponEdit().dump(coupon_resource(found)),
        version=found.version,
        cancel=back,
        done="The coupon was changed.",
        crumbs=(Link(found.name, back, "coupons.coupon.view"),),
    )


@blueprint.post("/<code>/archive")
@requires("coupons.coupon.archive")
def archive_coupon(code: str) -> Response:
    """Ends the redeeming of a coupon."""
    services.archive_coupon(services.get_coupon(code).id)
    say("The coupon can no longer be redeemed.")
    return redirect(url_for("coupons.coupon", code=code), 303)


@blueprint.post("/<code>/restore")
@requires("coupons.coupon.archive")
def restore_coupon(code: str) -> Response:
    """Lets a coupon be redeemed again."""
    services.restore_coupon(services.get_coupon(code).id)
    say("The coupon can be redeemed again.")
    return redirect(url_for("coupons.coupon", code=code), 303)


@blueprint.get("/redemptions")
@requires("coupons.coupon.view")
def redemptions() -> ResponseReturnValue:
    """All redeemed coupons."""
    return render_list(REDEMPTION_LIST)


@blueprint.route("/redeem", methods=["GET", "POST"])
@requires("coupons.redemption.create")
def redeem() -> ResponseReturnValue:
    """Redeems a coupon for an account."""

    def save(data: dict[str, Any]) -> str:
        amount = data.pop("amount")
        currency = services.get_coupon(data["coupon"]).currency or ""
        data["account_id"] = account_id_of(data["account_id"])
        new = NewRedemption(**data, amount_minor=parse_plain(amount, currency) if amount else None)
        return url_for("coupons.redemption", redemption_id=services.redeem(new).id)

    back = url_for("coupons.coupons")
    return render_form(RedemptionBody(), title="Redeem a coupon", noun="coupon", save=save, cancel=back, done="The coupon was redeemed.")


@blueprint.get("/redemptions/<uuid:redemption_id>")
@requires("coupons.coupon.view")
def redemption(redemption_id: UUID) -> str:
    """One redemption and what is left of it."""
    found = services.get_redemption(redemption_id)
    account = SourceRef("accounts.account", found.account_id, "account")
    end = Action(
        "End",
        url_for("coupons.end_redemption", redemption_id=found.id),
        "ban",
        "post",
        "coupons.redemption.end",
        danger=True,
        confirm="End this coupon for the account? Invoices from today on are no longer lowered by it.",
    )
    return render_record(
        title=found.coupon.name,
        subtitle=found.coupon.code,
        status=Status(found.state, choices=STATES),
        facts=[
            Fact("Account", shown(account, links_to([account]))),
            Fact("Takes off", gives(found)),
            Fact("Invoices lowered", found.used_invoices),
            Fact("Left", left(found)),
            Fact("From", found.from_on),
            Fact("Ended", found.ended_on),
        ],
        actions=[] if found.ended_on else [end],
        crumbs=(Link(found.coupon.name, url_for("coupons.coupon", code=found.coupon.code), "coupons.coupon.view"),),
    )


@blueprint.post("/redemptions/<uuid:redemption_id>/end")
@requires("coupons.redemption.end")
def end_redemption(redemption_id: UUID) -> Response:
    """Ends a redemption today."""
    services.end_redemption(redemption_id)
    say("The coupon no longer lowers invoices of this account.")
    return redirect(url_for("coupons.redemption", redemption_id=redemption_id), 303)


def account_panel(account_id: UUID) -> Sequence[Panel]:
    """What an account redeemed, for its page; nothing where it redeemed nothing."""
    found = services.redemptions_of([account_id])
    if not found:
        return ()
    columns = (
        Column("Coupon", place="s1"),
        Column("Takes off", numeric=True, place="s2"),
        Column("Left", place="s3"),
        Column("State", place="s4"),
    )
    return (table_panel("Coupons", columns, [_row(one) for one in found], permission="coupons.coupon.view", order=300),)


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Links of redeemed coupons, named by their codes; asks the database nothing."""
    return {
        ref: Link(ref.number, url_for("coupons.redemption", redemption_id=ref.id), "coupons.coupon.view")
        for ref in refs
        if ref.type == REDEMPTION
    }


def search(text: str, limit: int) -> list[SearchHit]:
    """Coupons whose code or name begins with the text."""
    if not may(COUPON_LIST.permission):
        return []
    rows = fetch(COUPON_LIST, parse(COUPON_LIST, [("q", text), ("limit", str(limit))])).rows
    return [SearchHit("Coupons", row["name"], row["code"], url_for("coupons.coupon", code=row["code"]), "discount") for row in rows]


def gives(terms: Coupon | Redemption) -> object:
    """What a coupon takes off, for people."""
    currency = terms.currency if isinstance(terms, Coupon) else terms.coupon.currency
    if terms.amount_minor is not None and currency:
        return Money(terms.amount_minor, currency)
    return f"{(terms.percent or Decimal(0)).normalize():f} %"


def holds(coupon: Coupon) -> str:
    """How long a coupon holds, for people."""
    return f"for {coupon.invoices} invoices" if coupon.duration == "invoices" else DURATIONS[coupon.duration].lower()


def left(redemption: Redemption) -> object:
    """What is left of a redemption, for people."""
    if redemption.amount_left_minor is not None and redemption.coupon.currency:
        return Money(redemption.amount_left_minor, redemption.coupon.currency)
    return "no end" if redemption.invoices_left is None else f"{redemption.invoices_left} invoices"


def _row(redemption: Redemption) -> TableRow:
    link = Link(redemption.coupon.name, url_for("coupons.redemption", redemption_id=redemption.id), "coupons.coupon.view")
    return TableRow((link, gives(redemption), left(redemption), Status(redemption.state, choices=STATES)))


def _limits(coupon: Coupon) -> list[Fact]:
    return [
        Fact("Plans", ", ".join(coupon.limits.plans) or "all"),
        Fact("Charges", ", ".join(coupon.limits.charges) or "all"),
        Fact("Metrics", ", ".join(coupon.limits.metrics) or "all"),
        Fact("Most redemptions", coupon.max_redemptions),
        Fact("An account may redeem it again", coupon.reusable),
        Fact("No other coupon beside it", coupon.exclusive),
        Fact("Stacking order", coupon.order),
    ]


def _actions(coupon: Coupon) -> list[Action]:
    edit = Action("Edit", url_for("coupons.edit_coupon", code=coupon.code), "pencil", permission="coupons.coupon.edit")
    verb = "Restore" if coupon.archived else "Archive"
    flip = Action(verb, url_for(f"coupons.{verb.lower()}_coupon", code=coupon.code), "archive", "post", "coupons.coupon.archive")
    redeem_it = url_for("coupons.redeem", coupon=coupon.code)
    give = Action("Redeem for an account", redeem_it, "ticket", permission="coupons.redemption.create", primary=True)
    return [edit, flip] if coupon.archived else [edit, flip, give]
