"""``reconcile ci result``: what became of a merge, under the pull requests that a run carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile.clock import parse_utc_text
from reconcile.documents.section import preview_report_json
from reconcile.journal.fetched import FetchedRuns, fetched_file, write_fetched
from reconcile.model.ci.section import PreviewReport, PreviewState
from reconcile.model.result import Outcome
from reconcile.render.pipeline.result_text import MOST_NAMED, ResultText, WrittenRun
from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_job import GitHubJob
from tests.support.project import AS_OF, Project

TIP = "f" * 40

MADE = parse_utc_text("2026-11-23T09:00:00Z")

BOB = "contacts:\n  - email: bob@email.com\n    roles: [customer]\n"


@dataclass(frozen=True)
class MainJob:
    """A job on main, after a preview."""

    project: Project
    job: GitHubJob

    def preview(self, state: PreviewState, *reasons: str, numbers: Sequence[int] = (7,)) -> None:
        report = PreviewReport("local", "a", TIP, "0" * 40, state, MADE, tuple(numbers), reasons)
        folder = self.project.root / "preview"
        folder.mkdir(exist_ok=True)
        (folder / "report.json").write_text(preview_report_json(report))

    def apply(self) -> None:
        """Apply a preview of everything, as this run's own."""
        preview = "preview/preview.json"
        assert self.project.run("plan", "--as-of", AS_OF, "--out", preview).code == 0
        assert self.project.run("apply", preview, "--yes", "--as-of", AS_OF).code == 0

    def tell(self, *arguments: str) -> CommandResult:
        done = self.project.run("ci", "result", *arguments, environment=self.job.of_main(TIP))
        assert done.code == 0, done.said
        return done

    def texts(self, number: int = 7) -> list[str]:
        return [str(row["body"]) for row in self.job.fake_github.comments.get(number, [])]


@pytest.fixture
def main(project: Project, fake_github: FakeGitHub, tmp_path: Path) -> MainJob:
    fake_github.history.branches["main"] = TIP
    project.declare(BOB)
    return MainJob(project, GitHubJob(fake_github, tmp_path))


def test_it_waits_and_is_applied_in_one_comment(main: MainJob) -> None:
    """Under each pull request that the run carried; the summary of the job has the same, and no name."""
    main.preview(PreviewState.READY, numbers=(7, 9))
    main.tell()
    for number in (7, 9):
        (text,) = main.texts(number)
        assert text.startswith("<!-- reconcile:applied target=local -->\n### This waits for its reviewers")
        assert "has made the preview at 2026-11-23 09:00 (UTC)" in text
    main.apply()
    main.tell("--applying")
    for number in (7, 9):
        (text,) = main.texts(number)
        assert "### Applied to `local`\n\n1 applied. Run `2026" in text
        assert "bob@email.com" not in text
    assert "### Applied to `local`" in main.job.summary


def test_journals_that_were_fetched_are_of_other_runs(main: MainJob) -> None:
    """This run has written nothing; what it says comes from its own journal alone."""
    main.preview(PreviewState.READY)
    main.apply()
    state = main.project.root / ".reconcile"
    (journal,) = (state / "runs").iterdir()
    kept = fetched_file(journal.name, journal.read_bytes())
    write_fetched(state, FetchedRuns("a", None, files=(kept,)))
    main.preview(PreviewState.READY)
    main.tell("--applying")
    (text,) = main.texts()
    assert "### Nothing was applied to `local`" in text
    assert (
        "The run](<https://github.example/example/shop/actions/runs/5>) failed before the first write" in text
    )


def test_a_refusal_says_why_and_the_way_out(main: MainJob) -> None:
    """Each reason as one line of code, whatever is in it."""
    main.preview(PreviewState.REFUSED, "the plan of pull request 7 is `younger` than its approval", "@all")
    main.tell()
    (text,) = main.texts()
    assert "### Refused: nothing was applied to `local`" in text
    assert "- ``the plan of pull request 7 is `younger` than its approval``\n- `@all`\n" in text
    assert "The way out is the run by hand (GitHub: Actions, the workflow `apply`" in text


def test_what_the_applying_job_refused_is_told(main: MainJob) -> None:
    """Its reasons are in the folder of the preview."""
    main.preview(PreviewState.READY)
    (main.project.root / "preview" / "refusal.json").write_text('["the account asks for more by now"]')
    main.tell("--applying")
    assert "- `the account asks for more by now`" in main.texts()[0]


def test_nothing_left_is_said_and_another_run_has_the_word(main: MainJob) -> None:
    """A run that is not that of the tip says nothing, also when the tip has moved meanwhile."""
    main.preview(PreviewState.EMPTY)
    main.tell()
    assert "### Nothing was left to apply to `local`" in main.texts()[0]
    before = main.texts()
    main.preview(PreviewState.SUPERSEDED, "main is at 1234567 by now")
    assert "The run of the tip of the branch" in main.tell().err
    main.preview(PreviewState.READY)
    main.job.fake_github.history.branches["main"] = "e" * 40
    assert "The run of the tip of the branch" in main.tell("--applying").err
    assert main.texts() == before


def test_a_run_by_hand_is_told_in_its_summary_alone(main: MainJob) -> None:
    """It carries no pull request."""
    main.preview(PreviewState.READY, numbers=())
    main.tell()
    assert main.job.fake_github.comments == {}
    assert "waits for its reviewers" in main.job.summary


def test_without_a_preview_those_who_brought_the_commit_are_told(main: MainJob) -> None:
    """The run failed before it knew whom it carries."""
    main.job.fake_github.merged(8, "c" * 40, TIP)
    main.tell()
    assert "### Nothing was applied to `local`" in main.texts(8)[0]


def test_one_who_cannot_be_told_keeps_nobody_else_from_it(main: MainJob) -> None:
    """A pull request may be locked; where nobody can be told, the command fails."""
    main.preview(PreviewState.EMPTY, numbers=(7, 8))
    main.job.fake_github.locked.add(7)
    assert "pull request 7 was not told" in main.tell().err
    assert main.texts(8)
    main.job.fake_github.locked.add(8)
    main.job.fake_github.comments.clear()
    done = main.project.run("ci", "result", environment=main.job.of_main(TIP))
    assert (done.code, "answered 403" in done.err) == (1, True)


def test_what_is_left_undone_is_listed_by_ids_with_lost_roles_first() -> None:
    """The first of many, within one comment."""
    outcomes = [(str(number), Outcome.FAILED) for number in range(1, 1_001)]
    outcomes += [("", Outcome.APPLIED), ("77", Outcome.LOST_ROLE)]
    run = WrittenRun("20261123T090000Z-abcdef", complete=False, outcomes=tuple(outcomes))
    text = ResultText("shop", TIP, "https://x.example/1", None, applying=True, written=run).text()
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert lines[0] == "- contact `77`: lost a role"
    assert lines[-1] == f"- and {1_001 - MOST_NAMED} more contacts"
    assert "1 applied, 1 lost a role, 1,000 not written" in text
    assert "Start what failed of it again to finish" in text


def test_ten_thousand_reasons_fit_a_comment() -> None:
    """A hostile or endless list breaks no comment."""
    reasons = tuple(f"contact {number}: {'x' * 1_000}" for number in range(10_000))
    report = PreviewReport("shop", "a", TIP, None, PreviewState.REFUSED, MADE, (7,), reasons)
    text = ResultText("shop", TIP, "javascript:alert(1)", report).text()
    assert len(text.encode("utf-8")) < 65_000
    assert "more reasons; the run has them all" in text
    assert "javascript" not in text
