"""Whichever of the two ways is taken, it takes no more requests than the other one would have."""

from hypothesis import given
from hypothesis import strategies as st

from reconcile.services.planning.look_up_costs import LookUpCosts

COUNTS = st.integers(0, 3_000)


@given(
    st.tuples(COUNTS, COUNTS, COUNTS),
    st.integers(1, 100),
    st.integers(0, 300),
    st.sampled_from([True, False]),
)
def test_the_list_is_read_where_it_is_cheaper(
    counts: tuple[int, int, int], at_once: int, pages: int, told: object
) -> None:
    """Counted request by request: whom a search finds is read where neither way tells enough of them."""
    (ids, searches, found), told = counts, bool(told)
    groups = len(range(0, ids, at_once if told else 1))
    after = 0 if told else found
    by_look_ups = groups + searches + after
    by_list = pages + after + (0 if told else ids)
    costs = LookUpCosts(ids, searches, at_once if told else 1)
    assert costs.exceed_list(pages, told=told) == (by_list < by_look_ups)
