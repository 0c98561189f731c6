"""Reading an account over real HTTP."""

import pytest

from reconcile.errors import UnexpectedResponse
from reconcile.evance.reader import Reader
from tests.support.http.account_rows import page_of, v1, v2, whole_account
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest


def test_a_whole_account_is_listed_and_read(open_client: OpenClient) -> None:
    """All pages are listed, each contact is read once, and the answers come in the order asked for."""
    fake_account, reader = open_client(whole_account(250), kind=Reader)
    told: list[tuple[int, int | None]] = []
    found = reader.listing(lambda done, total: told.append((done, total)))
    assert [who.id for who in found.identities] == [str(number) for number in range(1, 251)]
    assert told[-1] == (250, 250)
    contacts = reader.contacts(found.identities, known=found)
    assert list(contacts) == [who.id for who in found.identities]
    assert contacts["7"].state.roles[0].reference == "customer"
    assert len(fake_account.calls) == 3 + 250
    assert len(fake_account.token_calls) == 1


def test_connections_are_kept_alive(open_client: OpenClient) -> None:
    """There are no more connections than workers and the calling thread need."""
    fake_account, reader = open_client(whole_account(60), kind=Reader, concurrency=3)
    reader.contacts(reader.listing().identities)
    assert fake_account.connections <= 4


def test_roles_are_read(open_client: OpenClient) -> None:
    """The account's roles come with their approval method, `none` where it is not told."""
    _, reader = open_client(whole_account(1), kind=Reader)
    assert [(role.reference, role.approval) for role in reader.roles()] == [("customer", "none")]


def test_an_update_sends_the_payload_as_it_stands(open_client: OpenClient) -> None:
    """The body of the request is the payload, and the echo is the contact."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    payload = {"contact": {"accessRoles": [{"reference": "customer", "status": "active"}]}}
    contact = writer.update("13", payload).contact
    assert contact is not None
    assert contact.identity.email == "c13@example.com"
    assert [(seen.method, seen.path, seen.json) for seen in fake_account.calls] == [
        ("POST", "/api/contacts/13.json", payload)
    ]


def test_a_search_asks_for_one_contact_alone(open_client: OpenClient) -> None:
    """The field goes along as a filter, and one page answers."""

    def script(seen: SeenRequest) -> FakeReply:
        return page_of([v2(7)] if seen.query.get("email") == "c7+x@example.com" else [], seen)

    fake_account, reader = open_client(script, kind=Reader)
    assert [who.id for who in reader.search("email", "c7+x@example.com").identities] == ["7"]
    assert reader.search("reference", "R 1&page=2").identities == ()
    assert [seen.query.get("reference") for seen in fake_account.calls] == [None, "R 1&page=2"]


def test_a_search_of_a_server_that_knows_no_filter_finds_all(open_client: OpenClient) -> None:
    """Such a server lists everybody: all pages are read, so the one who is looked for is among them."""
    _, reader = open_client(whole_account(250), kind=Reader)
    assert len(reader.search("email", "c7@example.com").identities) == 250


def test_each_kind_of_failure_has_its_own_tries(open_client: OpenClient) -> None:
    """Two gateways' errors use up no try of a body that is no JSON, which has three of its own."""
    page, down, good = FakeReply(body=b"<html>"), FakeReply(503), FakeReply(body=v1(13))
    answers = iter([down, down, page, page, good, down, page, page, page])
    _, reader = open_client(lambda _seen: next(answers), kind=Reader)
    assert reader.contact("13").identity.id == "13"
    with pytest.raises(UnexpectedResponse):
        reader.contact("13")
    assert next(answers, None) is None
