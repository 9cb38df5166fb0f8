"""How properties are tried: the same examples in every run, so that a failure is the change's own; ``explore`` looks for new ones.

``make test ARGS="--hypothesis-profile=explore -k properties"`` tries others each time, and more of them.
"""

from hypothesis import HealthCheck, settings

_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # a busy machine is no finding

settings.register_profile("steady", derandomize=True, **_PATIENT)
settings.register_profile("explore", max_examples=1000, **_PATIENT)
settings.load_profile("steady")
