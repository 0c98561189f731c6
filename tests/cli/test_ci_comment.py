"""``reconcile ci comment``: the one comment of a pull request."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from reconcile.clock import parse_utc_text
from reconcile.forge.marks import with_mark
from reconcile.model.ci.section import Section
from reconcile.render.pipeline.comment_text import CommentText
from reconcile.services.pipeline.section import SectionWriter, write_section
from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import BOT, FakeGitHub, Row
from tests.support.forge.fake_gitlab import serve_gitlab
from tests.support.forge.github_job import GitHubJob
from tests.support.forge.gitlab_state import LAB_TOKEN, PROJECT, READ_TOKEN, USER
from tests.support.plans.plan_samples import full_plan
from tests.support.project import Project

NUMBER, HEAD, NEXT = 7, "a" * 40, "b" * 40

MADE = parse_utc_text("2026-11-23T09:00:00Z")


def section(target: str = "shop", head: str = HEAD, *, changed: bool = False) -> Section:
    """The section of a plan."""
    writer = SectionWriter(target, "example.evance.me", head, MADE)
    return writer.planned(full_plan(), digest_changed=changed)


@dataclass(frozen=True)
class CommentJob:
    """The job that writes the comment of pull request 7."""

    project: Project
    job: GitHubJob

    @property
    def fake_github(self) -> FakeGitHub:
        return self.job.fake_github

    def run(self, *sections: Section, targets: tuple[str, ...] = (), head: str = HEAD) -> CommandResult:
        """The job of a run that has left these sections."""
        folder = self.project.root / "sections"
        for number, one in enumerate(sections):
            (folder / str(number)).mkdir(parents=True, exist_ok=True)
            write_section(folder / str(number) / "section.json", one)
        given = ("--targets", json.dumps(targets)) if targets else ()
        environment = self.job.of_pull_request(NUMBER, head)
        done = self.project.run("ci", "comment", *given, "sections", environment=environment)
        for path in folder.rglob("section.json"):
            path.unlink()
        return done

    @property
    def comments(self) -> list[Row]:
        return self.fake_github.comments.get(NUMBER, [])

    @property
    def texts(self) -> list[str]:
        return [str(row["body"]) for row in self.comments]


@pytest.fixture
def job(fake_github: FakeGitHub, tmp_path: Path) -> CommentJob:
    root = tmp_path / "project"
    root.mkdir()
    fake_github.proposed(NUMBER, HEAD)
    return CommentJob(Project(root), GitHubJob(fake_github, tmp_path))


def test_one_comment_is_edited_in_place(job: CommentJob) -> None:
    """With each push; it says for which commit it is, and tells neither a name nor a digest."""
    assert job.run(section()).code == 0
    job.fake_github.pushed(NUMBER, NEXT)
    done = job.run(section(head=NEXT), head=NEXT)
    assert (done.code, done.out, done.err) == (0, "", "")
    (text,) = job.texts
    assert text.startswith(f"<!-- reconcile:plan head={NEXT} -->\n### reconcile will create 1 and update 3")
    assert f"For commit `{NEXT}`" in text
    assert "https://github.example/example/shop/actions/runs/5" in text
    assert "sha256" not in text
    assert "bob@email.com" not in text


def test_each_target_has_a_section_and_none_is_left_from_before(job: CommentJob) -> None:
    """Sorted; a section of another commit is none, and a target without one is said to have no plan."""
    job.run(section("shop"), section("outlet"))
    job.fake_github.pushed(NUMBER, NEXT)
    done = job.run(section("outlet", NEXT), section("shop"), targets=("shop", "outlet", "b2b"), head=NEXT)
    assert done.code == 0, done.said
    (text,) = job.texts
    titles = [line for line in text.splitlines() if line.startswith("## ")]
    assert titles == ["## `b2b`", "## `outlet`: planned", "## `shop`"]
    assert text.count("**No plan was made for this commit**: [the run](<") == 2
    assert text.count("### reconcile will") == 1


def test_where_nothing_was_planned_the_old_plan_goes(job: CommentJob) -> None:
    """Every job of the run failed before it could leave a word."""
    job.run(section())
    job.fake_github.pushed(NUMBER, NEXT)
    assert job.run(targets=("shop",), head=NEXT).code == 0
    (text,) = job.texts
    assert "**No plan was made for this commit**" in text
    assert "reconcile will" not in text


def test_a_changed_plan_is_said_anew_and_once(job: CommentJob) -> None:
    """With its time and what to do; a job that runs again says nothing new, a later change does."""
    job.run(section())
    job.run(section(changed=True))
    job.run(section(changed=True), section("outlet"))
    _, news = job.texts
    assert "At 2026-11-23 09:00 (UTC) the plan of `shop` for commit `aaaaaaa`" in news
    assert "**Please review again.**" in news
    later = replace(section(changed=True), made=parse_utc_text("2026-11-23T12:00:00Z"))
    job.run(later)
    assert len(job.texts) == 3


def test_only_our_own_comment_is_renewed(job: CommentJob) -> None:
    """Whoever writes the same first line keeps it; of two of ours the first stays, and the other says so."""
    mine = with_mark("plan", {"head": HEAD}, "I approve")
    job.fake_github.wrote(NUMBER, "eve", mine)
    job.fake_github.wrote(NUMBER, BOT, with_mark("plan", {"head": "0", "target": "shop"}, "older"))
    job.fake_github.wrote(NUMBER, BOT, with_mark("plan", {"head": "1"}, "twin"))
    job.run(section())
    stranger, first, other = job.texts
    assert stranger == mine
    assert "### reconcile will" in first
    assert ("twin" in other, "Replaced" in other) == (False, True)
    edits = len(job.fake_github.editors)
    job.run(section())
    assert (len(job.texts), len(job.fake_github.editors)) == (3, edits)


def test_an_older_run_does_not_replace_what_a_newer_one_says(job: CommentJob) -> None:
    """It was slower: the head is another by now."""
    job.fake_github.pushed(NUMBER, NEXT)
    done = job.run(section())
    assert (done.code, job.texts) == (0, [])
    assert "no longer at aaaaaaa" in done.err


def test_without_a_pull_request_there_is_nowhere_to_say_it(job: CommentJob) -> None:
    """As in a merge queue: the job passes."""
    environment = job.job.of_main(HEAD, event="merge_group")
    done = job.project.run("ci", "comment", "--targets", '["shop"]', environment=environment)
    assert (done.code, "nowhere to say it" in done.err, job.texts) == (0, True, [])


@pytest.mark.parametrize("targets", ["shop", "{}", "[1]", "[" * 10_000])
def test_other_targets_than_a_list_of_names_are_refused(job: CommentJob, targets: str) -> None:
    """With the command that prints them."""
    environment = job.job.of_pull_request(NUMBER, HEAD)
    done = job.project.run("ci", "comment", "--targets", targets, environment=environment)
    assert (done.code, "reconcile ci targets" in done.err) == (64, True)


@pytest.mark.parametrize("number", [1, 7, 30, 2_000])
def test_any_number_of_targets_fits(number: int) -> None:
    """What is refused has room before what is planned; the others have a headline, or are counted."""
    one = replace(section(), text="x" * 9_000)
    sections = [replace(one, target=f"shop-{index:04}") for index in range(number)]
    refused = SectionWriter("zzz", "", HEAD, MADE).problems([])
    names = [one.target for one in sections]
    text = CommentText([*sections, refused], names, HEAD, "https://git.example/run/1").text()
    assert len(text.encode("utf-8")) <= 65_536
    shown = text.count("\n## ") + text.startswith("## ")
    left = 0 if "more target" not in text else int(text.rsplit("**And ", 1)[1].split()[0].replace(",", ""))
    assert shown + left == number + 1
    assert ("Nothing could be planned. Mend these" in text) == (left == 0)


def test_gitlab_has_the_same_comment(job: CommentJob) -> None:
    """As a note of the merge request; the targets are those of the configuration."""
    job.project.configure(
        "version: 1\ntimezone: Europe/London\ntargets:\n  shop: {kind: evance, account: a.evance.me}\n"
    )
    write_section(job.project.root / "section.json", section())
    with serve_gitlab() as fake_gitlab:
        told = {
            "CI_API_V4_URL": fake_gitlab.api.url,
            "CI_PROJECT_ID": PROJECT,
            "RECONCILE_GITLAB_NOTE_TOKEN": LAB_TOKEN,
            "RECONCILE_GITLAB_READ_TOKEN": READ_TOKEN,
            "CI_COMMIT_SHA": HEAD,
            "CI_MERGE_REQUEST_IID": "3",
            "CI_PROJECT_URL": "https://x.example",
            "CI_JOB_URL": "https://x.example/-/jobs/9",
        }
        for files in (["section.json"], ["nothing/section.json"]):
            done = job.project.run("ci", "comment", *files, environment=told)
            assert done.code == 0, done.said
        (note,) = fake_gitlab.notes[3]
    assert note["author"]["username"] == USER
    assert "**No plan was made for this commit**: [the run](<https://x.example/-/jobs/9>)" in note["body"]
