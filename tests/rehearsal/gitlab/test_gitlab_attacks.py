"""GitLab: what somebody may try who can push branches and cannot approve, each refused with its reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.documents.plan import plan_json
from reconcile.forge.artifacts import members
from reconcile.plan.digest import plan_digest
from reconcile.services.files import approved_plan_in
from tests.support.forge.fake_github import zipped
from tests.support.forge.fake_gitlab import FakeGitLab
from tests.support.forge.gitlab_ci.runner import Pipeline
from tests.support.forge.gitlab_ci.team import GRACE, GitLabTeam
from tests.support.forge.team import FILE, declared
from tests.support.shop import Shop

pytestmark = pytest.mark.timeout(400)  # each step is a process of its own

CHANGE = {FILE: declared("ipswich")}


def refused(team: GitLabTeam, pipeline: Pipeline) -> str:
    """The log of a pipeline of main whose preview must let nothing be applied."""
    assert pipeline.states == {"preview shop": "failed", "apply shop": "skipped"}, pipeline.log
    assert team.shop.tags(GRACE) == []
    return pipeline.log


def approved(team: GitLabTeam, files: dict[str, str]) -> int:
    """A merge request that is planned, then approved."""
    number = team.propose(files)
    team.plan(number)
    team.approve(number)
    return number


@pytest.mark.long
def test_what_nobody_else_approved_is_not_applied(team: GitLabTeam) -> None:
    """Not by its author's approval, by that of who pushed to it, or of somebody who may only read."""
    team.main("web")
    number = team.propose(CHANGE)
    planned = team.plan(number, by="cat")
    for login in ("ann", "cat", "rea"):
        team.approve(number, login)
    team.runner.retry(planned, "reviewed")
    assert planned.states["reviewed"] == "failed", planned.log
    team.merge(number)
    log = refused(team, team.main())
    assert f"#{number}: the plan of run {planned.id}" in log
    assert "is not approved: " in log
    assert f"- `#{number}: the plan of run {planned.id}" in team.notes(number)[1]


@pytest.mark.long
def test_a_plan_that_was_made_after_the_approval_does_not_count(team: GitLabTeam) -> None:
    """The job was started again: what the account has become meanwhile was seen by nobody."""
    team.main("web")
    number = team.propose(CHANGE)
    planned = team.plan(number)
    team.approve(number)
    team.tag_outside(GRACE, "stranger")
    team.runner.retry(planned, "plan shop")
    team.runner.retry(planned, "reviewed")
    assert planned.states["reviewed"] == "failed"
    team.merge(number)
    merged = team.main()
    assert merged.states["preview shop"] == "failed", merged.log
    assert "is not approved: " in merged.log
    assert team.shop.tags(GRACE) == ["stranger"]


@pytest.mark.long
def test_an_old_pipeline_writes_nothing_when_it_is_started_again(team: GitLabTeam, shop: Shop) -> None:
    """Its preview, or the job that writes, after main has taken the change back."""
    team.main("web")
    team.merge(approved(team, CHANGE))
    old = team.main()
    team.merge(approved(team, {FILE: declared()}))
    team.main()
    for log in (team.runner.play(old, "apply shop"), team.runner.retry(old, "preview shop")):
        assert "by now" in log
    assert shop.tags(GRACE) == []


@pytest.mark.long
def test_a_branch_with_another_pipeline_has_no_plan(team: GitLabTeam) -> None:
    """Its jobs could have kept any plan, and their artifacts look like the true ones."""
    team.main("web")
    text = (team.clone / ".gitlab-ci.yml").read_text().replace("plan shop:", "plan shop: # mine")
    team.merge(approved(team, {**CHANGE, ".gitlab-ci.yml": text}))
    assert "workflows" in refused(team, team.main())


@pytest.mark.long
def test_a_plan_that_undoes_a_run_does_not_count(team: GitLabTeam, fake_gitlab: FakeGitLab) -> None:
    """Not even as an approved one; it would be applied from a journal and not from main."""
    team.main("web")
    number = team.propose(CHANGE)
    planned = team.plan(number)
    job = next(row["id"] for row in fake_gitlab.jobs if row["name"] == "plan shop")
    files = dict(members(fake_gitlab.archives[job]))
    name = "out/reconcile-plan-shop/plan.json"
    plan = replace(approved_plan_in(files[name], name), revert="20261101T090000Z-abcdef")
    plan = replace(plan, digest=plan_digest(plan))
    fake_gitlab.archives[job] = zipped({**files, name: plan_json(plan).encode()})
    assert planned.states["plan shop"] == "success"
    team.approve(number)
    team.merge(number)
    log = refused(team, team.main())
    assert "undoes the run '20261101T090000Z-abcdef'" in log, log


@pytest.mark.long
def test_journals_under_git_stop_every_job(team: GitLabTeam) -> None:
    """They would be taken for earlier runs."""
    team.main("web")
    number = team.propose(
        {**CHANGE, ".gitignore": "", ".reconcile/runs/20261101T090000Z-abcdef.jsonl": "{}\n"}
    )
    planned = team.plan(number)
    team.approve(number)
    team.merge(number)
    assert "Git tracks .reconcile" in refused(team, team.main())
    assert planned.states["plan shop"] == "success", planned.log
    assert team.main("schedule", "reconcile clock").states == {"clock shop": "failed"}
    (issue,) = team.fake_gitlab.issues.rows
    assert "failed" in issue["description"]


@pytest.mark.long
def test_journals_that_nobody_signed_are_ignored(
    team: GitLabTeam, fake_gitlab: FakeGitLab, shop: Shop
) -> None:
    """Whoever can let a job of that name run on main has no key."""
    team.main("web")
    pipeline = fake_gitlab.began(team.tip, "main", "push")
    number = fake_gitlab.job_began(pipeline, "clock shop")
    files = {"20261101T090000Z-abcdef.jsonl": b"{}\n", "manifest.json": b"{}"}
    archive = zipped({f"out/reconcile-journal-shop/{name}": content for name, content in files.items()})
    fake_gitlab.job_ended(number, "success", archive, "$ reconcile apply --due\n")
    clock = team.main("schedule", "reconcile clock")
    assert "Ignored: the journal" in clock.log


CODE = (
    "import os, pathlib\npathlib.Path({taken!r}).write_text(repr(dict(os.environ)))\nraise SystemExit(99)\n"
)

MODULES = ("requests", "yaml", "click", "json", "sitecustomize", "usercustomize", "site")


def hostile(team: GitLabTeam) -> dict[str, str]:
    """Files that would tell a job's secrets if it ran them."""
    code = CODE.format(taken=str(taken(team)))
    names = (*MODULES, "reconcile/__init__", "reconcile/__main__")
    return {
        **{f"{name}.py": code for name in names},
        "out/preview.env": f"env > {taken(team)}\n",
        "out/reconcile-journal-shop/manifest.json": "{}",
    }


def taken(team: GitLabTeam) -> Path:
    """Where they would put them."""
    return team.folder / "taken"


@pytest.mark.long
def test_no_module_of_a_branch_is_run(team: GitLabTeam) -> None:
    """Neither one of the same name as ours or a library's, nor what Python looks for when it starts."""
    planned = team.plan(team.propose({**CHANGE, **hostile(team)}))
    assert (planned.states["validate"], planned.states["plan shop"]) == ("success", "success"), planned.log
    assert not taken(team).exists()


@pytest.mark.long
def test_nothing_of_main_is_run_with_the_key_that_writes(team: GitLabTeam, shop: Shop) -> None:
    """Nor is what lies in the folder that jobs leave their work in taken for theirs."""
    team.write_all({**CHANGE, **hostile(team)})
    team.commit("Hostile", "main")
    pipeline = team.main("web")
    team.runner.play(pipeline, "apply shop")
    assert shop.tags(GRACE) == ["ipswich"], pipeline.log
    assert not taken(team).exists()


@pytest.mark.long
def test_a_plan_that_the_branch_has_under_git_is_not_kept(team: GitLabTeam, fake_gitlab: FakeGitLab) -> None:
    """Its job is made to fail before it plans; what lies where it would leave its plan is not its work."""
    team.main("web")
    number = team.propose(CHANGE)
    team.plan(number)
    job = next(row["id"] for row in fake_gitlab.jobs if row["name"] == "plan shop")
    plan = "out/reconcile-plan-shop/plan.json"
    text = dict(members(fake_gitlab.archives.pop(job)))[plan].decode()
    team.push(number, {**CHANGE, plan: text, "base/here": ""})
    planned = team.plan(number)
    assert planned.states["plan shop"] == "failed"
    team.approve(number)
    team.merge(number)
    assert "none of its plans is kept" in refused(team, team.main())


def test_a_fork_is_validated_and_gets_nothing(team: GitLabTeam, fake_gitlab: FakeGitLab) -> None:
    """Wherever its pipeline runs: in the fork, with the fork's variables, or here."""
    number = team.propose(CHANGE)
    fake_gitlab.request(number)["source_project_id"] = 77
    assert team.plan(number, source_project="77").states == {"validate": "success"}
    assert (team.notes(number), fake_gitlab.archives) == ([], {})
