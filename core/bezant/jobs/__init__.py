"""Background work. The database holds what is to be done; an engine (threads here, Celery there) only carries it out."""
