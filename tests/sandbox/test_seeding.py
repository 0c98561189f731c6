"""The built-in shop and generated accounts: what they hold, that they repeat, and how they are shown."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reconcile import sandbox
from tests.support.sandbox.written_calls import calling
from tests.support.shop import NOW


def test_the_shop_has_every_type_of_contact(shop_file: Path) -> None:
    """Users, guests, branches, recipients, the hq, and one contact without a type."""
    types = Counter(contact["type"] for contact in sandbox.show(shop_file, "contacts"))
    assert set(types) == {"user", "guest", "branch", "recipient", "hq", None}
    assert sum(types.values()) >= 64


def test_the_shop_has_every_kind_of_grant(shop_file: Path) -> None:
    """Perpetual, expiring, expired, and pending for e-mail and for an admin."""
    grants = sandbox.show(shop_file, "grants")
    now = NOW.isoformat()
    assert any(grant["expires"] is None and grant["status"] == "active" for grant in grants)
    assert any(grant["expires"] and grant["expires"] > now for grant in grants)
    assert any(grant["expires"] and grant["expires"] < now for grant in grants)
    assert {grant["awaits"] for grant in grants} == {None, "email", "admin"}


def test_guests_repeat_addresses_of_users_and_of_guests(shop_file: Path) -> None:
    """One address belongs to a user and to guests, another to several guests."""
    people = [
        (contact["email"].casefold(), contact["type"])
        for contact in sandbox.show(shop_file, "contacts")
        if contact["type"] in ("user", "guest")
    ]
    assert ("bob@email.com", "user") in people
    assert people.count(("bob@email.com", "guest")) == 2
    assert people.count(("walter.plumb@example.net", "guest")) == 3


def test_every_role_of_a_grant_has_a_method_and_protected_ones_are_told(shop_file: Path) -> None:
    """All approval methods occur, and `show roles` says which roles are protected."""
    roles = {role["reference"]: role for role in sandbox.show(shop_file, "roles")}
    assert {role["approvalMethod"] for role in roles.values()} == {"none", "email", "admin"}
    assert {name for name, role in roles.items() if role["protected"]} == {"customer", "administrator"}


def test_a_number_repeats_an_account(tmp_path: Path) -> None:
    """Same number and instant, same contacts to the last field; another number, others."""

    def contacts(name: str, number: int) -> str:
        path = tmp_path / name
        sandbox.seed(path, contacts=300, seed=number, now=NOW)
        return json.dumps(sandbox.show(path, "contacts"))

    first = contacts("a", 1)
    assert contacts("b", 1) == first
    assert contacts("c", 2) != first


def test_generated_contacts_are_believable(tmp_path: Path) -> None:
    """Users unique by address, guests with duplicates, grants that expire and wait, tags."""
    path = tmp_path / "sandbox.sqlite3"
    counts = sandbox.seed(path, contacts=3_000, now=NOW)
    contacts = sandbox.show(path, "contacts")
    assert counts.contacts == len(contacts) == 3_000
    users = [contact["email"] for contact in contacts if contact["type"] == "user"]
    guests = [contact["email"] for contact in contacts if contact["type"] == "guest"]
    assert len(users) == len(set(users)) > 1_900
    assert len(guests) > len(set(guests))
    assert set(users) & set(guests)
    statuses = Counter(grant["status"] for grant in sandbox.show(path, "grants"))
    assert statuses["active"] > statuses["pending"] > statuses["rejected"] > 0
    assert any(contact["tags"]["contact"] for contact in contacts)


def test_generated_ends_are_mostly_those_of_a_day(tmp_path: Path) -> None:
    """People end access with a day, in London in summer and winter; a program may choose any instant."""
    path = tmp_path / "sandbox.sqlite3"
    sandbox.seed(path, contacts=1_000, now=NOW)
    london = ZoneInfo("Europe/London")
    ends = [
        datetime.fromisoformat(grant["expires"]) for grant in sandbox.show(path, "grants") if grant["expires"]
    ]
    days = [end for end in ends if end.astimezone(london).time() == time(0)]
    assert len({end.utcoffset() for end in (day.astimezone(london) for day in days)}) == 2
    assert 0.6 < len(days) / len(ends) < 0.9


def test_the_time_of_the_day_decides_nothing_about_who_holds_what(tmp_path: Path) -> None:
    """A page or a test that shows a generated account shows the same at noon and at midnight."""
    held = set()
    for hour in (0, 9, 23):
        path = tmp_path / f"{hour}.sqlite3"
        sandbox.seed(path, contacts=1_000, now=NOW.replace(hour=hour))
        statuses = Counter(
            (grant["reference"], grant["status"], bool(grant["expires"]))
            for grant in sandbox.show(path, "grants")
        )
        lapsed = sum(
            grant["expires"] is not None
            and datetime.fromisoformat(grant["expires"]) <= NOW.replace(hour=hour)
            for grant in sandbox.show(path, "grants")
        )
        held.add((tuple(sorted(statuses.items())), lapsed))
    assert len(held) == 1


def test_a_generated_account_answers_as_the_shop_does(tmp_path: Path) -> None:
    """What was inserted in bulk is searched, read and changed like anything else."""
    path = tmp_path / "sandbox.sqlite3"
    sandbox.seed(path, contacts=250, now=NOW)
    with calling(path, now=NOW) as caller:
        page = caller.get("/api/v2/contacts.json?limit=100&page=3")
        assert (len(page["data"]), page["pagination"]["total"]) == (50, 250)
        email = next(row["email"] for row in page["data"] if row["type"] == "user")
        hits = caller.get(f"/api/contacts/search.json?email={email}")["contacts"]
        user = next(hit for hit in hits if hit["type"] == "user")
        answer = caller.call(
            "POST", f"/api/contacts/{user['id']}.json", json={"contact": {"accessRoles": []}}
        )
        assert answer.json()["contact"]["accessRoles"] == {}


def test_seeding_again_starts_anew_and_keeps_credentials(shop_file: Path) -> None:
    """A second seed leaves nothing of what was there, but the credentials stay."""
    with calling(shop_file) as caller:
        first = caller.access
        caller.call("POST", "/api/contacts/13.json", json={"contact": {"company": "Changed"}})
    sandbox.seed(shop_file, now=NOW)
    assert sandbox.show(shop_file, "contact:13")[0]["company"] is None
    assert sandbox.show(shop_file, "outbox") == sandbox.show(shop_file, "requests") == []
    with calling(shop_file) as caller:
        assert caller.access.client_id == first.client_id
        assert caller.access.private_key == first.private_key


def test_a_reset_account_is_empty(shop_file: Path) -> None:
    """No contact and no role is left, and new ones can be added."""
    sandbox.reset(shop_file)
    assert sandbox.show(shop_file, "contacts") == sandbox.show(shop_file, "roles") == []
    with calling(shop_file) as caller:
        assert (
            caller.call("POST", "/api/v2/roles.json", json={"data": {"title": "One"}}).json()["data"]["id"]
            == 1
        )


def test_showing_something_unknown_is_told(shop_file: Path) -> None:
    """A wrong word lists the right ones, an unknown contact is named."""
    with pytest.raises(sandbox.SandboxError, match="there are changes, contact:<id>, contacts, grants"):
        sandbox.show(shop_file, "people")
    with pytest.raises(sandbox.SandboxError, match="no contact '999999'"):
        sandbox.show(shop_file, "contact:999999")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_million_contacts_are_quick_and_small(tmp_path: Path) -> None:
    """A million contacts take less than two minutes of a core and 500 MB of memory."""
    code = (
        "import sys; from pathlib import Path; from resource import RUSAGE_SELF, getrusage;"
        "from reconcile import sandbox;"
        "print(sandbox.seed(Path(sys.argv[1]), contacts=1_000_000).contacts);"
        # The peak of this program alone: ru_maxrss would count that of the process it was started by, too.
        "print(int(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]) // 1024);"
        "used = getrusage(RUSAGE_SELF); print(used.ru_utime + used.ru_stime)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "big.sqlite3")]
    contacts, mebibytes, seconds = subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.split()
    assert int(contacts) == 1_000_000
    assert int(mebibytes) < 500
    assert float(seconds) < 120


def test_the_instant_of_a_seed_decides_what_is_expired(tmp_path: Path) -> None:
    """Generated expiries lie around the instant given."""
    path = tmp_path / "sandbox.sqlite3"
    sandbox.seed(path, contacts=500, now=datetime(2030, 1, 1, tzinfo=UTC))
    years = {grant["expires"][:4] for grant in sandbox.show(path, "grants") if grant["expires"]}
    assert {"2029", "2030"} <= years <= {"2029", "2030", "2031"}
