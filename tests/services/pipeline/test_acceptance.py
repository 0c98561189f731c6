"""A run by hand that accepts what an earlier run did: shown, signed, noted in its journal, nothing else."""

from pathlib import Path

import pytest
import requests

from reconcile.journal.lineage import read_runs
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.main_runs import MainRuns, main_runs
from tests.support.pull_requests import FILE, GRACE, declared
from tests.support.shop import Shop

TAGS_ALONE = f"contacts:\n  - {{email: {GRACE}, tags: [gold]}}\n"


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    return main_runs(shop, fake_github, tmp_path)


def switch(shop: Shop, value: str) -> None:
    """Whether the server drops the roles that an update does not name."""
    switches = {"switches": {"unnamed_sets": value}}
    requests.put(f"{shop.access.url}/_sandbox/switches", json=switches, timeout=10).raise_for_status()


def journal(main: MainRuns) -> list[str]:
    """The kinds of the lines of the last run."""
    return [line.kind for line in read_runs(main.merged.repository.root / ".reconcile" / "runs")[-1].lines]


@pytest.fixture
def struck(main: MainRuns) -> str:
    """A run in which somebody lost her role; its name. The next run is another one."""
    main.merged.write({FILE: TAGS_ALONE})
    main.merged.repository.commit()
    switch(main.merged.shop, "drop-roles")
    assert main.preview("--whole").code == 0
    assert main.apply().code == 4
    switch(main.merged.shop, "keep")
    main.run += 1
    return read_runs(main.merged.repository.root / ".reconcile" / "runs")[-1].name


def test_what_was_lost_is_shown_and_then_accepted(main: MainRuns, struck: str) -> None:
    """Nothing is written to the account; the next run by hand goes on."""
    assert main.preview("--whole").code == 3
    number = main.merged.shop.id(GRACE)
    writes = [row for row in main.merged.shop.requests() if row[0] != "GET"]
    shown = main.preview("--whole", "--acknowledge", struck, "--retire", "")
    assert (shown.code, main.job.outputs) == (0, {"preview": "true", "changes": "true"}), shown.said
    assert f"contact {number} lost role customer" in shown.err
    assert f"contact {number} lost role customer" in main.job.summary
    assert GRACE not in main.job.summary
    assert main.report["accepts"]["run"] == struck
    assert not (main.out / "preview.json").exists()
    done = main.apply()
    assert (done.code, f"Run {struck} is acknowledged" in done.said) == (0, True), done.said
    assert journal(main)[-1] == "acknowledged"
    assert [row for row in main.merged.shop.requests() if row[0] != "GET"] == writes
    told = main.command("result", str(main.out), "--applying", scopes="contacts.readonly")
    assert (told.code, "### Accepted" in main.job.summary) == (0, True), told.said
    main.run += 1
    assert main.preview("--whole").code == 0
    again = main.preview("--acknowledge", struck)
    assert (again.code, "nobody has accepted yet" in again.err) == (64, True), again.said


def test_only_what_this_very_run_has_shown_is_accepted(main: MainRuns, struck: str) -> None:
    """Neither another run's, nor what was changed, nor what a plan was signed for."""
    assert main.preview("--acknowledge", struck).code == 0
    main.run += 1
    other = main.apply()
    assert (other.code, "it is signed for run 6, not 7" in other.err) == (3, True), other.said
    main.run -= 1
    file = main.out / "acceptance.json"
    text = file.read_text()
    file.write_text(text.replace("customer", "press"))
    changed = main.apply()
    assert (changed.code, "is not the one that was signed" in changed.err) == (3, True), changed.said
    told = main.command("result", str(main.out), "--applying", scopes="contacts.readonly")
    assert (told.code, "### Not accepted" in main.job.summary) == (0, True), told.said
    assert "acknowledged" not in journal(main)


@pytest.mark.parametrize(
    ("arguments", "job", "code", "reason"),
    [
        (("--acknowledge", "RUN"), {"event": "push"}, 3, "a person starts by hand"),
        (("--acknowledge", "RUN", "--retire", "RUN"), {}, 64, "give one of both"),
        (("--acknowledge", "../../KILL"), {}, 64, "is no run's name"),
        (("--retire", "20261123T090000Z-000000"), {}, 64, "there is no run"),
        (("--acknowledge", "RUN"), {"ref": "refs/heads/other"}, 0, "Nothing is done here"),
    ],
)
def test_nothing_else_is_accepted(
    main: MainRuns, struck: str, *, arguments: tuple[str, ...], job: dict[str, str], code: int, reason: str
) -> None:
    """No merge accepts anything, nor does another branch; a name is a name."""
    done = main.preview(*(struck if argument == "RUN" else argument for argument in arguments), **job)
    assert (done.code, reason in done.err) == (code, True), done.said
    assert main.job.outputs.get("changes", "false") == "false"
    assert not (main.out / "approval.json").exists()


def test_a_run_is_retired_by_those_who_saw_what_is_forgotten_with_it(main: MainRuns) -> None:
    """Another run since changes that, so it is shown once more."""
    main.first_run()
    (run,) = read_runs(main.merged.repository.root / ".reconcile" / "runs")
    shown = main.preview("--retire", run.name)
    assert (shown.code, "It is the last complete run" in shown.err) == (0, True), shown.said
    kept = {path.name: path.read_bytes() for path in main.out.iterdir()}
    main.merged.write({FILE: declared(grace="gold")})
    tip = main.merged.tip
    main.merged.repository.commit()
    assert main.preview("--whole").code == main.apply().code == 0
    main.merged.repository.git("reset", "--quiet", "--hard", tip)
    for name, content in kept.items():
        (main.out / name).write_bytes(content)
    late = main.apply()
    assert (late.code, "meanwhile more is known" in late.err) == (3, True), late.said
    assert main.preview("--retire", run.name).code == 0
    done = main.apply()
    assert (done.code, "is retired" in done.said) == (0, True), done.said
