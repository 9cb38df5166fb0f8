"""``bezant user`` and ``bezant api-key``: who may come in."""

from uuid import UUID

import click

from bezant.cli.context import in_application
from bezant.cli.output import echo_table, json_option

_sees = click.option("--legal-entity", "codes", multiple=True, help="Code of a legal entity; may be given several times. Default: all.")
"""What a user or key is limited to."""


@click.group()
def user() -> None:
    """Create users and let them in."""


@user.command()
@click.option("--email", prompt="E-mail", help="Address to sign in with.")
@click.option("--name", prompt="Name", help="Name by which others know the person.")
@click.option("--role", "roles", multiple=True, default=("administrator",), show_default=True, help="Role; may be given several times.")
@click.option("--password", help="Asked for when left out.")
@click.option("--link", is_flag=True, help="No password: print a one-time address to sign in with.")
@_sees
@in_application
def create(email: str, name: str, roles: tuple[str, ...], password: str | None, link: bool, codes: tuple[str, ...]) -> None:
    """Create a user."""
    from bezant.auth.people import NewUser, create_user
    from bezant.auth.reach import legal_entities_coded

    reach = legal_entities_coded(codes)
    if password is None and not link:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    made = create_user(NewUser(email, name, roles, password or "", reach))
    click.echo(f"Created {made.email} ({', '.join(made.roles)}).")
    if link:
        click.echo(sign_in_address(made.email))


@user.command()
@click.argument("email")
@in_application
def link(email: str) -> None:
    """Print a one-time address by which the user with EMAIL can sign in within an hour."""
    click.echo(sign_in_address(email))


@user.command("remove-factors")
@click.argument("email")
@in_application
def remove_factors(email: str) -> None:
    """Remove all second factors of the user with EMAIL, who lost them, and sign them out."""
    from bezant.auth.factors import remove_factors_of

    user_id = user_id_of(email)
    removed = remove_factors_of(user_id)
    click.echo(f"Removed {removed} second {'factor' if removed == 1 else 'factors'} of {email.strip().lower()}.")


@user.command("list")
@json_option
@in_application
def list_users(as_json: bool) -> None:
    """List the users."""
    from sqlalchemy import select

    from bezant.auth.reach import reach_names
    from bezant.auth.tables import User
    from bezant.db.model import session

    users = session.scalars(select(User).order_by(User.email))
    rows = [
        {
            "email": u.email,
            "name": u.name,
            "roles": ", ".join(u.roles),
            "sees": ", ".join(reach_names(u.legal_entity_ids)),
            "active": u.active,
        }
        for u in users
    ]
    echo_table(rows, ("email", "name", "roles", "sees", "active"), as_json=as_json)


@click.group("api-key")
def api_key() -> None:
    """Create keys for programs."""


@api_key.command("create")
@click.argument("name")
@click.option("--permission", "permissions", multiple=True, help="What it may do; may be given several times. Default: everything.")
@_sees
@in_application
def create_key(name: str, permissions: tuple[str, ...], codes: tuple[str, ...]) -> None:
    """Create a key called NAME and print it; it is never shown again."""
    from bezant.auth.keys import create_api_key
    from bezant.auth.permissions import all_permissions
    from bezant.auth.reach import legal_entities_coded

    click.echo(create_api_key(name, permissions or sorted(all_permissions()), legal_entity_ids=legal_entities_coded(codes)).key)


def sign_in_address(email: str) -> str:
    """A one-time address for the user with this e-mail address."""
    from bezant.auth.sign_in import SIGN_IN, make_code
    from bezant.serving import public_url

    return f"{public_url()}/sign-in/{make_code(SIGN_IN, user_id_of(email))}"


def user_id_of(email: str) -> UUID:
    """The user with this e-mail address. Raises ``NotFound``."""
    from sqlalchemy import select

    from bezant.auth.tables import User
    from bezant.db.model import session
    from bezant.errors import NotFound

    user_id = session.scalar(select(User.id).where(User.email == email.strip().lower()))
    if user_id is None:
        raise NotFound(f"There is no user with the address {email}.")
    return user_id
