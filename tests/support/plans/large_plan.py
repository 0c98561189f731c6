"""Plans of many contacts, for limits and speed."""

from functools import cache

from reconcile.model.plans.change import Change
from reconcile.model.plans.plan import Plan
from tests.support.plans.plan_samples import (
    JAN_END,
    change,
    changed,
    creation,
    field_set,
    grant,
    granted,
    kept_role,
    kept_tag,
    origin,
    plan,
    revoked,
    tag_added,
)

KINDS = 7


def member(number: int) -> Change:
    """One of seven kinds of change in turn, one for each group of risk."""
    email, id_, tag = f"person{number}@email.com", str(number), tag_added(f"tag-{number}")
    kept = (kept_role(grant("customer")), kept_tag("trade"))
    agreed = origin(reason=f"Agreement {number}", at=JAN_END)
    gained = granted(grant("trade-account", expires=JAN_END), agreed)
    steps = {
        0: (field_set("email", email, f"other{number}@email.com"), revoked(grant("preview")), tag),
        1: (gained, revoked(grant("preview")), tag),
        2: (changed(grant("wholesale", "pending"), grant("wholesale")), tag),
        4: (gained, tag),
        5: (changed(grant("newsletter"), grant("newsletter", expires=JAN_END)), tag),
        6: (tag,),
    }
    if number % KINDS == 3:
        return creation(gained, tag, email=email, line=number + 1)
    return change(*steps[number % KINDS], email=email, id=id_, line=number + 1, kept=kept)


@cache
def large_plan(size: int) -> Plan:
    """A plan of so many changes, in the order of their addresses as a planner makes it."""
    return plan(*sorted(map(member, range(size)), key=lambda one: one.contact.email))
