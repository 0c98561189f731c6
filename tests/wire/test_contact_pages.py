"""The quick way from the bytes of a list page to contacts gives what the plain way gives, whatever comes."""

import json
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact, State
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds
from reconcile.wire.contact_pages import ContactRows, PageBody, decode_page
from reconcile.wire.contacts_v2 import OddRow, Page, ReadRow, VersionedRow, read_page, read_row
from reconcile.wire.fields import ADDRESS_FIELDS
from tests.support.http.account_rows import v2

texts = st.sampled_from(["", "a", "A b", "é", "\ud800", "7", "null"]) | st.text(max_size=3)

odd = st.sampled_from([None, True, 5, -1, 1.5, 10**30, float("nan"), [], {}, ["x"], {"a": None}]) | texts

instants = st.sampled_from(
    [None, "", "2027-01-31T00:00:00+00:00", "2027-01-31T00:00:00.5+01:00", "2027-01-31", "never", 5]
)

grants = st.fixed_dictionaries(
    {},
    optional={
        "name": odd,
        "reference": odd,
        "status": st.sampled_from(["active", "pending", " Active", "rejected", "", None, 5]),
        "expires": instants,
        "expiresOn": instants,
        "isActive": st.booleans() | odd,
    },
)

roles = (
    st.dictionaries(st.sampled_from(["trade", "vip", ""]), grants | odd, max_size=2)
    | st.lists(grants | st.sampled_from(["trade", "vip"]) | odd, max_size=2)
    | odd
)

tags = st.fixed_dictionaries({}, optional={"contact": st.lists(texts, max_size=3) | odd, "other": odd}) | odd

ADDRESS_NAMES = sorted(field.name for field in ADDRESS_FIELDS.values())

address = st.fixed_dictionaries(
    {name: st.sampled_from(["", "x", None]) for name in ADDRESS_NAMES[1:]},
    optional={ADDRESS_NAMES[0]: texts | odd, "id": odd, "more": odd},
)

needed = st.sampled_from(
    [
        NO_FIELDS,
        FieldNeeds(frozenset()),
        FieldNeeds(frozenset({"firstname", "company", "reference", "email"}), address=True),
    ]
)

rows = st.fixed_dictionaries(
    {"id": st.integers(0, 3) | odd},
    optional={
        "type": st.sampled_from(["user", "guest", "hq", None]) | odd,
        "email": st.just("a@b.example") | odd,
        "reference": odd,
        "accessRoles": roles,
        "tags": tags,
        "modifiedOn": instants | odd,
        "firstName": odd,
        "company": odd,
        "address": address | odd,
    },
)

counts = st.fixed_dictionaries({"total": st.just(2) | odd, "totalPages": st.just(1) | odd})

pages = st.fixed_dictionaries(
    {"data": st.lists(rows, max_size=4)}, optional={"links": odd, "status": odd}
).map(lambda page: page | {"pagination": {"total": 2, "totalPages": 1}}) | st.fixed_dictionaries(
    {"data": st.lists(rows | odd, max_size=2) | odd, "pagination": counts | odd},
    optional={"success": st.booleans() | odd},
)


def interpreted(state: State) -> State:
    """What an account that tells no tags comes to."""
    return replace(state, tags=None)


def plainly(content: bytes, needs: FieldNeeds = NO_FIELDS) -> Page[Contact | OddRow] | str:
    """What the bytes mean by the measure of the plain functions; the error in words."""
    try:
        body = json.loads(content)
    except ValueError:
        return "no JSON"
    if not isinstance(body, dict):
        return "no object"
    try:
        page = read_page(body)
    except UnexpectedResponse as error:
        return str(error)
    read = tuple((number, one_row(number, row, needs)) for number, row in page.rows)
    return Page(read, page.total, page.pages)


def one_row(number: str, row: Any, needs: FieldNeeds) -> Contact | OddRow:
    try:
        contact = read_row(row, needs)
    except UnexpectedResponse as error:
        return OddRow(number, str(error).removeprefix(f"contact {number}: "))
    return replace(contact, state=interpreted(contact.state))


def quickly(content: bytes, needs: FieldNeeds = NO_FIELDS) -> Page[ReadRow] | str:
    body = decode_page(content)
    if body is None:
        return plainly(content, needs)
    try:
        return ContactRows(interpreted, needs).page(body)
    except UnexpectedResponse as error:
        return str(error)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(pages, needed, st.booleans())
def test_both_ways_give_the_same(page: Any, needs: FieldNeeds, ascii_only: bool) -> None:  # noqa: FBT001 -- drawn
    """Documented rows and odd ones, in one page or another: the same contacts, odd rows and errors."""
    content = json.dumps(page, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    assert quickly(content, needs) == plainly(content, needs)
    # Each way of a page that the module does not decode, too.
    if isinstance(plain := plainly(content, needs), Page):
        assert ContactRows(interpreted, needs).page(json.loads(content)) == plain


@settings(deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=2))
def test_what_is_no_json_is_taken_by_neither(at: int, put: bytes) -> None:
    """Bytes that are spoilt anywhere are no page, unless JSON they still are."""
    content = bytearray(DOCUMENTED)
    at %= len(content)
    content[at : at + len(put)] = put
    assert quickly(bytes(content)) == plainly(bytes(content))


GRANTS = {"trade": {"name": "Trade \\ é", "status": "active", "expires": None}}

ROW = v2(7, accessRoles=GRANTS, tags={"contact": ["b", "a"]}, modifiedOn="2026-01-01T01:00:00+01:00")

PAGE = {"success": True, "data": [ROW], "pagination": {"total": 1, "totalPages": 1}, "links": {"next": None}}

DOCUMENTED = json.dumps(PAGE, ensure_ascii=False).encode()


def test_documented_rows_take_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither dicts nor the plain functions are needed for them: else the two ways are one."""
    body, plain = decode_page(DOCUMENTED), plainly(DOCUMENTED)
    assert isinstance(body, PageBody)
    monkeypatch.delattr("reconcile.wire.contact_pages.read_row")
    monkeypatch.delattr("reconcile.wire.roles_and_tags._grant")
    assert ContactRows(interpreted).page(body) == plain


def test_equal_sets_are_one_object() -> None:
    """A hundred thousand contacts with the same roles and tags keep them once."""
    page = PAGE | {"data": [ROW, ROW | {"id": 8}]}
    (_, one), (_, other) = ContactRows(interpreted).page(decode(page)).rows
    assert isinstance(one, Contact)
    assert isinstance(other, Contact)
    assert one.state is other.state


def test_sets_that_are_all_different_are_not_all_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered has a bound, and what was forgotten is read again."""
    monkeypatch.setattr("reconcile.wire.listed_sets._MOST_KNOWN", 10)
    rows = ContactRows(interpreted)
    many = [ROW | {"id": number, "accessRoles": {str(number): GRANTS["trade"]}} for number in range(30)]
    read = rows.page(decode(PAGE | {"data": [*many, many[0]]})).rows
    assert read[0] == read[-1]
    known = rows._sets
    assert max(map(len, (known._states, known._tags, known._grants, known._words))) <= 10


def test_a_version_tells_a_row_from_another() -> None:
    """The digest is one of the bytes as they came, the time that of the row, where it is a time."""
    odd_time = ROW | {"modifiedOn": 5, "email": ["x"]}
    rows = ContactRows(interpreted, versions=True).page(decode(PAGE | {"data": [ROW, odd_time]})).rows
    (_, one), (_, other) = rows
    assert isinstance(one, VersionedRow)
    assert isinstance(other, VersionedRow)
    raw = json.dumps(ROW, ensure_ascii=False).encode()
    assert one.version.digest == blake2b(raw, digest_size=16).digest() != other.version.digest
    assert str(one.version.modified) == "2026-01-01 00:00:00+00:00"
    assert other.version.modified is None
    assert isinstance(other.row, OddRow)


def decode(page: Any) -> PageBody:
    body = decode_page(json.dumps(page, ensure_ascii=False).encode())
    assert body is not None
    return body
