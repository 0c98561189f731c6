"""Scenarios of a CI job: the comment, the journals, the issue about drift."""

from collections.abc import Callable

from .account import Server
from .forges import COMMIT, PROJECT, REPOSITORY, Forge, hub, lab
from .jobs import Desk, Job
from .refusals import GRACE, opened
from .scene import Scene
from .stand_in import Call, Reply, stand_in

TOKEN = "the-jobs-own-token"  # noqa: S105 - of a stand-in

COMMENT = ("comment", "--targets", '["shop"]', "--pull-request", "7")


def jobs() -> list[Job]:
    """Each forge; and a job whose environment is not whole, or whose token is not accepted."""
    found = [Job("ci/github", github, 20), Job("ci/gitlab", gitlab, 10)]
    return [*found, Job("ci/incomplete", incomplete, 30), Job("ci/refused", refused, 10)]


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


def github(desk: Desk) -> None:
    """The comment under a pull request, and the issue about drift."""
    _, scene = opened(desk, GRACE)
    scene.at("apply", "--yes")
    server = _joined(desk, scene, hub(Forge({}, others=3)))
    told = github_environment(scene, server, COMMIT)
    scene.run("ci", "targets", **told)
    for author in ((), (), ("--author", "me")):
        scene.run("ci", *COMMENT, *author, **told)
    _about_drift(scene, told)
    desk.runs += scene.runs


def _about_drift(scene: Scene, environment: dict[str, str]) -> None:
    """An issue is opened, changed, left as it is, and closed."""
    for text in (GRACE.replace("gold", "silver"), GRACE.replace("gold", "bronze"), GRACE):
        scene.write("contacts/team.yaml", text)
        scene.at("drift", "--out", "drift.json", "--quiet", **environment)
        scene.run("ci", "drift-issue", "drift.json", **environment)
        scene.run("ci", "drift-issue", "drift.json", **environment)
    scene.write("drift.json", '{"plan": {}}')
    scene.run("ci", "drift-issue", "drift.json", **environment)


def gitlab(desk: Desk) -> None:
    """The same on GitLab."""
    _, scene = opened(desk, GRACE)
    scene.at("apply", "--yes")
    server = _joined(desk, scene, lab(Forge({}, others=3)))
    told = {"CI": "true", "CI_API_V4_URL": server.told["tapped"], "CI_PROJECT_ID": PROJECT}
    told |= {"RECONCILE_GITLAB_NOTE_TOKEN": TOKEN, "RECONCILE_GITLAB_READ_TOKEN": TOKEN}
    told |= {"CI_PROJECT_URL": "https://gitlab.example/shop", "CI_COMMIT_SHA": COMMIT, "CI_PIPELINE_ID": "5"}
    told |= {"CI_COMMIT_BRANCH": "main", "CI_JOB_URL": "https://gitlab.example/5"}
    for _ in range(2):
        scene.run("ci", *COMMENT, **told)
    _about_drift(scene, told)
    desk.runs += scene.runs


STEPS = (COMMENT, ("journals",), ("drift-issue", "drift.json"))


def incomplete(desk: Desk) -> None:
    """One variable after the other is missing."""
    _, scene = opened(desk, GRACE)
    scene.at("drift", "--out", "drift.json")
    server = _joined(desk, scene, hub(Forge({})))
    whole = github_environment(scene, server, COMMIT)
    for missing in sorted(whole):
        given = {key: value for key, value in whole.items() if key != missing}
        for step in STEPS if missing == "GITHUB_TOKEN" else STEPS[:1]:
            scene.run("ci", *step, **given)
    scene.run("ci", *COMMENT, **whole, GITHUB_EVENT_PATH="nowhere.json")
    scene.run("ci", *COMMENT, CI_PROJECT_ID=PROJECT)
    desk.runs += scene.runs


def refused(desk: Desk) -> None:
    """A forge that takes the token for wrong."""
    _, scene = opened(desk, GRACE)
    scene.at("drift", "--out", "drift.json")
    server = _joined(desk, scene, lambda _: Reply(401, {"message": "Bad credentials"}))
    for step in STEPS:
        scene.run("ci", *step, **github_environment(scene, server, COMMIT))
    desk.runs += scene.runs
