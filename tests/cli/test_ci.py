"""The steps of a CI job, each as a process in the environment of GitHub or GitLab."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.forge.approved_plan import seal_of
from reconcile.forge.sticky_comment import facts_of, with_mark
from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import BOT, REPOSITORY, TOKEN, FakeGitHub, serve_github, zipped
from tests.support.forge.fake_gitlab import LAB_TOKEN, PROJECT, READ_TOKEN, USER, serve_gitlab
from tests.support.project import AS_OF, Project

HEAD, COMMIT = "a" * 40, "c" * 40

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [gold]}]\n"

SALT = "5" * 64

SALTED = {"plan.salt": SALT.encode()}

RUN = "20261123T090000Z-abcdef"


@dataclass(frozen=True)
class Job:
    """A job of GitHub for pull request 7, in the folder of a project."""

    project: Project
    fake_github: FakeGitHub
    summary: Path
    output: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.fake_github.api.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": COMMIT,
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": "5",
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_OUTPUT": str(self.output),
        }

    def run(self, *arguments: str, **other: str) -> CommandResult:
        return self.project.run_process("ci", *arguments, environment={**self.environment, **other})

    def plan(self) -> str:
        """A saved plan; its digest."""
        self.project.declare(GRACE)
        done = self.project.run("plan", "--as-of", AS_OF, "--out", "plan.json")
        assert done.code == 0, done.err
        return str(json.loads((self.project.root / "plan.json").read_text())["digest"])

    def approve(self) -> str:
        """A plan that was commented, left as an artifact, and merged."""
        digest = self.plan()
        content = (self.project.root / "plan.json").read_bytes()
        facts = {"target": "local", "head": HEAD, "seal": seal_of(digest, SALT)}
        self.fake_github.wrote(7, BOT, with_mark("plan", facts, "the plan"))
        self.fake_github.left(
            self.fake_github.ran("plan.yml", HEAD), "reconcile-plan", {"plan.json": content, **SALTED}
        )
        self.fake_github.merged(7, HEAD, COMMIT)
        return digest

    def journal(self, **told: object) -> None:
        """A journal of a run that wrote one contact and failed at another."""
        from reconcile.journal.hash_chain import HashChain

        chain = HashChain(self.project.root / ".reconcile" / "runs" / f"{RUN}.jsonl")
        begun = {"account": "x", "at": "2026-11-23T09:00:00Z", "config": "sha256:0", "changes": 2}
        chain.append("begin", {**begun, "target": "sandbox", "tool_version": "0", **told})
        outcomes = (("13", "applied"), ("14", "not written"))
        for contact, outcome in outcomes:
            who = {"key": contact, "contact": contact, "email": f"{contact}@example.com"}
            chain.append("outcome", {**who, "outcome": outcome, "detail": "secret reason"})
        chain.append("end", {"complete": False, "stopped": None})
        chain.close()


@pytest.fixture
def job(project: Project, tmp_path: Path) -> Iterator[Job]:
    """A job of GitHub."""
    with serve_github() as fake_github:
        yield Job(project, fake_github, tmp_path / "summary.md", tmp_path / "output")


def test_a_comment_is_masked_and_bound_to_its_plan(job: Job) -> None:
    """Its mark names the head and seals the plan; the text has neither a name nor a digest."""
    digest = job.plan()
    done = job.run("comment", "plan.json", "--pull-request", "7")
    assert (done.code, done.out, done.err) == (0, "", "")
    (row,) = job.fake_github.comments[7]
    seal = seal_of(digest, (job.project.root / "plan.salt").read_text())
    assert row["body"].startswith(f"<!-- reconcile:plan head={COMMIT} seal={seal} target=local -->\n")
    assert re.findall(r"sha256:[0-9a-f]+", row["body"]) == [seal]
    assert "grace.odell" not in row["body"]
    assert f"https://github.example/{REPOSITORY}/blob/{COMMIT}/contacts/team.yaml#L1" in row["body"]


def test_a_comment_shows_names_where_that_is_configured(job: Job) -> None:
    """A team that owns the repository alone may say so in its configuration."""
    text = (job.project.root / "reconcile.yaml").read_text()
    job.project.configure(f"{text}privacy: show\n")
    job.plan()
    assert job.run("comment", "plan.json", "--pull-request", "7").code == 0
    assert "grace.odell@example.com" in job.fake_github.comments[7][0]["body"]


def test_a_comment_needs_a_plan_that_is_whole(job: Job) -> None:
    """One that was changed after it was made is not published as if it were ours."""
    job.plan()
    path = job.project.root / "plan.json"
    path.write_text(path.read_text().replace("gold", "lead"))
    done = job.run("comment", "plan.json", "--pull-request", "7")
    assert (done.code, "it was changed later" in done.err, job.fake_github.comments) == (3, True, {})


@pytest.mark.parametrize("arguments", [["comment"], ["comment", "plan.json", "--failed"]])
def test_a_comment_is_of_a_plan_or_of_none(job: Job, arguments: list[str]) -> None:
    """Not of both, nor of neither."""
    done = job.run(*arguments)
    assert (done.code, "--failed when there is none" in done.err) == (64, True)


def test_a_job_without_a_token_says_which_variable_is_missing(job: Job) -> None:
    """As on a fork, or in a step that was not given one."""
    job.plan()
    done = job.run("comment", "plan.json", "--pull-request", "7", GITHUB_TOKEN="")
    assert (done.code, done.err.startswith("GITHUB_TOKEN is not set")) == (64, True)


def test_a_token_that_may_not_comment_is_told_what_it_lacks(job: Job) -> None:
    """With status and advice, and without the token."""
    job.plan()
    job.fake_github.logins.clear()
    done = job.run("comment", "plan.json", "--pull-request", "7")
    assert done.code == 1
    assert "answered 401 (Bad credentials): the token is not accepted" in done.err
    assert TOKEN not in done.err


def test_the_summary_is_added_to_what_is_there(job: Job) -> None:
    """Within what is left of 1 MiB."""
    job.plan()
    job.summary.write_text("before\n")
    assert job.run("summary", "plan.json").code == 0
    text = job.summary.read_text()
    assert text.startswith("before\n### reconcile will update 1 contact")
    job.summary.write_text("x" * (1024 * 1024 - 5_000))
    done = job.run("summary", "plan.json")
    assert (done.code, "is full" in done.err) == (64, True)


def test_the_approved_plan_is_written_and_told(job: Job) -> None:
    """For its owner alone, with its salt; the log tells no digest."""
    digest = job.approve()
    done = job.run("approved-plan", "--out", "approved.json")
    assert done.code == 0, done.err
    root = job.project.root
    assert (root / "approved.json").read_bytes() == (root / "plan.json").read_bytes()
    assert (root / "approved.json").stat().st_mode & 0o077 == 0
    assert (root / "approved.salt").read_text() == SALT
    assert job.output.read_text() == "pull-request=7\n"
    assert digest not in done.out + done.err


FORGERIES = {
    "another plan with a digest of its own": ("other", "holds another plan"),
    "no archive": (b"no archive", "not a readable archive"),
    "no text": (zipped({"plan.json": b"\xff\xfe", **SALTED}), "does not hold a plan"),
    "no plan": (zipped({"plan.json": b'{"format_version": "1.0"}', **SALTED}), "this is not a plan"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_artifact_leaves_no_file(job: Job, forgery: str) -> None:
    """Exit code 3, and nothing that a later step could apply by mistake."""
    job.approve()
    archive, said = FORGERIES[forgery]
    if archive == "other":
        job.project.declare(GRACE.replace("gold", "lead"))
        job.project.run("plan", "--as-of", AS_OF, "--out", "other.json")
        archive = zipped({"plan.json": (job.project.root / "other.json").read_bytes(), **SALTED})
    job.fake_github.archives.update(dict.fromkeys(job.fake_github.archives, archive))
    done = job.run("approved-plan", "--out", "approved.json")
    assert (done.code, said in done.err) == (3, True)
    assert not (job.project.root / "approved.json").exists()
    assert not job.output.exists()


def test_what_was_applied_in_part_is_told_by_ids(job: Job) -> None:
    """Counts and the contacts that are left; neither names nor reasons, which may be personal."""
    job.journal(approved=job.approve())
    job.run("approved-plan", "--out", "approved.json")
    done = job.run("applied", "--approved", "approved.json", "--outcome", "failure")
    assert done.code == 0, done.err
    planned, body = (row["body"] for row in job.fake_github.comments[7])
    assert (facts_of("applied", body) or {})["seal"] == (facts_of("plan", planned) or {})["seal"]
    assert "### Applied in part\n\n1 applied, 1 not written." in body
    assert "- contact `14`: not written" in body
    assert "@example.com" not in body
    assert "secret reason" not in body


def test_without_a_journal_nothing_was_applied(job: Job) -> None:
    """Whatever other runs have done; and a commit of no pull request has nowhere to say it."""
    job.journal(approved="sha256:1")
    assert "nowhere to say it" in job.run("applied").err
    job.fake_github.merged(7, HEAD, COMMIT)
    job.plan()
    job.run("applied", "--approved", "plan.json", "--outcome", "failure")
    job.run("applied", "--approved", "nowhere.json", "--outcome", "skipped")
    (row,) = job.fake_github.comments[7]
    assert "### Nothing was applied" in row["body"]


def test_journals_are_fetched_by_their_names_and_only_grow(job: Job) -> None:
    """A path that leads elsewhere is no journal; a shorter one does not replace a longer one."""
    job.journal()
    runs = job.project.root / ".reconcile" / "runs"
    longer = (runs / f"{RUN}.jsonl").read_bytes()
    other = "20261122T090000Z-abcdef.jsonl"
    files = {f"../../{other}": b"", "../evil.sh": b"x", f"{RUN}.jsonl": longer[:50], other: b"{}\n"}
    files |= {f"records/{RUN}.json": b"{}\n", "records/evil.json": b"x"}
    run = job.fake_github.ran("apply.yml", HEAD, event="push", head_branch="main")
    job.fake_github.left(run, "reconcile-journal", files)
    done = job.run("earlier-journals")
    assert (done.code, done.err) == (0, "2 journals of earlier runs.\n")
    assert sorted(path.name for path in runs.iterdir()) == [other, f"{RUN}.jsonl"]
    assert (runs / f"{RUN}.jsonl").read_bytes() == longer
    assert not (job.project.root / "evil.sh").exists()
    (record,) = (job.project.root / ".reconcile" / "records").iterdir()
    assert (record.name, record.read_bytes()) == (f"{RUN}.json", b"{}\n")


def test_the_drift_issue_needs_drift(job: Job) -> None:
    """Another file is refused by what it is not."""
    (job.project.root / "drift.json").write_text('{"plan": {}}')
    done = job.run("drift-issue", "drift.json")
    assert (done.code, "this is not drift" in done.err, job.fake_github.issues) == (3, True, [])


def test_gitlab_has_the_same_comment_and_the_same_approval(project: Project) -> None:
    """The note is edited in place; the plan is found by the merge, and the note seals it."""
    project.declare(GRACE)
    project.run("plan", "--as-of", AS_OF, "--out", "plan.json")
    with serve_gitlab() as fake_gitlab:
        told = {
            "CI_API_V4_URL": fake_gitlab.api.url,
            "CI_PROJECT_ID": PROJECT,
            "RECONCILE_GITLAB_NOTE_TOKEN": LAB_TOKEN,
            "RECONCILE_GITLAB_READ_TOKEN": READ_TOKEN,
        }
        request = {
            **told,
            "CI_COMMIT_SHA": HEAD,
            "CI_MERGE_REQUEST_IID": "3",
            "CI_PROJECT_URL": "https://x.example",
        }
        for _ in range(2):
            done = project.run("ci", "comment", "plan.json", environment=request)
            assert done.code == 0, done.err
        (note,) = fake_gitlab.notes[3]
        assert note["author"]["username"] == USER
        assert f"https://x.example/-/blob/{HEAD}/contacts/team.yaml#L1" in note["body"]
        kept = {name: (project.root / name).read_bytes() for name in ("plan.json", "plan.salt")}
        fake_gitlab.planned(3, HEAD, kept)
        fake_gitlab.merged(3, HEAD, COMMIT)
        push = {**told, "CI_COMMIT_SHA": COMMIT, "CI_COMMIT_BRANCH": "main"}
        found = ("ci", "approved-plan", "--workflow", "plan", "--out", "approved.json")
        done = project.run(*found, environment=push)
        assert done.code == 0, done.err
        assert (project.root / "approved.json").read_text() == (project.root / "plan.json").read_text()
        fake_gitlab.notes[3][0]["body"] = note["body"].replace("seal=sha256:", "seal=sha256:0")
        assert project.run(*found, environment=push).code == 3
