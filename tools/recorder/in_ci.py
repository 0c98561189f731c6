"""Scenarios of a CI job: the comment, the summary, the approved plan, the result, the journals, the drift."""

import json
from collections.abc import Callable
from functools import partial

from .account import Server
from .forges import COMMIT, HEAD, PROJECT, REPOSITORY, Forge, hub, lab
from .jobs import Desk, Job
from .refusals import GRACE, opened
from .scene import Scene
from .stand_in import Call, Reply, stand_in

TOKEN = "the-jobs-own-token"  # noqa: S105 - of a stand-in

Spoil = Callable[[bytes], bytes]

SPOILT: dict[str, Spoil] = {
    "good": lambda plan: plan,
    "forged": lambda plan: plan.replace(b"gold", b"lead"),
    "no-plan": lambda _: b'{"format_version": "1.0"}',
    "no-text": lambda _: b"\xff\xfe",
}
"""What the artifact holds that should hold the approved plan."""


def jobs() -> list[Job]:
    """Each forge, with good and spoilt artifacts; and a job whose environment is not whole."""
    found = [Job(f"ci/github/{name}", partial(github, name), 30) for name in SPOILT]
    found += [Job(f"ci/gitlab/{name}", partial(gitlab, name), 15) for name in SPOILT]
    return [*found, Job("ci/incomplete", incomplete, 30), Job("ci/refused", refused, 10)]


def _planned(desk: Desk) -> tuple[Scene, bytes]:
    """A project with a saved plan, and the plan."""
    _, scene = opened(desk, GRACE)
    scene.at("plan", "--out", "plan.json", "--quiet")
    content = (scene.folder / "plan.json").read_bytes()
    return scene, content


def _joined(desk: Desk, scene: Scene, answer: Callable[[Call], Reply]) -> Server:
    """A forge's server beside the account's."""
    server = stand_in(answer)
    desk.servers.append(server)
    scene.servers = (*scene.servers, server)
    return server


def github_environment(scene: Scene, server: Server, commit: str) -> dict[str, str]:
    """The environment of a job of GitHub."""
    return {
        "CI": "true",
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_API_URL": server.told["tapped"],
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_SHA": commit,
        "GITHUB_REF_NAME": "main",
        "GITHUB_RUN_ID": "5",
        "GITHUB_STEP_SUMMARY": str(scene.folder / "summary.md"),
        "GITHUB_OUTPUT": str(scene.folder / "output.txt"),
    }


def github(name: str, desk: Desk) -> None:
    """From the comment under a pull request to what was applied on merge."""
    scene, content = _planned(desk)
    scene.at("apply", "--yes")
    runs = scene.folder / ".reconcile" / "runs"
    journals = {path.name: path.read_bytes() for path in runs.glob("*.jsonl")}
    left = {"reconcile-plan": {"plan.json": SPOILT[name](content)}}
    left["reconcile-journal"] = {**journals, "../evil.sh": b"x"}
    server = _joined(desk, scene, hub(Forge(left, others=3 if name == "good" else 0)))
    _on_pull_request(scene, github_environment(scene, server, HEAD))
    left["reconcile-plan"] |= _salt(scene)
    _on_merge(scene, github_environment(scene, server, COMMIT))
    for path in runs.glob("*.jsonl"):
        path.unlink()
    scene.run("ci", "journals", **github_environment(scene, server, COMMIT))
    _about_drift(scene, github_environment(scene, server, COMMIT))
    desk.runs += scene.runs


def _salt(scene: Scene) -> dict[str, bytes]:
    """What the comment has written beside the plan, for the artifact."""
    return {"plan.salt": (scene.folder / "plan.salt").read_bytes()}


def _on_pull_request(scene: Scene, environment: dict[str, str]) -> None:
    event = scene.folder / "event.json"
    scene.write("event.json", json.dumps({"pull_request": {"number": 7, "head": {"sha": HEAD}}}))
    here = {**environment, "GITHUB_EVENT_PATH": str(event)}
    scene.run("ci", "comment", "plan.json", **here)
    scene.run("ci", "comment", "plan.json", **here)
    scene.run("ci", "comment", "--failed", "--pull-request", "7", **environment)
    scene.run("ci", "comment", "plan.json", "--pull-request", "7", "--author", "me", **environment)
    scene.run("ci", "comment", "plan.json", "--pull-request", "7", **environment)
    scene.run("ci", "summary", "plan.json", **here)
    scene.run("ci", "summary", "plan.json", **here)


def _on_merge(scene: Scene, environment: dict[str, str]) -> None:
    scene.run("ci", "approved-plan", "--out", "approved.json", **environment)
    scene.run("ci", "approved-plan", "--out", "other.json", "--workflow", "apply.yml", **environment)
    scene.run("ci", "approved-plan", "--out", "other.json", "--commit", "d" * 40, **environment)
    for options in (("--outcome", "success"), ("--outcome", "failure"), ("--commit", "d" * 40)):
        scene.run("ci", "applied", "--approved", "approved.json", *options, **environment)
    scene.run("ci", "applied", "--approved", "nowhere.json", "--outcome", "skipped", **environment)


def _about_drift(scene: Scene, environment: dict[str, str]) -> None:
    """An issue is opened, changed, left as it is, and closed."""
    for text in (GRACE.replace("gold", "silver"), GRACE.replace("gold", "bronze"), GRACE):
        scene.write("contacts/team.yaml", text)
        scene.at("drift", "--out", "drift.json", "--quiet", **environment)
        scene.run("ci", "drift-issue", "drift.json", **environment)
        scene.run("ci", "drift-issue", "drift.json", **environment)
    scene.write("drift.json", '{"plan": {}}')
    scene.run("ci", "drift-issue", "drift.json", **environment)


def gitlab(name: str, desk: Desk) -> None:
    """The same on GitLab."""
    scene, content = _planned(desk)
    left = {"reconcile-plan": {"plan.json": SPOILT[name](content)}}
    server = _joined(desk, scene, lab(Forge(left, others=3 if name == "good" else 0)))
    told = {"CI": "true", "CI_API_V4_URL": server.told["tapped"], "CI_PROJECT_ID": PROJECT}
    told |= {"RECONCILE_GITLAB_NOTE_TOKEN": TOKEN, "RECONCILE_GITLAB_READ_TOKEN": TOKEN}
    told |= {"CI_PROJECT_URL": "https://gitlab.example/shop"}
    request = {**told, "CI_COMMIT_SHA": HEAD, "CI_MERGE_REQUEST_IID": "7"}
    push = {
        **told,
        "CI_COMMIT_SHA": COMMIT,
        "CI_COMMIT_BRANCH": "main",
        "CI_JOB_URL": "https://gitlab.example/5",
    }
    for arguments in ("comment plan.json", "comment plan.json", "comment --failed", "comment plan.json"):
        scene.run("ci", *arguments.split(), **request)
    left["reconcile-plan"] |= _salt(scene)
    scene.run("ci", "approved-plan", "--workflow", "plan", "--out", "approved.json", **push)
    scene.run("ci", "applied", "--approved", "approved.json", "--outcome", "success", **push)
    for arguments in ("journals", "drift-issue plan.json", "summary plan.json"):
        scene.run("ci", *arguments.split(), **push)
    desk.runs += scene.runs


STEPS = ("comment plan.json", "approved-plan --out x.json", "applied", "journals", "drift-issue drift.json")


def incomplete(desk: Desk) -> None:
    """One variable after the other is missing."""
    scene, _, _ = _planned(desk)
    scene.at("drift", "--out", "drift.json")
    server = _joined(desk, scene, hub(Forge({})))
    whole = github_environment(scene, server, COMMIT)
    for missing in sorted(whole):
        given = {key: value for key, value in whole.items() if key != missing}
        for step in STEPS if missing == "GITHUB_TOKEN" else STEPS[:2]:
            scene.run("ci", *step.split(), **given)
    scene.run("ci", "summary", "plan.json", CI="true")
    scene.run("ci", "comment", "plan.json", **whole, GITHUB_EVENT_PATH="nowhere.json")
    scene.run("ci", "comment", "plan.json", CI_PROJECT_ID=PROJECT)
    desk.runs += scene.runs


def refused(desk: Desk) -> None:
    """A forge that takes the token for wrong."""
    scene, _, _ = _planned(desk)
    scene.at("drift", "--out", "drift.json")
    server = _joined(desk, scene, lambda _: Reply(401, {"message": "Bad credentials"}))
    for step in STEPS:
        scene.run(
            "ci", *step.split(), "--config", "reconcile.yaml", **github_environment(scene, server, COMMIT)
        )
    desk.runs += scene.runs
