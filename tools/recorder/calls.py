"""Scenarios without an account to speak of: help, wrong calls, credentials, servers that are none."""

import json
from collections.abc import Iterator
from functools import partial

from .jobs import Desk, Job
from .scene import AS_OF, Scene, scene_for, settings
from .stand_in import Reply, stand_in

COMMANDS = (
    "apply", "ci", "ci apply", "ci comment", "ci drift-issue", "ci journals", "ci keep", "ci plan",
    "ci preview", "ci result", "ci reviewed", "ci targets", "demo", "doctor", "drift", "explain", "history",
    "init", "plan", "probe", "revert", "sandbox", "sandbox reset", "sandbox seed", "sandbox serve",
    "sandbox show", "schema", "show", "timeline", "validate",
)  # fmt: skip

WRONG = (
    "nothing", "--nothing", "plan --nothing", "plan extra", "plan --format xml", "plan --privacy none",
    "plan --as-of yesterday", "plan --as-of 2026-11-23", "plan --as-of 2026-11-23T09:00:00",
    "plan --target shop", "plan --config nowhere.yaml", "plan --declarations nowhere",
    "plan --quiet --verbose", "plan --out .", "plan --out no/such/folder/plan.json",
    "apply --allow nothing=1", "apply --allow last-role", "apply --allow last-role=many",
    "apply --allow last-role=-1", "apply --allow protected=1", "apply --digest sha256:0",
    "apply --due plan.json", "apply nowhere.json", "apply broken.json", "apply --yes --format xml",
    "show", "show nowhere.json", "show broken.json", "show other.json", "show .", "explain",
    "explain a b", "timeline --days 0", "timeline --days 99999999", "timeline --days many",
    "history nothing", "history ../x", "revert", "revert nothing", "probe", "probe bob",
    "probe 13 --role nothing", "schema nothing", "validate --format xml", "validate --target shop",
    "validate --declarations nowhere", "ci", "ci nothing", "ci comment", "ci comment --targets shop",
    "ci plan", "ci plan --out x", "ci preview", "ci preview --out x", "ci apply", "ci apply x", "ci keep",
    "ci reviewed", "ci result", "ci journals", "ci drift-issue", "ci drift-issue nowhere.json", "sandbox",
    "sandbox nothing", "drift --out .",
)  # fmt: skip

DECLARED = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [gold]}]\n"
EMPTY_PORT = "http://127.0.0.1:9"


def jobs() -> list[Job]:
    """All of them."""
    found = [Job("calls/help", help_of_all, 30), Job("calls/wrong", wrong, 70)]
    found += [Job("calls/credentials", credentials, 20), Job("calls/unreachable", unreachable, 90)]
    found += [Job(f"calls/odd-server/{name}", partial(odd_server, name), 20) for name in ODD]
    return found


def help_of_all(desk: Desk) -> None:
    """What each command says of itself, and each schema."""
    scene = Scene(desk.folder(), desk.out)
    for arguments in ("", "--help", "-h", "--version", *(f"{command} --help" for command in COMMANDS)):
        scene.run(*arguments.split())
    for kind in ("", "declarations", "configuration", "plan"):
        scene.run("schema", *kind.split())
    desk.runs += scene.runs


def wrong(desk: Desk) -> None:
    """Calls that are wrong in themselves, in a project that is fine, and in none."""
    account = desk.account("shop")
    scene = scene_for(account, desk.folder(), desk.out)
    scene.write("reconcile.yaml", settings(account))
    scene.write("contacts/team.yaml", DECLARED)
    scene.write("broken.json", "{")
    scene.write("other.json", '{"format_version": "9.0"}')
    for arguments in WRONG:
        scene.run(*arguments.split())
    (scene.folder / "reconcile.yaml").unlink()
    for command in ("validate", "plan", "apply --yes", "drift", "history", "timeline", "explain x"):
        scene.at(*command.split())
    desk.runs += scene.runs


def credentials(desk: Desk) -> None:
    """None, half of them, wrong ones, ones of another account, unreadable ones, too few scopes."""
    account = desk.account("shop")
    scene = scene_for(account, desk.folder(), desk.out)
    scene.write("reconcile.yaml", settings(account))
    scene.write("contacts/team.yaml", DECLARED)
    identity, key = account.secrets
    for number, (file, environment) in enumerate(_credentials(identity, key)):
        path = scene.folder / f"given-{number}.json"
        path.write_text(file, encoding="utf-8")
        for command in (("plan",), ("apply", "--yes")):
            scene.at(*command, **{"EVANCE_CREDENTIALS": str(path) if file else "", **environment})
    _fewer_scopes(scene)
    scene.write("reconcile.yaml", f"{settings(account)}client_secret: {'c0ffee' * 10}abcd\n")
    scene.at("plan")
    desk.runs += scene.runs


def _credentials(identity: str, key: str) -> Iterator[tuple[str, dict[str, str]]]:
    good = {"client_id": identity, "private_key": key}
    yield "", {}
    yield "", {"EVANCE_CLIENT_ID": identity}
    yield "", {"EVANCE_PRIVATE_KEY": key}
    yield "", {"EVANCE_CLIENT_ID": identity, "EVANCE_PRIVATE_KEY": "c0ffee" * 10 + "abcd"}
    yield "", {"EVANCE_CLIENT_ID": "nobody", "EVANCE_PRIVATE_KEY": key}
    yield "{", {}
    yield "[]", {}
    yield json.dumps({"client_id": identity}), {}
    yield json.dumps({**good, "algorithm": "none"}), {}
    yield json.dumps({**good, "algorithm": "HS512", "account": "other.evance.me"}), {}


def _fewer_scopes(scene: Scene) -> None:
    """An app that may only read, and one that may not read roles."""
    account = scene.account
    if account is None:
        return
    for scopes in ("contacts.readonly roles.readonly", "contacts", "roles.readonly"):
        told = account.control("POST", "clients", {"scopes": scopes})
        scene.scrub.know({told["client_id"]: f"<client of {scopes}>", told["private_key"]: "<its key>"})
        file = scene.folder.parent / "fewer.json"
        file.write_text(json.dumps({**told, "account": "sandbox.evance.me"}), encoding="utf-8")
        for command in (("plan",), ("apply", "--yes")):
            scene.at(*command, EVANCE_CREDENTIALS=str(file))


def unreachable(desk: Desk) -> None:
    """Nothing listens, or the address is none."""
    scene = Scene(desk.folder(), desk.out, environment=SOMEBODY)
    scene.write("contacts/team.yaml", DECLARED)
    for address in (
        EMPTY_PORT,
        "http://example.com",
        "ftp://127.0.0.1",
        "http://127.0.0.1:99999",
        "nonsense",
    ):
        target = json.dumps({"local": {"kind": "sandbox", "url": address, "rate": 1000}})
        scene.write("reconcile.yaml", f"version: 1\ntarget: local\ntargets: {target}\n")
        scene.at("plan")
    scene.write(
        "reconcile.yaml", "version: 1\ntarget: shop\ntargets: {shop: {kind: evance, account: a.evance.me}}\n"
    )
    scene.at("apply", "--yes")
    scene.run("plan", EVANCE_PRIVATE_KEY="")
    desk.runs += scene.runs


SOMEBODY = {"EVANCE_CLIENT_ID": "somebody", "EVANCE_PRIVATE_KEY": "c0ffee" * 10 + "abcd"}
AT_ONCE = {"Retry-After": "0"}
ODD = {
    "fails": Reply(500, b"oops", AT_ONCE),
    "page": Reply(200, b"<html>maintenance</html>", AT_ONCE),
    "half": Reply(200, b'{"access_token": ', AT_ONCE),
    "list": Reply(200, b"[]", AT_ONCE),
    "denies": Reply(401, b'{"error": "invalid_client"}', AT_ONCE),
    "forbids": Reply(403, b"", AT_ONCE),
    "busy": Reply(429, b"", AT_ONCE),
    "elsewhere": Reply(302, b"", {"Location": "http://example.com/", **AT_ONCE}),
    "token-alone": Reply(200, b'{"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}', AT_ONCE),
}
"""Servers that give each request the same answer."""


def odd_server(name: str, desk: Desk) -> None:
    """A server that is no account."""
    server = stand_in(lambda _call: ODD[name])
    desk.servers.append(server)
    scene = Scene(desk.folder(), desk.out, {}, (server,), SOMEBODY)
    scene.write("contacts/team.yaml", DECLARED)
    told = {"kind": "sandbox", "url": server.told["tapped"], "rate": 1000, "concurrency": 1}
    scene.write("reconcile.yaml", f"version: 1\ntarget: local\ntargets: {json.dumps({'local': told})}\n")
    scene.at("plan")
    scene.at("apply", "--yes", as_of=AS_OF)
    desk.runs += scene.runs
