"""The client against the sandbox, which shares no code with it: the account holds what was meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconcile.errors import ApiError, NotFound, Unauthorized
from reconcile.evance.connection import Connection, Credentials, resolve_connection
from reconcile.evance.reader import Reader
from reconcile.evance.writer import WriteKind, Writer, WriteResult
from reconcile.model.contact import Grant, Identity
from reconcile.model.partial_fields import FieldNeeds
from reconcile.model.settings import AuthFlow, Target, TargetKind, UpdateMethod
from reconcile.sandbox import Access, running, seed, show
from tests.support.http.write_results import expect

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

EXPIRY = datetime(2027, 1, 31, tzinfo=UTC)


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """The built-in shop, not yet served."""
    path = tmp_path / "sandbox.sqlite3"
    seed(path, now=NOW)
    return path


@contextmanager
def served(path: Path, **options: Any) -> Iterator[Connection]:
    with running(path, now=NOW, **options) as access:
        yield reached(access)


def reached(access: Access) -> Connection:
    target = Target("shop", TargetKind.SANDBOX, url=access.url, rate=2000)
    return resolve_connection(
        target, Credentials(access.client_id, access.private_key, account=access.account)
    )


def identities(path: Path) -> list[Identity]:
    """Who is in the account, as the sandbox itself shows it."""
    shown = show(path, "contacts")
    found = [Identity(row["id"], row["type"] or "", row["email"], row["reference"] or None) for row in shown]
    return sorted(found, key=lambda who: int(who.id))


def roles_of(path: Path, number: str) -> set[str]:
    return set(show(path, f"contact:{number}")[0]["accessRoles"] or {})


def somebody(path: Path) -> Identity:
    """A user with at least two roles."""
    return next(who for who in identities(path) if who.type == "user" and len(roles_of(path, who.id)) > 1)


@pytest.mark.parametrize("flow", AuthFlow)
def test_a_whole_account_is_read_by_either_flow(account: Path, flow: AuthFlow) -> None:
    """Every contact of the account, with the grants and tags that the account holds."""
    with served(account) as there, Reader(replace(there, auth=flow, page_size=10)) as reader:
        found = reader.listing()
        assert list(found.identities) == identities(account)
        contacts = reader.contacts(found.identities, known=found)
        assert {role.reference for role in reader.roles()} == {
            row["reference"] for row in show(account, "roles")
        }
    for row in show(account, "contacts"):
        state = contacts[row["id"]].state
        assert {grant.reference for grant in state.roles or ()} == set(row["accessRoles"] or {})
        assert set(state.tags or ()) == set(row["tags"]["contact"])
        assert all(grant.readable for grant in state.roles or ())


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_every_signature_is_accepted(account: Path, algorithm: str) -> None:
    """The sandbox verifies the assertion: audience, issuer, expiry and signature."""
    with running(account) as access:
        there = reached(access)
        credentials = replace(there.credentials, algorithm=algorithm)
        with Reader(replace(there, credentials=credentials, auth=AuthFlow.JWT_BEARER)) as reader:
            assert reader.roles()


@pytest.mark.parametrize("flow", AuthFlow)
@pytest.mark.parametrize("body", ["oauth", "envelope", "empty"])
def test_wrong_credentials_are_said_to_be_wrong(account: Path, flow: AuthFlow, body: str) -> None:
    """Whatever the answer looks like, a wrong key is one clear line."""
    with served(account, switches={"auth_errors": body}) as there:
        wrong = Credentials(there.credentials.client_id, "0" * 64)
        with (
            Reader(replace(there, credentials=wrong, auth=flow)) as reader,
            pytest.raises(Unauthorized, match="did not accept the credentials"),
        ):
            reader.roles()


@pytest.mark.parametrize("shape", ["map", "array"])
@pytest.mark.parametrize("empty", ["object", "array"])
@pytest.mark.parametrize("keys", ["full", "other"])
@pytest.mark.parametrize("times", ["utc", "london"])
def test_grants_are_the_same_in_every_shape(
    account: Path, shape: str, empty: str, keys: str, times: str
) -> None:
    """However the server writes grants and dates, the state that is read is one and the same."""
    with served(account) as there, Reader(there) as reader:
        everybody = reader.listing().identities[:25]
        plain = reader.contacts(everybody)
    switches = {"grant_shape": shape, "empty_map": empty, "grant_keys": keys, "times": times}
    with served(account, switches=switches) as there, Reader(there) as reader:
        found = reader.contacts(everybody)
    for number, contact in plain.items():
        again = found[number].state
        assert again.tags == contact.state.tags
        assert [(grant.reference, grant.expires, grant.active) for grant in again.roles or ()] == [
            (grant.reference, grant.expires, grant.active) for grant in contact.state.roles or ()
        ]
        assert all(grant.readable for grant in again.roles or ())


def test_grants_by_name_only_are_not_readable(account: Path) -> None:
    """Where the server tells only names, no grant may be written back."""
    who = somebody(account)
    with served(account, switches={"grant_keys": "name"}) as there, Reader(there) as reader:
        roles = reader.contact(who.id).state.roles
    assert roles
    assert {grant.reference for grant in roles} == roles_of(account, who.id)
    assert not any(grant.readable for grant in roles)


@pytest.mark.parametrize("form", ["none", "list"])
def test_tags_that_are_not_told_were_not_read(account: Path, form: str) -> None:
    """No tags in the answer, or tags in an unknown form, are not an empty set."""
    who = somebody(account)
    with served(account, switches={"tags_read": form}) as there, Reader(there) as reader:
        state = reader.contact(who.id).state
    assert state.tags is None
    assert state.roles


@pytest.mark.parametrize("order", ["id", "newest", "modified", "random"])
@pytest.mark.parametrize("past_end", ["empty", "last", "404"])
def test_a_listing_is_whole_in_any_order(account: Path, order: str, past_end: str) -> None:
    """Even a server that draws its order anew for each page gives the whole list, and nothing twice."""
    switches = {"list_order": order, "past_end": past_end, "max_limit": 7}
    with served(account, switches=switches) as there, Reader(there) as reader:
        assert list(reader.listing().identities) == identities(account)


def test_a_list_that_tells_everything_saves_the_reads(account: Path) -> None:
    """Where v2 lists carry grants and tags, what is listed equals what is read one by one."""
    with served(account, switches={"v2_nested_read": "yes"}) as there, Reader(there) as reader:
        found = reader.listing()
        assert len(found.contacts) == len(found.identities)
        listed = reader.contacts(found.identities, known=found)
        read = reader.contacts(found.identities)
    for number, contact in listed.items():
        assert contact.identity == read[number].identity
        assert contact.state.roles == read[number].state.roles
        assert contact.state.tags == read[number].state.tags


def test_contacts_numbered_otherwise_are_noticed(account: Path) -> None:
    """When v2 ids are not those of v1, nothing is read for the wrong contact."""
    with (
        served(account, switches={"v2_ids": "other"}) as there,
        Reader(there) as reader,
        pytest.raises(ApiError, match=r"another e-mail address than in the listing|was listed but is gone"),
    ):
        reader.contacts(reader.listing().identities)


@pytest.mark.parametrize("method", UpdateMethod)
def test_an_update_replaces_what_it_names(account: Path, method: UpdateMethod) -> None:
    """Grants and tags in the payload are what the account then holds; the echo tells the same."""
    who = somebody(account)
    payload = {
        "contact": {
            "accessRoles": [
                {"reference": "trade-account", "status": "active", "expires": "2027-01-31T00:00:00+00:00"}
            ],
            "tags": {"contact": ["ipswich", "trade"]},
        }
    }
    with served(account) as there, Writer(replace(there, update_method=method)) as writer:
        before = writer.contact(who.id)
        write = writer.update(who.id, payload)
        after = writer.contact(who.id)
    assert after.state.roles == (Grant("trade-account", "active", EXPIRY),)
    assert after.state.tags == ("ipswich", "trade")
    assert after.identity == before.identity
    assert after.state.profile == before.state.profile
    assert write == WriteResult(WriteKind.WRITTEN, contact_id=who.id, contact=after)
    assert roles_of(account, who.id) == {"trade-account"}


def test_an_update_leaves_what_it_does_not_name(account: Path) -> None:
    """A payload of a profile field touches neither grants nor tags."""
    who = somebody(account)
    with served(account) as there, Writer(there) as writer:
        before = writer.contact(who.id).state
        writer.update(who.id, {"contact": {"phone": "01473 000000", "address": {"city": "Ipswich"}}})
        after = writer.contact(who.id).state
    assert (after.roles, after.tags) == (before.roles, before.tags)
    assert (after.profile or {})["phone"] == "01473 000000"
    assert (after.address or {})["city"] == "Ipswich"


def test_a_verb_that_the_server_refuses_was_not_written(account: Path) -> None:
    """A server that wants PUT answers POST with 405, which is a clear error and no unknown outcome."""
    who = somebody(account)
    held = roles_of(account, who.id)
    with served(account, switches={"update_method": "PUT"}) as there, Writer(there) as writer:
        expect(writer.update(who.id, {"contact": {"accessRoles": []}}), WriteKind.REJECTED, r"\(405\)")
        assert roles_of(account, who.id) == held


def test_a_refused_role_is_named_by_its_field(account: Path) -> None:
    """A role that the account does not have is refused as a whole, and the field is told."""
    who = somebody(account)
    with served(account) as there, Writer(there) as writer:
        expect(
            writer.update(who.id, {"contact": {"accessRoles": ["no-such-role"]}}),
            WriteKind.REJECTED,
            r"did not update contact \d+ \(422\): .*accessRoles",
        )
        assert "no-such-role" not in roles_of(account, who.id)


def test_a_new_contact_can_be_read(account: Path) -> None:
    """The id of the answer is the id of the contact."""
    new = {"type": "guest", "firstname": "Ada", "lastname": "Lovelace", "email": "ada@example.com"}
    with served(account) as there, Writer(there) as writer:
        number = writer.create({"contact": {**new, "tags": {"contact": ["new"]}}}).contact_id
        found = writer.contact(number)
    assert found.identity == Identity(number, "guest", "ada@example.com")
    assert found.state.tags == ("new",)
    assert number in {who.id for who in identities(account)}


def test_a_taken_address_is_refused_without_showing_it(account: Path) -> None:
    """Two users can't share an address: the field and the kind of error are told, the address is not."""
    who = somebody(account)
    new = {"type": "user", "firstname": "A", "lastname": "B", "email": who.email, "password": "a-Secret-1"}
    with served(account) as there, Writer(there) as writer:
        write = writer.create({"contact": new})
    expect(write, WriteKind.REJECTED, "email")
    assert who.email not in write.detail


def test_a_contact_that_does_not_exist_is_not_found(account: Path) -> None:
    """A missing contact is NotFound when it is read, and a write to it is rejected."""
    with served(account) as there, Writer(there) as writer:
        with pytest.raises(NotFound):
            writer.contact("999999")
        expect(
            writer.update("999999", {"contact": {"tags": {"contact": []}}}),
            WriteKind.REJECTED,
            "no such thing",
        )


def test_profile_and_address_use_the_names_of_the_writes(account: Path) -> None:
    """What is read of profile and address can be written back under the same names, and changes nothing."""
    who = somebody(account)
    with served(account) as there, Writer(there) as writer:
        before = writer.contact(who.id).state
        fields = {
            name: value for name, value in (before.profile or {}).items() if value and name != "username"
        }
        address = {name: value for name, value in (before.address or {}).items() if value}
        writer.update(who.id, {"contact": {**fields, "address": address}} if address else {"contact": fields})
        after = writer.contact(who.id).state
    assert after == before


def test_facets_that_a_list_lacks_are_read(account: Path) -> None:
    """Asked for the profile, contacts are read one by one where the list told grants and tags alone."""
    with served(account, switches={"v2_nested_read": "yes"}) as there, Reader(there) as reader:
        found = reader.listing()
        contacts = reader.contacts(found.identities[:3], known=found, needs=FieldNeeds(frozenset()))
    assert all(contact.state.profile for contact in contacts.values())
