"""Scenarios in which `apply` refuses: guards, freezes, the kill switch, plans that do not fit, journals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .account import Account, call, token_for
from .jobs import Desk, Job
from .scene import AS_OF, Scene, scene_for, settings

PIPPA = "contacts: [{email: pippa@rowe.example.org, roles: [customer]}]\n"
GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [gold]}]\n"
BOB = """\
contacts:
  - {email: bob@email.com, roles: [customer, newsletter, {reference: trade-account, status: active}]}
"""
NAMES = "{firstname: New, lastname: Person}"
NEW = "".join(
    f"  - {{email: new{number}@example.com, create: true, type: user, profile: {NAMES}}}\n"
    for number in range(7)
)
OWNER = "contacts: [{email: owner@example.com, roles: [customer]}]\n"
FREEZE = "apply: {freeze: [{starts: 2026-11-20, expires: 2026-11-30, reason: Black Friday}]}\n"


@dataclass(frozen=True)
class Guarded:
    """A project that a guard or a switch refuses: declarations, configuration, and how it is lifted."""

    declared: str
    settings: str = ""
    lifted: str = ""
    environment: Mapping[str, str] | None = None


GUARDED = {
    "last-holder": Guarded(PIPPA, lifted="--allow last-holder=1"),
    "last-holder-too-low": Guarded(PIPPA, lifted="--allow last-holder=0"),
    "last-role": Guarded(PIPPA.replace("customer", ""), lifted="--allow last-role=1 --allow last-holder=9"),
    "creating": Guarded(f"contacts:\n{NEW}", lifted="--allow creating=7"),
    "empty": Guarded("contacts: []\n", lifted="--allow losing-access=9"),
    "protected-role": Guarded(OWNER, "protect: {roles: [administrator]}\n"),
    "protected-contact": Guarded(OWNER, "protect: {contacts: [owner@example.com]}\n"),
    "self": Guarded(OWNER, "guards: {self: [owner@example.com]}\n", "--allow self=1 --allow last-holder=9"),
    "granting": Guarded(BOB, "guards: {granting: {roles: [trade-*], contacts: 0}}\n", "--allow granting=1"),
    "losing-access": Guarded(
        PIPPA,
        "guards: {losing-access: {contacts: 0, share: 0%}, last-holder: 5}\n",
        "--allow losing-access=1",
    ),
    "freeze": Guarded(GRACE, FREEZE),
    "freeze-and-revocation": Guarded(
        PIPPA, FREEZE.replace("]}", "], revoke-in-freeze: true}"), "--allow last-holder=1"
    ),
    "freeze-by-environment": Guarded(GRACE, environment={"RECONCILE_FREEZE": "1"}),
    "kill-by-environment": Guarded(GRACE, environment={"RECONCILE_KILL": "1"}),
    "kill-by-configuration": Guarded(GRACE, "apply: {stop: true}\n"),
    "override-of-an-earlier-version": Guarded(
        PIPPA,
        "apply: {allow: [{guard: last-holder, ceiling: 1, digest: 'sha256:" + "0" * 64 + "', reason: R}]}\n",
    ),
}


def jobs() -> list[Job]:
    """One scenario for each guard and each thing that can be wrong with a plan or a journal."""
    found = [Job(f"refusals/{name}", partial(guarded, one), 8) for name, one in GUARDED.items()]
    found += [Job(f"plans/{name}", partial(spoilt_plan, act), 6) for name, act in PLANS.items()]
    found += [Job(f"journals/{name}", partial(spoilt_journal, act), 12) for name, act in JOURNALS.items()]
    found += [Job("refusals/kill-file", kill_file, 6), Job("refusals/override", override, 8)]
    return [*found, Job("refusals/shrunk", shrunk, 8)]


def opened(desk: Desk, declared: str, text: str = "") -> tuple[Account, Scene]:
    """A small project for the shop's account."""
    account = desk.account("shop")
    scene = scene_for(account, desk.folder(), desk.out)
    scene.write("reconcile.yaml", settings(account, f"timezone: Europe/London\n{text}"))
    scene.write("contacts/team.yaml", declared)
    return account, scene


def guarded(one: Guarded, desk: Desk) -> None:
    """What is planned, refused, and applied once it is lifted."""
    _, scene = opened(desk, one.declared, one.settings)
    environment = dict(one.environment or {})
    for command in ("plan", "plan --format markdown", "plan --detailed-exitcode --concise", "apply --yes"):
        scene.at(*command.split(), **environment)
    scene.at("apply", "--yes", "--format", "json", *one.lifted.split(), **environment)
    scene.at("plan", **environment)
    desk.runs += scene.runs


def kill_file(desk: Desk) -> None:
    """The kill switch as a file, with and without a text."""
    _, scene = opened(desk, GRACE)
    for text in ("", "the payment system is down\n"):
        scene.write(".reconcile/KILL", text)
        scene.at("apply", "--yes")
        scene.at("plan", "--concise")
    desk.runs += scene.runs


def override(desk: Desk) -> None:
    """An entry of the declarations lifts a guard for whom it names, once."""
    account, scene = opened(desk, PIPPA)
    entry = "{guard: last-holder, contacts: [{id: 40}], until: 2026-11-30, reason: The season is over}"
    scene.write("contacts/allow.yaml", f"allow: [{entry}]\n")
    for command in ("plan", "apply --yes", "plan", "history --verify"):
        scene.at(*command.split())
    account.clock("2026-11-23T10:00:00Z")
    scene.at("apply", "--yes", as_of="2026-11-23T10:00:00Z")
    desk.runs += scene.runs


def shrunk(desk: Desk) -> None:
    """Many contacts are gone since the last run."""
    account, scene = opened(desk, GRACE)
    scene.at("apply", "--yes")
    token = token_for(account)
    for number in range(34, 60):
        call(account.server.told["url"], "DELETE", f"/api/contacts/{number}.json", None, token)
    scene.write("contacts/team.yaml", GRACE.replace("gold", "silver"))
    later = "2026-11-23T10:00:00Z"
    account.clock(later)
    for command in ("plan", "apply --yes", "apply --yes --allow shrunk=40"):
        scene.at(*command.split(), as_of=later)
    desk.runs += scene.runs


def _other_declarations(scene: Scene) -> None:
    scene.write("contacts/team.yaml", GRACE.replace("gold", "silver"))


def _fewer_declarations(scene: Scene) -> None:
    scene.write("contacts/team.yaml", GRACE.replace(", tags: [gold]", ""))


def _other_settings(scene: Scene) -> None:
    text = (scene.folder / "reconcile.yaml").read_text(encoding="utf-8")
    scene.write("reconcile.yaml", f"{text}protect: {{roles: [administrator]}}\n")


def _forged(scene: Scene) -> None:
    text = (scene.folder / "plan.json").read_text(encoding="utf-8")
    scene.write("plan.json", text.replace("gold", "lead"))


def _of_another_account(scene: Scene) -> None:
    text = (scene.folder / "plan.json").read_text(encoding="utf-8")
    scene.write("plan.json", text.replace("sandbox.evance.me", "other.evance.me"))


def _cut(scene: Scene) -> None:
    text = (scene.folder / "plan.json").read_text(encoding="utf-8")
    scene.write("plan.json", text[: len(text) // 2])


PLANS: Mapping[str, Callable[[Scene], None]] = {
    "as-approved": lambda _: None,
    "more-declared": _other_declarations,
    "less-declared": _fewer_declarations,
    "other-settings": _other_settings,
    "forged": _forged,
    "of-another-account": _of_another_account,
    "cut": _cut,
}
"""What becomes of a project, or of the plan, after the plan was approved."""


def spoilt_plan(spoil: Callable[[Scene], None], desk: Desk) -> None:
    """A plan that was approved, and what comes of it."""
    _, scene = opened(desk, GRACE)
    scene.at("plan", "--out", "plan.json")
    spoil(scene)
    for command in ("show plan.json", "show plan.json --format json"):
        scene.run(*command.split())
    scene.at("apply", "plan.json", as_of=AS_OF)
    scene.at("apply", "plan.json", "--yes")
    scene.at("apply", "plan.json", "--yes")
    desk.runs += scene.runs


def _journals(scene: Scene) -> list[Path]:
    return sorted((scene.folder / ".reconcile" / "runs").glob("*.jsonl"))


def _lost(scene: Scene) -> None:
    _journals(scene)[0].unlink()


def _changed(scene: Scene) -> None:
    path = _journals(scene)[0]
    path.write_bytes(path.read_bytes().replace(b"gold", b"lead"))


def _without_end(scene: Scene) -> None:
    """As a run leaves it that was killed after its write."""
    path = _journals(scene)[-1]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]) + b'{"content":')


def _emptied(scene: Scene) -> None:
    _journals(scene)[-1].write_bytes(b"")


JOURNALS: Mapping[str, Callable[[Scene], None]] = {
    "whole": lambda _: None,
    "lost": _lost,
    "changed": _changed,
    "without-end": _without_end,
    "emptied": _emptied,
}
"""What becomes of the journals of two runs."""


def spoilt_journal(spoil: Callable[[Scene], None], desk: Desk) -> None:
    """Two runs, whose journals are not what they were, and what each command makes of that."""
    account, scene = opened(desk, GRACE)
    scene.at("apply", "--yes")
    scene.write("contacts/team.yaml", GRACE.replace("gold", "gold, silver"))
    account.clock("2026-11-23T10:00:00Z")
    scene.at("apply", "--yes", as_of="2026-11-23T10:00:00Z")
    spoil(scene)
    later = "2026-11-23T11:00:00Z"
    account.clock(later)
    scene.write("contacts/team.yaml", GRACE.replace("gold", "gold, silver, vip"))
    for command in ("history", "history --verify", f"history {scene.newest_run()}"):
        scene.run(*command.split())
    for command in ("plan", "drift", f"revert {scene.newest_run()}", "apply --yes"):
        scene.at(*command.split(), as_of=later)
    for command in ("history", "history --verify"):
        scene.run(*command.split())
    desk.runs += scene.runs
