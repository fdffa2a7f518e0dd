"""Settings that all tests share."""

from hypothesis import settings

# speed is measured in benchmarks/, never by a test that a busy machine could fail
settings.register_profile("course", deadline=None)
settings.load_profile("course")
