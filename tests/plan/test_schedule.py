"""What the clock will do: which boundary comes first, and how the plan says so."""

from datetime import timedelta
from itertools import permutations

from reconcile.clock import Window
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.plan.schedule.timeline import next_boundary
from tests.support.plans.declaration_strategies import NOW, PLACE

SOON = NOW + timedelta(days=1)


def test_of_two_boundaries_at_one_instant_what_lapses_comes_first() -> None:
    """The order of entries and items does not count: end before start, then contact, facet and item."""
    starting, ending = Window(starts=SOON), Window(expires=SOON)
    contacts = [
        Declaration(PLACE, email="ann@example.com", roles=(DeclaredGrant("a", PLACE, window=starting),)),
        Declaration(PLACE, email="bob@example.com", tags=(DeclaredTag("a", PLACE, window=ending),)),
        Declaration(
            PLACE,
            email="bob@example.com",
            roles=(DeclaredGrant("b", PLACE, window=ending), DeclaredGrant("c", PLACE, window=ending)),
        ),
    ]
    boundaries = [next_boundary(order, NOW) for order in permutations(contacts)]
    assert {(found.contact, found.item, found.starts) for found in boundaries if found} == {
        ("bob@example.com", "b", False)
    }
