"""The platform's own pages: plugins, jobs, domain events, the audit log, the configuration."""

from bezant.web.admin.views import blueprint

__all__ = ["blueprint"]
