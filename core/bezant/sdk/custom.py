"""Custom fields and tags of any resource."""

from bezant.custom import CustomFieldInfo, NewCustomField, custom_fields, custom_values, declare_field, set_custom_values, set_tags, tags_of

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
