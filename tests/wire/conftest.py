"""Settings of hypothesis: a busy machine is no failure, so nothing here measures time."""

from hypothesis import HealthCheck, settings

settings.register_profile("wire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wire")
