"""All scenarios of a recording, by name."""

from . import calls, from_cases, in_ci, refusals, shop, trouble
from .jobs import Job


def jobs() -> list[Job]:
    """Every scenario."""
    return [*from_cases.jobs(), *shop.jobs(), *calls.jobs(), *refusals.jobs(), *trouble.jobs(), *in_ci.jobs()]
