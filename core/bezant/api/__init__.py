"""The foundation of the REST API: strict input, problem+json, lists, idempotency keys, preconditions, rate limits, OpenAPI."""
