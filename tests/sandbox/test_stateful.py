"""Random requests against the server and a small model of contacts, grants and tags: no difference."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW

METHODS = {"customer": "none", "trade-account": "admin", "wholesale": "admin", "press": "email"}

REFERENCES = sorted(METHODS)

TAGS = ["trade", "Trade", "vip", "é", "spring 2026", "x" * 80]

EMAILS = [f"{name}@example.com" for name in ("ann", "Ann", "ben", "cy")]

DAYS = st.integers(-2, 12)


@dataclass
class Held:
    """A grant as the model knows it."""

    status: str
    awaits: str | None
    expires: datetime | None


@dataclass
class Person:
    """A contact as the model knows it."""

    kind: str
    email: str
    verified: bool = False
    company: str | None = None
    grants: dict[str, Held] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)


items = st.one_of(
    st.sampled_from(REFERENCES),
    st.fixed_dictionaries(
        {"reference": st.sampled_from(REFERENCES)},
        optional={"status": st.just("active"), "expires": DAYS},
    ),
)

role_lists = st.lists(
    items, max_size=4, unique_by=lambda item: item if isinstance(item, str) else item["reference"]
)


class Account(RuleBasedStateMachine):
    """The model beside the server. Expiries are days from now, the clock only moves forward."""

    ids = Bundle("ids")
    seeded_shop: Path
    folder: Path
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).runs += 1
        path = Path(shutil.copy(self.seeded_shop, self.folder / f"{self.runs}.sqlite3"))
        self.stack = ExitStack()
        self.caller: Caller = self.stack.enter_context(calling(path, now=NOW))
        self.now = NOW
        self.people: dict[str, Person] = {}
        self.mails: list[str] = []

    def teardown(self) -> None:
        self.stack.close()
        self.caller.path.unlink()

    @initialize()
    def empty_outbox(self) -> None:
        self.caller.control("DELETE", "outbox")

    @rule(
        target=ids,
        kind=st.sampled_from(["user", "guest", "recipient"]),
        email=st.sampled_from(EMAILS),
        password=st.booleans(),
        roles=st.none() | role_lists,
    )
    def add(self, kind: str, email: str, password: bool, roles: list[Any] | None) -> Any:  # noqa: FBT001
        body: dict[str, Any] = {"type": kind, "firstname": "A", "lastname": "B", "email": email}
        if kind == "user" and password:
            body["password"] = "secret"
        if roles is not None:
            body["accessRoles"] = self.written(roles)
        answer = self.caller.call("POST", "/api/contacts.json", json={"contact": body})
        if self.clashes(kind, email):
            assert answer.status_code == 422, answer.text
            return multiple()
        assert answer.status_code == 201, answer.text
        person = Person(kind, email)
        if kind == "user" and not password:
            self.mails.append("invitation")
        self.grant(person, roles or [])
        contact_id: str = answer.json()["contact"]["id"]
        self.people[contact_id] = person
        return contact_id

    @rule(
        contact_id=ids,
        put=st.booleans(),
        company=st.none() | st.sampled_from(["", "Co"]),
        roles=st.none() | role_lists,
        tags=st.none() | st.lists(st.sampled_from(TAGS), max_size=4),
    )
    def update(
        self,
        contact_id: str,
        put: bool,  # noqa: FBT001
        company: str | None,
        roles: list[Any] | None,
        tags: list[str] | None,
    ) -> None:
        body: dict[str, Any] = {}
        if company is not None:
            body["company"] = company
        if roles is not None:
            body["accessRoles"] = self.written(roles)
        if tags is not None:
            body["tags"] = {"contact": tags}
        method = "PUT" if put else "POST"
        answer = self.caller.call(method, f"/api/contacts/{contact_id}.json", json={"contact": body})
        assert answer.status_code == 200, answer.text
        person = self.people[contact_id]
        if company is not None:
            person.company = company or None
        if roles is not None:
            self.grant(person, roles)
        if tags is not None:
            person.tags = set(tags)

    @rule(contact_id=ids, roles=role_lists)
    def a_wrong_role_changes_nothing(self, contact_id: str, roles: list[Any]) -> None:
        body = {"contact": {"company": "Never", "accessRoles": [*self.written(roles), "made-up"]}}
        answer = self.caller.call("POST", f"/api/contacts/{contact_id}.json", json=body)
        assert answer.status_code == 422

    @rule(contact_id=ids, email=st.sampled_from(EMAILS))
    def move(self, contact_id: str, email: str) -> None:
        """Change the address, through v2."""
        person = self.people[contact_id]
        path = f"/api/v2/contacts/{contact_id}.json"
        answer = self.caller.call("PUT", path, json={"data": {"email": email}})
        if self.clashes(person.kind, email, but=contact_id):
            assert answer.status_code == 422
            return
        assert answer.status_code == 200
        person.verified = person.verified and person.email == email
        person.email = email

    @rule(contact_id=ids)
    def verify(self, contact_id: str) -> None:
        assert self.caller.control("POST", f"contacts/{contact_id}/verify").status_code == 204
        person = self.people[contact_id]
        person.verified = True
        for grant in person.grants.values():
            if grant.awaits == "email":
                grant.status, grant.awaits = "active", None

    @rule(contact_id=ids, reference=st.sampled_from(["trade-account", "wholesale"]), good=st.booleans())
    def judge(self, contact_id: str, reference: str, good: bool) -> None:  # noqa: FBT001
        verdict = "approve" if good else "reject"
        answer = self.caller.control("POST", f"contacts/{contact_id}/roles/{reference}/{verdict}")
        grant = self.people[contact_id].grants.get(reference)
        if grant is None or grant.awaits != "admin":
            assert answer.status_code == 404
            return
        grant.status, grant.awaits = ("active" if good else "rejected"), None
        self.mails.append("approved" if good else "rejected")

    @rule(contact_id=consumes(ids), version=st.sampled_from(["", "v2/"]))
    def delete(self, contact_id: str, version: str) -> None:
        path = f"/api/{version}contacts/{contact_id}.json"
        assert self.caller.call("DELETE", path).status_code == (204 if version else 200)
        assert self.caller.call("DELETE", path).status_code == 404
        del self.people[contact_id]

    @rule(days=st.integers(1, 15))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.caller.control("PUT", "clock", {"now": self.now.isoformat()})
        self.caller.tokens.clear()

    @invariant()
    def contacts_agree(self) -> None:
        """Everything read over HTTP is what the model holds."""
        for contact_id, person in self.people.items():
            contact = self.caller.get(f"/api/contacts/{contact_id}.json")["contact"]
            assert (contact["type"], contact["email"], contact["company"]) == (
                person.kind,
                person.email,
                person.company,
            )
            assert set(contact["tags"]["contact"]) == person.tags
            assert len(contact["tags"]["contact"]) == len(person.tags)
            assert contact["accessRoles"] == self.shown(person)

    @invariant()
    def searches_agree(self) -> None:
        """A search by address finds the contacts that have it, and v2 counts them all."""
        for email in ("ann@example.com", "cy@example.com"):
            expected = {
                contact_id for contact_id, person in self.people.items() if person.email.casefold() == email
            }
            hits = self.caller.get(f"/api/contacts/search.json?email={email}")["contacts"]
            assert {hit["id"] for hit in hits} == expected
        total = self.caller.get("/api/v2/contacts.json?limit=1")["pagination"]["total"]
        assert total == 69 + len(self.people)

    @invariant()
    def mails_agree(self) -> None:
        """Nobody was mailed but those the model mailed."""
        outbox = self.caller.control("GET", "outbox").json()["outbox"]
        assert [mail["kind"] for mail in outbox] == self.mails

    def clashes(self, kind: str, email: str, but: str = "") -> bool:
        rivals = [person for contact_id, person in self.people.items() if contact_id != but]
        unique = ("user", "recipient")
        return kind in unique and any(
            rival.kind in unique and rival.email.casefold() == email.casefold() for rival in rivals
        )

    def written(self, roles: list[Any]) -> list[Any]:
        """The list as it is sent: days become date-times, with an offset that is not UTC's."""
        return [item if isinstance(item, str) else {**item, **self.expiry(item)} for item in roles]

    def expiry(self, item: dict[str, Any]) -> dict[str, str]:
        if "expires" not in item:
            return {}
        moment = (self.now + timedelta(days=item["expires"])).astimezone(UTC)
        local = moment + timedelta(hours=5, minutes=30)
        return {"expires": local.strftime("%Y-%m-%dT%H:%M:%S+05:30")}

    def grant(self, person: Person, roles: list[Any]) -> None:
        """What a written list makes of a person's grants."""
        held = {
            name: grant
            for name, grant in person.grants.items()
            if grant.expires is None or grant.expires > self.now
        }
        person.grants = {}
        for written in roles:
            item = {"reference": written} if isinstance(written, str) else written
            person.grants[item["reference"]] = self.granted(person, item, held.get(item["reference"]))

    def granted(self, person: Person, item: dict[str, Any], held: Held | None) -> Held:
        expires = self.now + timedelta(days=item["expires"]) if "expires" in item else None
        method = METHODS[item["reference"]]
        if item.get("status") == "active":
            return Held("active", None, expires)
        if held is not None:
            return Held(held.status, held.awaits, expires)
        if method == "admin":
            self.mails.append("approval-request")
            return Held("pending", "admin", expires)
        if method == "email" and not person.verified:
            self.mails.append("verification")
            return Held("pending", "email", expires)
        return Held("active", None, expires)

    def shown(self, person: Person) -> dict[str, Any]:
        names = {role["reference"]: role["title"] for role in self.roles()}
        return {
            reference: {
                "name": names[reference],
                "reference": reference,
                "status": "expired" if grant.expires and grant.expires <= self.now else grant.status,
                "expires": grant.expires and grant.expires.isoformat(),
            }
            for reference, grant in person.grants.items()
        }

    def roles(self) -> Iterator[dict[str, str]]:
        shop_file = Path(__file__).parents[2] / "reconcile" / "sandbox" / "seeds" / "shop.json"
        yield from json.loads(shop_file.read_text("utf-8"))["roles"]


def compare(seeded_shop: Path, folder: Path, runs: int, steps: int, *phases: Phase) -> None:
    machine = type("Run", (Account,), {"seeded_shop": seeded_shop, "folder": folder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=(Phase.generate, *phases),
        ),
    )


def test_server_and_model_agree(seeded_shop: Path, tmp_path: Path) -> None:
    """A short run: random requests leave the server as they leave the model."""
    compare(seeded_shop, tmp_path, 15, 20)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_server_and_model_agree_for_long(seeded_shop: Path, tmp_path: Path) -> None:
    """The full count: 500 runs of up to 50 steps."""
    compare(seeded_shop, tmp_path, 500, 50, Phase.shrink)
