"""What guards must know of the account beyond the declared contacts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Census:
    """What is known of the whole account.

    ``contacts`` is the number of listed contacts, ``before`` the number at the last run (None: not known).
    ``holders`` counts, by role, the holders among contacts that are not declared (None: they were not read).
    ``recent_losses`` are the ids of contacts that lost a role in earlier runs within the guard's hours.
    """

    contacts: int | None = None
    before: int | None = None
    holders: Mapping[str, int] | None = None
    recent_losses: frozenset[str] = frozenset()


UNKNOWN = Census()
"""The census when nothing is known beyond the declared contacts."""
