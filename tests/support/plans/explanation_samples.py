"""A contact with something of every kind, whose free strings can be anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from glob import escape

from reconcile.clock import Window
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.reports.explanation import Explanation
from reconcile.model.reports.timeline import Timeline
from reconcile.model.settings import Patterns, Policy, Protect
from reconcile.plan.explain import explain_contact, explain_undeclared_contact
from reconcile.plan.schedule.timeline import build_timeline

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

DAY = timedelta(days=1)


def declared(change: Callable[[str], str]) -> Declaration:
    """A declaration of every kind of item."""

    def place(line: int) -> Place:
        return Place(change("contacts/team.yaml"), line, 1)

    soon, late, past = Window(NOW + DAY, NOW + 9 * DAY), Window(None, NOW + 7 * DAY), Window(None, NOW - DAY)
    bundle, reason = change("trade-customer"), change("Agreement 7")
    return Declaration(
        place(1),
        reference=change("B-13"),
        email=change("bob@email.com"),
        roles=(
            DeclaredGrant(change("customer"), place(2)),
            DeclaredGrant(change("newsletter"), place(3), "active", late, reason),
            DeclaredGrant(change("preview"), place(4), window=soon, reason=reason, bundle=bundle),
            DeclaredGrant(change("wholesale"), place(5), window=past),
        ),
        tags=(
            DeclaredTag(change("gold"), place(6), soon),
            DeclaredTag(change("trade"), place(7), bundle=bundle),
        ),
        profile={"company": change("Tilney"), "phone": change("01632 960000"), "position": None},
        address={"line1": change("2 Sorrel Horse Mews"), "city": change("Ipswich")},
        field_places=((Facet.PROFILE, "company", place(8)),),
        passed_over=(
            DeclaredGrant(change("newsletter"), place(9), bundle=bundle),
            DeclaredTag(change("trade"), place(10), bundle=bundle),
        ),
    )


def live(change: Callable[[str], str]) -> Contact:
    """The live contact of that declaration."""
    grants = {"customer": "active", "newsletter": "active", "staff-tools": "active", "press": "pending"}
    return Contact(
        Identity(change("13"), "user", change("bob@email.com"), change("B-13")),
        State(
            roles=(
                *(Grant(change(name), change(status)) for name, status in grants.items()),
                Grant(change("old"), change("active"), NOW - DAY),
                Grant(change("trial"), "", readable=False),
            ),
            tags=(change("auto:imported"), change("vip")),
            profile={"company": change("Bobsworth"), "phone": None, "position": change("Buyer")},
            address={"line1": None, "line2": change("Grimwade Street"), "city": change("London")},
        ),
    )


def plan_context(change: Callable[[str], str]) -> PlanContext:
    """Where and when, with something ignored and something protected."""
    roles, tags = (
        (escape(change(name)) for name in names) for names in (("staff-tools", "old"), ("auto:imported",))
    )
    protect = Protect((escape(change("press")),))
    policy = Policy("Europe/London", ignore=Patterns(tuple(roles), tuple(tags)), protect=protect)
    return PlanContext(change("sandbox"), change("sandbox.evance.me"), policy, NOW, change("1.0"))


def explained(change: Callable[[str], str]) -> Explanation:
    return explain_contact(declared(change), live(change), plan_context(change))


def unmanaged(change: Callable[[str], str]) -> Explanation:
    return explain_undeclared_contact(live(change), plan_context(change))


def coming(change: Callable[[str], str]) -> Timeline:
    return build_timeline([declared(change)], plan_context(change), 30)
