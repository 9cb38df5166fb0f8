"""A list as a file: at once where it is short, in the background where it is long."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from bezant import clock
from bezant.db.model import session
from bezant.errors import Conflict, Invalid, Problem
from bezant.exports import store
from bezant.exports.jobs import carry_out, is_background, make_file
from bezant.jobs.tables import FAILED, JobRow
from bezant.lists import ListQuery, ListSpec, count, export
from bezant.lists.export import LARGEST_SHEET, MIME, TOO_MANY
from bezant.web.answers import Answer
from bezant.web.permissions import requires

AT_ONCE = 20_000
"""Rows of a file that is made while the reader waits: some two seconds."""

blueprint = Blueprint("bezant_exports", __name__, url_prefix="/exports")


def file_of(spec: ListSpec, query: ListQuery, form: str, problems: Sequence[Problem]) -> Answer:
    """The file, or where it is long a page that offers to make it. Raises ``Invalid`` for what a file cannot be."""
    if form not in MIME:
        problems = [*problems, Problem("format", "unknown_format", f"A list is exported as {' or '.join(MIME)}, not as {form!r}.")]
    if problems:
        raise Invalid(problems=problems)
    if is_background():
        carry_out(spec, query, form)
        return ""
    if count(spec, query, at_most=AT_ONCE).more:
        _check_size(spec, query, form)
        return render_template("bezant/exports/offer.html", title=spec.title, spec=spec, form=form, path=request.full_path, at_once=AT_ONCE)
    return send_file(export(spec, query, form), mimetype=MIME[form], as_attachment=True, download_name=_file_name(spec.name, form))


@blueprint.post("")
@requires(store.PERMISSION)
def ask() -> BaseResponse:
    """Has the list of a page made into a file."""
    path, title, name, form = (request.form.get(part, "") for part in ("path", "title", "name", "form"))
    if form not in MIME or not name.isascii() or not path.startswith("/") or path.startswith("//"):
        raise Invalid.field("path", "no_list", "Export from the list itself: open it and choose Export.")
    export_id = store.ask_for(path, title, _file_name(name[:80], form), form, make_file)
    return redirect(url_for("bezant_exports.show", export_id=export_id), 303)


@blueprint.get("/<uuid:export_id>")
@requires(store.PERMISSION)
def show(export_id: UUID) -> str:
    """How far the file is, and the way to it."""
    asked = store.own_export(export_id)
    job = session.get(JobRow, asked.job_id, populate_existing=True)
    failed = job is None or job.state == FAILED
    return render_template("bezant/exports/show.html", title=asked.title, asked=asked, job=job, failed=failed)


@blueprint.get("/<uuid:export_id>/file")
@requires(store.PERMISSION)
def download(export_id: UUID) -> Response:
    """The file."""
    asked = store.own_export(export_id)
    if asked.size is None:
        raise Conflict("The file is still being made; its page tells how far it is.", code="not_ready")
    response = Response(stream_with_context(store.pieces(asked.id)), mimetype=MIME[asked.form])
    response.headers.set("Content-Disposition", "attachment", filename=asked.name)
    response.content_length = asked.size
    return response


def _check_size(spec: ListSpec, query: ListQuery, form: str) -> None:
    if form == "xlsx" and count(spec, query, at_most=LARGEST_SHEET).more:
        raise Invalid.field("format", "too_many_rows", TOO_MANY)


def _file_name(name: str, form: str) -> str:
    return f"{name}-{clock.now().date().isoformat()}.{form}"
