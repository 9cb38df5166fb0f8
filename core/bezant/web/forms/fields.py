"""What a schema looks like as a form.

``metadata`` of a field words it: ``label``, ``hint`` (else ``description``), ``widget`` (textarea, password, hidden, radio, mono),
``choices`` (pairs of value and label, or a function that returns them), ``placeholder``, ``optional`` (the words beside the
label), ``suffix``, ``full`` (both columns), ``autocomplete``, ``form=False`` (not on the form).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma

from bezant.api import fields as api

Choices = Sequence[tuple[str, str]]

WIDGETS: Sequence[tuple[type[ma.fields.Field[Any]], str]] = (
    (ma.fields.Boolean, "checkbox"),
    (ma.fields.Integer, "integer"),
    (api.MoneyString, "decimal"),
    (api.DecimalString, "decimal"),
    (api.Day, "date"),
    (ma.fields.Date, "date"),
    (api.Instant, "datetime"),
    (ma.fields.Email, "email"),
    (ma.fields.Url, "url"),
    (ma.fields.Dict, "json"),
    (api.ExternalId, "mono"),
    (api.CurrencyCode, "code"),
)
"""Kind of field → widget, the first that fits; ``text`` otherwise."""

BLANK_ROWS = 1
"""Empty lines at the end of a table of lines."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields below a heading."""

    title: str
    names: Sequence[str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field to draw. ``name`` is its dotted path; ``columns`` are the fields of each line where it is a table of lines."""

    name: str
    label: str
    widget: str
    required: bool = False
    nullable: bool = False
    blank: bool = False
    hint: str = ""
    choices: Choices = ()
    optional: str = ""
    placeholder: str = ""
    suffix: str = ""
    autocomplete: str = ""
    longest: int | None = None
    full: bool = False
    default: str = ""
    columns: tuple["FormField", ...] = ()
    in_columns: bool = False

    @property
    def id(self) -> str:
        """The id of its input."""
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of a schema by name, in order; fields of nested schemas have dotted names."""

    fields: Mapping[str, FormField] = field(default_factory=dict)

    def within(self, name: str) -> Iterator[FormField]:
        """The field of that name, or those nested below it."""
        for own, found in self.fields.items():
            if own == name or own.startswith(name + "."):
                yield found


def fields_of(schema: ma.Schema) -> Plan:
    """Every field that the schema loads, as a form field."""
    return Plan({found.name: found for name, own in schema.load_fields.items() for found in _of(own, own.data_key or name)})


def _of(own: ma.fields.Field[Any], name: str) -> Iterator[FormField]:
    if own.metadata.get("form") is False:
        return
    nested, many = _nested(own)
    if nested is None:
        yield _field(own, name)
    elif many:
        columns = tuple(f for n, inner in nested.load_fields.items() for f in _of(inner, inner.data_key or n))
        yield FormField(name, _label(own, name), "lines", required=own.required, hint=_hint(own), full=True, columns=columns)
    else:
        for inner_name, inner in nested.load_fields.items():
            yield from _of(inner, f"{name}.{inner.data_key or inner_name}")


def _nested(own: ma.fields.Field[Any]) -> tuple[ma.Schema | None, bool]:
    """The schema inside a field, and whether there are many of them."""
    if isinstance(own, ma.fields.Nested):
        return own.schema, own.many or own.schema.many
    if isinstance(own, ma.fields.List) and isinstance(own.inner, ma.fields.Nested):
        return own.inner.schema, True
    return None, False


def _field(own: ma.fields.Field[Any], name: str) -> FormField:
    metadata = own.metadata
    choices = _choices(own)
    widget = metadata.get("widget") or _widget(own, choices)
    return FormField(
        name=name,
        label=_label(own, name),
        widget=widget,
        required=own.required,
        nullable=own.allow_none,
        blank=isinstance(own, api.Text) and own.blank,
        hint=_hint(own),
        choices=choices,
        optional=metadata.get("optional", "" if own.required or widget in ("checkbox", "hidden") else "(optional)"),
        placeholder=metadata.get("placeholder", ""),
        suffix=metadata.get("suffix", ""),
        autocomplete=metadata.get("autocomplete", ""),
        longest=getattr(own, "longest", None),
        full=metadata.get("full", widget in ("textarea", "json", "list", "checkboxes")),
        default=_default(own),
        in_columns=bool(metadata.get("columns")),
    )


def _widget(own: ma.fields.Field[Any], choices: Choices) -> str:
    if isinstance(own, ma.fields.List):
        return "checkboxes" if choices else "list"
    if choices:
        return "select"
    if getattr(own, "lines", False):
        return "textarea"
    return next((widget for kind, widget in WIDGETS if isinstance(own, kind)), "text")


def _choices(own: ma.fields.Field[Any]) -> Choices:
    """From the metadata, from an Enum, or from a OneOf validator."""
    given: Choices | Callable[[], Choices] | None = own.metadata.get("choices")
    if given is not None:
        return given() if callable(given) else given
    target = own.inner if isinstance(own, ma.fields.List) else own
    if isinstance(target, ma.fields.Enum):
        return [(m.value if target.by_value else m.name, _words(str(m.value))) for m in target.enum]
    for validator in target.validators:
        if isinstance(validator, ma.validate.OneOf):
            labels = list(validator.labels) or [_words(str(c)) for c in validator.choices]
            return [(str(c), label) for c, label in zip(validator.choices, labels, strict=True)]
    return ()


def _default(own: ma.fields.Field[Any]) -> str:
    default = own.load_default
    if default is ma.missing or callable(default) or default is None or isinstance(default, list | tuple | dict):
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _label(own: ma.fields.Field[Any], name: str) -> str:
    last = name.rpartition(".")[2]
    return str(own.metadata.get("label") or _words(last.removesuffix("_id") if isinstance(own, api.Uuid) else last))


def _hint(own: ma.fields.Field[Any]) -> str:
    return str(own.metadata.get("hint") or own.metadata.get("description") or "")


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
