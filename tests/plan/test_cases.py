"""Planning by example: each file in ``tests/cases/plan`` holds declarations, a live account and the plan.

A file has ``claim`` (what it shows), ``now`` (default 2026-11-23T09:00:00Z), ``settings`` (the text of
reconcile.yaml without its version), ``declare`` (the text of one file of declarations), ``roles`` (those of
the account, by default all named) and ``live`` (contacts), with ``odd_rows`` (what is not understood of
contacts that the list shows besides, by id) and ``unread`` (why a contact could not be read, by id).

What is known from before: ``remembered`` (the contact's id that an entry was about at the last complete run,
by its e-mail or, after ``reference`` or ``id``, by that), ``aside`` (since when the record has an entry set
aside, likewise) and ``record`` (the text of the declarations that it is of; ``same``: those of ``declare``).
``baseline`` is what the declarations are compared with, if not the record: the text of one file, of a commit
or, with ``recorded`` (when, and by ``remembered`` of whom), of a record. ``carried`` is the text of the
entries under ``allow`` that the record has. ``forms: false``: it is one of an earlier version.

What comes out: ``plan`` (contact → lines of operations and of what is kept), ``payloads`` (contact → body),
``unchanged``, ``problems``, ``set_aside`` (contact → reason), ``since`` (contact → since when it is set
aside), ``new`` (those set aside whose entry is not in the base), ``revocations`` (contact → roles),
``scheduled`` and ``withheld`` (lines), ``undeclared`` (contact → lines of what stays), ``refused`` and
``lifted`` (guards), ``to_allow`` (the text to paste), ``lapsing`` (lines of what is held and lost soon),
``notes`` and ``valid_until``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.clock import parse_instant, utc_text
from reconcile.declare.loader import LoadedDeclarations, load_declarations
from reconcile.declare.settings import load_settings
from reconcile.errors import DeclarationError
from reconcile.model.baseline import Baseline, EntryKey
from reconcile.model.contact import Contact, Grant, Identity, OtherTag, Role, State
from reconcile.model.declaration import Declaration
from reconcile.model.facets import tag_key
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Origin, Value
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.plans.schedule import Lapsing, Scheduled, Withheld
from reconcile.model.problem import Problem
from reconcile.model.record import NOTHING_REMEMBERED, Record, RecordedEntry, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import baseline_of, resolved_form
from reconcile.plan.baseline.scope import EVERYTHING, select
from reconcile.plan.baseline.undeclared import find_removed, undeclared_rows
from reconcile.plan.digest import policy_digest, resolved_digest
from reconcile.plan.guards.allowances import allowance_digests
from reconcile.plan.matching.matches import Matches, match_declarations, unknown_roles
from reconcile.plan.planner import make_plan, plan_contacts
from reconcile.render.wording.allowances import allow_text

CASES = Path(__file__).parent.parent / "cases" / "plan"

NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))

PLANNED = [
    name for name in NAMES if "\nproblems:" not in (CASES / f"{name}.yaml").read_text(encoding="utf-8")
]

SYMBOLS = {"add": "+", "change": "~", "remove": "-"}


@dataclass(frozen=True)
class Case:
    """One case file, read."""

    policy: Policy
    declarations: tuple[Declaration, ...]
    problems: tuple[Problem, ...]
    live: tuple[Contact, ...]
    roles: tuple[Role, ...]
    now: datetime
    context: PlanContext
    odd_rows: Mapping[str, str]
    unread: Mapping[str, str]

    def matches(self, declarations: tuple[Declaration, ...], live: tuple[Contact, ...]) -> Matches:
        found = match_declarations(
            declarations,
            [contact.identity for contact in live],
            odd_rows=self.odd_rows,
            remembered=self.context.remembered,
            baseline=self.context.baseline,
        )
        return found.without_unread(self.unread)


def read(content: dict[str, Any], folder: Path) -> Case:
    (folder / "reconcile.yaml").write_text("version: 1\n" + content.get("settings", ""), encoding="utf-8")
    policy = load_settings(folder / "reconcile.yaml").policy
    loaded, problems = LoadedDeclarations(), tuple[Problem, ...]()
    try:
        loaded = load(content["declare"], policy, folder)
    except DeclarationError as error:
        problems = error.problems
    declarations = loaded.declarations
    live = tuple(live_contact(entry) for entry in content.get("live", []))
    roles = tuple(map(Role, content.get("roles", sorted(named_roles(declarations, live)))))
    now = parse_instant(content.get("now", "2026-11-23T09:00:00Z"))
    assert now is not None
    remembered = remembered_entries(content, policy, now, folder)
    context = PlanContext(
        "sandbox",
        "sandbox.evance.me",
        policy,
        now,
        "1.0",
        baseline=baseline_of_case(content, remembered, policy, folder),
        remembered=remembered,
        allowances=loaded.allowances,
    )
    odd_rows, unread = content.get("odd_rows", {}), content.get("unread", {})
    return Case(policy, declarations, problems, live, roles, now, context, odd_rows, unread)


def baseline_of_case(
    content: dict[str, Any], remembered: Remembered, policy: Policy, folder: Path
) -> Baseline | None:
    if "baseline" not in content:
        return remembered.record.baseline() if remembered.record and "record" in content else None
    baseline = baseline_of("the base", earlier(content["baseline"], content, policy, folder), policy, "")
    at = parse_instant(content["recorded"]) if "recorded" in content else None
    entries = {
        key: replace(
            entry,
            contact=remembered.contact(key),
            judged=at,
            form=entry.form if content.get("forms", True) else None,
        )
        for key, entry in baseline.entries.items()
    }
    return replace(baseline, at=at, entries=entries)


def declared(text: str, policy: Policy, folder: Path) -> tuple[Declaration, ...]:
    return load(text, policy, folder).declarations


def load(text: str, policy: Policy, folder: Path) -> LoadedDeclarations:
    (folder / "contacts").mkdir(exist_ok=True)
    (folder / "contacts" / "case.yaml").write_text(text, encoding="utf-8")
    return load_declarations(folder / "contacts", policy, root=folder)


def earlier(text: str, content: dict[str, Any], policy: Policy, folder: Path) -> tuple[Declaration, ...]:
    return declared(content["declare"] if text == "same" else text, policy, folder)


def remembered_entries(content: dict[str, Any], policy: Policy, now: datetime, folder: Path) -> Remembered:
    """The record of the last complete run; nothing where the case tells of none."""
    entries = {
        declaration.key: RecordedEntry(
            resolved_digest(declaration, policy), None, now, form=resolved_form(declaration)
        )
        for text in [content.get("record")]
        if text is not None
        for declaration in earlier(text, content, policy, folder)
    }
    for name, contact in content.get("remembered", {}).items():
        entry = entries.get(entry_key(name), RecordedEntry("sha256:0", None, now))
        entries[entry_key(name)] = replace(entry, contact=contact)
    for name, since in content.get("aside", {}).items():
        entries[entry_key(name)] = replace(entries[entry_key(name)], set_aside=parse_instant(since))
    if not (entries or "carried" in content):
        return NOTHING_REMEMBERED
    carried = f"contacts: [{{id: 1, tags: [x]}}]\n{content.get('carried', '')}"
    allowances = allowance_digests(load(carried, policy, folder).allowances)
    config = policy_digest(policy, "sandbox.evance.me")
    return Remembered(Record("run-1", now, None, "sha256:0", config, entries, allowances))


def entry_key(name: str) -> EntryKey:
    kind, _, value = name.rpartition(" ")
    return EntryKey(**{kind or "email": value})


def named_roles(declarations: tuple[Declaration, ...], live: tuple[Contact, ...]) -> set[str]:
    declared = {grant.reference for entry in declarations for grant in entry.roles or ()}
    return declared | {grant.reference for contact in live for grant in contact.state.roles or ()}


def live_contact(entry: dict[str, Any]) -> Contact:
    """A live contact; a facet that the file does not name is empty, one that is ``unread`` was not told."""
    unread = entry.get("unread", "").split()
    identity = Identity(
        entry["id"], entry.get("type", "user"), entry.get("email", ""), entry.get("reference")
    )
    grants = sorted(
        (live_grant(name, told) for name, told in entry.get("roles", {}).items()), key=lambda g: g.reference
    )
    state = State(
        roles=tuple(grants),
        tags=tuple(sorted(entry.get("tags", []), key=lambda tag: (tag_key(tag), tag))),
        profile={name: value or None for name, value in entry.get("profile", {}).items()},
        address={name: value or None for name, value in entry.get("address", {}).items()},
        other_tags=tuple(OtherTag(*tag.split(":")) for tag in entry.get("other_tags", [])),
    )
    return Contact(identity, replace(state, **dict.fromkeys(unread)))


def live_grant(name: str, told: str) -> Grant:
    """``active``, ``pending until 2027-01-31T00:00:00Z`` or ``unreadable``."""
    status, _, until = told.partition(" until ")
    if status == "unreadable":
        return Grant(name, "", None, readable=False)
    return Grant(name, status, parse_instant(until) if until else None)


def plan_of(case: Case, declarations: tuple[Declaration, ...], live: tuple[Contact, ...]) -> Plan:
    found = case.matches(declarations, live)
    assert found.problems == ()
    by_id = {contact.identity.id: contact for contact in live}
    contacts = plan_contacts(found, by_id, case.context)
    baseline, remembered = case.context.baseline, case.context.remembered
    gone = select(declarations, EVERYTHING, case.policy, baseline, remembered).gone
    removed = find_removed(gone, declarations, [contact.identity for contact in live], remembered)
    undeclared = undeclared_rows(removed, by_id, contacts, case.context)
    return make_plan(found, contacts, case.context, undeclared=undeclared, removed=removed)


def shown(plan: Plan) -> dict[str, list[str]]:
    return {change.label: lines(change) for change in plan.changes}


def lines(change: Change) -> list[str]:
    moved = [
        f"{SYMBOLS[step.action]} {step.facet} {step.item}: {before_after(step.before, step.after)}"
        f" ({origin(step.origin)})"
        for step in change.operations
    ]
    kept = [
        f"= {item.facet} {item.item}: {value(item.value)} ({origin(item.origin)})" for item in change.kept
    ]
    lapsed = [f". roles {grant.reference}: {value(grant)}" for grant in change.lapsed]
    return moved + lapsed + kept


def before_after(before: Value, after: Value) -> str:
    return " → ".join(value(side) for side in (before, after) if side is not None)


def value(told: Value) -> str:
    if isinstance(told, Grant):
        return told.status + (f" until {utc_text(told.expires)}" if told.expires else "")
    return str(told)


def scheduled_line(row: Scheduled) -> str:
    privileged = ", privileged" if row.privileged else ""
    return f"{row.contact.label}: {SYMBOLS[row.action]} {dated_item(row)} ({row.comparison}{privileged})"


def dated_item(row: Scheduled | Withheld) -> str:
    status = f" {row.status}" if row.status else ""
    starts = f" from {utc_text(row.window.starts)}" if row.window.starts else ""
    ends = f" until {utc_text(row.window.expires)}" if row.window.expires else ""
    return f"{row.facet} {row.item}{status}{starts}{ends}"


def lapsing_line(row: Lapsing) -> str:
    return f"{row.contact.label}: {row.facet} {row.item} at {utc_text(row.expires)} ({origin(row.origin)})"


def origin(found: Origin) -> str:
    return f"{found.kind} {found.detail}" if found.detail else found.kind.value


def outcome(case: Case) -> dict[str, Any]:
    """What comes out of a case, in the form in which a case file states it."""
    if case.problems:
        return {"problems": [str(problem) for problem in case.problems]}
    found = case.matches(case.declarations, case.live)
    problems = sorted((*found.problems, *unknown_roles(case.declarations, case.roles)))
    if problems:
        return {"problems": [str(problem) for problem in problems]}
    plan = plan_of(case, case.declarations, case.live)
    return {
        "plan": shown(plan),
        "payloads": {change.label: change.payload["contact"] for change in plan.changes},
        "unchanged": plan.unchanged,
        "set_aside": {entry.label: entry.reason for entry in plan.set_aside},
        "scheduled": [scheduled_line(row) for row in plan.scheduled],
        "withheld": [f"{row.contact.label}: {dated_item(row)}" for row in plan.withheld],
        "lapsing": [lapsing_line(row) for row in plan.lapsing],
        "since": {entry.label: utc_text(entry.since) for entry in plan.set_aside if entry.since},
        "new": [entry.label for entry in plan.set_aside if entry.new],
        "revocations": {entry.label: [*entry.revocations] for entry in plan.set_aside if entry.revocations},
        "undeclared": stays(plan),
        "refused": [verdict.guard for verdict in plan.refused],
        "lifted": [verdict.guard for verdict in plan.guards if verdict.lifted],
        "to_allow": allow_text(plan.guards),
        "notes": list(plan.notes),
        "valid_until": utc_text(plan.valid_until.at) if plan.valid_until else None,
    }


def stays(plan: Plan) -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {}
    for row in plan.undeclared:
        until = f" until {utc_text(row.expires)}" if row.expires else ""
        item = f"{row.facet} {row.item}" if row.facet else "nothing" if row.looked_at else "not looked at"
        status = f": {row.status}{until}" if row.status else ""
        line = row.source.line if row.source else "?"
        shown.setdefault(row.contact.label, []).append(f"! {row.what} {item}{status} (line {line})")
    return shown


UNLESS_SAID: dict[str, Any] = {
    "refused": [],
    "lifted": [],
    "notes": [],
    "set_aside": {},
    "since": {},
    "undeclared": {},
}
"""What a case expects of these without saying so."""


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_as_its_file_says(name: str, tmp_path: Path) -> None:
    """The plan, or the problems, of each case file."""
    content = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    found = outcome(read(content, tmp_path))
    assert ("problems" in content) == ("problems" in found), found
    wanted = {**(UNLESS_SAID if "plan" in found else {}), **content}
    assert {key: got for key, got in found.items() if key in wanted} == {
        key: wanted[key] for key in found if key in wanted
    }


@pytest.mark.parametrize("name", PLANNED)
def test_the_order_of_live_contacts_and_declarations_changes_nothing(name: str, tmp_path: Path) -> None:
    """Each case, read backwards, gives the same plan to the digest."""
    case = read(yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8")), tmp_path)
    backwards = plan_of(case, case.declarations[::-1], case.live[::-1])
    assert backwards == plan_of(case, case.declarations, case.live)


def test_there_are_enough_cases() -> None:
    """A case file that is lost by accident is noticed."""
    assert len(NAMES) >= 60
