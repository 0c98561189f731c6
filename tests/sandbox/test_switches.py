"""Each switch makes a difference that a caller sees over HTTP; profiles are sets of them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile import sandbox
from reconcile.sandbox.switches import Switches, about
from tests.support.sandbox.written_calls import Caller, calling, check_answer, make_call
from tests.support.shop import NOW

TABLE: dict[str, dict[Any, Any]] = yaml.safe_load(
    Path(__file__).with_name("switches.yaml").read_text("utf-8")
)

BOB = "/api/v2/contacts.json?id:in=13"

CASES = [
    pytest.param(name, str(setting), rows["calls"], expected, id=f"{name}={setting}")
    for name, rows in TABLE.items()
    for setting, expected in rows.items()
    if setting != "calls"
]


@pytest.mark.parametrize(("name", "setting", "calls", "expected"), CASES)
def test_a_switch_shows_over_http(
    name: str, setting: str, calls: list[dict[str, Any]], expected: dict[str, Any], caller: Caller
) -> None:
    """Under each setting the same calls come to the end written down for it."""
    caller.control("PUT", "switches", {"switches": {name: setting}})
    answers = [make_call(caller, step) for step in calls]
    check_answer(answers[-1], expected)
    if "outbox" in expected:
        assert caller.outbox() == expected["outbox"]
    if "log" in expected:
        assert [answer.status_code for answer in answers] == expected["log"]


def test_every_setting_of_every_switch_is_shown() -> None:
    """The table leaves out no switch and no setting, and no two settings expect the same."""
    assert set(TABLE) == set(about())
    for name, (_, settings) in about().items():
        shown = {str(setting): expected for setting, expected in TABLE[name].items() if setting != "calls"}
        assert len(shown) >= 2
        assert set(settings) <= set(shown)
        if name not in ("update_method", "v1_search_email"):  # told apart by a second call, below
            assert len({repr(expected) for expected in shown.values()}) == len(shown)


def test_a_server_that_wants_post_refuses_put(caller: Caller) -> None:
    """`update_method: POST` differs from `both` by its answer to PUT."""
    caller.control("PUT", "switches", {"switches": {"update_method": "POST"}})
    assert caller.call("PUT", "/api/contacts/13.json", json={"contact": {}}).status_code == 405


def test_a_partial_search_finds_parts(caller: Caller) -> None:
    """`v1_search_email: part` differs from `equal` by what it takes for a match."""
    caller.control("PUT", "switches", {"switches": {"v1_search_email": "part"}})
    assert caller.get("/api/contacts/search.json?email=plumb")["total"] == 3
    caller.control("PUT", "switches", {"switches": {"v1_search_email": "equal"}})
    assert caller.get("/api/contacts/search.json?email=plumb")["total"] == 0


@pytest.mark.parametrize("setting", ["drop", "drop-tags"])
def test_a_server_that_drops_unnamed_tags_drops_all_of_them(caller: Caller, setting: str) -> None:
    """Those of other types, too, whatever a written list of tags would do; v2 names none and drops none."""
    switches = {"unnamed_sets": setting, "tags_write": "add"}
    caller.control("PUT", "switches", {"switches": switches})
    caller.control("PATCH", "contacts/14", {"tag": "gold", "tag_type": "trade"})
    caller.call("PUT", "/api/v2/contacts/14.json", json={"data": {"phone": "2"}})
    assert caller.get("/api/contacts/14.json")["contact"]["tags"]["trade"] == ["gold"]
    answer = caller.call("POST", "/api/contacts/14.json", json={"contact": {"accessRoles": ["customer"]}})
    assert (answer.json()["contact"]["tags"], set(answer.json()["contact"]["accessRoles"])) == (
        {"contact": []},
        {"customer"},
    )


def test_letters_that_only_look_alike_make_another_address(caller: Caller) -> None:
    """`email_case: fold` folds ASCII letters: ß is no ss, and the Kelvin sign no k."""
    for email in ("sam@strasse.de", "sam@straße.de", "kay@x.example", "\u212aay@x.example"):
        contact = {"type": "user", "firstname": "A", "lastname": "B", "email": email}
        assert caller.call("POST", "/api/contacts.json", json={"contact": contact}).status_code == 201
        hits = caller.call("GET", "/api/contacts/search.json", params={"email": email}).json()["contacts"]
        assert [hit["email"] for hit in hits] == [email]


def test_a_random_order_changes_between_calls(caller: Caller) -> None:
    """`list_order: random` gives the rows another order some time in twenty calls."""
    caller.control("PUT", "switches", {"switches": {"list_order": "random"}})
    orders = {
        tuple(row["id"] for row in caller.get("/api/v2/contacts.json?limit=8")["data"]) for _ in range(20)
    }
    assert len(orders) > 1


def test_a_cached_row_is_a_minute_old_at_most(caller: Caller) -> None:
    """`v2_rows: cached` shows a change after a minute; a single contact shows it at once."""
    caller.control("PUT", "switches", {"switches": {"v2_rows": "cached", "v2_nested_read": "yes"}})
    caller.get(BOB)
    caller.control("PATCH", "contacts/13", {"revoke": "customer", "line1": "2 Quay", "position": "Buyer"})
    assert caller.get("/api/v2/contacts/13.json")["data"]["position"] == "Buyer"
    for seconds, position in ((59, None), (1, "Buyer")):
        caller.control("PUT", "clock", {"advance": seconds})
        row = caller.get(BOB)["data"][0]
        assert row["position"] == position
        assert ("customer" in row["accessRoles"]) == (position is None)


def test_mixed_rows_have_the_lines_of_an_address_in_each_others_place(caller: Caller) -> None:
    """`v2_rows: mixed` mixes the address, too, where a row tells it, and leaves one without an address."""
    caller.control("PUT", "switches", {"switches": {"v2_rows": "mixed", "v2_nested_read": "yes"}})
    caller.control("PATCH", "contacts/13", {"line1": "2 Quay"})
    rows = caller.get("/api/v2/contacts.json")["data"]
    address = next(row["address"] for row in rows if row["id"] == 13)
    assert (address["line1"], address["line3"]) == ("", "2 Quay")
    assert any("address" not in row for row in rows)


MOVES = {
    "roles": ("PATCH", "contacts/13", {"revoke": "customer"}),
    "tags": ("PATCH", "contacts/13", {"tag": "gold", "tag_type": "trade"}),
    "profile": ("PATCH", "contacts/13", {"position": "Buyer"}),
    "address": ("PATCH", "contacts/13", {"line1": "2 Quay"}),
}


@pytest.mark.parametrize("setting", ["yes", "no"])
@pytest.mark.parametrize("facet", MOVES)
def test_what_somebody_changes_moves_what_the_api_moves(caller: Caller, facet: str, setting: str) -> None:
    """`modified_by_…` is about the change of one part alone, whoever makes it; no change moves nothing."""
    others = {f"modified_by_{name}": "no" if setting == "yes" else "yes" for name in MOVES}
    caller.control("PUT", "switches", {"switches": {**others, f"modified_by_{facet}": setting}})
    before = modified(caller, 13)
    caller.control("PATCH", "contacts/13", {})
    assert modified(caller, 13) == before
    assert caller.control(*MOVES[facet]).status_code == 204
    assert (modified(caller, 13) != before) == (setting == "yes")


def test_an_approval_moves_what_a_change_of_roles_moves(caller: Caller) -> None:
    """A grant that lapses is nobody's change: it moves nothing."""
    caller.control("PUT", "switches", {"switches": {"modified_by_roles": "no"}})
    waits = modified(caller, 25)
    assert caller.control("POST", "contacts/25/roles/trade-account/approve").status_code == 204
    assert modified(caller, 25) == waits
    caller.control("PUT", "switches", {"profile": "documented"})
    bob = modified(caller, 13)
    caller.control("PUT", "clock", {"now": "2027-01-15T00:00:00+00:00"})
    caller.tokens.clear()
    assert caller.get("/api/contacts/13.json")["contact"]["accessRoles"]["newsletter"]["status"] == "expired"
    assert modified(caller, 13) == bob


def modified(caller: Caller, number: int) -> Any:
    return caller.get(f"/api/v2/contacts/{number}.json")["data"]["modifiedOn"]


def test_switches_are_stored_in_the_account(shop_file: Path) -> None:
    """What was turned holds after a restart, and is shown."""
    with calling(shop_file, now=NOW, switches={"grant_shape": "array"}) as caller:
        assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)
    with calling(shop_file, now=NOW) as caller:
        assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)
    shown = {row["name"]: row["setting"] for row in sandbox.show(shop_file, "switches")}
    assert shown["grant_shape"] == "array"


def test_a_file_of_an_earlier_version_opens(shop_file: Path) -> None:
    """A stored switch that there is no more is passed over."""
    with closing(sqlite3.connect(shop_file)) as db, db:
        stored = '{"modified_by_grants": "no", "grant_shape": "array"}'
        db.execute("INSERT OR REPLACE INTO settings VALUES ('switches', ?)", (stored,))
    with calling(shop_file, now=NOW) as caller:
        assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)


def test_another_process_may_turn_a_switch(caller: Caller) -> None:
    """A running server goes by switches that were stored by someone else."""
    assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], dict)
    sandbox.seed(caller.path, profile="hostile", now=NOW)
    assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)


def test_the_default_profile_is_the_documented_one() -> None:
    """`documented` is what a fresh account has."""
    assert Switches.of("documented") == Switches()


def test_awkward_is_hostile_but_readable() -> None:
    """`awkward` turns what `hostile` turns, apart from what no client could read around."""
    hostile, awkward = Switches.of("hostile").settings(), Switches.of("awkward").settings()
    spared = {name for name in hostile if hostile[name] != awkward[name]}
    assert spared == {"grant_keys", "tags_read", "update_method", "list_order"}


@pytest.mark.parametrize(
    ("profile", "switches"),
    [
        ("nice", {}),
        (None, {"grant_kees": "full"}),
        (None, {"grant_keys": "half"}),
        (None, {"max_limit": "-1"}),
    ],
)
def test_words_that_are_no_switch_are_told(
    shop_file: Path, profile: str | None, switches: dict[str, str]
) -> None:
    """An unknown profile, switch or setting is an error that lists what there is."""
    with (
        pytest.raises(sandbox.SandboxError, match=r"there are|is one of|whole number"),
        calling(shop_file, profile=profile, switches=switches),
    ):
        pass
