"""Forms from marshmallow schemas: fields with labels and hints, errors at the field, nothing typed is lost."""

from bezant.web.forms.fields import FormField, Section, fields_of
from bezant.web.forms.page import render_form

__all__ = ["FormField", "Section", "fields_of", "render_form"]
