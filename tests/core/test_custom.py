"""Custom fields and tags: what a deployment adds to any resource."""

import pytest

from bezant.custom import NewCustomField, custom_values, declare_field, set_custom_values, set_tags, tags_of
from bezant.errors import Conflict, Invalid
from bezant.ids import new_id

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]

KIND = "accounts.account"


def test_values_are_kept_by_resource_and_key() -> None:
    declare_field(NewCustomField(KIND, "fleet", "Fleet size", "integer"))
    declare_field(NewCustomField(KIND, "alliance", "Alliance", "choice", ("Star", "Oneworld")))
    a, b = new_id(), new_id()

    set_custom_values(KIND, {a: {"fleet": 12, "alliance": "Star"}, b: {"fleet": 3}})
    set_custom_values(KIND, {a: {"fleet": 13}, b: {"fleet": None}})

    assert custom_values([a, b]) == {a: {"fleet": 13, "alliance": "Star"}}


@pytest.mark.parametrize(
    ("kind", "bad"),
    [("integer", 1.5), ("number", 0.1), ("number", "NaN"), ("boolean", "yes"), ("day", "31.3.2026"), ("choice", "Blue"), ("text", 3)],
)
def test_a_wrong_value_is_named_and_nothing_changes(kind: str, bad: object) -> None:
    declare_field(NewCustomField(KIND, "thing", "Thing", kind, ("Red",) if kind == "choice" else ()))
    resource = new_id()

    with pytest.raises(Invalid) as refused:
        set_custom_values(KIND, {resource: {"thing": bad}})

    assert refused.value.problems[0].field == "custom.thing"
    assert custom_values([resource]) == {}


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(Invalid, match="declare it first"):
        set_custom_values(KIND, {new_id(): {"nope": 1}})


def test_a_key_is_declared_once() -> None:
    declare_field(NewCustomField(KIND, "fleet", "Fleet"))
    with pytest.raises(Conflict):
        declare_field(NewCustomField(KIND, "fleet", "Fleet again"))


def test_tags_are_a_set_of_tidy_words() -> None:
    a = new_id()
    set_tags(KIND, {a: ["key account", " key  account ", "West"]})
    assert tags_of([a]) == {a: ("West", "key account")}

    set_tags(KIND, {a: []})
    assert tags_of([a]) == {}
    with pytest.raises(Invalid):
        set_tags(KIND, {a: ["<script>"]})
