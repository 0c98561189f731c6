"""An approved plan is a ceiling: what is not in it is never sent, whatever happened in the meantime."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconcile.documents.json_text import digest_of
from reconcile.model.plans.plan import Plan
from reconcile.services.files import read_plan_file
from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount, State

PEOPLE = {"32": "grace.odell@example.com", "9": "tom.wherry@example.com", "18": "carys.pugh@example.org"}

ROLES = ["newsletter", "press", "preview", "staff-tools"]

TAGS = ["vip", "trade", "auto:seen"]


def declared(wanted: dict[str, Any]) -> str:
    """Declarations of the three people; roles and tags are managed where they are given."""
    entries = [{"email": PEOPLE[number], **facets} for number, facets in wanted.items()]
    return json.dumps({"contacts": entries})


roles = st.lists(st.sampled_from(["customer", "newsletter", "press", "preview"]), unique=True)

tags = st.lists(st.sampled_from(["vip", "trade", "ipswich"]), unique=True)

facets = st.fixed_dictionaries(
    {}, optional={"roles": roles, "tags": tags, "manage": st.just({"roles": "additive"})}
)

wishes = st.fixed_dictionaries(dict.fromkeys(PEOPLE, facets))

meddling = st.lists(
    st.tuples(
        st.sampled_from([*PEOPLE]), st.sampled_from(["grant", "revoke", "tag", "untag"]), st.integers(0, 3)
    ),
    max_size=4,
)

Meddling = list[tuple[str, str, int]]


def meddle(sandbox_account: SandboxAccount, acts: Meddling) -> None:
    for number, act, which in acts:
        item = ROLES[which] if act in ("grant", "revoke") else TAGS[which % len(TAGS)]
        sandbox_account.outside(number, **{act: item})


def assert_within(plan: Plan, before: dict[str, State], after: dict[str, State]) -> None:
    """Every difference between the two accounts is an operation of the plan."""
    allowed = {
        (change.contact.id, step.facet.value, step.item)
        for change in plan.changes
        for step in change.operations
    }
    for number, state in after.items():
        was = before[number]
        moved = {("roles", name) for name, _ in was["roles"].items() ^ state["roles"].items()}
        moved |= {("tags", tag) for tag in {*was["tags"]} ^ {*state["tags"]}}
        assert {(number, *item) for item in moved} <= allowed
        assert {**was, "roles": 0, "tags": 0} == {**state, "roles": 0, "tags": 0}


SLOW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

GUARDS = "guards: {last-role: 9}\n"


def check_saved_plan(
    sandbox_account: SandboxAccount, wanted: dict[str, Any], acts: Meddling, changed: dict[str, Any]
) -> None:
    sandbox_account.reset()
    checkout = sandbox_account.checkout(declared(wanted), settings=GUARDS)
    path = checkout.saved()
    approved = read_plan_file(path)
    meddle(sandbox_account, acts)
    checkout.declare(declared(changed))
    before, sent = sandbox_account.holds(), len(sandbox_account.writes())
    done = checkout.apply(str(path))
    assert_within(approved, before, sandbox_account.holds())
    assert done.code in (0, 3), done.said
    if done.code == 3:
        assert len(sandbox_account.writes()) == sent
        assert sandbox_account.holds() == before
        assert "was not approved" in done.err


@given(wanted=wishes, acts=meddling)
@SLOW
@example(wanted={"32": {"roles": ["press"]}, "9": {}, "18": {}}, acts=[("32", "grant", 2)])
def test_nothing_beyond_a_saved_plan_is_written(
    sandbox_account: SandboxAccount, wanted: dict[str, Any], acts: Meddling
) -> None:
    """Others write between plan and apply: it either fits or is refused as a whole."""
    check_saved_plan(sandbox_account, wanted, acts, wanted)


@given(wanted=wishes, changed=wishes)
@SLOW
def test_other_declarations_do_not_widen_a_saved_plan(
    sandbox_account: SandboxAccount, wanted: dict[str, Any], changed: dict[str, Any]
) -> None:
    """What was declared after the approval was not approved."""
    check_saved_plan(sandbox_account, wanted, [], changed)


@pytest.mark.long
@given(wanted=wishes, acts=meddling, changed=wishes)
@settings(SLOW, max_examples=400)
def test_nothing_widens_a_saved_plan(
    sandbox_account: SandboxAccount, wanted: dict[str, Any], acts: Meddling, changed: dict[str, Any]
) -> None:
    """Both at once, and often."""
    check_saved_plan(sandbox_account, wanted, acts, changed)


@given(wanted=wishes, acts=meddling, at=st.integers(1, 12))
@SLOW
def test_nothing_beyond_the_plan_just_shown_is_written(
    sandbox_account: SandboxAccount, wanted: dict[str, Any], acts: Meddling, at: int
) -> None:
    """Others write while it runs, at any of its reads: the operations that reach the server were shown."""
    sandbox_account.reset()
    checkout = sandbox_account.checkout(declared(wanted), settings=GUARDS)
    approved = read_plan_file(checkout.saved())
    before = sandbox_account.holds()
    sandbox_account.upset(*(writer(act, at + place) for place, act in enumerate(acts)))
    done = checkout.apply()
    meddled = {(number, item(act, which)) for number, act, which in acts}
    own = {
        number: state
        for number, state in sandbox_account.holds().items()
        if not any(number == who for who, _ in meddled)
    }
    assert_within(approved, {number: before[number] for number in own}, own)
    for entry in checkout.lines("intent"):
        shown = {
            (step.item, step.action.value)
            for change in approved.changes
            if change.contact.id == entry["contact"]
            for step in change.operations
        }
        sent = {(step["item"], step["action"]) for step in entry["operations"]}
        assert sent <= shown | {
            (name, does) for who, name in meddled if who == entry["contact"] for does in ("add", "remove")
        }
    assert done.code in (0, 4), done.said


def item(act: str, which: int) -> str:
    return ROLES[which] if act in ("grant", "revoke") else TAGS[which % len(TAGS)]


def writer(act: tuple[str, str, int], at: int) -> str:
    number, does, which = act
    return f"writer:contact={number},{does}={item(does, which)},method=GET,path=/api/contacts/*,n={at}"


BASE = {"32": {"roles": ["customer", "press"], "tags": ["vip"]}}


def tampered(change: Callable[[dict[str, Any]], object], *, sealed: bool = True) -> Callable[[Path], None]:
    def tamper(path: Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")
        if sealed:
            reseal(path)

    return tamper


def reseal(path: Path) -> None:
    """Give a plan the digest that its content now has, as somebody would who means harm."""
    from reconcile.documents.plan import plan_json
    from reconcile.plan.digest import plan_digest

    plan = read_plan_file(path)
    path.write_text(plan_json(replace(plan, digest=plan_digest(plan))), encoding="utf-8")


def drop_operation(document: dict[str, Any]) -> None:
    document["changes"][0]["operations"].pop()


def other_expiry(document: dict[str, Any]) -> None:
    document["changes"][0]["operations"][0]["after"]["expires"] = "2027-01-01T00:00:00Z"


def other_person(document: dict[str, Any]) -> None:
    document["changes"][0]["contact"]["email"] = "somebody.else@example.com"


def twice(path: Path) -> None:
    path.write_text('{"changes": [],' + path.read_text("utf-8").removeprefix("{"), encoding="utf-8")


TAMPERED: dict[str, tuple[Callable[[Path], None], str]] = {
    "one operation less than is needed": (tampered(drop_operation), "tags ipswich was not approved"),
    "a different operation": (tampered(other_expiry), "add roles press was not approved"),
    "another person of that number": (tampered(other_person), "is not the contact that was approved"),
    "another account": (tampered(lambda plan: plan.update(account="other.evance.me")), "other.evance.me"),
    "another configuration": (
        tampered(lambda plan: plan.update(config_digest=digest_of("other"))), "another configuration"
    ),
    "a plan of tomorrow": (tampered(lambda plan: plan.update(as_of="2026-11-24T09:00:00Z")), "yet to come"),
    "content that is not what its digest says": (tampered(drop_operation, sealed=False), "was changed later"),
    "a later format": (
        tampered(lambda plan: plan.update(format_version="2.0"), sealed=False), "plans of the format 1.x"
    ),
    "a later minor format": (
        tampered(lambda plan: plan.update(format_version="1.9"), sealed=False), "its format is 1.9"
    ),
    "a summary that hides something": (
        tampered(lambda plan: plan["summary"]["roles"].update(granted=0), sealed=False), "version: summary"
    ),
    "a summary that is missing": (
        tampered(lambda plan: plan.pop("summary"), sealed=False), "version: summary"
    ),
    "a key that nobody knows": (
        tampered(lambda plan: plan.update(force=True), sealed=False), "version: force"
    ),
    "a key in an operation": (
        tampered(lambda plan: plan["changes"][0]["operations"][0].update(bulk=True), sealed=False),
        "version: changes",
    ),
    "a key that stands twice": (twice, "it names changes twice"),
    "no plan at all": (lambda path: path.write_text("[]"), "this is not a plan"),
    "no JSON": (lambda path: path.write_bytes(b"\xff{"), "it is not JSON"),
}  # fmt: skip


def refused(done: CommandResult, sandbox_account: SandboxAccount, hint: str) -> None:
    assert done.code == 3, done.said
    assert hint in done.err
    assert sandbox_account.writes() == []


@pytest.mark.parametrize("name", TAMPERED)
def test_a_plan_that_does_not_fit_is_refused(sandbox_account: SandboxAccount, name: str) -> None:
    """Exit code 3, the difference in words, and not one write."""
    tamper, hint = TAMPERED[name]
    checkout = sandbox_account.checkout(declared(BASE))
    path = checkout.saved()
    tamper(path)
    refused(checkout.apply(str(path)), sandbox_account, hint)


def test_an_untouched_plan_fits(sandbox_account: SandboxAccount) -> None:
    """The same without a change to the plan: it is applied, and a second time there is nothing left."""
    checkout = sandbox_account.checkout(declared(BASE))
    path = checkout.saved()
    digest = read_plan_file(path).digest
    done = checkout.apply(str(path), "--digest", digest)
    assert done.code == 0, done.said
    assert set(sandbox_account.user(PEOPLE["32"])["roles"]) == {"customer", "press"}
    again = checkout.apply(str(path), "--digest", digest)
    assert (again.code, "No changes" in again.out) == (0, True)


def test_a_plan_of_another_digest_than_the_pinned_one_is_refused(sandbox_account: SandboxAccount) -> None:
    """Somebody approved a digest; a file of another content is another plan, however whole it is."""
    checkout = sandbox_account.checkout(declared(BASE))
    path = checkout.saved()
    refused(checkout.apply(str(path), "--digest", digest_of("else")), sandbox_account, "as pinned")


@pytest.mark.parametrize(("as_of", "code"), [("2026-11-29T23:59:59Z", 0), ("2026-11-30T00:00:00Z", 3)])
def test_a_plan_past_its_time_is_refused(sandbox_account: SandboxAccount, as_of: str, code: int) -> None:
    """From the instant at which a window of any declared item starts or lapses it is another plan."""
    entry = {"roles": ["customer", "newsletter", {"reference": "press", "starts": "2026-11-30"}]}
    checkout = sandbox_account.checkout(declared({"32": entry}))
    path = checkout.saved()
    done = checkout.apply(str(path), as_of=as_of)
    assert done.code == code, done.said
    if code:
        refused(done, sandbox_account, "it was valid until 2026-11-30 00:00 (UTC), when press of")


OTHER_SETTINGS = {
    "guards": ("reconcile.yaml", "guards: {creating: 50}\n"),
    "a freeze next year": (
        "reconcile.yaml",
        "apply: {freeze: [{starts: 2027-12-24, expires: 2027-12-26, reason: Christmas}]}\n",
    ),
    "what is refused": (
        "evance.capabilities.yaml",
        'version: 1\naccount: "{host}"\nas_of: 2026-11-23\nrefuse: [tags]\n',
    ),
}


@pytest.mark.parametrize("other", OTHER_SETTINGS)
def test_another_configuration_is_refused(sandbox_account: SandboxAccount, other: str) -> None:
    """What was not in force at the approval may write, or let pass, what nobody looked at."""
    checkout, (name, text) = sandbox_account.checkout(declared(BASE)), OTHER_SETTINGS[other]
    path = checkout.saved()
    file = checkout.root / name
    settled = file.read_text("utf-8") if file.exists() else ""
    file.write_text(settled + text.replace("{host}", read_plan_file(path).account), encoding="utf-8")
    refused(checkout.apply(str(path)), sandbox_account, "another configuration: reconcile.yaml or evance.cap")


def test_a_plan_of_an_earlier_version_is_called_so(sandbox_account: SandboxAccount) -> None:
    """Its digest covers something else, and nobody has changed it."""
    checkout = sandbox_account.checkout(declared(BASE))
    path = checkout.saved()
    document = json.loads(path.read_text("utf-8"))
    earlier = {key: value for key, value in document.items() if key not in ("scope", "scheduled")}
    path.write_text(json.dumps({**earlier, "digest": digest_of(earlier)}), encoding="utf-8")
    done = checkout.apply(str(path))
    refused(done, sandbox_account, "it was made by another version of reconcile; plan again with this one")
    assert "was changed later" not in done.err


def test_a_contact_that_became_somebody_else_is_refused(sandbox_account: SandboxAccount) -> None:
    """Pinned by id alone: the roles approved for one person never go to another who has the number now."""
    checkout = sandbox_account.checkout("contacts: [{id: 32, roles: [customer, press]}]\n")
    path = checkout.saved()
    sandbox_account.readdress("32", "somebody.else@example.com")
    refused(checkout.apply(str(path)), sandbox_account, "is not the contact that was approved")


def test_a_change_of_address_that_is_done_already_still_fits(sandbox_account: SandboxAccount) -> None:
    """The approved change of address has become unnecessary; it is the same person."""
    text = "contacts: [{id: 32, roles: [customer, press], profile: {email: grace.new@example.com}}]\n"
    checkout = sandbox_account.checkout(text)
    path = checkout.saved()
    sandbox_account.readdress("32", "grace.new@example.com")
    done = checkout.apply(str(path))
    assert done.code == 0, done.said
    assert set(sandbox_account.user("grace.new@example.com")["roles"]) == {"customer", "press"}


def test_every_difference_is_told(sandbox_account: SandboxAccount) -> None:
    """Not only the first one: a person then sees what has to be reviewed again."""
    checkout = sandbox_account.checkout(declared(BASE))
    path = checkout.saved()
    checkout.declare(declared({"32": {"roles": [], "tags": []}, "9": {"tags": ["vip"]}}))
    done = checkout.apply(str(path))
    assert done.code == 3, done.said
    assert [line.strip() for line in done.err.splitlines() if "was not approved" in line] == [
        "grace.odell@example.com (contact 32): remove roles customer was not approved",
        "tom.wherry@example.com (contact 9): add tags vip was not approved",
    ]
    assert sandbox_account.writes() == []


def test_a_plan_file_that_is_missing_is_a_wrong_call(sandbox_account: SandboxAccount, tmp_path: Path) -> None:
    """64, since there is nothing that could have been refused."""
    checkout: Checkout = sandbox_account.checkout(declared(BASE))
    done = checkout.apply(str(tmp_path / "missing.json"))
    assert done.code == 64, done.said
    assert sandbox_account.requests() == []
