"""The plan of a pull request: its merge against the first parent, by the target branch's configuration."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.cli.console import Terminal
from reconcile.errors import DeclarationError, InvalidScope, UsageError
from reconcile.model.plans.plan import Plan
from reconcile.services.git import Repository
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.pull_requests.merge_plan import PullRequestPlan, plan_pull_request
from tests.support.pull_requests import (
    CONFIG,
    FILE,
    GEORGE,
    GRACE,
    TOM,
    MergedProject,
    declared,
    merged_project,
)
from tests.support.shop import Shop

QUIET = Terminal(quiet=True, verbose=False, bars=False)


@pytest.fixture
def merged(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MergedProject]:
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    return merged_project(shop, tmp_path / "job")


def plan(merged: MergedProject, head: str) -> PullRequestPlan:
    base = merged.check_out(head)
    return plan_pull_request(merged.opened(), QUIET, base, head)


def changed(plan: Plan) -> list[str]:
    return [change.contact.label for change in plan.changes]


def test_only_what_merging_changes_is_planned(merged: MergedProject) -> None:
    """Not what main has got since the branch left it, nor what the branch's own files would undo of that."""
    head = merged.propose({FILE: declared(george="gold")})
    merged.merge(merged.propose({FILE: declared(grace="silver")}, "other"))
    result = plan(merged, head)
    made = result.planned.plan
    assert (changed(made), result.configuration) == ([GEORGE], None)
    assert made.scope is not None
    assert (made.scope.base, made.scope.ref) == (merged.tip, merged.tip)


def test_the_configuration_of_the_target_branch_counts(merged: MergedProject) -> None:
    """The branch's makes nobody differ and lifts no protection; what it would do is planned apart, whole."""
    protected = merged.settings.replace("contacts: [", f"contacts: [{GRACE}, ")
    merged.write({CONFIG: protected})
    merged.repository.commit()
    head = merged.propose(
        {CONFIG: merged.settings + "manage: {tags: additive}\n", FILE: declared(grace="gold")}
    )
    result = plan(merged, head)
    assert changed(result.planned.plan) == [GRACE]
    assert any("protected" in reason for reason in result.planned.against)
    assert result.configuration is not None
    whole = result.configuration.plan
    assert whole is not None
    assert (result.configuration.files, whole.scope, whole.refused) == ((CONFIG,), None, ())
    alone = plan(merged, merged.propose({CONFIG: merged.settings}))
    assert changed(alone.planned.plan) == []


ELSEWHERE = {
    "another address": ("127.0.0.1", "localhost"),
    "no such target": ("  local: {", "  other: {kind: sandbox}\n  locale: {"),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_credentials_go_to_no_host_of_the_branch(merged: MergedProject, case: str) -> None:
    other = merged.settings.replace(*ELSEWHERE[case]).replace("target: local\n", "target: other\n")
    other = other if "other:" in other else other.replace("target: other\n", "target: local\n")
    result = plan(merged, merged.propose({CONFIG: other, FILE: declared(tom="gold")}))
    assert changed(result.planned.plan) == [TOM]
    assert result.configuration is not None
    assert result.configuration.plan is None
    assert "takes away the target 'local', or gives it another" in result.configuration.reason


def test_declarations_are_read_where_the_branch_puts_them(merged: MergedProject) -> None:
    """A folder that is moved makes nobody differ; merged, it is read from there."""
    moved = merged.settings + "contacts: shop/\n"
    merged.repository.git("checkout", "--quiet", "-B", "move", "main")
    merged.repository.git("mv", "contacts", "shop")
    merged.write({CONFIG: moved, "shop/team.yaml": declared(tom="gold")})
    head = merged.repository.commit()
    merged.repository.git("checkout", "--quiet", "main")
    assert changed(plan(merged, head).planned.plan) == [TOM]


def test_problems_of_the_branch_are_told(merged: MergedProject) -> None:
    for files in ({FILE: "contacts: [{roles: [customer]}]\n"}, {CONFIG: "version: 1\nunheard-of: 1\n"}):
        with pytest.raises(DeclarationError):
            plan(merged, merged.propose(files))


def test_what_is_checked_out_must_be_the_merge(merged: MergedProject) -> None:
    """Its own branch, an older merge, or another configuration would show what nobody gets by merging."""
    head = merged.propose({FILE: declared(tom="gold")})
    base = merged.check_out(head)
    project = merged.opened()
    with pytest.raises(UsageError, match="does not merge 0000000, the head"):
        plan_pull_request(project, QUIET, base, "0" * 40)
    (merged.folder / "base" / CONFIG).write_text(merged.settings + "# another\n")
    with pytest.raises(UsageError, match="is not that of"):
        plan_pull_request(project, QUIET, base, head)
    newer = merged.merge(merged.propose({FILE: declared(grace="gold")}, "other"))
    with pytest.raises(UsageError, match="is not the first parent of"):
        plan_pull_request(project, QUIET, newer, head)
    merged.check_out_head(merged.propose({"more": "", FILE: declared(tom="gold")}))
    with pytest.raises(UsageError, match="does not merge"):
        plan_pull_request(merged.opened(), QUIET, "main", merged.repository.git("rev-parse", "change"))


def test_a_merge_can_be_made(merged: MergedProject) -> None:
    """Where the forge makes none; what has conflicts is told with the files and what to do."""
    head = merged.propose({FILE: declared(tom="gold")})
    target = merged.merge(merged.propose({"contacts/more.yaml": "contacts: []\n"}, "other"))
    commits = Commits(Repository.around(merged.repository.root))
    with commits.merge(target, head) as folder:
        made = Commits(Repository.around(folder))
        assert made.is_merge_of(made.head(), head)
        assert (folder / FILE).read_text() == declared(tom="gold")
        assert (folder / "contacts/more.yaml").exists()
    assert not folder.exists()
    assert merged.repository.git("worktree", "list").count("\n") == 0
    newer = merged.merge(merged.propose({FILE: declared(tom="silver")}, "third"))
    with (
        pytest.raises(InvalidScope, match=f"conflicts in {FILE}: merge the target branch"),
        commits.merge(newer, head),
    ):
        pass
