"""Scenarios of the built-in shop of 69 contacts, with the declarations of this repository."""

from collections.abc import Iterator
from functools import partial
from shutil import copytree
from typing import Any

import yaml

from .account import Account
from .from_cases import apply_and_revert, look
from .jobs import Desk, Job
from .scene import AS_OF, PLAIN, ROOT, Scene, scene_for, settings
from .states import declared_contacts

PROFILES = ("documented", "awkward", "hostile")
FIXED = "2026-11-23T09:00:00+0000"
EMBEDDED = "version: 1\ntarget: own\ntargets: {own: {kind: sandbox, concurrency: 1, rate: 1000}}\n"


def jobs() -> list[Job]:
    """Reading, explaining and writing on each profile; and the sandbox that is started on demand."""
    found = []
    for profile in PROFILES:
        found.append(Job(f"shop/{profile}/reading", partial(reading, profile), 150))
        found.append(Job(f"shop/{profile}/explaining", partial(explaining, profile), 120))
        found.append(Job(f"shop/{profile}/writing", partial(writing, profile), 100))
    return [
        *found,
        Job("shop/parallel", parallel, 60),
        Job("shop/terminal", terminal, 60),
        Job("shop/embedded", embedded, 100),
        Job("shop/demo", demo, 40),
        Job("shop/sandbox", sandbox, 40),
    ]


def opened(desk: Desk, profile: str = "documented", **target: Any) -> tuple[Account, Scene]:
    """The repository's own project for the shop's account."""
    account = desk.account("shop")
    account.switch(profile, v2_ids="same")  # with other ids in its list nothing can be planned
    scene = scene_for(account, desk.folder(), desk.out, parallel=target.get("concurrency", 1) > 1)
    copytree(ROOT / "contacts", scene.folder / "contacts")
    scene.write("reconcile.yaml", _configuration(account, **target))
    return account, scene


def _configuration(account: Account, **target: Any) -> str:
    """The repository's configuration, but for the account that it is for."""
    told = yaml.safe_load((ROOT / "reconcile.yaml").read_text(encoding="utf-8"))
    kept = {key: value for key, value in told.items() if key not in ("version", "target", "targets")}
    return settings(account, yaml.safe_dump(kept, sort_keys=False), **target)


def reading(profile: str, desk: Desk) -> None:
    """All that only reads, in every form; how it is said in the log of a CI system, too."""
    account, scene = opened(desk, profile)
    look(scene, AS_OF)
    for command in ("plan", "drift", "timeline", "validate"):
        scene.at(command, CI="true")
        scene.at(command, "--quiet")
    account.switch(profile)
    for command in ("plan", "drift", "explain 13", "validate --account"):
        scene.at(*command.split())
    desk.runs += scene.runs


def explaining(profile: str, desk: Desk) -> None:
    """Every contact that is declared, and some that are not."""
    _, scene = opened(desk, profile)
    text = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "contacts").rglob("*.yaml"))]
    names = [name for one in text for name in declared_contacts(one)]
    for who in [*names, "owner@example.com", "8", "nobody@example.com"]:
        scene.at("explain", who)
        if profile == "documented":
            scene.at("explain", who, "--format", "json")
    scene.at("explain", names[0], "--privacy", "mask", "--verbose")
    desk.runs += scene.runs


def writing(profile: str, desk: Desk) -> None:
    """Apply, look, take back, and apply by the clock half a year later."""
    account, scene = opened(desk, profile)
    scene.at("plan", "--out", "plan.json", "--quiet")
    apply_and_revert(scene, account, AS_OF)
    later = "2027-07-01T09:00:00Z"
    account.clock(later)
    for command in (("drift",), ("apply", "--due", "--yes"), ("apply", "plan.json", "--yes"), ("plan",)):
        scene.at(*command, as_of=later)
    scene.run("history")
    desk.runs += scene.runs


def parallel(desk: Desk) -> None:
    """With several workers at once; what they ask for is put in order."""
    _, scene = opened(desk, concurrency=4)
    for command in ("plan", "drift"):
        scene.at(command)
    desk.runs += scene.runs


def terminal(desk: Desk) -> None:
    """What a person sees, in colour and at the width of the terminal, and is asked."""
    _, scene = opened(desk)
    now = ("--as-of", AS_OF, "--no-progress")
    for command in ("plan", "plan --concise", "drift", "explain bob@email.com", "timeline", "validate"):
        scene.on_terminal(*command.split(), *now)
    scene.on_terminal("plan", *now, NO_COLOR="1")
    scene.on_terminal("plan", *now, CI="true")
    for answer in ("no\n", "\n", "yes\n"):
        scene.on_terminal("apply", *now, entered=answer)
    scene.on_terminal("probe", "13", *now, entered="no\n")
    for command in ("--help", "plan --help", "plan --nothing"):
        scene.on_terminal(*command.split())
    desk.runs += scene.runs


def embedded(desk: Desk) -> None:
    """The sandbox that a command starts itself; its own log stands for the requests."""
    scene = Scene(desk.folder(), desk.out)
    scene.write("reconcile.yaml", EMBEDDED)
    scene.write(
        "contacts/bob.yaml", "contacts: [{email: bob@email.com, tags: [ipswich], roles: [customer]}]\n"
    )
    for command in (
        "plan",
        "apply --yes --allow last-role=5 --allow last-holder=5",
        "plan",
        "drift",
        "history",
    ):
        scene.at(*command.split())
    for what in ("requests", "grants", "outbox", "roles", "switches", "contact:13"):
        scene.run("sandbox", "show", what)
    desk.runs += scene.runs


def demo(desk: Desk) -> None:
    """The demo, and the demo in the folder of no project."""
    scene = Scene(desk.folder(), desk.out)
    copytree(ROOT / "contacts", scene.folder / "contacts")
    scene.write("reconcile.yaml", (ROOT / "reconcile.yaml").read_text(encoding="utf-8"))
    scene.run("demo")
    scene.run("demo", "--config", "nowhere.yaml")
    bare = Scene(desk.folder(), desk.out)
    bare.run("demo")
    for _ in range(2):
        bare.run("init", "--timezone", "Europe/London")
    desk.runs += scene.runs + bare.runs


def sandbox(desk: Desk) -> None:
    """What can be done with an account's file."""
    scene = Scene(desk.folder(), desk.out, environment={"HOME": PLAIN["PATH"]})
    for arguments in _sandbox_calls():
        scene.run("sandbox", *arguments.split())
    desk.runs += scene.runs


def _sandbox_calls() -> Iterator[str]:
    yield f"seed --db shop.sqlite3 --now {FIXED}"
    for what in ("contacts", "contact:13", "contact:0", "contact:x", "roles", "grants", "outbox", "requests"):
        yield f"show {what} --db shop.sqlite3"
        yield f"show {what} --db shop.sqlite3 --format json"
    for profile in (*PROFILES, "nice"):
        yield f"seed --db {profile}.sqlite3 --contacts 30 --seed 7 --now {FIXED} --profile {profile}"
        yield f"show switches --db {profile}.sqlite3"
        yield f"show contacts --db {profile}.sqlite3"
    yield from (
        "reset --db shop.sqlite3",
        "show contacts --db shop.sqlite3",
        "show nothing --db shop.sqlite3",
    )
    yield from (
        "serve --fault nothing",
        "serve --fault status:code=1",
        "serve --switch x",
        "serve --switch a=b",
    )
    yield from (
        "serve --profile nice",
        "serve --port 99999",
        "show",
        "seed --contacts -1",
        "seed --now today",
    )
