"""Writing one contact: what was sent, what came of it, and what is never repeated."""

import json
import threading
from typing import Any

import pytest

from reconcile.errors import Forbidden
from reconcile.evance.writer import WriteKind, WriteResult
from reconcile.model.settings import UpdateMethod
from tests.support.http.account_rows import page_of, v1, v2
from tests.support.http.client_clock import SleepClock
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest
from tests.support.http.write_results import expect

PAYLOAD: dict[str, Any] = {
    "contact": {
        "accessRoles": [{"reference": "customer", "status": "active"}, "trade-account"],
        "tags": {"contact": ["trade", "Ünïcode"]},
    }
}


@pytest.mark.parametrize("method", UpdateMethod)
def test_the_verb_of_an_update_is_configured(open_client: OpenClient, method: UpdateMethod) -> None:
    """POST or PUT as configured; the body is the payload, as UTF-8 JSON, and nothing else."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)), update_method=method)
    write = writer.update("13", PAYLOAD)
    expect(write, WriteKind.WRITTEN)
    assert write.contact.identity.id == "13"
    (seen,) = fake_account.calls
    assert (seen.method, seen.target) == (method.value, "/api/contacts/13.json")
    assert seen.headers["content-type"] == "application/json"
    assert seen.json == PAYLOAD
    assert "Ünïcode".encode() in seen.body


def test_a_new_contact_has_the_id_of_the_answer(open_client: OpenClient) -> None:
    """A contact is added at the address of all contacts; 201 is a success."""
    fake_account, writer = open_client(lambda _seen: FakeReply(201, v1(77)), update_method=UpdateMethod.PUT)
    assert writer.create({"contact": {"type": "guest"}}).contact_id == "77"
    assert [(seen.method, seen.path) for seen in fake_account.calls] == [("POST", "/api/contacts.json")]


@pytest.mark.parametrize("payload", [{}, {"accessRoles": []}, {"contact": {}, "data": {}}])
def test_a_payload_is_a_whole_body(open_client: OpenClient, payload: dict[str, Any]) -> None:
    """A payload without its envelope is a fault of the caller, found before anything is sent."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    with pytest.raises(ValueError, match="whole body"):
        writer.update("13", payload)
    with pytest.raises(ValueError, match="whole body"):
        writer.create(payload)
    assert fake_account.seen == []


@pytest.mark.parametrize(
    "reply",
    [
        FakeReply(hang_up=True),
        FakeReply(body=v1(13), cut=True),
        FakeReply(500),
        FakeReply(502, b"<html>bad gateway</html>"),
        FakeReply(503, headers={"Retry-After": "1"}),
        FakeReply(408),
        FakeReply(425, {"success": False}),
        FakeReply(499, b"<html>client closed request</html>"),
        FakeReply(302, headers={"Location": "/login"}),
        FakeReply(200, b"<html>hello</html>"),
        FakeReply(200, b'{"contact": {"id": "1'),
        FakeReply(200, []),
        FakeReply(200, {"success": False}),
        FakeReply(200, {"contact": None}),
        FakeReply(200, v1(14)),
    ],
)
def test_a_lost_answer_is_an_unknown_outcome(open_client: OpenClient, reply: FakeReply) -> None:
    """Whatever leaves open whether the write took effect: it is sent once, and the caller must read."""
    fake_account, writer = open_client(lambda _seen: reply)
    expect(writer.update("13", PAYLOAD), WriteKind.UNKNOWN, "whether it was written is unknown: read it back")
    assert len(fake_account.calls) == 1


@pytest.mark.parametrize(
    "reply", [FakeReply(hang_up=True), FakeReply(500), FakeReply(200, {}), FakeReply(200, b"")]
)
def test_a_lost_answer_to_an_addition_is_an_unknown_outcome(
    open_client: OpenClient, reply: FakeReply
) -> None:
    """A contact that may have been added is not added again; without its id nothing is confirmed."""
    fake_account, writer = open_client(lambda _seen: reply)
    expect(writer.create(PAYLOAD), WriteKind.UNKNOWN)
    assert len(fake_account.calls) == 1


def test_an_answer_that_shows_somebody_else_is_no_new_contact(open_client: OpenClient) -> None:
    """That contact would be remembered as the one that was made, and compared with its declaration."""
    _, writer = open_client(lambda _seen: FakeReply(201, v1(77)))
    payload = {"contact": {"type": "user", "email": "nina@example.com"}}
    expect(writer.create(payload), WriteKind.UNKNOWN, "whether it was written is unknown")
    payload = {"contact": {"type": "user", "email": "C77@example.com"}}
    assert writer.create(payload).contact_id == "77"


def test_a_timeout_of_a_write_is_an_unknown_outcome(open_client: OpenClient) -> None:
    """The write may have arrived although no answer came in time."""
    done = threading.Event()

    def stall(_seen: SeenRequest) -> FakeReply:
        done.wait(10)
        return FakeReply(body=v1(13))

    fake_account, writer = open_client(stall, read_timeout=0.2)
    try:
        expect(
            writer.update("13", PAYLOAD),
            WriteKind.UNKNOWN,
            r"did not answer within 0\.2 s: .* is unknown: read it back",
        )
    finally:
        done.set()
    assert len(fake_account.calls) == 1


@pytest.mark.parametrize("reply", [FakeReply(200, b""), FakeReply(204, b"")])
def test_an_empty_success_is_written(open_client: OpenClient, reply: FakeReply) -> None:
    """A 2xx without a body confirms the write but tells no contact."""
    _, writer = open_client(lambda _seen: reply)
    assert writer.update("13", PAYLOAD) == WriteResult(WriteKind.WRITTEN, contact_id="13")


def test_an_echo_of_part_of_the_contact_is_written(open_client: OpenClient) -> None:
    """An answer that tells only part is a success; the reading back tells the rest."""
    _, writer = open_client(lambda _seen: FakeReply(200, {"contact": {"firstname": "Bob"}}))
    assert writer.update("13", PAYLOAD) == WriteResult(WriteKind.WRITTEN, contact_id="13")


@pytest.mark.parametrize("wait", [{"Retry-After": "5"}, {}])
def test_an_update_that_was_too_much_is_postponed(
    open_client: OpenClient, clock: SleepClock, wait: dict[str, str]
) -> None:
    """A 429 was not taken: the next request waits, and it should be another look at the contact."""
    refusals = iter([FakeReply(429, headers=wait)] * 2)
    fake_account, writer = open_client(
        lambda seen: (
            FakeReply(body=v1(13)) if seen.method == "GET" else next(refusals, FakeReply(body=v1(13)))
        )
    )
    for _ in range(2):
        expect(
            writer.update("13", PAYLOAD),
            WriteKind.DEFERRED,
            r"did not update contact 13 \(429\): too many requests",
        )
        writer.contact("13")
    expect(writer.update("13", PAYLOAD), WriteKind.WRITTEN)
    assert [seen.method for seen in fake_account.calls] == ["POST", "GET", "POST", "GET", "POST"]
    assert clock.slept == pytest.approx(10 if wait else 0.5 + 1.0, abs=0.01)


def test_a_creation_that_was_too_much_is_postponed(open_client: OpenClient) -> None:
    """After the wait somebody else may have created the contact: it is not sent again without a look."""
    answers = iter([FakeReply(429, headers={"Retry-After": "5"})])
    fake_account, writer = open_client(
        lambda seen: page_of([], seen) if seen.method == "GET" else next(answers, FakeReply(201, v1(77)))
    )
    expect(writer.create(PAYLOAD), WriteKind.DEFERRED)
    assert writer.namesakes(["new@example.com"], None) == ()
    assert writer.create(PAYLOAD).contact_id == "77"
    assert [seen.method for seen in fake_account.calls] == ["POST", "GET", "GET", "POST"]


def test_namesakes_are_looked_for_by_address_and_reference(open_client: OpenClient) -> None:
    """After the whole list, each spelling of an address and the reference; each contact is told once."""
    rows = [v2(number, email="Bob@example.com", reference="R-1") for number in range(1, 4)]
    fake_account, writer = open_client(lambda seen: page_of(rows, seen, most=2))
    assert [who.id for who in writer.namesakes(["Bob@example.com", ""], "R-1")] == ["1", "2", "3"]
    assert [
        {key: value for key, value in seen.query.items() if key in ("email", "reference")}
        for seen in fake_account.calls
        if seen.query["page"] == "1"
    ] == [{}, {"email": "Bob@example.com"}, {"email": "bob@example.com"}, {"reference": "R-1"}]


@pytest.mark.parametrize("write", ["update", "create"])
@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (FakeReply(503, headers={"Retry-After": "7"}), 7),
        (FakeReply(500), 0.5),
        (FakeReply(408), 0.5),
        (FakeReply(503, headers={"Retry-After": "99999"}), 300),
    ],
)
def test_a_server_that_fails_at_a_write_is_left_in_peace(
    open_client: OpenClient, clock: SleepClock, reply: FakeReply, seconds: float, write: str
) -> None:
    """The reading that must follow waits as long as it asks for, within reason, or for the back-off."""
    _, writer = open_client(lambda seen: FakeReply(body=v1(13)) if seen.method == "GET" else reply)
    expect(writer.update("13", PAYLOAD) if write == "update" else writer.create(PAYLOAD), WriteKind.UNKNOWN)
    assert clock.slept == pytest.approx(0, abs=0.01)
    writer.contact("13")
    assert clock.slept == pytest.approx(seconds, abs=0.01)


def test_an_update_that_would_wait_too_long_has_failed(open_client: OpenClient, clock: SleepClock) -> None:
    """Nobody waits for an hour: the error says the cause, and it is not an unknown outcome."""
    _, writer = open_client(lambda _seen: FakeReply(429, headers={"Retry-After": "3600"}))
    expect(
        writer.update("13", PAYLOAD),
        WriteKind.REJECTED,
        r"did not update contact 13 \(429\): too many requests",
    )
    assert clock.slept < 60


def test_a_write_that_never_left_was_not_written(open_client: OpenClient) -> None:
    """When nothing listens any more, nothing was written, and the error is not an unknown outcome."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    writer.contact("13")
    moved = open_client(lambda _seen: FakeReply(), base_url="http://127.0.0.1:1")[1]
    moved._api.tokens = writer._api.tokens
    expect(moved.update("13", PAYLOAD), WriteKind.DEFERRED, r"no connection to 127\.0\.0\.1:1")
    assert len(fake_account.calls) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "it gave no reason"),
        (404, "there is no such thing in the account"),
        (405, "it gave no reason"),
        (409, "it gave no reason"),
        (422, "it gave no reason"),
    ],
)
def test_a_refused_write_was_not_written(open_client: OpenClient, status: int, reason: str) -> None:
    """A 4xx says that nothing was taken; it is not repeated."""
    fake_account, writer = open_client(lambda _seen: FakeReply(status, {"success": False, "status": status}))
    detail = rf"shop\.evance\.me did not update contact 13 \({status}\): {reason}"
    expect(writer.update("13", PAYLOAD), WriteKind.REJECTED, detail)
    assert len(fake_account.calls) == 1


def test_a_write_that_the_app_may_not_make_is_an_error(open_client: OpenClient) -> None:
    """The next contact would be refused, too: it is raised, not told of one contact."""
    fake_account, writer = open_client(lambda _seen: FakeReply(403, {"success": False, "status": 403}))
    with pytest.raises(Forbidden, match=r"shop\.evance\.me did not update contact 13 \(403\)"):
        writer.update("13", PAYLOAD)
    assert len(fake_account.calls) == 1


def rejection(open_client: OpenClient, body: Any, payload: dict[str, Any]) -> str:
    _, writer = open_client(lambda _seen: FakeReply(422, body))
    write = writer.update("13", payload)
    expect(write, WriteKind.REJECTED)
    return str(write.detail)


def test_a_validation_error_names_fields_and_references(open_client: OpenClient) -> None:
    """All complaints of the v2 envelope, sorted, with name, reference and a harmless message."""
    errors = [
        {"name": "tags", "ref": "error.too-long", "message": "may have 50 characters"},
        {"name": "accessRoles", "ref": "error.unknown", "message": "no role 'trade-acount'"},
    ]
    said = rejection(open_client, {"success": False, "errors": errors}, PAYLOAD)
    assert said.endswith(
        "accessRoles: error.unknown, no role 'trade-acount'; tags: error.too-long, may have 50 characters"
    )


def test_a_validation_error_of_v1_names_fields(open_client: OpenClient) -> None:
    """The older envelope maps fields to messages."""
    said = rejection(open_client, {"contact": {"email": ["is not unique"], "zip": "is missing"}}, PAYLOAD)
    assert said.endswith("email: is not unique; zip: is missing")


@pytest.mark.parametrize(
    "message",
    [
        "eve@example.com is taken",
        "Bobsworth is taken",
        "BOBSWORTH is taken",
        "IP4 1LN is unknown",
        "a\nb",
        "a\x1b[2Jb",
        "a\u202eb",
        "x" * 201,
    ],
)
def test_a_message_that_may_tell_about_a_person_is_not_shown(open_client: OpenClient, message: str) -> None:
    """No address, no value of the profile or address that was sent, nothing that moves the terminal."""
    payload = {"contact": {"lastname": "Bobsworth", "address": {"zip": "IP4 1LN"}}}
    errors = [{"name": "email", "ref": "error.not-unique", "message": message}]
    assert rejection(open_client, {"errors": errors}, payload).endswith("(422): email: error.not-unique")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "no",
        {},
        {"errors": None},
        {"errors": [5, {}, {"name": 5}]},
        {"errors": [{"name": "a b\n", "ref": ["x"]}]},
        {"contact": 5},
        {"contact": {"x y": [5]}},
        b"<html>no</html>",
    ],
)
def test_a_refusal_without_reasons_is_one_all_the_same(open_client: OpenClient, body: Any) -> None:
    """An error body of no known form is not shown, and breaks nothing."""
    assert rejection(open_client, body, PAYLOAD).endswith("(422): it gave no reason")


def test_a_write_carries_the_token(open_client: OpenClient) -> None:
    """Writes are authorized like reads, with one token."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    writer.contact("13")
    writer.update("13", PAYLOAD)
    assert len({seen.token for seen in fake_account.calls}) == 1
    assert len(fake_account.token_calls) == 1


def test_the_payload_is_sent_byte_for_byte(open_client: OpenClient) -> None:
    """The order of keys and the spelling of texts are the plan's."""
    fake_account, writer = open_client(lambda _seen: FakeReply(body=v1(13)))
    writer.update("13", PAYLOAD)
    assert (
        fake_account.calls[0].body == json.dumps(PAYLOAD, ensure_ascii=False, separators=(",", ":")).encode()
    )
