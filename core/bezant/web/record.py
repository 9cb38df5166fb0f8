"""The record page: the facts that matter, the next step, the parts that plugins add."""

from collections.abc import Sequence
from typing import Any

from flask import render_template

from bezant.auth.context import may
from bezant.contributions import Panel
from bezant.records import Link
from bezant.web.parts import Action, Fact, NextStep, Status, Tab


def render_record(
    *,
    title: str,
    status: Status | None = None,
    subtitle: object = "",
    avatar: str = "",
    tags: Sequence[str] = (),
    facts: Sequence[Fact] = (),
    actions: Sequence[Action] = (),
    next_step: NextStep | None = None,
    tabs: Sequence[Tab] = (),
    panels: Sequence[Panel] = (),
    crumbs: Sequence[Link] = (),
    template: str = "bezant/record.html",
    **context: Any,
) -> str:
    """A record's page.

    ``panels`` (your own, and those of :func:`bezant.sdk.hooks.each`) fill the main column and the aside, sorted by ``order``; each is
    shown to whoever has its permission and left out when it fails. ``template`` may extend ``bezant/record.html`` and fill its
    block ``main_top``. ``crumbs`` stand between the navigation's own and the title.
    """
    ordered = sorted(panels, key=lambda panel: panel.order)
    return render_template(
        template,
        title=title,
        status=status,
        subtitle=subtitle,
        avatar=avatar,
        tags=tags,
        facts=facts,
        actions=allowed(actions),
        next_step=next_step,
        tabs=tabs,
        main=[p for p in ordered if p.place in ("main", "tab")],
        aside=[p for p in ordered if p.place == "aside"],
        crumbs=crumbs,
        **context,
    )


def allowed(actions: Sequence[Action]) -> list[Action]:
    """The actions that the reader may take; the primary one comes last."""
    return sorted((a for a in actions if not a.permission or may(a.permission)), key=lambda action: action.primary)
