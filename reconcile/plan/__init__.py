"""From declarations and live contacts to a plan. Pure: no file, network, clock or terminal."""

from .compare import exceeding, unmet
from .digest import digest_of, fingerprint, plan_digest
from .planner import Scene, make_plan, next_boundary, plan_change
from .resolve import Resolution, resolve
from .roles import unknown_roles

__all__ = [
    "Resolution",
    "Scene",
    "digest_of",
    "exceeding",
    "fingerprint",
    "make_plan",
    "next_boundary",
    "plan_change",
    "plan_digest",
    "resolve",
    "unknown_roles",
    "unmet",
]
