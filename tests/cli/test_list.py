"""``list`` as a person calls it: only a configuration is there; who holds what, and what is not known."""

import csv
import json
import re
from io import StringIO
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from reconcile.text import shows
from tests.support.http.account_rows import v1, v2
from tests.support.http.fake_account import FakeReply, SeenRequest, serve_account
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.project import AS_OF, SETTINGS, Project
from tests.support.shop import Shop


def turn(shop: Shop, **switches: str) -> None:
    """Have the server behave in another way."""
    requests.put(
        f"{shop.access.url}/_sandbox/switches", json={"switches": switches}, timeout=10
    ).raise_for_status()


@pytest.fixture(autouse=True)
def quick(shop: Shop) -> None:
    """The list tells roles and tags, so that one request is enough."""
    turn(shop, v2_nested_read="yes")


def listed(project: Project, *words: str) -> dict[str, Any]:
    done = project.run("list", *words, "--as-of", AS_OF, "--format", "json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def emails(found: dict[str, Any]) -> list[str]:
    return [contact["email"] for contact in found["contacts"]]


def test_a_configuration_is_enough_and_bad_declarations_do_not_matter(project: Project, shop: Shop) -> None:
    account = shop.access.url.partition("//")[2]
    done = project.run("list", "--role", "trade-gold", "--as-of", AS_OF)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        f"4 of 69 contacts at {account} with role trade-gold, as of 2026-11-23 09:00 (Europe/London)\n\n"
        "CONTACT                            ID  TYPE  REFERENCE  ROLES"
        "                                                         TAGS\n"
        "dermot@quigley.example.net         39  user  QS-0039    customer, trade-account,"
        " trade-gold (until 2026-11-23 12:00)  trade, vip\n"
        "dev@gill-kitchens.example.net      15  user  GK-0015    customer, trade-account,"
        " trade-gold (until 2027-06-30)        london, trade, vip\n"
        "sam@adeyemi-interiors.example.net  23  user  AI-0023    customer, trade-account,"
        " trade-gold                           london, trade, vip\n"
        "sinead@kavanagh.example.net        52  user  KK-0052    customer, trade-account,"
        " trade-gold (pending)                 trade\n"
    )
    project.declare("nonsense: [")
    assert project.run("list", "--role", "trade-gold", "--as-of", AS_OF) == done


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--tag", "VIP", "--role", "trade-gold", "--status", "active"], ["dermot", "dev", "sam"]),
        (["--role", "trade-*", "--status", "expired"], ["edmund"]),
        (["--type", "branch"], ["ipswich", "london", "margaret.tilney"]),
        (["--role", "trade-gold", "--expires-within", "0"], []),
        (["--role", "trade-gold", "--expires-within", "1"], ["dermot"]),
        (["--tag", "london", "--role", "trade-gold", "--role", "press"], ["dev", "sam"]),
    ],
)
def test_a_contact_meets_one_selector_of_each_kind(
    project: Project, asked: list[str], found: list[str]
) -> None:
    told = emails(listed(project, *asked))
    assert [email.partition("@")[0] for email in told] == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--role", "trade-gol"], "--role: the account has no role 'trade-gol'; did you mean 'trade-gold'?"),
        (["roles", "--role", "zzz"], "--role: the account has no role 'zzz'; it has 'administrator',"),
        (["--type", "usr"], "--type: no contact is of type 'usr'; did you mean 'user'?"),
        (["tags"], "'tags' is not one of 'contacts', 'roles'"),
        (["--expires-within", "-1"], "-1 is not in the range"),
    ],
)
def test_a_selector_that_means_nothing_is_a_wrong_call(project: Project, asked: list[str], said: str) -> None:
    """An empty list would say that nobody holds the role."""
    done = project.run("list", *asked)
    assert (done.code, done.out) == (64, "")
    assert said in done.err


def test_a_tag_that_nobody_has_is_no_error(project: Project) -> None:
    done = project.run("list", "--tag", "vp", "--as-of", AS_OF)
    assert (done.code, done.err) == (
        0,
        "Note: no contact is known to have the tag 'vp'; did you mean 'vip'?\n",
    )
    assert re.match("0 of 69 contacts at [0-9.:]+ with tag vp, as of 2026-11-23", done.out)


def test_each_role_comes_with_its_holders_and_what_is_said_of_it(project: Project) -> None:
    done = project.run("list", "roles", "--as-of", AS_OF)
    assert done.code == 0
    assert (
        'administrator  1 active · "Administrator of the website" · approval by admin, protected' in done.out
    )
    assert 'staff-discount  4 active · "Staff discount" · ignored\n' in done.out
    assert "  expired   bea.lomax@example.com (contact 30) until 2026-01-04\n" in done.out
    assert " and 41 more; 'reconcile list --role' and --format csv have them all\n" in done.out
    nobody = project.run("list", "roles", "--role", "press", "--tag", "leeds")
    assert "press  held by nobody" in nobody.out


def test_csv_has_a_row_for_each_holder_and_for_a_role_of_nobody(project: Project) -> None:
    done = project.run(
        "list", "roles", "--status", "pending", "--role", "press", "--role", "sample-box", "--format", "csv"
    )
    assert done.code == 0
    assert done.out == (
        "role,title,status,expires,email,id,type,reference,not_told\n"
        "press,Press room,pending,,ned.thistlewood@example.com,35,user,,\n"
        "sample-box,Sample box of worktops,,,,,,,\n"
    )
    contacts = project.run("list", "--tag", "vip", "--role", "preview", "--as-of", AS_OF, "--format", "csv")
    row = next(csv.DictReader(StringIO(contacts.out)))
    assert (row["email"], row["roles"], row["tags"]) == (
        "amelia.braithwaite@example.org",
        "customer, preview",
        "spring-2026, vip",
    )


@pytest.mark.parametrize(("words", "schema"), [((), "contact-list"), (("roles",), "role-list")])
def test_json_follows_its_schema(project: Project, words: tuple[str, ...], schema: str) -> None:
    found = listed(project, *words)
    Draft202012Validator(json.loads(project.run("schema", schema).out)).validate(found)
    assert found["complete"] is True


def test_what_the_list_tells_is_not_asked_again(shop: Shop, project: Project) -> None:
    listed(project, "--role", "trade-gold")
    assert shop.requests() == [("GET", "/api/v2/contacts.json")]


def test_only_who_may_be_meant_is_read_one_by_one(shop: Shop, project: Project) -> None:
    """Where the list tells no roles: nobody of another type is read."""
    turn(shop, v2_nested_read="no")
    assert len(emails(listed(project, "--type", "branch"))) == 3
    assert sorted(path for _, path in shop.requests()) == [
        "/api/contacts/201.json",
        "/api/contacts/202.json",
        "/api/contacts/203.json",
        "/api/v2/contacts.json",
    ]


def test_what_the_account_does_not_tell_is_named_and_never_guessed(shop: Shop, project: Project) -> None:
    """A server that tells which roles, and neither how nor until when."""
    turn(shop, grant_keys="name", tags_read="none")
    words = ("list", "--role", "trade-gold", "--as-of", AS_OF)
    plain = project.run(*words)
    assert plain.code == 0
    assert "trade-gold (not told)" in plain.out
    assert plain.out.count("  (not told)\n") == 4  # the tags
    active = project.run(*words, "--status", "active")
    assert "0 of 69 contacts" in active.out
    assert "4 contacts were not told in full by the account:" in active.out
    assert (
        "  ? dev@gill-kitchens.example.net (contact 15): the account does not tell how it holds" in active.out
    )
    rows = list(csv.DictReader(StringIO(project.run(*words, "--status", "active", "--format", "csv").out)))
    assert [row["id"] for row in rows if row["not_told"].startswith("the account does not tell how")] == [
        "39",
        "15",
        "23",
        "52",
    ]


def an_odd_account(seen: SeenRequest) -> FakeReply:
    """Ten contacts by its own count, of which it lists three; one of them is no contact."""
    if seen.path == "/api/v2/contacts.json":
        rows = [v2(1), v2(2), {"id": 3, "email": ["c3@example.com"]}]
        return FakeReply(body={"data": rows, "pagination": {"total": 10, "totalPages": 1}})
    number = int(seen.path.removeprefix("/api/contacts/").removesuffix(".json"))
    return FakeReply(404) if number == 2 else FakeReply(body=v1(number))


def test_what_may_be_missing_is_told_in_every_form(project: Project) -> None:
    """One odd contact does not stop the others; a list that may not be whole exits with 1."""
    with serve_account(an_odd_account) as account:
        project.configure(SETTINGS.format(url=account.url))
        text = project.run("list")
        found = project.run("list", "--format", "json")
        table = project.run("list", "--format", "csv")
    assert (text.code, found.code, table.code) == (1, 1, 1)
    assert "  ! the account could not be listed whole: its pages do not add up" in text.out
    assert "  ? c2@example.com (contact 2): it was changed or deleted while the account was read" in text.out
    assert "  ? contact 3: it is listed in a form that is not understood (" in text.out
    document = json.loads(found.out)
    assert (document["complete"], [row["id"] for row in document["uncertain"]]) == (False, ["2", "3"])
    assert [(row["id"], row["tags"]) for row in document["contacts"]] == [("1", ["trade"]), ("2", None)]
    assert "Warning: the account could not be listed whole: its pages" in table.err
    assert "Warning: the account did not tell 2 contacts in full; see the list\n" in table.err
    assert [row["id"] for row in csv.DictReader(StringIO(table.out))] == ["1", "2", "3"]


def test_text_is_masked_in_the_log_of_a_ci_system_and_json_and_csv_are_whole(project: Project) -> None:
    def printed(*words: str) -> str:
        return project.run("list", *words, environment={"CI": "true"}).out

    assert "d•••@g•••.net  15  user  GK-0015" in printed("--role", "trade-gold")
    assert "@example" not in printed("roles", "--role", "press")
    assert "n•••@e•••.com (contact 35)" in printed("roles", "--role", "press")
    for form in ("json", "csv"):
        assert "ned.thistlewood@example.com" in printed("roles", "--role", "press", "--format", form)
        assert "@example" not in printed("--tag", "ipswich", "--format", form, "--privacy", "mask")


@pytest.mark.parametrize("name", ["ansi", "newlines", "bidi", "csv", "columns", "runner-command"])
def test_what_a_customer_typed_changes_no_form(shop: Shop, project: Project, name: str) -> None:
    """Each contact is a line, a cell a cell; JSON has the tag as it is."""
    url = f"{shop.access.url}/_sandbox/contacts/44"
    requests.patch(url, json={"reference": HOSTILE[name]}, timeout=10).raise_for_status()
    text = project.run("list", "--type", "user", "--role", "*").out
    assert shows(text.replace("\n", ""))
    assert len(text.splitlines()) == 3 + int(text.split(" of ")[0])
    rows = list(csv.DictReader(StringIO(project.run("list", "--format", "csv").out), strict=True))
    assert {len(row) for row in rows} == {9}
    (cell,) = [row["reference"] for row in rows if row["id"] == "44"]
    assert shows(cell)
    assert not cell.startswith(("=", "+", "-", "@"))
    (known,) = [row for row in listed(project)["contacts"] if row["id"] == "44"]
    assert known["reference"] == HOSTILE[name]
