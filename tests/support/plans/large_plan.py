"""Plans of many contacts, for limits and speed."""

from dataclasses import replace
from functools import cache

from reconcile.model.baseline import Comparison
from reconcile.model.contact import Identity
from reconcile.model.plans.change import Change
from reconcile.model.plans.plan import Plan
from tests.support.plans.plan_samples import (
    JAN_END,
    change,
    changed,
    creation,
    field_set,
    full_plan,
    grant,
    granted,
    kept_role,
    kept_tag,
    origin,
    plan,
    revoked,
    scheduled,
    scope,
    tag_added,
    undeclared,
    withheld,
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


def crowded_plan() -> Plan:
    """One of everything and so many contacts that they stand in groups and tables, and lists are cut."""
    crowd = [
        change(
            tag_added("audit-2027"), granted(grant("auditor")), email=f"auditor{n}@email.com", id=f"9{n:02}"
        )
        for n in range(24)
    ]
    schedules = [
        scheduled(f"term-{n:02}", comparison=Comparison.KNOWN if n % 2 else Comparison.NEW) for n in range(60)
    ]
    leavers = [undeclared("customer", of=f"leaver{n}@email.com", id=f"8{n:02}") for n in range(12)]
    full = full_plan()
    return replace(
        full,
        changes=(*full.changes, *crowd),
        scheduled=(*full.scheduled, *schedules),
        withheld=(*full.withheld, *(withheld(f"expo-{n:02}", of=QUINN) for n in range(25))),
        undeclared=(*full.undeclared, *leavers),
        scope=replace(scope(30, 100), only=("contacts/trade/ipswich.yaml", "bob@email.com")),
    )


QUINN = Identity("41", "user", "quinn@email.com")
