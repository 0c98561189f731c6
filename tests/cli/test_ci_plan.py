"""``reconcile ci plan``: what it leaves of a pull request's plan, and how it ends."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_job import GitHubJob
from tests.support.project import AS_OF
from tests.support.pull_requests import CONFIG, FILE, GRACE, MergedProject, declared, merged_project
from tests.support.shop import Shop

NUMBER = 7


@dataclass(frozen=True)
class PlanJob:
    """A job that plans pull request 7."""

    merged: MergedProject
    job: GitHubJob
    folder: Path

    def propose(self, files: dict[str, str]) -> str:
        head = self.merged.propose(files)
        self.job.fake_github.proposed(NUMBER, head)
        return head

    def run(self, head: str, *arguments: str, base: bool = True) -> CommandResult:
        given = ("--base", self.merged.check_out(head)) if base else ()
        places = ("--config", "base/reconcile.yaml", "--declarations", "head", "--out", "out")
        project = self.merged.project(**self.job.of_pull_request(NUMBER, head))
        return project.run("ci", "plan", *places, *given, "--as-of", AS_OF, *arguments)

    @property
    def section(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "out" / "section.json").read_text()))

    @property
    def plan(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "out" / "plan.json").read_text()))


@pytest.fixture
def job(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> PlanJob:
    folder = tmp_path / "job"
    return PlanJob(merged_project(shop, folder), GitHubJob(fake_github, tmp_path), folder)


def test_a_plan_its_page_and_its_section(job: PlanJob) -> None:
    """The plan is whole, what is for people is masked, leads to the declaration and names no digest."""
    head = job.propose({FILE: declared(grace="gold")})
    done = job.run(head)
    assert done.code == 0, done.said
    section, plan = job.section, job.plan
    assert [change["contact"]["email"] for change in plan["changes"]] == [GRACE]
    assert (section["state"], section["head"], section["target"]) == ("planned", head, "local")
    page = (job.folder / "out" / "plan.html").read_text()
    address = re.search(r"\]\(<(http\S+)/blob/(\S+)>\)", section["text"])
    assert address, section["text"]
    assert address[2].endswith(f"{FILE}#L2")
    assert f'<a href="{address[1]}/blob/{address[2]}"><bdi>{FILE}:2</bdi></a>' in page
    for text in (section["text"], page, job.job.summary):
        assert "gold" in text
        assert GRACE not in text
        assert plan["digest"] not in text
    assert job.merged.shop.requests()[-1][0] == "GET"


def test_a_plan_that_an_apply_would_refuse(job: PlanJob) -> None:
    head = job.propose({FILE: declared().replace("roles: [customer]", "roles: [customer, administrator]", 1)})
    done = job.run(head)
    assert (done.code, job.section["state"]) == (3, "refused"), done.said
    assert "'reconcile apply' would refuse this plan" in done.err
    assert job.plan["changes"]


def test_problems_stand_at_their_lines_and_in_the_section(job: PlanJob) -> None:
    head = job.propose({FILE: declared().replace("roles:", "rolls:")})
    done = job.run(head)
    assert (done.code, job.section["state"]) == (65, "problems")
    assert done.out.startswith(f"::error file={FILE},line=2,")
    assert "rolls" in job.section["text"]
    assert not (job.folder / "out" / "plan.json").exists()


def test_the_first_configuration_is_nothing_to_plan(job: PlanJob) -> None:
    repository = job.merged.repository
    repository.git("rm", "--quiet", CONFIG)
    repository.commit()
    done = job.run(job.propose({CONFIG: job.merged.settings}), "--target", "local")
    assert (done.code, job.section["state"]) == (0, "nothing"), done.said
    assert "merging brings the first one, and the run by hand applies" in job.section["text"]


def test_a_configuration_that_comes_with_declarations_is_no_way_to_apply_them(job: PlanJob) -> None:
    """Merging is fine, and the run by hand carries it out: it is said, and the check stays green."""
    configured = job.merged.settings + "manage: {tags: additive}\n"
    done = job.run(job.propose({CONFIG: configured, FILE: declared(grace="gold")}))
    assert done.code == 0, done.said
    assert "it changes the configuration and declarations at once" in job.section["text"]
    assert "The changed configuration, for the whole account" in job.section["text"]
    assert job.run(job.propose({CONFIG: configured, FILE: declared()})).code == 0
    assert "at once" not in job.section["text"]


def test_another_plan_of_the_same_head_is_told(job: PlanJob) -> None:
    """The account has changed since: who has seen the earlier plan has not seen this one."""
    head = job.propose({FILE: declared(grace="gold")})
    assert job.run(head).code == 0
    earlier = (job.folder / "out" / "plan.json").read_bytes()
    run = job.job.fake_github.ran("plan.yml", head)
    job.job.fake_github.left(run, "reconcile-plan-local-1", {"plan.json": earlier})
    assert job.run(head).code == 0
    assert job.section["digest_changed"] is False
    shop = job.merged.shop
    shop.edit(shop.id(GRACE), tag="silver")
    done = job.run(head)
    assert job.section["digest_changed"] is True, done.said


def test_a_merge_that_the_forge_has_not_made(job: PlanJob) -> None:
    """As on GitLab: the branch is checked out, and the merge is made here."""
    head = job.propose({FILE: declared(grace="gold")})
    base = job.merged.check_out_head(head)
    done = job.run(head, "--merge", base, base=False)
    assert (done.code, job.plan["scope"]["base"]) == (0, base), done.said
    both = job.run(head, "--merge", base)
    assert (both.code, job.section["state"]) == (64, "failed")
    assert "give --base" in both.err
