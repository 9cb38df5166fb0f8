"""Card numbers are refused wherever people write what they like, and repeated nowhere."""

import pytest
from flask.testing import FlaskClient
from marshmallow import ValidationError

from bezant.api.fields import ExternalId, Text
from bezant.api.schema import Schema
from bezant.cards import holds_card_number, mask_card_numbers
from bezant.logs import configure
from bezant.sdk.custom import NewCustomField, declare_field, set_custom_values
from bezant.sdk.values import Invalid, new_id

CARD = "4242 4242 4242 4242"


@pytest.mark.parametrize("text", ["4242424242424242", "card 4242 4242 4242 4242!", "5555-5555-5555-4444", "378282246310005"])
def test_card_numbers_are_known_however_they_are_written(text: str) -> None:
    assert holds_card_number(text)
    assert "4242 4242" not in mask_card_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tok_1KqX",
        "4242",
        "1234567890123456",
        "PNY-2013-000140",
        "pi_3Nv0FqLkdIwHu7ix0Xq",
        "call +4915112345674 or +4242424242424242",
        "tok-01a2035e-b4f0-72c3-af9c-4242424242424242",
    ],
)
def test_other_texts_are_no_card_numbers(text: str) -> None:
    assert not holds_card_number(text)


class Note(Schema):
    """Free text and what is none."""

    name = Text(longest=200)
    note = Text(lines=True)
    code = Text(longest=64)
    number = Text(free=False)
    external_id = ExternalId()


def test_free_text_refuses_them_and_numbers_of_others_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    digits = CARD.replace(" ", "")
    with pytest.raises(ValidationError) as refused:
        Note().load({"name": f"Visa {CARD}", "note": digits, "code": digits, "number": digits, "external_id": digits})

    assert refused.value.messages.keys() == {"name", "note"}
    assert "4242" not in str(refused.value.messages)
    assert "4242" not in capsys.readouterr().err


@pytest.mark.plugins
def test_a_form_does_not_show_it_again(client: FlaskClient) -> None:
    answer = client.post("/admin/roles/new", data={"name": "clerk", "title": f"Clerk {CARD}", "permissions": ["core.user.view"]})
    assert answer.status_code == 422
    assert "looks like a card number" in answer.text
    assert "4242" not in answer.text
    assert 'value="clerk"' in answer.text


@pytest.mark.plugins
@pytest.mark.usefixtures("as_system")
def test_custom_texts_refuse_them() -> None:
    declare_field(NewCustomField("test.thing", "remark", "Remark", "text"))
    with pytest.raises(Invalid, match="card number"):
        set_custom_values("test.thing", {new_id(): {"remark": CARD}})


def test_logs_leave_them_out(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    configure("json", "info")
    structlog.get_logger("test").warning("odd", said=f"my card is {CARD}")

    line = capsys.readouterr().err
    assert "my card is" in line
    assert "4242" not in line
