"""Custom fields and tags: what a deployment adds to any resource, in side tables keyed by resource."""

from bezant.custom.services import (
    CustomFieldInfo,
    NewCustomField,
    custom_fields,
    custom_values,
    declare_field,
    set_custom_values,
    set_tags,
    tags_of,
)

__all__ = [
    "CustomFieldInfo",
    "NewCustomField",
    "custom_fields",
    "custom_values",
    "declare_field",
    "set_custom_values",
    "set_tags",
    "tags_of",
]
