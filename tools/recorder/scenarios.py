"""All scenarios of a recording, by name."""

from . import from_cases
from .jobs import Job


def jobs() -> list[Job]:
    """Every scenario."""
    return [*from_cases.jobs()]
