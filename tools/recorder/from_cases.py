"""Scenarios of the case files: what declarations say, what is planned and applied, what is explained."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from .account import Account
from .jobs import Desk, Job
from .scene import AS_OF, ROOT, Scene, scene_for, settings
from .states import Unreachable, bring_about, declared_contacts, next_id, read_case

CASES = ROOT / "tests" / "cases"

Case = Mapping[str, Any]


def jobs() -> list[Job]:
    """One scenario for each case file, and profile where there is an account."""
    found = [Job(f"declare/{path.stem}", partial(declare, path), 6) for path in _files("declare")]
    for path in _files("plan"):
        found.append(Job(f"plan/{path.stem}/documented", partial(plan, path), 60))
        found += [Job(f"plan/{path.stem}/approved", partial(approved, path), 9)]
        found += [
            Job(f"plan/{path.stem}/{profile}", partial(under, profile, path), 9)
            for profile in ("awkward", "hostile")
        ]
    return found + [Job(f"explain/{path.stem}", partial(explain, path), 6) for path in _files("explain")]


def _files(kind: str) -> list[Path]:
    return sorted((CASES / kind).glob("*.yaml"))


def declare(path: Path, desk: Desk) -> None:
    """Validate the files of a case, in every form."""
    case = read_case(path)
    scene = Scene(desk.folder(), desk.out)
    files = dict(case.get("files", {}))
    files |= {"contacts/case.yaml": case["declare"]} if "declare" in case else {}
    for name, text in files.items():
        scene.write(name, text)
    scene.write("reconcile.yaml", case.get("configuration", "version: 1\n" + case.get("settings", "")))
    for form in ("text", "json", "github", "sarif"):
        scene.at("validate", "--format", form, as_of=_now(case))
    scene.at("validate", "--strict", as_of=_now(case))
    scene.at("timeline", as_of=_now(case))
    desk.runs += scene.runs


def _now(case: Case) -> str:
    return str(case.get("now", AS_OF))


def _opened(path: Path, desk: Desk) -> tuple[Case, Account, Scene] | None:
    """A project and the account of a case; None when that account can't be had."""
    case = read_case(path)
    now = datetime.fromisoformat(_now(case))
    account = desk.account("later" if next_id(case.get("live", [])) > 1 else "empty", now)
    try:
        bring_about(case, account)
    except Unreachable as reason:
        desk.skipped.append(f"{desk.out.parent.name}/{desk.out.name}: {reason}")
        return None
    scene = scene_for(account, desk.folder(), desk.out)
    scene.write("reconcile.yaml", settings(account, case.get("settings", "")))
    scene.write("contacts/case.yaml", case["declare"])
    return case, account, scene


def plan(path: Path, desk: Desk) -> None:
    """The whole life of a case on a server as documented: looked at, applied, looked at, taken back."""
    opened = _opened(path, desk)
    if opened is None:
        return
    case, account, scene = opened
    look(scene, _now(case))
    for who in declared_contacts(case["declare"]):
        for options in ([], ["--format", "json"], ["--privacy", "mask"]):
            scene.at("explain", who, *options, as_of=_now(case))
    apply_and_revert(scene, account, _now(case))
    desk.runs += scene.runs


def look(scene: Scene, now: str) -> None:
    """Everything that only reads, in every form."""
    for options in FORMS:
        scene.at("plan", *options.split(), as_of=now)
    scene.at("plan", "--out", "plan.json", "--detailed-exitcode", "--verbose", as_of=now)
    for options in FORMS:
        scene.run("show", "plan.json", *options.split())
    for options in ("", "--format json", "--format markdown", "--privacy mask", "--out drift.json"):
        scene.at("drift", *options.split(), as_of=now)
    for options in ("", "--format json", "--privacy mask", "--days 800"):
        scene.at("timeline", *options.split(), as_of=now)
    scene.at("validate", "--account", as_of=now)


FORMS = (
    "",
    "--concise",
    "--privacy mask",
    "--format json",
    "--format markdown",
    "--format markdown --privacy show",
    "--format html",
    "--format html --privacy show",
)
"""Every form of a plan."""


def apply_and_revert(scene: Scene, account: Account, now: str) -> None:
    """Apply, look again, and take it back. Each run has an instant of its own, since that names it."""
    first, second, third = (now[:11] + time for time in (now[11:], "23:00:00Z", "23:30:00Z"))
    scene.at("apply", as_of=first)
    scene.at("apply", "--yes", as_of=first)
    scene.at("plan", as_of=first)
    for options in ("", "--format json", "--format markdown"):
        scene.at("drift", *options.split(), as_of=first)
    done = scene.newest_run()
    for options in ((), ("--verify",), (done,)):
        scene.run("history", *options)
    account.clock(second)
    for options in ("", "--format json", "--format markdown", "--format html", "--out revert.json"):
        scene.at("revert", done, *options.split(), as_of=second)
    lifted = ("--allow", "last-role=9", "--allow", "last-holder=9", "--allow", "losing-access=9")
    scene.at("apply", "revert.json", "--yes", as_of=second)
    scene.at("apply", "revert.json", "--yes", *lifted, as_of=second)
    scene.run("history")
    account.clock(third)
    scene.at("apply", "--yes", "--format", "json", as_of=third)
    scene.run("history", "--verify")


def approved(path: Path, desk: Desk) -> None:
    """A plan that was saved is applied as a ceiling, and what is due is applied later."""
    opened = _opened(path, desk)
    if opened is None:
        return
    case, account, scene = opened
    now = _now(case)
    scene.at("plan", "--out", "plan.json", "--quiet", as_of=now)
    scene.at("apply", "plan.json", "--yes", "--digest", "sha256:" + "0" * 64, as_of=now)
    scene.at("apply", "plan.json", "--yes", as_of=now)
    later = "2027-06-01T09:00:00Z"
    account.clock(later)
    scene.at("drift", as_of=later)
    scene.at("apply", "--due", "--yes", as_of=later)
    scene.at("plan", "--format", "json", as_of=later)
    desk.runs += scene.runs


def under(profile: str, path: Path, desk: Desk) -> None:
    """The same case on a server that behaves less well."""
    opened = _opened(path, desk)
    if opened is None:
        return
    case, account, scene = opened
    account.switch(profile)
    now = _now(case)
    scene.at("plan", as_of=now)
    account.switch(v2_ids="same")  # with other ids in its list nothing more can be planned
    for command in (("plan",), ("plan", "--format", "json"), ("drift",), ("apply", "--yes"), ("plan",)):
        scene.at(*command, as_of=now)
    scene.run("history")
    scene.at("drift", "--format", "json", as_of=now)
    desk.runs += scene.runs


def explain(path: Path, desk: Desk) -> None:
    """What is said of one contact."""
    opened = _opened(path, desk)
    if opened is None:
        return
    case, _, scene = opened
    for options in ("", "--format json", "--privacy mask", "--format json --privacy mask"):
        scene.at("explain", case["contact"], *options.split(), as_of=_now(case))
    desk.runs += scene.runs
