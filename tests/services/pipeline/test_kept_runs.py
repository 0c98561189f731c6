"""What jobs keep at the forge and later ones fetch: the newest record, the journals, and what is missing."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from tests.support.forge.fake_github import FakeGitHub, serve_github
from tests.support.forge.github_state import instant_text
from tests.support.forge.kept_runs import HOURLY, KEY, MERGE, OTHER_KEY, KeptRuns
from tests.support.project import Project
from tests.support.repository import Repository

TEAM = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [gold]}]\n"

MORE = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [gold, lead]}]\n"


@pytest.fixture
def runs(project: Project) -> Iterator[KeptRuns]:
    """Jobs of a repository in which nothing has been applied yet."""
    with serve_github() as fake_github:
        project.declare(TEAM)
        yield KeptRuns.of(project, fake_github)


@pytest.fixture
def applied(runs: KeptRuns) -> KeptRuns:
    """One merge was applied, and kept."""
    done = runs.apply()
    assert done.code == 0, done.said
    runs.fake_github.wait(minutes=10)
    return runs


def names(runs: KeptRuns, folder: str) -> list[str]:
    path = runs.state / folder
    return sorted(file.name for file in path.iterdir()) if path.exists() else []


def test_a_run_keeps_its_own_and_the_next_one_knows_it(applied: KeptRuns) -> None:
    """The journal and the record; another merge fetches both, and keeps its own journal and no other."""
    assert (len(applied.artifacts("journal")), len(applied.artifacts("record"))) == (1, 1)
    first = names(applied, "runs")
    applied.project.declare(MORE)
    with applied.job(MERGE) as run:
        assert names(applied, "runs") == first
        assert applied.last["fetch"].code == 0
        assert applied.step(run, "apply", "--yes").code == 0
        kept = applied.keep(run)
    (own,) = set(names(applied, "runs")) - set(first)
    assert kept == {
        "journal": [own, "manifest.json"],
        "record": [own.replace("jsonl", "json"), own, "manifest.json"],
    }
    assert "2 journals of earlier runs" in applied.fetch().err


def test_the_first_run_is_told_that_nothing_is_kept(runs: KeptRuns) -> None:
    """A new repository: a note, and no error."""
    done = runs.fetch()
    assert (done.code, done.err.startswith("Nothing is kept of earlier runs")) == (0, True), done.said


def test_an_hour_in_which_nothing_happens_keeps_no_copy_of_the_entries(applied: KeptRuns) -> None:
    """Its journal names the file of the record before; after a day the record is kept again."""
    assert applied.apply(HOURLY).code == 0
    assert (len(applied.artifacts("journal")), len(applied.artifacts("record"))) == (2, 1)
    applied.fake_github.wait(hours=25)
    assert applied.apply(HOURLY).code == 0
    assert len(applied.artifacts("record")) == 2
    applied.fake_github.wait(hours=1)
    assert "1 journal of earlier runs" in applied.fetch().err
    assert applied.project.run("history", "--verify").code == 0


def test_a_writing_step_that_was_never_reached_keeps_word_of_that(applied: KeptRuns) -> None:
    """So nobody misses a journal."""
    with applied.job(MERGE) as run:
        assert applied.keep(run) == {"idle": ["manifest.json"]}
    with applied.job(MERGE) as run:
        shutil.rmtree(applied.state)
        assert applied.keep(run) == {"idle": ["manifest.json"]}
    applied.fake_github.wait(minutes=5)
    assert applied.fetch().code == 0
    assert applied.fetched()["unkept"] == []


def test_an_attempt_that_was_killed_refuses_the_next_write_until_it_is_lifted(applied: KeptRuns) -> None:
    """Nobody knows what it did: the next run refuses, by name; a ceiling lifts it, and so do the hours."""
    with applied.job(MERGE) as killed:
        pass
    applied.fake_github.wait(minutes=10)
    applied.project.declare(MORE)
    done = applied.apply()
    assert done.code == 3, done.said
    assert f"attempt 1 of the forge's run {killed}, which began to write at 2026-11-23 09:11 UTC" in done.err
    assert "Nothing was kept by attempt 1" in applied.last["fetch"].err
    applied.fake_github.wait(hours=24)
    assert "0 journals of earlier runs" not in applied.fetch().err
    assert applied.fetched()["unkept"] == []


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_no_output_advises_what_a_pipeline_does_not_take(applied: KeptRuns, form: str) -> None:
    """But an entry in the declarations, with its text to paste."""
    with applied.job(MERGE):
        pass
    applied.project.declare(MORE)
    run = applied.run(MERGE)
    assert applied.fetch(run=run).code == 0
    told = applied.step(run, "plan", "--check", "--format", form)
    assert told.code == 3, told.said
    assert "an entry for journals under 'allow'" in told.err
    assert "guard: journals" in told.out
    assert "--allow" not in told.said


def test_a_killed_attempt_is_lifted_by_a_ceiling(applied: KeptRuns) -> None:
    """By hand, or with an entry in the declarations."""
    with applied.job(MERGE):
        pass
    applied.project.declare(MORE)
    assert applied.apply(MERGE, "--allow", "journals=1").code == 0
    with applied.job(MERGE):
        pass
    until = "until: 2026-11-30, reason: looked at the log"
    applied.project.declare(f"allow: [{{guard: journals, ceiling: 2, {until}}}]\n{TEAM}")
    done = applied.apply()
    assert done.code == 0, done.said


def test_a_journal_whose_upload_failed_is_missed(applied: KeptRuns) -> None:
    """Be it that the run itself was complete."""
    applied.project.declare(MORE)
    applied.lost = frozenset({"journal"})
    assert applied.apply().code == 0
    applied.lost = frozenset()
    applied.fake_github.wait(minutes=5)
    applied.project.declare(TEAM)
    done = applied.apply()
    assert (done.code, "1 journal of the last 24 hours is missing" in done.err) == (3, True), done.said


def test_a_record_whose_upload_failed_is_missed_and_the_one_before_counts(applied: KeptRuns) -> None:
    """No later run is stuck for ever."""
    applied.project.declare(MORE)
    applied.lost = frozenset({"record"})
    assert applied.apply().code == 0
    applied.lost = frozenset()
    applied.fake_github.wait(minutes=5)
    applied.project.declare(TEAM)
    done = applied.apply()
    assert (done.code, "the record of run" in done.err) == (3, True), done.said
    applied.fake_github.wait(hours=25)
    assert applied.apply().code == 0


def test_who_writes_now_is_not_missing(applied: KeptRuns) -> None:
    """A preview looks while another run is at its writing step."""
    run = applied.run(MERGE)
    job = applied.fake_github.began_job(run, "Apply (local)")
    applied.fake_github.step(job, "Apply", None)
    assert applied.fetch().code == 0
    assert applied.fetched()["unkept"] == []


def test_an_attempt_for_another_target_is_not_missed_here(applied: KeptRuns) -> None:
    """In a matrix each target keeps its own."""
    job = applied.fake_github.began_job(applied.run(MERGE), "Apply (other)")
    applied.fake_github.step(job, "Apply")
    applied.fake_github.ended_job(job)
    applied.fetch()
    assert applied.fetched()["unkept"] == []


# What is not to be believed.


def test_what_another_key_has_signed_is_ignored_and_missed(applied: KeptRuns) -> None:
    """With the run and the reason, and with what to do where the key was replaced."""
    applied.key = OTHER_KEY
    done = applied.fetch()
    run = applied.artifacts("record")[0]
    assert done.code == 0
    assert f"Ignored: the record of attempt 1 of run {run}: it is signed with another key." in done.err
    assert f"Ignored: the journal of attempt 1 of run {run}: it is signed with another key." in done.err
    assert "set RECONCILE_JOURNAL_KEY_BEFORE to the former key" in done.err
    assert (names(applied, "runs"), len(applied.fetched()["unkept"])) == ([], 1)


def test_a_replaced_key_is_still_believed_while_it_is_given(applied: KeptRuns) -> None:
    """The next run signs with the new one."""
    applied.key, applied.before = OTHER_KEY, KEY
    assert applied.apply(HOURLY).code == 0
    applied.before = ""
    assert "2 journals" not in applied.fetch().err
    applied.before = KEY
    assert "2 journals of earlier runs" in applied.fetch().err


def test_an_artifact_that_was_copied_into_another_run_is_ignored(applied: KeptRuns) -> None:
    """Its signature is ours, and tells its run. A newer upload of what is old wins nothing."""
    fake_github = applied.fake_github
    (record,) = (row for row in fake_github.artifacts if "record" in row["name"])
    archive = fake_github.archives[record["id"]]
    fake_github.wait(hours=1)
    copied = fake_github.left(applied.run(MERGE), "reconcile-record-local-1", {})
    fake_github.archives[copied] = archive
    done = applied.fetch()
    assert f"it was copied: it is signed for run {record['run']}" in done.err
    assert "the record was kept at 2026-11-23 09:00 UTC" in done.err


@pytest.mark.parametrize(
    ("event", "branch"), [("pull_request", "change"), ("push", "change"), ("pull_request", "main")]
)
def test_what_a_branch_leaves_is_not_even_looked_at(applied: KeptRuns, event: str, branch: str) -> None:
    """Whoever may push can upload an artifact of any name."""
    fake_github: FakeGitHub = applied.fake_github
    run = fake_github.ran("apply.yml", "d" * 40, event=event, head_branch=branch)
    fake_github.left(run, "reconcile-journal-local-1", {"20261123T093000Z-ffffff.jsonl": b"x"})
    fake_github.left(run, "reconcile-record-local-1", {"x": b"x"})
    done = applied.fetch()
    assert (done.code, "Ignored" in done.err) == (0, False), done.said
    assert len(names(applied, "runs")) == 1


@pytest.mark.parametrize("path", ["{state}/runs/{journal}", "{state}/KILL", "{state}", ".Reconcile/KILL"])
def test_what_git_tracks_is_refused(applied: KeptRuns, path: str) -> None:
    """A commit must bring nothing of it, in letters of any case; 'git rm' is the way out."""
    file = applied.project.root / path.format(state=".reconcile", journal=FOREIGN)
    shutil.rmtree(applied.state)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}\n")
    Repository(applied.project.root).git("add", "--force", str(file))
    done = applied.step(applied.run(HOURLY), "ci", "journals")
    assert done.code == 3, done.said
    name = str(file.relative_to(applied.project.root))
    assert f"Git tracks {name}: " in done.err or f"{file} is no folder of its own" in done.err
    assert f"git rm -r --cached {name.partition('/')[0]}" in done.err or "remove it from" in done.err


FOREIGN = "20261123T080000Z-ffffff.jsonl"


@pytest.mark.parametrize("how", ["under Git", "left on the machine", "of another job"])
def test_what_nobody_has_fetched_is_not_signed(applied: KeptRuns, how: str) -> None:
    """'ci keep' is called after a refusal, too: it must not make a genuine journal of a foreign one."""
    journal = applied.state / "runs" / FOREIGN
    if how == "under Git":
        shutil.rmtree(applied.state)
        journal.parent.mkdir(parents=True)
    journal.write_text("{}\n")
    if how == "under Git":
        Repository(applied.project.root).git("add", "--force", str(journal))
    run = applied.run(MERGE)
    if how != "of another job":
        assert applied.step(run, "ci", "journals").code == 3
    assert applied.keep(run) == {}
    done = applied.last["keep"]
    assert (done.code, FOREIGN in done.err) == (3, True), done.said


@pytest.mark.parametrize("name", ["", "runs", "records"])
def test_a_link_is_refused(applied: KeptRuns, name: str) -> None:
    """Somebody could choose outside what is taken for earlier runs."""
    shutil.rmtree(applied.state)
    elsewhere = applied.project.root / "elsewhere"
    elsewhere.mkdir()
    if name:
        applied.state.mkdir()
    (applied.state / name).symlink_to(elsewhere)
    done = applied.step(applied.run(HOURLY), "ci", "journals")
    assert (done.code, "is no folder of its own" in done.err) == (3, True), done.said


def test_what_is_left_on_a_machine_is_refused(applied: KeptRuns) -> None:
    """A job must not find what nobody has signed."""
    foreign = applied.state / "runs" / FOREIGN
    foreign.write_text("{}\n")
    done = applied.step(applied.run(HOURLY), "ci", "journals")
    assert (done.code, f"no run has kept: {foreign.name}" in done.err) == (3, True), done.said


@pytest.mark.parametrize(("key", "word"), [("", "is not set"), ("short", "has 5 characters, fewer than 32")])
@pytest.mark.parametrize("command", [("journals",), ("keep", "--out", "kept")])
def test_without_a_key_the_secret_and_its_place_are_named(
    applied: KeptRuns, key: str, word: str, command: tuple[str, ...]
) -> None:
    """Nothing is fetched as if it could be believed."""
    applied.key = key
    done = applied.step(applied.run(HOURLY), "ci", *command)
    assert (done.code, f"RECONCILE_JOURNAL_KEY {word}" in done.err) == (64, True), done.said
    assert key or "reconcile-apply-local" in done.err


# Pull requests.


def test_a_pull_request_gets_the_record_as_a_hint(applied: KeptRuns) -> None:
    """Without a key: ids, no journals of others, and no guard misses any."""
    applied.apply(HOURLY)
    applied.key = ""
    done = applied.fetch("--hints")
    assert (done.code, "no signature was checked" in done.err) == (0, True), done.said
    assert (len(names(applied, "runs")), len(names(applied, "records"))) == (1, 1)
    applied.project.declare(MORE)
    plan = applied.step(applied.run(HOURLY), "plan", "--check")
    assert plan.code == 0, plan.said


def test_an_odd_record_is_no_hint(applied: KeptRuns) -> None:
    """Its form is checked before anybody goes by it."""
    fake_github = applied.fake_github
    (record,) = (row for row in fake_github.artifacts if "record" in row["name"])
    fake_github.left(record["run"], record["name"], {"manifest.json": json.dumps({}).encode()})
    applied.key = ""
    done = applied.fetch("--hints")
    assert (done.code, "Ignored: the record of" in done.err) == (0, True), done.said
    assert names(applied, "runs") == []


# Erasing somebody, as docs/journals.md says.


def naming(fake_github: FakeGitHub, address: bytes) -> list[str]:
    """The artifacts that name somebody, of those that are still kept."""
    kept = {row["id"]: row["name"] for row in fake_github.artifacts}
    return [name for id_, name in kept.items() if address in unzipped(fake_github.archives[id_])]


def unzipped(archive: bytes) -> bytes:
    with ZipFile(BytesIO(archive)) as opened:
        return b"".join(map(opened.read, opened.namelist()))


def test_a_person_is_erased_a_day_after_the_entry_and_nothing_refuses(applied: KeptRuns) -> None:
    """The record notes the person no more; what is older is deleted, and the next merge is applied."""
    fake_github, project = applied.fake_github, applied.project
    assert naming(fake_github, b"grace.odell") == ["reconcile-journal-local-1", "reconcile-record-local-1"]
    other = "{email: priya.raman@example.com, tags: [ipswich]}"
    project.declare(f"contacts: [{other}, {{email: grace.odell@example.com, state: absent}}]\n")
    assert applied.apply().code == 0
    fake_github.wait(hours=1)
    project.declare(f"contacts: [{other}]\n")
    assert applied.apply().code == 0
    fake_github.wait(hours=25)
    assert applied.apply(HOURLY).code == 0
    day_ago = instant_text(fake_github.now - timedelta(hours=24))
    fake_github.artifacts = [row for row in fake_github.artifacts if row["created_at"] >= day_ago]
    assert naming(fake_github, b"grace.odell") == []
    project.declare("contacts: [{email: priya.raman@example.com, tags: [ipswich, gold]}]\n")
    done = applied.apply()
    assert (done.code, "grace.odell" in done.said) == (0, False), done.said
