"""From declarations and live contacts to a plan. Pure: no file, network, clock or terminal."""

from reconcile.model import LIFTABLE

from .boundaries import next_boundary
from .ceiling import above, unfit
from .census import Census
from .compare import exceeding, same_person, unmet
from .digest import digest_of, fingerprint, plan_digest
from .drift import History, Item, Standing, drift, due_plan
from .explain import explain, explain_undeclared
from .fold import ignored_role, ignored_tag, managed_part
from .named import declared_as, id_in, live_as, nearest_name
from .planner import Scene, make_plan, plan_change, unreadable
from .resolve import Resolution, claimants, pin, resolve
from .roles import unknown_roles
from .timeline import timeline

__all__ = [
    "LIFTABLE",
    "Census",
    "History",
    "Item",
    "Resolution",
    "Scene",
    "Standing",
    "above",
    "claimants",
    "declared_as",
    "digest_of",
    "drift",
    "due_plan",
    "exceeding",
    "explain",
    "explain_undeclared",
    "fingerprint",
    "id_in",
    "ignored_role",
    "ignored_tag",
    "live_as",
    "make_plan",
    "managed_part",
    "nearest_name",
    "next_boundary",
    "pin",
    "plan_change",
    "plan_digest",
    "resolve",
    "same_person",
    "timeline",
    "unfit",
    "unknown_roles",
    "unmet",
    "unreadable",
]
