"""The form page: draws a schema, and on POST loads it, saves it, and says at each field what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from bezant.api.problems import problems_of
from bezant.cards import CODE as CARD_NUMBER
from bezant.cards import mask_card_numbers
from bezant.errors import BillingError, Conflict, Invalid, Problem, Stale
from bezant.web.answers import Answer
from bezant.web.forms.data import Typed, compacted, data_of, line_numbers, typed_of, typed_values
from bezant.web.forms.fields import BLANK_ROWS, FormField, Plan, Section, fields_of
from bezant.web.parts import Action

VERSION, ADD, ANOTHER = "_version", "_add", "_another"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed meanwhile."""

    label: str
    theirs: str
    mine: str


class FormView:
    """A form as the template draws it."""

    def __init__(
        self, plan: Plan, sections: Sequence[Section], typed: Typed, problems: Sequence[Problem] = (), version: int | None = None
    ) -> None:
        self.plan = plan
        self.typed = typed
        self.version = version
        self.problems = tuple(problems)
        self.sections = tuple(sections) or (Section("", tuple(plan.fields)),)
        self.differences: tuple[Difference, ...] = ()
        self.stale = False

    def fields(self, section: Section) -> list[FormField]:
        """The fields of a section; the last section takes those that none names."""
        names = list(section.names)
        if section is self.sections[-1]:
            named = {f.name for s in self.sections for n in s.names for f in self.plan.within(n)}
            names += [n for n in self.plan.fields if n not in named]
        return [found for name in names for found in self.plan.within(name)]

    def text(self, name: str) -> str:
        """What stands in an input."""
        return self.typed.get(name, "")

    def errors(self, name: str) -> list[str]:
        """What is wrong at a field."""
        return [p.message for p in self.problems if p.field == name or (p.field.startswith(name + ".") and self.is_list(name))]

    def is_list(self, name: str) -> bool:
        """Whether problems of the parts of a field are said at the field."""
        return name in self.plan.fields and self.plan.fields[name].widget in ("list", "checkboxes", "json")

    @property
    def general(self) -> list[Problem]:
        """Problems that belong to no field of the form."""
        return [p for p in self.problems if not self.label(p.field)]

    def summary(self) -> dict[str, str]:
        """Id of an input → its label, for the fields that need a change."""
        return {"f-" + p.field.replace(".", "-"): self.label(p.field) for p in self.problems if self.label(p.field)}

    def label(self, path: str) -> str:
        """The label of the field at a path, empty where there is none; lines count from 1."""
        for found in self.plan.fields.values():
            if found.name == path:
                return found.label
            if path.startswith(found.name + "."):
                number, _, column = path.removeprefix(found.name + ".").partition(".")
                inner = next((c.label for c in found.columns if c.name == column), "")
                return f"{found.label} {int(number) + 1 if number.isdigit() else ''} {inner}".strip()
        return ""

    def lines(self, found: FormField) -> list[int]:
        """The numbers of the lines to draw: those typed and some blank ones."""
        numbers = line_numbers(found, self.typed)
        start = numbers[-1] + 1 if numbers else 0
        more = BLANK_ROWS + (2 if self.typed.get(ADD) == found.name else 0)
        return numbers + list(range(start, start + (more if numbers else max(more, 3))))


def render_form(
    schema: ma.Schema,
    *,
    title: str,
    save: Callable[..., str | Response],
    values: Mapping[str, Any] | None = None,
    noun: str = "",
    submit: str = "Save",
    cancel: str = "",
    sections: Sequence[Section] = (),
    version: int | None = None,
    another: bool = False,
    done: str = "",
    intro: str = "",
    actions: Sequence[Action] = (),
    template: str = "bezant/form.html",
    **context: Any,
) -> Answer:
    """The whole life of a form in one call, for a view that takes GET and POST.

    GET draws it with ``values`` (as ``schema.dump`` gives them). POST loads what was typed and calls ``save(data)``, which returns the
    address to go to (``done`` is said there) or a response; ``Invalid`` and ``Conflict`` from it stand at their fields, with
    everything typed kept. With ``version`` (of the record as it is now) an older form is met with both values, and ``save(data,
    version=…)`` gets the version that the form was opened with. ``noun`` names the thing: "The account was not saved".
    """
    words = {"title": title, "noun": noun or "form", "submit": submit, "cancel": cancel, "another": another, "intro": intro}
    form = _Form(schema, fields_of(schema), sections, values or {}, version, template, {**words, "actions": actions, **context})
    if request.method != "POST":
        return form.opened()
    return form.sent(save, done=done, another=another)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of a record as it is now, and how it is drawn."""

    schema: ma.Schema
    plan: Plan
    sections: Sequence[Section]
    values: Mapping[str, Any]
    version: int | None
    template: str
    context: Mapping[str, Any]

    def opened(self) -> Answer:
        """The form as it is first seen; a new one takes what the address says."""
        start = self.values if self.version is not None else {**dict(request.args.items()), **self.values}
        return self._draw(self._view(typed_values(self.plan, start)))

    def sent(self, save: Callable[..., str | Response], *, done: str, another: bool) -> Answer:
        """What becomes of a form that was sent: saved and left behind, or drawn again with what is wrong."""
        typed = compacted(self.plan, typed_of(request.form))
        if ADD in typed:
            return self._draw(self._view(typed))
        if self.version is not None and typed.get(VERSION, "") != str(self.version):
            return self._draw(self._stale(typed))
        try:
            target = self._save(save, typed)
        except ma.ValidationError as error:
            return self._draw(self._view(typed, list(problems_of(error.messages))), 422)
        except Stale:
            return self._draw(self._stale(typed))
        except (Invalid, Conflict) as error:
            return self._draw(self._view(typed, error.problems or _whole(error)), error.status)
        if done:
            flash(done, "ok")
        if not isinstance(target, str):
            return target
        return redirect(request.url if another and ANOTHER in typed else target, 303)

    def _save(self, save: Callable[..., str | Response], typed: Typed) -> str | Response:
        data = self.schema.load(data_of(self.plan, typed))
        return save(data) if self.version is None else save(data, version=self.version)

    def _view(self, typed: Typed, problems: Sequence[Problem] = ()) -> FormView:
        """The form with what was typed, but for card numbers: those are not shown again either."""
        if any(problem.code == CARD_NUMBER for problem in problems):
            typed = {name: mask_card_numbers(text) for name, text in typed.items()}
        return FormView(self.plan, self.sections, typed, problems, self.version)

    def _stale(self, typed: Typed) -> FormView:
        """The form as typed, with the values that somebody else wrote; sent again it carries the new version and wins."""
        form = self._view(typed)
        theirs = typed_values(self.plan, self.values)
        form.stale = True
        form.differences = tuple(
            Difference(f.label, theirs.get(f.name, ""), typed.get(f.name, ""))
            for f in self.plan.fields.values()
            if f.widget not in ("lines", "password") and theirs.get(f.name, "") != typed.get(f.name, "")
        )
        return form

    def _draw(self, form: FormView, status: int = 200) -> Answer:
        page = render_template(self.template, form=form, **self.context)
        code = 409 if form.stale else status
        return page if code == 200 else (page, code)


def _whole(error: BillingError) -> list[Problem]:
    return [Problem("", error.code, error.message)]
