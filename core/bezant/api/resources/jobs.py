"""Jobs: background work, how far it is, and another try for what failed."""

from uuid import UUID

from marshmallow import fields

from bezant.api.access import requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.fields import Instant, Uuid
from bezant.api.lists import list_endpoint
from bezant.api.schema import Schema
from bezant.core_lists import JOBS
from bezant.db.model import session
from bezant.db.scope import in_reach
from bezant.errors import NotFound
from bezant.jobs.queue import retry
from bezant.jobs.tables import JobRow

blueprint = ApiBlueprint("jobs", __name__, scope=JobRow, url_prefix="/jobs", description="Background work.")


class JobSchema(Schema):
    """A job. States: queued, running, done, failed. ``done`` of ``total`` is its progress; ``result`` what it answered."""

    id = Uuid()
    name = fields.String()
    state = fields.String()
    done = fields.Integer()
    total = fields.Integer()
    note = fields.String()
    attempts = fields.Integer()
    error = fields.String()
    result = fields.Dict(allow_none=True)
    requested_by = fields.String()
    run_at = Instant()
    created_at = Instant()
    started_at = Instant(allow_none=True)
    finished_at = Instant(allow_none=True)


list_endpoint(blueprint, JOBS)


@blueprint.route("/<uuid:job_id>")
@requires("core.job.view")
@blueprint.response(200, JobSchema)
def get_job(job_id: UUID) -> JobRow:
    """One job; ask again to follow its progress."""
    found = session.get(JobRow, job_id, populate_existing=True)
    if found is None or not in_reach(JobRow, [job_id]):
        raise NotFound(f"There is no job {job_id}.")
    return found


@blueprint.route("/<uuid:job_id>/retry", methods=["POST"])
@requires("core.job.retry")
@blueprint.response(200, JobSchema)
def retry_job(job_id: UUID) -> JobRow:
    """Queues a failed job again."""
    retry(job_id)
    return get_job_row(job_id)


def get_job_row(job_id: UUID) -> JobRow:
    """The row of a job that exists."""
    return session.get_one(JobRow, job_id, populate_existing=True)
