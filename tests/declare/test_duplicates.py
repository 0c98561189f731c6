"""The search for contacts that are declared twice finds what comparing every pair would find."""

from hypothesis import given
from hypothesis import strategies as st

from reconcile.declare.checks.duplicates import find_duplicates
from reconcile.model.contact import email_key
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Place


def contact(line: int, pins: tuple[str | None, str | None, str | None, str | None]) -> Declaration:
    identifier, reference, email, new = pins
    profile = {"email": new} if new else None
    place = Place("f.yaml", line, 1)
    return Declaration(place, id=identifier, reference=reference, email=email, profile=profile)


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


PINS = st.tuples(maybe("1", "2", "3"), maybe("R", "S"), maybe("a@x", "A@x", "b@x"), maybe("a@x", "c@x"))

CONTACTS = st.lists(PINS, max_size=8).map(
    lambda found: [contact(line, pins) for line, pins in enumerate(found, start=1)]
)


def emails(entry: Declaration) -> set[str]:
    new = (entry.profile or {}).get("email")
    return {email_key(email) for email in (entry.email, new) if email}


def same(one: Declaration, other: Declaration) -> bool:
    """The rule for two: something in common, and nothing that tells them apart."""
    if one.id and other.id:
        return one.id == other.id
    if one.reference and other.reference:
        return one.reference == other.reference
    return bool(emails(one) & emails(other))


@given(CONTACTS)
def test_each_later_one_of_a_pair_is_told_once(contacts: list[Declaration]) -> None:
    """As if every two had been compared, in time that grows with the number of contacts."""
    expected = {
        later.place
        for number, later in enumerate(contacts)
        if any(same(earlier, later) for earlier in contacts[:number])
    }
    told = [problem.place for problem in find_duplicates(contacts)]
    assert sorted(told) == sorted(expected)


@given(CONTACTS)
def test_the_other_place_is_named(contacts: list[Declaration]) -> None:
    """Each problem names an earlier declaration, never itself."""
    for problem in find_duplicates(contacts):
        assert f"declared at {Place('f.yaml', problem.place.line, 1)} " not in problem.message
        assert "declared at f.yaml:" in problem.message


def test_a_hundred_thousand_guests_of_one_address_take_no_time() -> None:
    """Guests repeat addresses; entries that pin them by id are compared in passing."""
    contacts = [contact(line, (str(line), None, "a@x", None)) for line in range(1, 100_001)]
    assert list(find_duplicates(contacts)) == []
