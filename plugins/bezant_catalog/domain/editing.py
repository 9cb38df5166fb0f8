"""A plan version as what may be edited, and edits of its charges."""

from dataclasses import fields, replace

from bezant.sdk.values import Conflict, Problem
from bezant_catalog.contracts import Charge, NewCharge, NewPlanVersion, PlanVersion


def editable(version: PlanVersion) -> NewPlanVersion:
    """The input that would make the same version again: where the next one starts from."""
    shared = {one.name: getattr(version, one.name) for one in fields(NewPlanVersion) if one.name != "charges"}
    return NewPlanVersion(**shared, charges=tuple(map(editable_charge, version.charges)))


def editable_charge(charge: Charge) -> NewCharge:
    """The input that would make the same charge again."""
    shared = {one.name: getattr(charge, one.name) for one in fields(NewCharge) if one.name != "metrics"}
    return NewCharge(**shared, metrics=tuple(metric.code for metric in charge.metrics))


def with_charge(version: NewPlanVersion, charge: NewCharge, replaces: str | None = None) -> NewPlanVersion:
    """A charge added at the end, or put where the one with the code ``replaces`` is. Raises ``Conflict`` for a code in use."""
    if any(one.code == charge.code != replaces for one in version.charges):
        text = f"The plan has a charge {charge.code} already; choose another code."
        raise Conflict(text, code="code_taken", problems=[Problem("code", "code_taken", text)])
    charges = tuple(charge if one.code == replaces else one for one in version.charges)
    return replace(version, charges=charges if charge in charges else (*charges, charge))


def without_charge(version: NewPlanVersion, code: str) -> NewPlanVersion:
    """Without the charge of that code."""
    return replace(version, charges=tuple(one for one in version.charges if one.code != code))
