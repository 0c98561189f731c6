"""The preview of what was merged: it fits in what was seen in pull requests, or says what is missing."""

from pathlib import Path

import pytest

from reconcile.journal.lineage import read_runs
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.main_runs import MainRuns, main_runs
from tests.support.pull_requests import CONFIG, FILE, GRACE, TOM, declared
from tests.support.shop import Shop


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    """Runs after the first one, by hand."""
    runs = main_runs(shop, fake_github, tmp_path)
    runs.first_run()
    return runs


def test_merges_that_come_close_together_are_applied_at_once(main: MainRuns) -> None:
    """The first one's run finds that it is not the tip; the second one's has both plans as the ceiling."""
    first = main.pull_request({FILE: declared(grace="gold")})
    second = main.pull_request({"contacts/more.yaml": MORE})
    earlier = main.merge(*first)
    tip = main.merge(*second)
    done = main.preview(commit=earlier)
    assert (done.code, main.job.outputs["preview"]) == (0, "false"), done.said
    done = main.preview()
    assert (done.code, main.job.outputs) == (0, {"preview": "true", "changes": "true"}), done.said
    assert main.report["pull_requests"] == [first[0], second[0]]
    done = main.apply()
    assert done.code == 0, done.said
    shop = main.merged.shop
    assert (shop.tags(GRACE), shop.tags(ELIN)) == (["gold"], ["late"])
    assert main.recorded()[-1] == tip
    begun = read_runs(main.merged.repository.root / ".reconcile" / "runs")[-1].begun
    assert begun is not None
    assert begun.provenance is not None
    assert begun.provenance.commit == tip
    assert begun.provenance.pull_requests == (first[0], second[0])
    again = main.apply()
    assert again.code == 0, again.said
    assert shop.tags(GRACE) == ["gold"]


ELIN = "elin.sorensen@example.org"

MORE = f"contacts:\n  - {{email: {ELIN}, roles: [customer], tags: [late]}}\n"


def test_a_merge_that_is_not_needed_is_not_asked_about(main: MainRuns) -> None:
    """A forge allows so many requests an hour; what was seen last, and applied, needs no earlier plan."""
    numbers = []
    for more in ({"README.md": "Words.\n"}, {FILE: declared(tom="gold")}, {FILE: BOTH}):
        number, head = main.pull_request(more)
        main.merge(number, head)
        numbers.append(number)
    main.fake_github.api.calls.clear()
    main.merged.shop.edit(main.merged.shop.id(TOM), tag="gold")
    assert main.preview().code == 0
    asked = {call.path.split("/")[5] for call in main.fake_github.api.calls if call.path.endswith("/reviews")}
    assert asked == {str(numbers[-1])}
    assert main.report["pull_requests"] == numbers


BOTH = declared(tom="gold", grace="gold")


def test_a_plan_that_nobody_has_reviewed_is_refused_until_somebody_does(main: MainRuns) -> None:
    """With what is missing, and the way out; what people read names nobody."""
    number, head = main.pull_request({FILE: declared(grace="gold")}, review=False)
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs["preview"]) == (3, "false"), done.said
    assert f"#{number}: the plan of run" in done.err
    assert "nobody who may write, other than its author ben, has approved" in done.err
    assert "the way out: start the run by hand" in done.err
    assert main.report["state"] == "refused"
    assert main.report["pull_requests"] == [number]
    assert GRACE not in (main.out / "report.json").read_text() + (main.out / "section.json").read_text()
    assert not (main.out / "approval.json").exists()
    assert main.apply().code != 0
    main.fake_github.reviewed(number, "ann")
    done = main.preview()
    assert done.code == 0, done.said
    assert main.apply().code == 0
    assert main.merged.shop.tags(GRACE) == ["gold"]


def test_what_came_without_a_pull_request_is_refused_with_its_commit(main: MainRuns) -> None:
    number, head = main.pull_request({FILE: declared(grace="gold")})
    main.merge(number, head)
    main.merged.write({FILE: declared(grace="gold", tom="gold")})
    pushed = main.merged.repository.commit()
    done = main.preview()
    assert done.code == 3, done.said
    assert "tom.wherry@example.com (contact 9): add tags gold was not approved" in done.err
    assert f"commit {pushed[:7]} came to" in done.err
    assert "(contact 32)" not in done.err
    done = main.preview("--whole")
    assert done.code == 0, done.said
    assert main.apply().code == 0
    assert main.merged.shop.tags(TOM) == ["gold"]


def test_what_declares_nothing_needs_no_plan(main: MainRuns) -> None:
    """As a bot's update of dependencies; nor does what the account has got already."""
    number, head = main.pull_request({"requirements.txt": "x==2\n"}, review=False)
    tip = main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs) == (0, {"preview": "true", "changes": "false"}), done.said
    assert main.apply().code == 0
    assert main.recorded()[-1] == tip
    number, head = main.pull_request({FILE: declared(grace="ipswich")}, review=False)
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs["changes"]) == (0, "false"), done.said


def test_a_merged_configuration_applies_nothing_and_stops_nothing(main: MainRuns) -> None:
    """Each merge after it is compared with the same commit, until the run by hand has carried it out."""
    first = main.recorded()[-1]
    number, head = main.pull_request({CONFIG: main.merged.settings + "manage: {tags: additive}\n"})
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs["changes"]) == (0, "false"), done.said
    assert "The configuration has changed since the last complete run" in done.err
    assert main.report["notes"]
    assert main.apply().code == 0
    number, head = main.pull_request({FILE: declared(grace="gold")})
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.report["base"]) == (0, first), done.said
    assert "The configuration has changed" in main.job.summary
    assert main.apply().code == 0
    assert "gold" in main.merged.shop.tags(GRACE)
    assert main.recorded() == [first]
    assert main.preview("--whole").code == 0
    assert main.apply().code == 0
    assert main.recorded()[-1] == main.merged.tip
    assert main.preview().code == 0
    assert main.report["notes"] == []


def test_declarations_that_come_with_a_configuration_count_for_nothing(main: MainRuns) -> None:
    number, head = main.pull_request(
        {CONFIG: main.merged.settings + "manage: {tags: additive}\n", FILE: declared(grace="gold")}
    )
    main.merge(number, head)
    done = main.preview()
    assert done.code == 3, done.said
    assert f"#{number}: it changes the configuration and declarations at once" in done.err


def test_what_was_seen_to_start_may_have_started(main: MainRuns) -> None:
    """Its pull request shows when the window opens; by the time of the merge it is open."""
    entry = f"contacts: [{{email: {ELIN}, tags: [{{value: late, starts: 2026-11-23T10:00:00Z}}]}}]\n"
    number, head = main.pull_request({"contacts/more.yaml": entry})
    main.merge(number, head)
    done = main.preview(as_of=LATER)
    assert (done.code, main.job.outputs["changes"]) == (0, "true"), done.said
    assert main.apply(as_of=LATER).code == 0
    assert main.merged.shop.tags(ELIN) == ["late"]


LATER = "2026-11-23T10:30:00Z"


def test_an_odd_contact_stops_nobody_else(main: MainRuns) -> None:
    """Whose address somebody else has is set aside; the others are previewed, and the apply ends with 4."""
    shop = main.merged.shop
    shop.edit(shop.id(TOM), email="tom@example.org")
    shop.edit(shop.id(ELIN), email=TOM)
    number, head = main.pull_request({FILE: declared(grace="gold", tom="gold")})
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs["changes"]) == (0, "true"), done.said
    done = main.apply()
    assert done.code == 4, done.said
    assert (shop.tags(GRACE), shop.tags("tom@example.org"), shop.tags(TOM)) == (["gold"], [], [])


def test_a_guard_refuses_the_preview(main: MainRuns) -> None:
    """Nobody is asked for what would be refused; the preview is shown all the same."""
    entry = f"contacts: [{{email: {ELIN}, roles: [customer, administrator]}}]\n"
    number, head = main.pull_request({"contacts/more.yaml": entry})
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.job.outputs["preview"]) == (3, "false"), done.said
    assert "protected: " in done.err
    assert (main.out / "preview.html").exists()


WAYS = {
    "a squash": ("merge", "--quiet", "--squash"),
    "a rebase": ("cherry-pick",),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_way_it_was_merged(main: MainRuns, way: str) -> None:
    number, head = main.pull_request({FILE: declared(grace="gold")})
    repository = main.merged.repository
    main.merged.write({"README.md": "Before.\n"})
    before = repository.commit()
    main.fake_github.merged(99, before, before)
    repository.git(*WAYS[way], head)
    tip = repository.commit() if way == "a squash" else main.merged.tip
    main.fake_github.merged(number, head, tip)
    done = main.preview()
    assert (done.code, main.report["pull_requests"]) == (0, [99, number]), done.said
    assert main.apply().code == 0
    assert (main.merged.shop.tags(GRACE), main.recorded()[-1]) == (["gold"], tip)


def test_the_plan_of_a_fork_counts_for_nothing(main: MainRuns) -> None:
    number, head = main.pull_request({FILE: declared(grace="gold")})
    main.fake_github.pull(number)["head"]["repo"] = {"full_name": "else/where"}
    main.merge(number, head)
    done = main.preview()
    assert (done.code, f"#{number}: it comes from a fork" in done.err) == (3, True), done.said


def test_a_branch_that_was_written_anew_is_compared_with_nothing(main: MainRuns) -> None:
    repository = main.merged.repository
    repository.git("commit", "--quiet", "--amend", "-m", "Another beginning")
    done = main.preview()
    assert done.code == 3, done.said
    assert "does not follow on" in done.err


def test_problems_of_what_was_merged_are_told_under_its_pull_request(main: MainRuns) -> None:
    number, head = main.pull_request({FILE: declared().replace("roles:", "rolls:")})
    main.merge(number, head)
    done = main.preview()
    assert (done.code, main.report["state"]) == (65, "failed"), done.said
    assert main.report["pull_requests"] == [number]
