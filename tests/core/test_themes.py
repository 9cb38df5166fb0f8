"""Themes: where templates, tokens and files are looked up, and how one theme refines another."""

from pathlib import Path

import pytest
from jinja2 import Environment, TemplateNotFound

from bezant.errors import ConfigurationError
from bezant.web.themes import Themes, current_themes


def write(folder: Path, **files: str) -> Path:
    """Files below a folder; a double underscore in a name stands for a slash, a single one for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(
        tmp_path / "plain",
        theme_toml='title = "Plain"\n[tokens.web]\nink = "blue"\npaper = "white"\n[fonts.Sans]\n400 = "vendor/sans.woff2"',
        templates__page_html="plain page {% block body %}of plain{% endblock %}",
        documents__invoice_html="plain invoice",
        documents__documents_css="p { color: blue }",
        static__logo_svg="plain logo",
    )
    write(
        tmp_path / "fancy",
        theme_toml='title = "Fancy"\nextends = "plain"\n[tokens.web]\nink = "green"',
        templates__page_html='{% extends "plain:page.html" %}{% block body %}of fancy{% endblock %}',
        documents__documents_css="p { margin: 0 }",
    )
    return tmp_path


def render(themes: Themes, theme: str, template: str) -> str:
    return Environment(loader=themes.loader(theme), autoescape=True).get_template(template).render()


def test_a_theme_inherits_what_it_does_not_have(home: Path) -> None:
    themes = Themes(home=home)
    assert render(themes, "fancy", "documents/invoice.html") == "plain invoice"
    assert (themes.static("fancy", "logo.svg") or home).read_text() == "plain logo"
    assert themes.fonts("fancy") == {"Sans": {400: "vendor/sans.woff2"}}


def test_a_template_may_refine_the_one_it_replaces(home: Path) -> None:
    assert render(Themes(home=home), "fancy", "page.html") == "plain page of fancy"


def test_tokens_of_the_child_override_those_of_the_parent(home: Path) -> None:
    assert Themes(home=home).tokens("fancy", "web") == {"ink": "green", "paper": "white"}
    assert Themes(home=home).tokens("plain", "web") == {"ink": "blue", "paper": "white"}


def test_style_sheets_add_up_with_the_parents_first(home: Path) -> None:
    assert Themes(home=home).sheets("fancy", "documents/documents.css") == ["p { color: blue }", "p { margin: 0 }"]


def test_the_deployments_own_folder_wins_and_plugins_come_last(home: Path, tmp_path: Path) -> None:
    own = write(
        tmp_path / "own",
        theme_toml='[tokens.web]\nink = "red"',
        templates__page_html='{% extends "fancy:page.html" %}{% block body %}of ours{% endblock %}',
    )
    plugin = write(tmp_path / "plugin", templates__page_html="plugin page", templates__shop__cart_html="cart of the plugin")
    themes = Themes(home=home, own=own, plugins={"shop": plugin})
    assert render(themes, "fancy", "page.html") == "plain page of ours"
    assert render(themes, "fancy", "shop/cart.html") == "cart of the plugin"
    assert render(themes, "fancy", "shop:page.html") == "plugin page"
    assert themes.tokens("fancy", "web") == {"ink": "red", "paper": "white"}


@pytest.mark.parametrize("name", ["missing.html", "nowhere:page.html", "../plain/theme.toml", "documents/../../plain/theme.toml"])
def test_what_is_not_there_and_what_lies_outside_is_not_found(home: Path, name: str) -> None:
    with pytest.raises(TemplateNotFound):
        render(Themes(home=home), "fancy", name)


def test_an_unknown_theme_is_refused_by_naming_those_there_are(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="choose one of fancy, plain"):
        Themes(home=home).layers("gaudy")


def test_a_circle_of_parents_is_refused(home: Path) -> None:
    write(home / "plain", theme_toml='extends = "fancy"')
    with pytest.raises(ConfigurationError, match="extends itself"):
        Themes(home=home).layers("fancy")


@pytest.mark.parametrize("text", ["title = ", 'colour = "red"'])
def test_a_theme_file_with_a_mistake_is_refused(home: Path, text: str) -> None:
    write(home / "plain", theme_toml=text)
    with pytest.raises(ConfigurationError, match=r"theme\.toml of the theme 'plain'"):
        Themes(home=home).layers("plain")


def test_a_template_that_changes_on_disk_is_read_again(home: Path) -> None:
    environment = Environment(loader=Themes(home=home).loader("plain"), autoescape=True)
    assert environment.get_template("documents/invoice.html").render() == "plain invoice"
    write(home / "plain", documents__invoice_html="another invoice")
    assert environment.get_template("documents/invoice.html").render() == "another invoice"


def test_two_themes_ship_and_one_extends_the_other() -> None:
    assert {"bezant", "ledgerbook"} <= set(current_themes().all)
    assert [theme.name for theme in current_themes().chain("ledgerbook")] == ["ledgerbook", "bezant"]
