"""What GitHub records of runs: what is left for a head, what a branch kept, and where writing began."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from reconcile.errors import ForgeError
from reconcile.forge.client import ForgeClient
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.forge.github.repository import GitHubRepository
from reconcile.forge.github.runs import PLANNING, WRITING, WRITING_STEPS, target_of
from reconcile.model.ci.pull_request import WritingAttempt
from tests.support.forge.fake_github import REPOSITORY, FakeGitHub
from tests.support.forge.github_state import BEGIN
from tests.support.forge.history import WrittenHistory
from tests.support.forge.http_server import ForgeReply

HEAD = "a" * 40

MALLORY = {"head_repository": {"full_name": "mallory/shop"}}

DAY = timedelta(days=1)


@pytest.fixture
def history(fake_github: FakeGitHub) -> WrittenHistory:
    """A repository with three commits on main, the second a merge of a branch with one."""
    history = fake_github.history
    assert isinstance(history, WrittenHistory)
    begin = history.commit("main")
    history.move("change", begin)
    history.commit("main", begin, history.commit("change"))
    history.commit("main")
    return history


def on_main(fake_github: FakeGitHub, workflow: str = "drift.yml", **other: object) -> int:
    """A run of main's tip."""
    told = {"event": "schedule", "head_branch": "main", **other}
    return fake_github.ran(workflow, str(told.pop("head", fake_github.history.tip("main"))), **told)


def plans(evidence: GitHubEvidence, name: str = "reconcile-plan-shop") -> list[str]:
    return [artifact.name for artifact in evidence.plans(evidence.pull_request(7), name)]


def kept(evidence: GitHubEvidence, name: str = "journal", since: timedelta = DAY) -> list[str]:
    return [artifact.name for artifact in evidence.kept(name, "main", BEGIN - since)]


def test_the_plans_of_a_head_come_newest_first(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Of every attempt and every run, with the time of the upload; by the whole name of the target."""
    fake_github.proposed(7, HEAD)
    first, second = fake_github.ran("plan.yml", HEAD), fake_github.ran("plan.yml", HEAD)
    for run, name in (
        (second, "reconcile-plan-shop-1"),
        (first, "reconcile-plan-shop-1"),
        (first, "reconcile-plan-shop-of-ours-1"),
        (first, "reconcile-plan-shop-2"),
        (first, "reconcile-page-shop-2"),
    ):
        fake_github.wait(minutes=1)
        fake_github.left(run, name, {})
    found = list(evidence.plans(evidence.pull_request(7), "reconcile-plan-shop"))
    assert [(row.run.id, row.name[-6:], row.created.minute) for row in found] == [
        (first, "shop-2", 4),
        (first, "shop-1", 2),
        (second, "shop-1", 1),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"event": "push"},
        {"head_sha": "b" * 40},
        {"workflow": "other.yml", "path": ".github/workflows/other.yml"},
        {"status": "in_progress", "conclusion": None},
        {"head_repository": None},
        MALLORY,
    ],
    ids=str,
)
def test_a_run_of_another_kind_left_no_plan(
    fake_github: FakeGitHub, evidence: GitHubEvidence, other: dict[str, object]
) -> None:
    """Another event, head, workflow or repository, or one that goes on."""
    fake_github.proposed(7, HEAD)
    fake_github.left(fake_github.ran("plan.yml", HEAD), "reconcile-plan-shop-1", {})
    assert len(plans(evidence)) == 1
    fake_github.runs[0].update(other)
    assert plans(GitHubEvidence(GitHubRepository(evidence.repository.client, REPOSITORY))) == []


def test_a_run_finds_its_own_plan_while_it_goes_on(
    fake_github: FakeGitHub, forge_client: ForgeClient
) -> None:
    """The job that asks for a review comes after the one that planned, in the same run."""
    fake_github.proposed(7, HEAD)
    run = fake_github.ran("plan.yml", HEAD, status="in_progress", conclusion=None)
    fake_github.left(run, "reconcile-plan-shop-1", {})
    assert plans(GitHubEvidence(GitHubRepository(forge_client, REPOSITORY), run))


def test_a_caller_of_the_reusable_workflow_may_be_called_anything(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """What counts then is the workflow that it calls."""
    fake_github.proposed(7, HEAD)
    called = {"path": "tools/reconcile/.github/workflows/reconcile-plan.yml@c0ffee", "sha": "c0ffee"}
    run = fake_github.ran("prices.yml", HEAD, referenced_workflows=[called])
    fake_github.left(run, "reconcile-plan-shop-1", {})
    assert plans(evidence) == ["reconcile-plan-shop-1"]


def test_an_artifact_that_has_expired_is_none(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """By the day that the upload gave it; its content is gone."""
    fake_github.proposed(7, HEAD)
    fake_github.left(
        fake_github.ran("plan.yml", HEAD), "reconcile-plan-shop-1", {"plan.json": b"{}"}, days=30
    )
    (artifact,) = evidence.plans(evidence.pull_request(7), "reconcile-plan-shop")
    assert evidence.download(artifact).startswith(b"PK")
    fake_github.wait(days=30)
    with pytest.raises(ForgeError, match=r"answered 410.*it is no longer kept"):
        evidence.download(artifact)
    assert plans(GitHubEvidence(GitHubRepository(evidence.repository.client, REPOSITORY))) == []


def test_what_main_kept_comes_newest_first(
    fake_github: FakeGitHub, history: WrittenHistory, evidence: GitHubEvidence
) -> None:
    """Whichever attempt left it; runs at earlier tips count, one at a commit of a merged branch does not."""
    begin = history.commits(history.branches["main"])[-1][0]
    runs = [on_main(fake_github), on_main(fake_github, head=begin), on_main(fake_github, event="push")]
    for run, attempt in ((runs[0], 1), (runs[1], 3), (runs[1], 1), (runs[2], 2), (runs[0], 2)):
        fake_github.wait(minutes=1)
        fake_github.left(run, f"journal-{attempt}", {})
    fake_github.left(on_main(fake_github, head=history.branches["change"]), "journal-1", {})
    artifacts = list(evidence.kept("journal", "main", BEGIN))
    assert {row.name for row in artifacts} >= {f"journal-{row.run.attempt}" for row in artifacts}
    found = [(row.run.id, row.name) for row in artifacts if row.name == f"journal-{row.run.attempt}"]
    assert found == [
        (runs[0], "journal-2"),
        (runs[2], "journal-2"),
        (runs[1], "journal-1"),
        (runs[1], "journal-3"),
        (runs[0], "journal-1"),
    ]


STRANGERS = {
    "a tag called main": {"head": "7" * 40},
    "a tag at a commit of main": {
        "referenced_workflows": [
            {"path": f"{REPOSITORY}/.github/workflows/reconcile-apply.yml@1", "ref": "refs/tags/main"}
        ]
    },
    "a pull request of a fork's main": {"event": "pull_request"},
    "a run of a fork": MALLORY,
    "another branch": {"head_branch": "change"},
    "no branch": {"head_branch": None},
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.usefixtures("history")
def test_what_was_not_main_kept_nothing(
    fake_github: FakeGitHub, evidence: GitHubEvidence, stranger: str
) -> None:
    """Nor did it begin to write."""
    fake_github.left(on_main(fake_github), "journal-1", {})
    assert kept(evidence) == ["journal-1"]
    run = on_main(fake_github, **STRANGERS[stranger])
    fake_github.left(run, "journal-1", {"forged": b""})
    fake_github.step(fake_github.began_job(run, "apply (shop)"), "Apply")
    again = GitHubEvidence(GitHubRepository(evidence.repository.client, REPOSITORY))
    assert kept(again) == ["journal-1"]
    assert list(again.writing_attempts("shop", "main", BEGIN)) == []


@pytest.mark.usefixtures("history")
def test_a_list_is_read_no_further_than_needed(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Of a year of hourly runs, one page: the newest ends the search, and older ones are not asked for."""
    for _ in range(20):
        fake_github.wait(hours=1)
        fake_github.left(on_main(fake_github), "journal-1", {})
    newest = next(evidence.kept("journal", "main", BEGIN))
    assert newest.created == fake_github.now
    # The first pages of three names and of the branch's runs, and the tip.
    assert len(fake_github.api.calls) == 3 + 1 + 1
    since = fake_github.now - timedelta(hours=2)
    assert len(list(evidence.kept("journal", "main", since))) == 3


def writing(evidence: GitHubEvidence, since: timedelta = DAY, target: str = "shop") -> list[WritingAttempt]:
    return list(evidence.writing_attempts(target, "main", BEGIN - since))


@pytest.mark.usefixtures("history")
def test_an_attempt_that_began_to_write_is_told(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Whatever became of it: done, failed, cancelled, or going on."""
    for conclusion in ("success", "failure", "cancelled", None):
        run = on_main(fake_github, "apply.yml", event="push")
        job = fake_github.began_job(run, "apply / Apply (shop)")
        fake_github.wait(minutes=1)
        fake_github.step(job, "Set up reconcile")
        fake_github.step(job, "Apply", conclusion)
        fake_github.wait(minutes=1)
        if conclusion:
            fake_github.ended_job(job, conclusion)
    told = [(row.attempt, row.at.minute, row.ended and row.ended.minute) for row in writing(evidence)]
    assert sorted(told, key=lambda row: row[1]) == [(1, 1, 2), (1, 3, 4), (1, 5, 6), (1, 7, None)]


@pytest.mark.usefixtures("history")
def test_an_attempt_that_did_not_write_is_not_told(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """A step that was skipped or never reached, a job that waits, another step, another target's job."""
    run = on_main(fake_github, "apply.yml", event="push")
    fake_github.step(fake_github.began_job(run, "apply (shop)"), "Apply", "skipped")
    fake_github.step(fake_github.began_job(run, "preview (shop)"), "Preview")
    fake_github.step(fake_github.began_job(run, "apply (outlet)"), "Apply")
    fake_github.began_job(run, "apply (shop)", "waiting")
    queued = fake_github.began_job(run, "apply (shop)")
    queued["steps"].append({"name": "Apply", "status": "queued", "conclusion": None, "started_at": None})
    del fake_github.began_job(run, "apply (shop)")["steps"]
    fake_github.step(fake_github.began_job(on_main(fake_github, "ci.yml"), "apply (shop)"), "Apply")
    assert writing(evidence) == []
    assert len(writing(evidence, target="outlet")) == 1


@pytest.mark.usefixtures("history")
def test_an_attempt_of_an_old_run_is_told_when_it_begins(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """Days after the run was made: it was started again, or its reviewers answered late."""
    run = on_main(fake_github, "apply.yml", event="push", created_at="2026-11-02T09:00:00Z")
    first = fake_github.began_job(run, "apply (shop)")
    fake_github.step(first, "Apply", "failure")
    first["steps"][0]["started_at"] = "2026-11-02T09:05:00Z"
    assert fake_github.again(run) == 2
    # GitHub lists a job that is not run again in the new attempt, too, with the times of the old one.
    fake_github.jobs.append({**first, "run_attempt": 2, "id": 1})
    fake_github.step(fake_github.began_job(run, "apply (shop)"), "Apply", None)
    assert [(row.run, row.attempt) for row in writing(evidence)] == [(run, 2)]
    assert [row.attempt for row in writing(evidence, since=30 * DAY)] == [1, 2]


@pytest.mark.usefixtures("history")
def test_what_is_known_costs_no_request(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Once a run has ended; not every attempt of one is enough, nor one that goes on."""
    runs = [on_main(fake_github) for _ in range(4)]
    for run in runs:
        fake_github.step(fake_github.began_job(run, "clock (shop)"), "Apply what is due")
    fake_github.again(runs[2])
    fake_github.ended(runs[2])
    fake_github.again(runs[3])
    known = {(runs[0], 1), (runs[2], 1), (runs[3], 1), (runs[3], 2)}
    found = {row.run for row in evidence.writing_attempts("shop", "main", BEGIN, known)}
    asked = [int(call.path.split("/")[-2]) for call in fake_github.api.calls if call.path.endswith("/jobs")]
    assert found == set(asked) == set(runs[1:])


@pytest.mark.usefixtures("history")
def test_a_job_without_a_target_may_be_any_target_s(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """An unknown name is no reason to miss a write; so is the clock's step found."""
    job = fake_github.began_job(on_main(fake_github), "clock")
    fake_github.step(job, "Apply what is due")
    assert len(writing(evidence)) == len(writing(evidence, target="outlet")) == 1


@pytest.mark.usefixtures("history")
def test_the_runs_of_the_branch_are_told(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Of the workflows that write alone; one that nobody has answered waits."""
    on_main(fake_github, "ci.yml", event="push")
    waiting = on_main(fake_github, "apply.yml", event="push", status="waiting", conclusion=None)
    fake_github.wait(days=2)
    done = on_main(fake_github)
    told = {run.id: (run.waiting, run.ended) for run in evidence.runs("main", BEGIN)}
    assert told == {waiting: (True, False), done: (False, True)}
    assert [run.id for run in evidence.runs("main", BEGIN + DAY)] == [done]


@pytest.mark.parametrize("key", ["path", "run_attempt", "head_repository", "updated_at"])
@pytest.mark.usefixtures("history")
def test_a_run_without_a_key_is_told(fake_github: FakeGitHub, evidence: GitHubEvidence, key: str) -> None:
    """Not guessed."""
    on_main(fake_github)
    del fake_github.runs[0][key]
    with pytest.raises(ForgeError, match=f"actions/runs: .*{key} is missing"):
        list(evidence.runs("main", BEGIN))


@pytest.mark.parametrize("key", ["workflow_run", "created_at"])
def test_an_artifact_that_tells_no_run_or_time_is_none(
    fake_github: FakeGitHub, evidence: GitHubEvidence, key: str
) -> None:
    """GitHub may leave either empty."""
    row = {"id": 1, "name": "journal-1", "expired": False, "workflow_run": {"id": 1, "head_branch": "main"}}
    row = {**row, "created_at": "2026-11-23T09:00:00Z", key: None}
    fake_github.api.faults.append(ForgeReply(200, {"artifacts": [row]}))
    assert kept(evidence) == []


@pytest.mark.usefixtures("history")
def test_an_hourly_job_leaves_requests_for_others(fake_github: FakeGitHub, evidence: GitHubEvidence) -> None:
    """Of 1,000 an hour that all jobs of the repository have: fewer than 30 with five weeks of hourly runs."""
    fake_github.page = 100
    for hour in range(24 * 35):
        run = on_main(fake_github)
        fake_github.step(fake_github.began_job(run, "clock (shop)"), "Apply what is due")
        fake_github.left(run, "idle-1" if hour % 4 else "journal-1", {})
        fake_github.wait(hours=1)
    since = fake_github.now - DAY
    known = {
        (artifact.run.id, 1)
        for name in ("idle", "journal")
        for artifact in evidence.kept(name, "main", since)
    }
    newest = next(evidence.kept("record", "main", BEGIN), None)
    attempts = list(evidence.writing_attempts("shop", "main", since, known))
    assert (len(known), newest, attempts) == (24, None, [])
    assert len(fake_github.api.calls) < 30


@pytest.mark.usefixtures("history")
def test_a_list_that_broke_off_is_not_taken_for_whole(
    fake_github: FakeGitHub, evidence: GitHubEvidence
) -> None:
    """Nor does whoever asks again get what was read so far."""
    for _ in range(5):
        on_main(fake_github)
    rows = evidence.runs("main", BEGIN)
    next(rows)
    fake_github.api.faults.append(ForgeReply(404, {"message": "Not Found"}))
    with pytest.raises(ForgeError, match="answered 404"):
        list(rows)
    with pytest.raises(ForgeError, match="answered 404"):
        list(evidence.runs("main", BEGIN))


WORKFLOWS = Path(__file__).parents[2] / ".github" / "workflows"


def test_our_workflows_are_known_by_their_names() -> None:
    """The steps that write, the jobs that name their target, and the files."""
    writing: set[str] = set()
    for file in WORKFLOWS.glob("reconcile-*.yml"):
        for job in yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values():
            writes = re.match("reconcile-(apply|clock)-", job.get("environment", ""))
            for step in job.get("steps", []) if writes else []:
                if re.search(r"reconcile (ci apply|apply --due)\b", step.get("run", "")):
                    writing.add(step["name"])
                    shown = re.sub(r"\$\{\{ (inputs|matrix)\.target \}\}", "shop", job["name"])
                    assert target_of(f"apply / shop / {shown}") == "shop"
    assert writing == WRITING_STEPS
    assert all((WORKFLOWS / name).exists() for name in PLANNING | WRITING)
