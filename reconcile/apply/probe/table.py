"""Every question, in the order in which it is asked."""

from . import (
    around,
    expiries,
    fields,
    grants_sent,
    grants_shown,
    listing,
    searching,
    second_version,
    tags,
    updates,
)
from .asking import Probe

PROBES: tuple[Probe, ...] = (
    *updates.PROBES,
    *grants_shown.PROBES,
    *grants_sent.PROBES,
    *expiries.PROBES,
    *tags.PROBES,
    *fields.PROBES,
    *searching.PROBES,
    *second_version.PROBES,
    *listing.PROBES,
    *around.PROBES,
    *around.UNASKED,
)
