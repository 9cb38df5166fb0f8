"""The platform's own pages: plugins, jobs, domain events, the audit log, the configuration; users, roles, API keys; one's own security."""

from bezant.web.admin.clock import blueprint as clock_blueprint
from bezant.web.admin.people import blueprint as people_blueprint
from bezant.web.admin.security import blueprint as security_blueprint
from bezant.web.admin.views import blueprint

__all__ = ["blueprint", "clock_blueprint", "people_blueprint", "security_blueprint"]
