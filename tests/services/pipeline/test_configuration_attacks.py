"""Who loosens the rules in one merge gains nothing by it in that merge, nor in one beside it."""

from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.main_runs import MainRuns, main_runs
from tests.support.pull_requests import CONFIG, FILE, GRACE, declared
from tests.support.shop import Shop


@pytest.fixture
def main(shop: Shop, fake_github: FakeGitHub, tmp_path: Path) -> MainRuns:
    """Runs on a main that protects Grace, after the first one by hand."""
    runs = main_runs(shop, fake_github, tmp_path)
    runs.merged.write({CONFIG: strict(runs)})
    runs.merged.repository.commit()
    runs.first_run()
    return runs


def strict(main: MainRuns) -> str:
    return main.merged.settings.replace("contacts: [", f"contacts: [{GRACE}, ")


def loose(main: MainRuns) -> dict[str, str]:
    """The configuration without what protects Grace."""
    return {CONFIG: main.merged.settings}


GOLD = {FILE: declared(grace="gold")}


def refused(main: MainRuns, done: CommandResult) -> str:
    """What a preview says that must write nothing."""
    assert (done.code, main.job.outputs["preview"]) == (3, "false"), done.said
    assert main.apply().code != 0
    assert main.merged.shop.tags(GRACE) == ["ipswich"]
    return done.err


def test_a_plan_that_was_red_becomes_no_good_one_by_a_configuration_that_nobody_saw(main: MainRuns) -> None:
    """Two pull requests that are merged together. Once somebody has approved the configuration, it counts."""
    gold, other = main.pull_request(GOLD), main.pull_request(loose(main), review=False)
    main.merge(*other)
    main.merge(*gold)
    said = refused(main, main.preview())
    assert f"#{other[0]}: it changes the configuration, by which all that is merged is judged" in said
    assert "other than its author ben, has approved its head" in said
    assert "the way out: start the run by hand" in said
    main.fake_github.reviewed(other[0], "ben")
    refused(main, main.preview())
    main.fake_github.reviewed(other[0], "ann")
    assert main.preview().code == 0
    assert main.apply().code == 0
    assert main.merged.shop.tags(GRACE) == ["gold"]


def test_whether_reviews_are_asked_for_is_what_was_configured_before(main: MainRuns) -> None:
    """Who switches that off, too, has to be reviewed all the same."""
    files = {CONFIG: main.merged.settings + "ci: {require-review: false}\n"}
    gold, other = main.pull_request(GOLD, review=False), main.pull_request(files, review=False)
    main.merge(*other)
    main.merge(*gold)
    assert "it changes the configuration, by which all" in refused(main, main.preview())


def test_a_configuration_that_came_without_a_pull_request_is_named(main: MainRuns) -> None:
    gold = main.pull_request(GOLD)
    main.merged.write(loose(main))
    pushed = main.merged.repository.commit()
    main.merge(*gold)
    assert f"commit {pushed[:7]} came to 'main' without a pull request" in refused(main, main.preview())


def test_two_commits_of_one_pull_request_are_one(main: MainRuns) -> None:
    """Also where they are rebased, and each has a commit of its own on main."""
    number, _ = main.pull_request(loose(main))
    repository = main.merged.repository
    first = repository.git("rev-parse", f"change-{number}")
    second = main.merged.propose(GOLD, f"change-{number}", start=first)
    main.fake_github.pushed(number, second)
    main.plan(number, second)
    main.fake_github.wait(minutes=1)
    main.fake_github.reviewed(number, "ann")
    main.merged.write({"README.md": "Words.\n"})
    repository.commit()
    repository.git("cherry-pick", first, second)
    also = repository.git("rev-parse", "HEAD^")
    main.fake_github.merged(number, second, main.merged.tip, also=(also,))
    main.run += 1
    said = refused(main, main.preview())
    assert f"#{number}: it changes the configuration and declarations at once" in said


def test_a_linked_configuration_hides_no_change(main: MainRuns) -> None:
    """What it leads to would be changed as if it configured nothing."""
    root = main.merged.repository.root
    (root / CONFIG).rename(root / "rules.yaml")
    (root / CONFIG).symlink_to("rules.yaml")
    main.merged.repository.commit()
    done = main.preview("--whole")
    assert (done.code, f"{CONFIG} is a link" in done.err) == (3, True), done.said


def test_a_folder_that_is_put_in_the_place_of_the_contacts_was_seen_by_nobody(main: MainRuns) -> None:
    """What lies elsewhere declares nothing and needs no review, until a configuration makes it count."""
    main.merged.write({CONFIG: main.merged.settings})
    main.merged.repository.commit()
    assert main.preview("--whole").code == main.apply().code == 0
    main.run += 1
    hidden = main.pull_request({"drafts/team.yaml": declared(grace="gold")}, review=False)
    main.merge(*hidden)
    assert main.preview().code == main.apply().code == 0
    main.run += 1
    moved = main.pull_request({CONFIG: main.merged.settings + "contacts: drafts/\n"})
    main.merge(*moved)
    assert "add tags gold was not approved" in refused(main, main.preview())
