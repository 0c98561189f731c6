"""The operator's control door: state, clock, logs, approvals, changes of a contact by others."""

from typing import Any

import pytest

from reconcile import sandbox
from tests.support.sandbox.written_calls import Caller


def test_the_state_is_told(caller: Caller) -> None:
    """Account, instant, switches, profiles and faults in one answer."""
    state = caller.control("GET", "").json()
    assert state["account"] == "sandbox.evance.me"
    assert state["now"] == "2026-11-23T09:00:00+00:00"
    assert state["profiles"] == ["awkward", "documented", "hostile"]
    assert state["faults"] == []
    assert state["switches"]["grant_keys"] == "full"


def test_the_clock_can_be_fixed_moved_and_released(caller: Caller) -> None:
    """`now` fixes it, `advance` moves it, an empty body gives back the time it began with."""
    assert caller.control("PUT", "clock", {"now": "2027-01-01T00:00:00+01:00"}).json()["now"] == (
        "2026-12-31T23:00:00+00:00"
    )
    assert caller.control("PUT", "clock", {"advance": 3600}).json()["now"] == "2027-01-01T00:00:00+00:00"
    assert caller.control("PUT", "clock", {}).json()["now"] == "2026-11-23T09:00:00+00:00"


def test_a_profile_and_single_switches_can_be_turned_together(caller: Caller) -> None:
    """The profile comes first, single switches override it."""
    body = {"profile": "hostile", "switches": {"grant_keys": "full", "max_limit": 7}}
    switches = caller.control("PUT", "switches", body).json()["switches"]
    assert (switches["grant_keys"], switches["max_limit"], switches["tags_write"]) == ("full", 7, "add")


def test_the_outbox_can_be_read_and_emptied(caller: Caller) -> None:
    """Mails that would have gone out are listed with recipient, contact and role."""
    caller.call("POST", "/api/contacts/13.json", json={"contact": {"accessRoles": ["trade-account"]}})
    assert caller.control("GET", "outbox").json() == {
        "outbox": [
            {
                "at": "2026-11-23T09:00:00+00:00",
                "kind": "approval-request",
                "recipient": "trade@example.com",
                "contact": 13,
                "role": "trade-account",
            }
        ]
    }
    assert caller.control("DELETE", "outbox").status_code == 204
    assert caller.outbox() == []


def test_requests_and_tokens_can_be_forgotten(caller: Caller) -> None:
    """An emptied log is empty, also of lines not yet written; without tokens callers must ask anew."""
    caller.call("GET", "/api/index.json")
    assert caller.control("DELETE", "requests").status_code == 204
    assert caller.control("GET", "requests").json() == {"requests": []}
    assert caller.control("DELETE", "tokens").status_code == 204
    assert caller.call("GET", "/api/index.json").status_code == 401


def test_each_change_of_a_contact_is_listed_with_whose_it_was(caller: Caller) -> None:
    """What it held before and after; a write that changes nothing, or is refused, is none."""
    caller.call("POST", "/api/contacts/14.json", json={"contact": {"tags": {"contact": ["trade"]}}})
    caller.call("POST", "/api/contacts/14.json", json={"contact": {"tags": {"contact": ["trade"]}}})
    caller.call("POST", "/api/contacts/14.json", json={"contact": {"accessRoles": ["no-such-role"]}})
    caller.control("PATCH", "contacts/14", {"grant": "press", "tag": "gold", "tag_type": "trade"})
    caller.control("DELETE", "contacts/14")
    listed = caller.control("GET", "changes").json()["changes"]
    assert [(row["by"], row["contact"]) for row in listed] == [
        ("caller", 14),
        ("somebody", 14),
        ("somebody", 14),
    ]
    first, second, last = listed
    assert (first["before"]["tags"], first["after"]["tags"]) == (
        {"contact": ["ipswich", "trade"]},
        {"contact": ["trade"]},
    )
    assert {**first["before"], "tags": 0} == {**first["after"], "tags": 0}
    assert second["after"]["tags"] == {"contact": ["trade"], "trade": ["gold"]}
    assert second["after"]["roles"].keys() - second["before"]["roles"].keys() == {"press"}
    assert (last["before"], last["after"]) == (second["after"], None)
    assert caller.control("DELETE", "changes").status_code == 204
    assert sandbox.show(caller.path, "changes") == []


def test_a_new_contact_is_a_change_from_nothing(caller: Caller) -> None:
    """By the API, and when somebody registers."""
    contact = {"type": "user", "firstname": "A", "lastname": "B", "email": "ab@example.com"}
    caller.call("POST", "/api/contacts.json", json={"contact": contact})
    caller.control("POST", "contacts", {"email": "cd@example.com"})
    listed = sandbox.show(caller.path, "changes")
    assert [(row["by"], row["before"], row["after"]["fields"]["email"]) for row in listed] == [
        ("caller", None, "ab@example.com"),
        ("somebody", None, "cd@example.com"),
    ]


@pytest.mark.parametrize("part", ["contacts", "roles", "grants", "switches"])
def test_every_part_of_the_account_can_be_read(caller: Caller, part: str) -> None:
    """The rows are those of `sandbox.show`."""
    assert caller.control("GET", part).json() == {part: sandbox.show(caller.path, part)}


def test_a_contact_can_be_read_whatever_the_switches_hide(caller: Caller) -> None:
    """It has the v1 read form with its grants and tags, also where the API shows none."""
    caller.control("PUT", "switches", {"profile": "hostile"})
    assert (
        caller.control("GET", "contacts/13").json()["contact"] == sandbox.show(caller.path, "contact:13")[0]
    )


def test_the_tokens_can_be_read(caller: Caller) -> None:
    """Every token that is stored is listed, for tests that look for it in output."""
    first, second = caller.token(), caller.token("contacts.readonly")
    assert caller.control("GET", "tokens").json() == {"tokens": sorted([first, second])}


def test_somebody_else_can_edit_a_contact(caller: Caller) -> None:
    """Grants, tags, address and reference change as named, without a mail; the rest stays."""
    before = caller.control("GET", "contacts/13").json()["contact"]
    edit = {"grant": "press", "revoke": "newsletter", "tag": "seen", "email": "Bob@example.org"}
    assert caller.control("PATCH", "contacts/13", edit).status_code == 204
    after = caller.control("GET", "contacts/13").json()["contact"]
    assert set(after["accessRoles"]) == {"customer", "press"}
    assert (after["tags"], after["email"]) == ({"contact": ["seen"]}, "Bob@example.org")
    assert caller.control("PATCH", "contacts/13", {"untag": "seen", "reference": "R-1"}).status_code == 204
    last = caller.control("GET", "contacts/13").json()["contact"]
    assert (last["tags"], last["reference"]) == ({"contact": []}, "R-1")
    unmoved = set(before) - {"accessRoles", "tags", "email", "reference"}
    assert all(last[key] == before[key] for key in unmoved)
    assert caller.outbox() == []
    assert caller.control("GET", "requests").json()["requests"] == []


def test_somebody_else_can_give_a_grant_any_status_and_expiry(caller: Caller) -> None:
    """Also one that is held: the word and the date-time are shown as they were given."""
    for status in ("rejected", "paused", "pending"):
        edit = {"grant": "newsletter", "status": status, "expires": "2027-05-01T00:00:00+00:00"}
        assert caller.control("PATCH", "contacts/13", edit).status_code == 204
        grant = caller.get("/api/contacts/13.json")["contact"]["accessRoles"]["newsletter"]
        assert (grant["status"], grant["expires"]) == (status, "2027-05-01T00:00:00+00:00")
    assert caller.control("POST", "contacts/13/roles/newsletter/approve").status_code == 204


def test_somebody_else_can_give_tags_of_another_type(caller: Caller) -> None:
    """They stand beside those of `contact` and do not go with them; the list of tags shows all."""
    for tag in ("gold", "blue"):
        caller.control("PATCH", "contacts/14", {"tag": tag, "tag_type": "trade"})
    caller.control("PATCH", "contacts/14", {"untag": "blue", "tag_type": "trade"})
    caller.control("PATCH", "contacts/14", {"untag": "trade"})
    assert caller.get("/api/contacts/14.json")["contact"]["tags"] == {
        "contact": ["ipswich"],
        "trade": ["gold"],
    }
    caller.control("PUT", "switches", {"switches": {"tags_read": "list"}})
    assert caller.get("/api/contacts/14.json")["contact"]["tags"] == ["ipswich", "gold"]


def test_somebody_else_can_rename_a_contact(caller: Caller) -> None:
    """First and last name change, and nothing else."""
    assert caller.control("PATCH", "contacts/13", {"lastname": "Newname"}).status_code == 204
    contact = caller.control("GET", "contacts/13").json()["contact"]
    assert (contact["firstname"], contact["lastname"]) == ("Bob", "Newname")


def test_somebody_can_register_with_a_released_address(caller: Caller) -> None:
    """Who had the address has another one and keeps what it holds; the newcomer holds nothing."""
    answer = caller.control("POST", "contacts", {"email": "bob@email.com", "moved_to": "robert@email.com"})
    assert answer.status_code == 201
    newcomer = caller.get(f"/api/contacts/{answer.json()['id']}.json")["contact"]
    assert (newcomer["email"], newcomer["type"], newcomer["accessRoles"]) == ("bob@email.com", "user", {})
    bob = caller.get("/api/contacts/13.json")["contact"]
    assert (bob["email"], set(bob["accessRoles"])) == ("robert@email.com", {"customer", "newsletter"})


def test_somebody_else_can_delete_a_contact(caller: Caller) -> None:
    """It is gone with all that belonged to it."""
    assert caller.control("DELETE", "contacts/13").status_code == 204
    assert caller.call("GET", "/api/contacts/13.json").status_code == 404
    assert all(grant["contact"] != 13 for grant in caller.control("GET", "grants").json()["grants"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "switches", {"profile": "nice"}, 400),
        ("PUT", "switches", {"switches": []}, 400),
        ("PUT", "faults", {"faults": ["thunder"]}, 400),
        ("PUT", "faults", {"faults": "status"}, 400),
        ("PUT", "faults", {"faults": [], "seed": "x"}, 400),
        ("PUT", "clock", {"now": "tomorrow"}, 400),
        ("PUT", "clock", {"later": 1}, 400),
        ("PUT", "clock", {"advance": 10**30}, 400),
        ("POST", "clients", {"scopes": 1}, 400),
        ("POST", "clients", {"scopes": "everything"}, 400),
        ("POST", "contacts/999999/verify", None, 404),
        ("POST", "contacts/13/roles/trade-account/approve", None, 404),
        ("POST", "contacts/13/roles/customer/reject", None, 404),
        ("GET", "contacts/999999", None, 404),
        ("DELETE", "contacts/999999", None, 404),
        ("PATCH", "contacts/999999", {"tag": "a"}, 404),
        ("PATCH", "contacts/13", {"company": "Bee"}, 400),
        ("PATCH", "contacts/13", {"tag": 1}, 400),
        ("PATCH", "contacts/13", {"email": "grace.odell@example.com"}, 400),
        ("PATCH", "contacts/13", {"grant": "press", "expires": "soon"}, 400),
        ("PATCH", "contacts/13", {"grant": "press", "status": ""}, 400),
        ("POST", "contacts", {}, 400),
        ("POST", "contacts", {"email": "bob@email.com"}, 400),
        ("POST", "contacts", {"email": "bob@email.com", "moved_to": "grace.odell@example.com"}, 400),
        ("GET", "nothing", None, 404),
    ],
)
def test_what_cannot_be_done_is_told(caller: Caller, method: str, path: str, body: Any, status: int) -> None:
    """A wrong request to the control door gets a 4xx with a message and changes nothing."""
    before = caller.control("GET", "").json()
    answer = caller.control(method, path, body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert caller.control("GET", "").json() == before
