"""What digests cover: the plan's what it does, not when; the configuration's what is written or refused."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.documents.json_text import digest_of, digest_of_list
from reconcile.documents.plan import plan_document
from reconcile.model.baseline import Baseline, Comparison, EntryKey, NoLonger, Scope, Undeclared
from reconcile.model.ci.settings import CiSettings, DoctorInPreview
from reconcile.model.contact import Identity
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.model.plans.change import ChangeAction
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.plans.schedule import Scheduled, Withheld
from reconcile.model.problem import Place
from reconcile.model.settings import (
    ApplySettings,
    AuthFlow,
    Capabilities,
    FacetSource,
    Freeze,
    IdSearch,
    Numbering,
    OnUndeclared,
    Patterns,
    Policy,
    Privacy,
    Protect,
    SearchCase,
    Settings,
    Target,
    TargetKind,
    UpdateMethod,
    WarningSettings,
)
from reconcile.plan.digest import (
    config_digest,
    declarations_digest,
    declared_form,
    plan_digest,
    policy_digest,
)
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan
from tests.support.plans.declaration_strategies import declarations
from tests.support.plans.plan_samples import DECLARED, full_plan, grant, granted
from tests.support.plans.plan_strategies import PLANS

ACCOUNT = "example.evance.me"

EARLIER = "sha256:e48e2141bcd9cfbaacb0c7a00e55f543ebca8401ab5362974adcafebbc7d0e1f"
"""What version 0.1.0 noted of the default policy for that account."""

STARTS, EXPIRES = datetime(2026, 12, 24, tzinfo=UTC), datetime(2026, 12, 27, tzinfo=UTC)

FREEZE = Freeze(STARTS, EXPIRES, "Christmas")

SETTINGS, TARGET, KNOWN = Settings(), Target("shop", TargetKind.EVANCE, ACCOUNT), Capabilities()

PIPELINE = CiSettings(require_review=False, targets=("shop",), doctor=DoctorInPreview.REFUSE)


def config(settings: Settings = SETTINGS, target: Target = TARGET, known: Capabilities = KNOWN) -> str:
    return config_digest(settings, target, ACCOUNT, known)


def policy(**keys: Any) -> Settings:
    return replace(SETTINGS, policy=replace(SETTINGS.policy, **keys))


def applying(**keys: Any) -> Settings:
    return replace(SETTINGS, applying=ApplySettings(**keys))


COVERED = {
    "Policy.timezone": config(policy(timezone="Europe/London")),
    "Policy.roles": config(policy(roles="additive")),
    "Policy.tags": config(policy(tags="additive")),
    "Policy.authoritative": config(policy(authoritative=Patterns(roles=("trade-account",)))),
    "Policy.ignore": config(policy(ignore=Patterns(roles=("staff-*",)))),
    "Policy.protect": config(policy(protect=Protect(roles=("administrator",)))),
    "Policy.guards": config(policy(guards=SETTINGS.policy.guards.__class__({"creating": 7}))),
    "Policy.undeclared": config(policy(undeclared=OnUndeclared.REFUSE)),
    "ApplySettings.failures": config(applying(failures=2)),
    "ApplySettings.freezes": config(applying(freezes=(FREEZE,))),
    "ApplySettings.revoke_in_freeze": config(applying(revoke_in_freeze=True)),
    "ApplySettings.stopped": config(applying(stopped=True)),
    "Target.kind": config(target=replace(TARGET, kind=TargetKind.SANDBOX)),
    "Target.update_method": config(target=replace(TARGET, update_method=UpdateMethod.PUT)),
    "Target.account": config_digest(SETTINGS, TARGET, "other.evance.me", KNOWN),
    "Capabilities.update_method": config(known=Capabilities(update_method=UpdateMethod.PUT)),
    "Capabilities.roles_from": config(known=Capabilities(roles_from=FacetSource.CONTACT)),
    "Capabilities.tags_from": config(known=Capabilities(tags_from=FacetSource.CONTACT)),
    "Capabilities.profile_from": config(known=Capabilities(profile_from=FacetSource.CONTACT)),
    "Capabilities.address_from": config(known=Capabilities(address_from=FacetSource.CONTACT)),
    "Capabilities.contact_ids": config(known=Capabilities(contact_ids=Numbering.OTHER)),
    "Capabilities.email_search": config(known=Capabilities(email_search=SearchCase.FOLDED)),
    "Capabilities.pending_word": config(known=Capabilities(pending_word="waiting")),
    "Capabilities.refuse": config(known=Capabilities(refuse=(Facet.TAGS,))),
    "Freeze.starts": config(applying(freezes=(replace(FREEZE, starts=STARTS - timedelta(days=1)),))),
    "Freeze.expires": config(applying(freezes=(replace(FREEZE, expires=EXPIRES + timedelta(days=1)),))),
}
"""Each key that changes what is written or refused, and the digest with another value of it."""

NOT_COVERED = {
    "Policy.judgement": config(policy(judgement=WarningSettings(far_expiry_months=6))),
    "Settings.contacts": config(replace(SETTINGS, contacts="people/")),
    "Settings.target": config(replace(SETTINGS, target="other")),
    "Settings.targets": config(replace(SETTINGS, targets=(TARGET,))),
    "Settings.privacy": config(replace(SETTINGS, privacy=Privacy.SHOW)),
    "Settings.ci": config(replace(SETTINGS, ci=PIPELINE)),
    "CiSettings.require_review": config(replace(SETTINGS, ci=CiSettings(require_review=False))),
    "CiSettings.targets": config(replace(SETTINGS, ci=CiSettings(targets=("shop",)))),
    "CiSettings.doctor": config(replace(SETTINGS, ci=CiSettings(doctor=DoctorInPreview.REFUSE))),
    "Target.name": config(target=replace(TARGET, name="other")),
    "Target.url": config(target=replace(TARGET, url="http://127.0.0.1:8081")),
    "Target.rate": config(target=replace(TARGET, rate=1.0)),
    "Target.concurrency": config(target=replace(TARGET, concurrency=2)),
    "Target.auth": config(target=replace(TARGET, auth=AuthFlow.JWT_BEARER)),
    "Target.contacts": config(target=replace(TARGET, contacts="contacts/shop/")),
    "Capabilities.accounts": config(known=Capabilities(accounts=(ACCOUNT,))),
    "Capabilities.modified_on": config(known=Capabilities(modified_on=(Facet.ROLES,))),
    "Capabilities.id_search": config(known=Capabilities(id_search=IdSearch.MANY)),
    "Capabilities.page_size": config(known=Capabilities(page_size=7)),
    "Freeze.reason": config(applying(freezes=(FREEZE,))),
}
"""Each key with which the same plan comes to the same end."""

HELD_BY_OTHERS = {"Settings.policy", "Settings.applying", "Settings.warnings"}
"""What is in the tables by its own keys, or says no more than they do."""


@pytest.mark.parametrize("key", COVERED)
def test_the_configuration_is_another_one_with_what_changes_writes(key: str) -> None:
    """A plan that was approved under another one is refused."""
    freezes = key.startswith("Freeze.")
    assert COVERED[key] != (config(applying(freezes=(FREEZE,))) if freezes else config())


@pytest.mark.parametrize("key", NOT_COVERED)
def test_the_configuration_is_the_same_with_what_changes_no_write(key: str) -> None:
    """A slower rate is no reason to review a plan again."""
    freeze = replace(FREEZE, reason="Stocktaking")
    assert NOT_COVERED[key] == (config(applying(freezes=(freeze,))) if key == "Freeze.reason" else config())


def test_every_key_is_decided_upon() -> None:
    """Whoever adds a key says whether an approved plan may be applied with another value of it."""
    kinds = (Settings, type(SETTINGS.policy), ApplySettings, Target, Capabilities, Freeze, CiSettings)
    keys = {f"{kind.__name__}.{field.name}" for kind in kinds for field in fields(kind)}
    assert keys == {*COVERED, *NOT_COVERED, *HELD_BY_OTHERS}


def test_the_verb_counts_whoever_says_it() -> None:
    """That of the capabilities is taken before the target's."""
    target = replace(TARGET, update_method=UpdateMethod.PUT)
    assert config(target=target) == config(known=Capabilities(update_method=UpdateMethod.PUT))


def test_the_policy_goes_on_through_a_freeze_and_a_probe() -> None:
    """Runs remember what steers fold and guards alone, or a new freeze would stop the windows of the shop."""
    freezing = applying(freezes=(FREEZE,), stopped=True)
    assert policy_digest(freezing.policy, ACCOUNT) == policy_digest(SETTINGS.policy, ACCOUNT)
    refusing = policy(undeclared=OnUndeclared.REFUSE).policy
    assert policy_digest(refusing, ACCOUNT) == policy_digest(SETTINGS.policy, ACCOUNT)
    assert policy_digest(policy(roles="additive").policy, ACCOUNT) != policy_digest(SETTINGS.policy, ACCOUNT)


OF_BASES = {"other": ("sha256:0", True), "same": ("sha256:1", False), "of a record": (None, False)}


@pytest.mark.parametrize(("base", "told"), OF_BASES.values(), ids=OF_BASES)
def test_a_plan_says_that_the_configuration_differs_from_the_base(base: str | None, told: bool) -> None:  # noqa: FBT001
    """What it changes for contacts whose entries are the same is in no such plan."""
    baseline = Baseline("main at 4f2a9c1", {}, base)
    context = PlanContext("shop", ACCOUNT, Policy(), STARTS, "1.0", baseline=baseline, config="sha256:1")
    plan = make_plan(Matches((), (), ()), (), context)
    assert any("the configuration differs from main at 4f2a9c1" in note for note in plan.notes) == told
    assert plan.config_digest == "sha256:1"


def test_the_policy_has_the_digest_that_earlier_versions_noted() -> None:
    """Else nothing would be due after an update until somebody applies the whole shop."""
    assert policy_digest(Policy(), ACCOUNT) == EARLIER


NAMES = st.sampled_from(["a'b", 'a"b', "a'b\"", "a", "a ", "ä", "\\", "\u2028", "None", "", "\ud800"])


@given(
    st.lists(
        st.builds(replace, declarations, id=st.none() | NAMES, reference=st.none() | NAMES, email=NAMES),
        max_size=4,
    )
)
def test_what_is_declared_has_the_digest_that_records_have(declared: list[Declaration]) -> None:
    """That of one list in the order of each entry's whole text, though it is never written as a whole."""
    assert declarations_digest(declared) == digest_of(sorted(map(declared_form, declared), key=repr))


@pytest.mark.parametrize("length", [0, 1, 256, 257, 600])
def test_a_long_list_has_its_digest_piece_by_piece(length: int) -> None:
    """As if it were written at once."""
    assert digest_of_list(iter(range(length))) == digest_of(list(range(length)))


PLACE = Place("contacts/elsewhere.yaml", 99, 1)


def later(plan: Plan) -> Plan:
    """The same plan a minute later, from other lines and in other words, by another version."""
    return replace(
        plan,
        tool_version=f"{plan.tool_version}+1",
        as_of=plan.as_of + timedelta(minutes=1),
        valid_until=None,
        timezone="Asia/Tokyo",
        notes=(*plan.notes, "a note"),
        digest="another",
        unchanged=plan.unchanged + 1,
        changes=tuple(replace(change, source=PLACE, kept=()) for change in plan.changes),
        scheduled=tuple(map(of_another_line, plan.scheduled)),
        withheld=(),
        undeclared=tuple(replace(item, source=PLACE) for item in plan.undeclared),
        set_aside=tuple(replace(one, source=PLACE, since=plan.as_of, new=False) for one in plan.set_aside),
        guards=tuple(replace(verdict, message="in other words") for verdict in plan.guards),
    )


def of_another_line(item: Scheduled) -> Scheduled:
    known = item.comparison is not Comparison.TAKEN_BACK
    return replace(item, source=PLACE, comparison=Comparison.KNOWN if known else item.comparison)


@settings(deadline=None, max_examples=25)  # a busy machine is no fault
@given(PLANS)
def test_the_same_plan_a_minute_later_has_the_same_digest(plan: Plan) -> None:
    """A digest that changed every second could be pinned by nobody."""
    assert plan_digest(later(plan)) == plan_digest(plan)


ANN, BOB = Identity("12", "user", "ann@email.com"), Identity("13", "user", "bob@email.com")

LATER = Scheduled(BOB, PLACE, Facet.ROLES, "press", Action.ADD, DECLARED, Window(STARTS, EXPIRES), "active")

STAYS = Undeclared(BOB, NoLonger.ITEM, Facet.ROLES, "press")

PLAN = replace(
    full_plan(),
    scheduled=(LATER,),
    undeclared=(STAYS,),
    scope=Scope("4f2a9c1", "main", ("bob@email.com",), (EntryKey(email="bob@email.com"),), 3),
)

LONGER = grant("trade-account", expires="2027-03-01T00:00:00Z")

FIRST, ASIDE, VERDICT = PLAN.changes[0], PLAN.set_aside[0], PLAN.guards[0]

OTHERS = {
    "account": {"account": "other.evance.me"},
    "revert": {"revert": "run-1"},
    "no scope": {"scope": None},
    "scope of another base": {"scope": replace(PLAN.scope or Scope(), base="5e1b8d0")},
    "scope of others": {"scope": replace(PLAN.scope or Scope(), contacts=())},
    "change": {"changes": PLAN.changes[1:]},
    "contact": {"changes": (replace(FIRST, contact=ANN), *PLAN.changes[1:])},
    "action": {"changes": (replace(FIRST, action=ChangeAction.CREATE), *PLAN.changes[1:])},
    "operation": {"changes": (replace(FIRST, operations=FIRST.operations[1:]), *PLAN.changes[1:])},
    "end of a role": {"changes": (replace(FIRST, operations=(granted(LONGER),)), *PLAN.changes[1:])},
    "schedule": {"scheduled": ()},
    "contact of a schedule": {"scheduled": (replace(LATER, contact=ANN),)},
    "facet of a schedule": {"scheduled": (replace(LATER, facet=Facet.TAGS),)},
    "item of a schedule": {"scheduled": (replace(LATER, item="customer"),)},
    "end of a tag": {"scheduled": (replace(LATER, action=Action.REMOVE),)},
    "start of a schedule": {"scheduled": (replace(LATER, window=Window(None, EXPIRES)),)},
    "end of a schedule": {"scheduled": (replace(LATER, window=Window(STARTS)),)},
    "status of a schedule": {"scheduled": (replace(LATER, status=None),)},
    "schedule taken back": {"scheduled": (replace(LATER, comparison=Comparison.TAKEN_BACK),)},
    "no longer declared": {"undeclared": ()},
    "who is no longer declared": {"undeclared": (replace(STAYS, contact=ANN),)},
    "contact no longer declared": {"undeclared": (replace(STAYS, what=NoLonger.CONTACT),)},
    "item no longer declared": {"undeclared": (replace(STAYS, item="customer"),)},
    "set aside": {"set_aside": PLAN.set_aside[1:]},
    "who is set aside": {"set_aside": (replace(ASIDE, contact=ANN), *PLAN.set_aside[1:])},
    "open revocations": {"set_aside": (replace(ASIDE, revocations=()), *PLAN.set_aside[1:])},
    "guard": {"guards": PLAN.guards[1:]},
    "verdict lifted": {"guards": (replace(VERDICT, lifted=True), *PLAN.guards[1:])},
    "verdict": {"guards": (replace(VERDICT, passed=not VERDICT.passed), *PLAN.guards[1:])},
}


@pytest.mark.parametrize("part", OTHERS)
def test_a_plan_that_does_something_else_has_another_digest(part: str) -> None:
    """Each part that says what is done, and to whom, with another content."""
    assert plan_digest(replace(PLAN, **OTHERS[part])) != plan_digest(PLAN)


def test_what_does_not_happen_takes_no_part() -> None:
    """A window that closed yesterday does nothing today."""
    withheld = Withheld(BOB, PLACE, Facet.ROLES, "press", DECLARED)
    assert plan_digest(replace(PLAN, withheld=(withheld,))) == plan_digest(PLAN)


KEYS = {
    "changes": {"contact", "action", "operations"},
    "scheduled": {"contact", "facet", "item", "action", "starts", "expires", "status"},
    "undeclared": {"contact", "what", "facet", "item"},
    "set_aside": {"contact", "revocations"},
    "guards": {"name", "passed"},
}


def test_the_digest_takes_what_documents_have() -> None:
    """A key that was renamed in the documents must not fall out of the digest unseen."""
    document = plan_document(PLAN)
    for name, keys in KEYS.items():
        assert keys <= document[name][0].keys()
