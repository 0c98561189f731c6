"""Wire format to model: every form that means one thing is read, nothing is guessed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Grant, Identity, Role, State
from reconcile.wire import contacts_v1, contacts_v2, roles_and_tags, values
from tests.support.http.account_rows import v1, v2

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def grants(value: Any) -> Any:
    return roles_and_tags.read_grants({"accessRoles": value}, "13")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, ()),
        ([], ()),
        ({"a": {"name": "A", "status": "active", "expires": None}}, (Grant("a"),)),
        ({"a": {"status": "active", "expires": ""}}, (Grant("a"),)),
        ({"a": {"status": " Active", "expires": None}}, (Grant("a"),)),
        ([{"reference": "a", "status": "pending", "expires": None}], (Grant("a", "pending"),)),
        ([{"reference": "a", "isActive": True, "expiresOn": None}], (Grant("a"),)),
        ([{"reference": "a", "isActive": False, "expiresOn": None}], (Grant("a", "inactive"),)),
        ({"7": {"reference": "a", "status": "active", "expires": None}}, (Grant("a"),)),
        (
            {"a": {"status": "active", "expires": "2027-01-01T01:00:00+01:00"}},
            (Grant("a", "active", NEW_YEAR),),
        ),
        (
            {"b": {"status": "rejected", "expires": None}, "a": {"status": "active", "expires": None}},
            (Grant("a"), Grant("b", "rejected")),
        ),
    ],
)
def test_grants_are_read_in_every_form(value: Any, found: tuple[Grant, ...]) -> None:
    """Object or array, empty in both ways, sorted by reference whatever the order."""
    assert grants(value) == found


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": "A"},
        {"status": "active"},
        {"expires": None},
        {"status": "", "expires": None},
        {"status": None, "expires": None},
        {"status": 1, "expires": None},
        {"isActive": "yes", "expires": None},
        {"status": "active", "expires": "soon"},
        {"status": "active", "expires": False},
        {"status": "active", "expires": 1795424400},
        {"status": "active", "expires": "2027-02-30T00:00:00+00:00"},
        {"status": "active", "expires": "2027-01-31T00:00:00"},
        {"status": "active", "expires": "2027-01-31"},
        {"status": "active", "expires": "0000-00-00 00:00:00"},
    ],
)
def test_a_grant_told_in_part_is_not_readable(told: dict[str, Any]) -> None:
    """Without a status and an expiry that can be read, a grant must not be written back."""
    assert [grant.readable for grant in grants({"a": told})] == [False]
    assert [grant.reference for grant in grants({"a": told})] == ["a"]


def test_a_bare_reference_is_not_readable() -> None:
    """An array of references tells who holds what, but not how."""
    assert grants(["b", "a"]) == (Grant("a", "", None, False), Grant("b", "", None, False))


def test_a_grant_of_unknown_status_is_not_active() -> None:
    """What is not told is never taken for active."""
    assert not grants({"a": {"name": "A"}})[0].active


def test_missing_grants_are_not_no_grants() -> None:
    """A contact without the key was not read; an empty value is read and empty."""
    assert roles_and_tags.read_grants({}, "13") is None
    assert roles_and_tags.read_grants({"accessRoles": None}, "13") is None


@pytest.mark.parametrize(
    "value",
    [
        5,
        "customer",
        True,
        [5],
        [{}],
        [{"name": "A"}],
        [{"reference": 5}],
        ["a", "a"],
        {"x": {"reference": "a"}, "a": {"name": "A"}},
    ],
)
def test_grants_of_no_known_form_are_an_error(value: Any) -> None:
    """What can't be understood is said, with the contact, and never taken for nothing."""
    with pytest.raises(UnexpectedResponse, match="contact 13: `accessRoles`"):
        grants(value)


@settings(deadline=None)
@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 -- the offset is drawn beside it
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_the_same_in_every_offset(moment: datetime, offset: int) -> None:
    """An instant written with any offset reads as that instant, in UTC and whole seconds."""
    zone = timezone(timedelta(minutes=offset))
    aware = moment.replace(tzinfo=UTC)
    assert values.parse_atom(aware.astimezone(zone).isoformat(timespec="microseconds")) == aware.replace(
        microsecond=0
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "2027-01-31",
        "2027-01-31T00:00:00",
        "2027-W05-1T00:00:00Z",
        "20270131T000000Z",
        "2027-01-31T00:00Z",
        "2027-13-01T00:00:00Z",
        "2027-01-31T24:00:01Z",
        "2027-01-31T00:00:00+99:00",
        "0001-01-01T00:00:00+10:00",
        "٢٠٢٧-01-31T00:00:00Z",
        "2027-01-31T00:00:00Z\n",
    ],
)
def test_nothing_else_is_an_instant(text: str) -> None:
    """Half dates, other forms and impossible times are no expiry that could be written back."""
    assert values.parse_atom(text) is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"contact": []}, ()),
        ([], ()),
        ({"contact": ["b", "A", "c", "b"]}, ("A", "b", "c")),
        ({"contact": ["VIP", "vip"]}, ("VIP", "vip")),
        ({"contact": ["a"], "other": ["z"]}, ("a",)),
        (None, None),
    ],
)
def test_tags_are_read(value: Any, found: tuple[str, ...] | None) -> None:
    """Sorted by key, each spelling kept; None was not read."""
    assert roles_and_tags.read_tags({"tags": value}, "13") == found


@pytest.mark.parametrize(
    "value",
    [{}, "a", ["a"], {"contact": None}, {"contact": "a"}, {"contact": [5]}, {"contact": {"1": "a"}}, 5],
)
def test_tags_of_no_known_form_are_an_error(value: Any) -> None:
    """Tags that can't be read can't be replaced either."""
    with pytest.raises(UnexpectedResponse, match="contact 13: `tags`"):
        roles_and_tags.read_tags({"tags": value}, "13")


def test_a_set_of_no_known_form_was_not_read() -> None:
    """A contact whose tags or grants can't be understood is still a contact; only that set is missing."""
    found = contacts_v1.read_contact(v1(13, tags=["trade"])).state
    assert (found.tags, found.roles) == (None, (Grant("customer"),))
    found = contacts_v1.read_contact(v1(13, accessRoles=5)).state
    assert (found.tags, found.roles) == (("trade",), None)


def test_a_contact_is_read_whole() -> None:
    """All four facets: empty texts are None, flags and dates are no profile."""
    address = {
        "id": "549",
        "line1": "2 Sorrel Horse Mews",
        "line2": "",
        "countryCode": "GB",
        "country": "United Kingdom",
        "latitude": "52.05",
        "isPrimary": True,
    }
    found = contacts_v1.read_contact(v1(13, reference="C-13", address=address))
    assert found.identity == Identity("13", "user", "c13@example.com", "C-13")
    assert found.state == State(
        roles=(Grant("customer"),),
        tags=("trade",),
        profile={
            "email": "c13@example.com",
            "facebook": None,
            "firstname": "Bob",
            "lastname": "Number 13",
            "phone": None,
            "reference": "C-13",
        },
        address={"countryCode": "GB", "line1": "2 Sorrel Horse Mews", "line2": None},
    )


@pytest.mark.parametrize("value", [None, [], {}])
def test_no_address_is_an_empty_one(value: Any) -> None:
    """A contact without a primary address was read and has none."""
    assert contacts_v1.read_contact(v1(13, address=value)).state.address == {}


@pytest.mark.parametrize("value", ["x", [{"city": "Ipswich"}], {"city": "Ipswich", "zip": 12345}])
def test_an_address_that_is_told_in_part_was_not_read(value: Any) -> None:
    """A write sends the whole address, and would blank what was not understood."""
    assert contacts_v1.read_contact(v1(13, address=value)).state.address is None


@pytest.mark.parametrize(
    "told",
    [
        {"status": "active", "expires": None, "expiresOn": "2027-01-01T00:00:00+00:00"},
        {"status": "active", "expires": "2027-01-01T00:00:00+00:00", "expiresOn": "2027-01-02T00:00:00Z"},
        {"status": "active", "isActive": False, "expires": None},
        {"status": "pending", "isActive": True, "expires": None},
    ],
)
def test_a_grant_that_contradicts_itself_was_not_read(told: dict[str, Any]) -> None:
    """To believe either of the two could make it perpetual, or active."""
    (grant,) = contacts_v1.read_contact(v1(13, accessRoles={"customer": told})).state.roles or ()
    assert not grant.readable


@pytest.mark.parametrize(
    "told",
    [
        {"status": "active", "isActive": True, "expires": None, "expiresOn": ""},
        {"status": "active", "isActive": None, "expires": None},
    ],
)
def test_a_grant_may_tell_the_same_twice(told: dict[str, Any]) -> None:
    """What is told in two ways is believed where they agree."""
    (grant,) = contacts_v1.read_contact(v1(13, accessRoles={"customer": told})).state.roles or ()
    assert (grant.readable, grant.active, grant.expires) == (True, True, None)


def test_a_text_of_digits_may_come_as_a_number() -> None:
    """One contact whose reference is a number must not keep the whole account from being read."""
    assert values.read_identity(v2(13, reference=1042)).reference == "1042"


def test_both_versions_tell_the_same_identity() -> None:
    """Ids are numbers in v2 and texts in v1; an empty reference is none."""
    assert values.read_identity(v2(13, reference="")) == contacts_v1.read_contact(v1(13)).identity


@pytest.mark.parametrize("kind", ["", None])
def test_a_contact_may_have_no_type(kind: str | None) -> None:
    """Some contacts have no type; that is the empty text."""
    assert values.read_identity(v2(13, type=kind)).type == ""


def test_a_row_may_carry_grants_and_tags() -> None:
    """Where the list tells them whole, they are taken from it."""
    row = v2(13, accessRoles={"a": {"status": "active", "expires": None}}, tags={"contact": ["x"]})
    assert contacts_v2.read_row(row).state == State(roles=(Grant("a"),), tags=("x",))


@pytest.mark.parametrize(
    "row",
    [
        v2(13),
        v2(13, accessRoles={"a": {"name": "A"}}, tags=["x"]),
        v2(13, accessRoles=5, tags={"new": "form"}),
    ],
)
def test_a_row_that_carries_them_in_part_tells_nothing(row: dict[str, Any]) -> None:
    """Grants by name only, or an unknown form, in a list: the contact itself will be asked."""
    state = contacts_v2.read_row(row).state
    assert (state.roles, state.tags) == (None, None)


@pytest.mark.parametrize("number", [None, "", " ", True, 1.5, [], {}])
def test_a_contact_without_an_id_is_an_error(number: Any) -> None:
    """Without an id nothing can be compared."""
    with pytest.raises(UnexpectedResponse, match="has no id"):
        values.read_identity({"id": number})


@pytest.mark.parametrize("key", ["email", "type", "reference"])
def test_an_identity_is_text(key: str) -> None:
    """An identity of another type is an error with the contact's id and the key."""
    with pytest.raises(UnexpectedResponse, match=f"contact 13: `{key}` is not text"):
        values.read_identity(v2(13, **{key: ["x"]}))


def test_a_role_is_read() -> None:
    """Reference, title and approval; what is not told has its default."""
    assert roles_and_tags.read_role(
        {"id": 1, "reference": "a", "title": "A", "approvalMethod": "admin"}
    ) == Role("a", "A", "admin")
    assert roles_and_tags.read_role(
        {"id": 1, "reference": "a", "title": None, "approvalMethod": None}
    ) == Role("a", "", "none")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": [], "pagination": []},
        {"data": {}, "pagination": {"total": 0, "totalPages": 0}},
        {"data": [5], "pagination": {"total": 1, "totalPages": 1}},
        {"data": [], "pagination": {"total": "0", "totalPages": 0}},
        {"data": [], "pagination": {"total": -1, "totalPages": 0}},
        {"data": [], "pagination": {"total": True, "totalPages": 0}},
        {"data": [], "pagination": {"total": 0}},
        {"success": False, "data": [], "pagination": {"total": 0, "totalPages": 0}},
    ],
)
def test_a_list_without_its_counts_is_an_error(body: dict[str, Any]) -> None:
    """A list that can't be proven whole is not taken."""
    with pytest.raises(UnexpectedResponse, match="a list"):
        contacts_v2.read_page(body)


words = st.text("aB7 @", max_size=4)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(1.5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)

keys = st.sampled_from(
    ["id", "email", "type", "reference", "accessRoles", "tags", "address", "status", "expires"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(st.dictionaries(keys, json_values | st.dictionaries(keys, json_values, max_size=3)))
def test_no_answer_breaks_the_reading(inner: dict[str, Any]) -> None:
    """Whatever JSON comes back is a contact or Unintelligible, never another exception."""
    for read, body in (
        (contacts_v1.read_contact, {"contact": inner}),
        (contacts_v2.read_row, inner),
        (roles_and_tags.read_role, inner),
    ):
        try:
            read(body)
        except UnexpectedResponse:
            continue


@settings(deadline=None)
@given(st.permutations(["a", "B", "c", "D", "e"]))
def test_the_order_of_an_answer_does_not_count(order: list[str]) -> None:
    """The same grants and tags in another order are the same state."""
    told = {"status": "active", "expires": None}
    found = contacts_v1.read_contact(v1(1, accessRoles=dict.fromkeys(order, told), tags={"contact": order}))
    again = contacts_v1.read_contact(
        v1(1, accessRoles=dict.fromkeys(sorted(order), told), tags={"contact": sorted(order)})
    )
    assert found == again
