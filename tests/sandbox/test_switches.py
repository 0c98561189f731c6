"""Each switch makes a difference that a caller sees over HTTP; profiles are sets of them."""

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


def test_switches_are_stored_in_the_account(shop_file: Path) -> None:
    """What was turned holds after a restart, and is shown."""
    with calling(shop_file, now=NOW, switches={"grant_shape": "array"}) as caller:
        assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)
    with calling(shop_file, now=NOW) as caller:
        assert isinstance(caller.get("/api/contacts/13.json")["contact"]["accessRoles"], list)
    shown = {row["name"]: row["setting"] for row in sandbox.show(shop_file, "switches")}
    assert shown["grant_shape"] == "array"


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
