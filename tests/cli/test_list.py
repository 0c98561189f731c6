"""``list`` as a person calls it: only a configuration is there; who holds what, and what is not known."""

import csv
import json
import re
from io import StringIO
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from tests.support.project import AS_OF, Project
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
