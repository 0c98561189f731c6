"""A reader has no way to write: neither a method nor a wire that would carry it."""

import pytest
import requests

from reconcile.errors import ReconcileError
from reconcile.evance.reader import Reader
from reconcile.evance.transport import TOKEN_PATHS, ApiRequest, transport_settings
from reconcile.evance.writer import Writer
from reconcile.http.session import open_session
from tests.support.http.account_rows import v1
from tests.support.http.client_clock import connection_to
from tests.support.http.fake_account import FakeReply, OpenClient

WRITES = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "post"]


def test_a_reader_has_no_writing_method() -> None:
    """What it can be asked for is reading, a token, the time, and closing; only the writer has more."""
    assert {name for name in dir(Reader) if name[0] != "_"} == {
        "close",
        "contact",
        "contacts",
        "first_page",
        "grants",
        "listed_by_ids",
        "listing",
        "looked_up",
        "roles",
        "search",
        "searched",
        "server_time",
        "sign_in",
    }
    assert {name for name in dir(Writer) if name[0] != "_"} - set(dir(Reader)) == {
        "contact_to_update",
        "create",
        "namesakes",
        "stop_when",
        "update",
    }


@pytest.mark.parametrize("method", WRITES)
def test_the_transport_of_a_reader_refuses_writes(open_client: OpenClient, method: str) -> None:
    """A write that gets as far as the transport ends there, and no connection is made for it."""
    fake_account, reader = open_client(lambda _seen: FakeReply(body=v1(13)), kind=Reader)
    request = ApiRequest(method, "/api/contacts/13.json", "do harm", body={"contact": {}})
    with pytest.raises(ReconcileError, match="this command may only read"):
        reader._api._transport.send(request)
    with pytest.raises(ReconcileError, match="this command may only read"):
        reader._api.write(request)
    assert [seen.method for seen in fake_account.calls] == []


@pytest.mark.parametrize("path", TOKEN_PATHS)
def test_a_reader_may_ask_for_a_token(open_client: OpenClient, path: str) -> None:
    """The two token paths are the only ones that take a POST."""
    fake_account, reader = open_client(lambda _seen: FakeReply(body=v1(13)), kind=Reader)
    assert reader._api._transport.send(ApiRequest("POST", path, "give a token", form={})).succeeded
    for near in (f"{path}/", f"{path}x", f"/x{path}", f"/api/contacts.json?{path}"):
        with pytest.raises(ReconcileError, match="may only read"):
            reader._api._transport.send(ApiRequest("POST", near, "give a token", form={}))
    assert len(fake_account.seen) == 1


def test_the_session_itself_refuses(open_client: OpenClient) -> None:
    """The gate is the last thing before the wire: even the bare session of a reader can't write."""
    fake_account, _ = open_client(lambda _seen: FakeReply())
    with open_session(
        fake_account.url, transport_settings(connection_to(fake_account.url), may_write=False)
    ) as session:
        with pytest.raises(ReconcileError):
            session.post(f"{fake_account.url}/api/contacts.json", json={})
        with pytest.raises(ReconcileError):
            session.delete(f"{fake_account.url}/api/contacts/1.json")
        assert isinstance(session.get(f"{fake_account.url}/api/contacts/1.json"), requests.Response)
    assert [seen.method for seen in fake_account.seen] == ["GET"]
