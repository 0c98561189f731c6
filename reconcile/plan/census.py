"""What guards must know of the account beyond the declared contacts."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Census:
    """What is known of the whole account.

    ``contacts`` is the number of listed contacts, ``before`` the number at the last run (None: not known).
    ``gap`` says why the listing may lack contacts; empty when it is proven whole. ``holders`` counts, by
    role, the holders among contacts that are not declared (None: nothing is known of them), and ``unread``
    is how many of those contacts could be holders, too, since their grants were not read. ``recent_losses``
    are the ids of contacts that lost a role in earlier runs within the guard's hours.
    """

    contacts: int | None = None
    before: int | None = None
    gap: str = ""
    holders: Mapping[str, int] | None = None
    unread: int = 0
    recent_losses: frozenset[str] = frozenset()


UNKNOWN = Census()
"""The census when nothing is known beyond the declared contacts."""
