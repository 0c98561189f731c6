"""The directory of live contacts finds everybody by each name, however many share it."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from reconcile.model.contact import USER, Identity, email_key
from reconcile.plan.matching.directory import Directory

CROWD = 50_000

PEOPLE = st.lists(
    st.builds(
        Identity,
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from([USER, "guest"]),
        st.sampled_from(["a@x", "A@x", "b@x"]),
        st.sampled_from([None, "", "R-1", "R-2"]),
    ),
    max_size=8,
)


@given(PEOPLE)
def test_everybody_is_found_by_each_name(people: Sequence[Identity]) -> None:
    """In the order in which they were told, and those without a name under none."""
    directory = Directory.of(people)
    for name in ("1", "2", "3"):
        assert directory.by_id.get(name, ()) == tuple(one for one in people if one.id == name)
    for name in ("", "R-1", "R-2"):
        named = tuple(one for one in people if one.reference and one.reference == name)
        assert directory.by_reference.get(name, ()) == named
    for name in ("a@x", "b@x"):
        users = tuple(one for one in people if one.type == USER and email_key(one.email) == name)
        assert directory.by_email.get(name, ()) == users


def test_a_crowd_of_one_reference_is_gathered_once() -> None:
    """A shop may write one reference into all its contacts; to copy them for each one takes minutes."""
    crowd = [Identity(str(number), "guest", "", "RETAIL") for number in range(CROWD)]
    assert Directory.of(crowd).by_reference == {"RETAIL": tuple(crowd)}
