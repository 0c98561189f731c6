"""Preview and apply of one run on main: what they write, and what they leave to others."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.documents.plan import plan_json
from reconcile.pipeline.signatures import JobIdentity
from reconcile.plan.digest import plan_digest
from reconcile.services.files import read_approved_plan
from reconcile.services.pipeline.merges.applying import signed_preview
from tests.support.forge.fake_github import REPOSITORY, FakeGitHub
from tests.support.forge.main_runs import KEY, READING, MainRuns, main_runs
from tests.support.pull_requests import FILE, GRACE, TOM, declared
from tests.support.shop import Shop


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    return main_runs(shop, fake_github, tmp_path)


def test_a_first_run_is_by_hand_and_whole(main: MainRuns) -> None:
    """Without a record there is nothing to compare with; the run by hand plans all and applies that."""
    refused = main.preview()
    assert refused.code == 3, refused.said
    assert "no complete run is known yet" in refused.err
    assert "start the run by hand" in refused.err
    assert main.report["state"] == "refused"
    main.merged.write({FILE: declared(grace="gold")})
    commit = main.merged.repository.commit()
    done = main.preview("--whole")
    assert (done.code, main.job.outputs) == (0, {"preview": "true", "changes": "true"}), done.said
    assert "gold" in main.job.summary
    assert GRACE not in main.job.summary
    assert main.merged.shop.tags(GRACE) == ["ipswich"]
    done = main.apply()
    assert done.code == 0, done.said
    assert main.merged.shop.tags(GRACE) == ["gold"]
    assert main.recorded() == [commit]


@pytest.mark.parametrize("event", ["push", "schedule", "pull_request", ""])
def test_the_whole_account_is_for_a_run_that_a_person_starts(main: MainRuns, event: str) -> None:
    """Whatever the workflow's text says: its preview is its own ceiling."""
    main.merged.write({FILE: declared(grace="gold")})
    main.merged.repository.commit()
    refused = main.preview("--whole", event=event)
    assert (refused.code, "a person starts by hand" in refused.err) == (3, True), refused.said
    assert main.job.outputs == {"preview": "false", "changes": "false"}
    assert main.report["state"] == "refused"
    assert not (main.out / "approval.json").exists()


def test_an_empty_preview_asks_nobody_and_is_noted_with_a_credential_that_only_reads(main: MainRuns) -> None:
    main.first_run()
    main.merged.write({"README.md": "Nothing is declared here.\n"})
    commit = main.merged.repository.commit()
    done = main.preview()
    assert (done.code, main.job.outputs) == (0, {"preview": "true", "changes": "false"}), done.said
    done = main.apply(scopes=READING)
    assert done.code == 0, done.said
    assert main.recorded()[-1] == commit
    assert {method for method, _ in main.merged.shop.requests()} == {"GET"}


NOT_THE_TIP = {
    "an older commit": {},
    "a tag of the same name": {"ref": "refs/tags/main"},
    "another branch": {"ref": "refs/heads/other"},
}


@pytest.mark.parametrize("case", NOT_THE_TIP)
def test_only_the_tip_of_main_is_previewed_and_applied(main: MainRuns, case: str) -> None:
    """Whatever a run is started for, and however often: its preview of before is nothing by now."""
    main.merged.write({FILE: declared(grace="gold")})
    older = main.merged.repository.commit()
    assert main.preview("--whole").code == 0
    if case == "an older commit":
        main.merged.write({FILE: declared()})
        main.merged.repository.commit()
    for done in (
        main.apply(commit=older, **NOT_THE_TIP[case]),
        main.preview(commit=older, **NOT_THE_TIP[case]),
    ):
        assert done.code == 0, done.said
        assert "Nothing is done here: " in done.err
    assert main.job.outputs == {"preview": "false", "changes": "false"}
    assert main.report["state"] == "superseded"
    assert main.merged.shop.tags(GRACE) == ["ipswich"]
    assert main.recorded() == []


def test_only_the_preview_of_the_very_run_is_applied(main: MainRuns) -> None:
    """A later attempt takes it, another run does not; nor what was changed, or signed with another key."""
    main.merged.write({FILE: declared(grace="gold")})
    main.merged.repository.commit()
    assert main.preview("--whole", attempt=2).code == 0
    main.run += 1
    other = main.apply()
    assert (other.code, "it is signed for run 5, not 6" in other.err) == (3, True), other.said
    main.run -= 1
    file = main.out / "preview.json"
    text = file.read_text()
    file.write_text(text.replace("gold", "gilt"))
    changed = main.apply()
    assert (changed.code, "is not the one that was signed" in changed.err) == (3, True), changed.said
    file.write_text(text)
    approval = main.out / "approval.json"
    signed = approval.read_text()
    approval.write_text(json.dumps({**json.loads(signed), "signature": "0" * 64}))
    forged = main.apply()
    assert (forged.code, "signed with another key" in forged.err) == (3, True), forged.said
    assert main.merged.shop.tags(GRACE) == ["ipswich"]
    approval.write_text(signed)
    assert main.apply(attempt=3).code == 0
    assert main.merged.shop.tags(GRACE) == ["gold"]


def test_a_preview_that_undoes_a_run_is_not_applied_whoever_has_signed_it(main: MainRuns) -> None:
    """Only what is merged is applied; what it would write stands in no declaration."""
    main.merged.write({FILE: declared(grace="gold")})
    main.merged.repository.commit()
    main.first_run()
    file = main.out / "preview.json"
    plan = read_approved_plan(file, None)
    undoing = replace(plan, revert="20261123T090000Z-1a2b")
    content = plan_json(replace(undoing, digest=plan_digest(undoing)))
    identity = JobIdentity("local", plan.account, REPOSITORY, "main", main.merged.tip, main.run, 1)
    file.write_text(content)
    signed = signed_preview(content.encode(), identity, datetime.now(UTC), KEY.encode())
    (main.out / "approval.json").write_bytes(signed)
    done = main.apply()
    assert (done.code, "undoes a run: only what is merged is applied" in done.err) == (3, True), done.said
    assert main.merged.shop.tags(GRACE) == ["gold"]


LATER = "2026-11-23T10:30:00Z"


def test_a_window_that_opens_between_preview_and_apply_was_seen(main: MainRuns) -> None:
    """The preview shows that it will open; what it does not show stays out all the same."""
    tag = "tags: [{value: gold, starts: 2026-11-23T10:00:00Z}]"
    main.merged.write({FILE: declared().replace("[customer]", f"[customer], {tag}", 1)})
    main.merged.repository.commit()
    assert main.preview("--whole").code == 0
    assert main.job.outputs["changes"] == "true"
    assert main.merged.shop.tags(GRACE) == ["ipswich"]
    done = main.apply(as_of=LATER)
    assert done.code == 0, done.said
    assert main.merged.shop.tags(GRACE) == ["gold"]


def test_what_changed_since_the_preview_is_not_written(main: MainRuns) -> None:
    """Neither in the account, nor in the files of the checkout."""
    main.merged.write({FILE: declared(grace="gold")})
    main.merged.repository.commit()
    assert main.preview("--whole").code == 0
    shop = main.merged.shop
    shop.edit(shop.id(TOM), grant="press")
    done = main.apply()
    assert (done.code, "the preview no longer fits" in done.err) == (3, True), done.said
    shop.edit(shop.id(TOM), revoke="press")
    main.merged.write({FILE: declared(grace="gold", tom="gold")})
    done = main.apply()
    assert (done.code, "files of the checkout were changed" in done.err) == (64, True), done.said
    assert (shop.tags(GRACE), shop.tags(TOM)) == (["ipswich"], [])


def test_without_its_key_or_beside_others_nothing_is_previewed(main: MainRuns) -> None:
    event = main.job.folder / "event.json"
    environment = main.job.of_main(main.merged.tip, event="workflow_dispatch")
    event.write_text(event.read_text().replace("private", "internal"))
    project = main.merged.project(**environment, RECONCILE_JOURNAL_KEY="short")
    arguments = ("--config", "origin/reconcile.yaml", "--out", str(main.out))
    done = project.run("ci", "preview", "--whole", *arguments)
    assert (done.code, "RECONCILE_JOURNAL_KEY has 5 characters" in done.err) == (64, True), done.said
    done = project.run("ci", "preview", "--whole", *arguments, environment={"RECONCILE_JOURNAL_KEY": KEY})
    assert (done.code, "the repository is internal" in done.err) == (3, True), done.said
    done = project.run("ci", "preview", *arguments, environment={"RECONCILE_JOURNAL_KEY": ""})
    assert (done.code, "Make it a secret of the environments" in done.err) == (64, True), done.said
