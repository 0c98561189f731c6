"""The stand-in for GitHub's runner does what GitHub documents: rehearsals are worth what it is worth."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.forge.fake_github import REPOSITORY, FakeGitHub, serve_github
from tests.support.forge.git_command import git
from tests.support.forge.github_actions.expressions import COMMON, evaluated, expanded, filled
from tests.support.forge.github_actions.run import WorkflowRun
from tests.support.forge.github_actions.runner import Environment, WorkflowRunner

CALLER = """\
on: {push: {branches: [main]}}
permissions: {}
jobs:
  all:
    permissions: {contents: read, issues: write}
    uses: $/.github/workflows/called.yml
    secrets: {SECRET: "${{ secrets.SECRET }}"}
"""

CALLED = """\
on: {workflow_call: {secrets: {SECRET: {required: true}}}}
permissions: {}
jobs:
  list:
    permissions: {contents: read}
    outputs: {names: "${{ steps.list.outputs.names }}"}
    steps:
      - name: List
        id: list
        run: echo 'names=["one", "two"]' >> "$GITHUB_OUTPUT"
  each:
    name: ${{ matrix.name }}
    needs: list
    if: needs.list.outputs.names != '[]'
    permissions: {contents: read, issues: write}
    strategy:
      fail-fast: false
      matrix: {name: "${{ fromJSON(needs.list.outputs.names) }}"}
    uses: $/.github/workflows/single.yml
    with: {name: "${{ matrix.name }}"}
    secrets: {SECRET: "${{ secrets.SECRET }}"}
"""

SINGLE = """\
on: {workflow_call: {inputs: {name: {type: string}}, secrets: {SECRET: {required: true}}}}
permissions: {}
jobs:
  read:
    name: Read (${{ inputs.name }})
    environment: read-${{ inputs.name }}
    permissions: {contents: read}
    outputs: {artifact: "made-${{ inputs.name }}-${{ github.run_attempt }}"}
    env: {NAME: "${{ inputs.name }}"}
    steps:
      - name: Make
        env: {SECRET: "${{ secrets.SECRET }}", OTHER: "${{ secrets.OTHER }}"}
        run: mkdir out; echo "$NAME $SECRET/$OTHER" | tee out/made
      - name: Keep
        uses: actions/upload-artifact@1
        with: {name: "made-${{ inputs.name }}-${{ github.run_attempt }}", path: out/, retention-days: 30}
  approve:
    name: Approve (${{ inputs.name }})
    needs: read
    environment: approve-${{ inputs.name }}
    permissions: {}
    steps: [{name: Go on, run: "true"}]
  write:
    name: Write (${{ inputs.name }})
    needs: [read, approve]
    environment: write-${{ inputs.name }}
    concurrency: {group: "group-${{ inputs.name }}"}
    permissions: {issues: write}
    env: {NAME: "${{ inputs.name }}"}
    steps:
      - name: Take
        uses: actions/download-artifact@1
        with: {name: "${{ needs.read.outputs.artifact }}", path: taken}
      - name: Write
        env: {TOKEN: "${{ github.token }}", FAIL: "${{ vars.FAIL }}"}
        run: cat taken/made; echo "token $TOKEN"; test "$NAME-$GITHUB_RUN_ATTEMPT" != "$FAIL"
      - name: After
        if: always() && hashFiles('taken/made') != ''
        run: echo "after $NAME"
      - name: Never
        run: echo never
"""


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[WorkflowRunner]:
    """A repository with these workflows on main, and environments of two names."""
    bare, clone = tmp_path / "bare.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", str(bare), at=tmp_path)
    git("clone", "--quiet", str(bare), str(clone), at=tmp_path)
    workflows = clone / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for name, text in {"caller": CALLER, "called": CALLED, "single": SINGLE}.items():
        (workflows / f"{name}.yml").write_text(text)
    git("add", "--all", at=clone)
    git("commit", "--quiet", "-m", "Begin", at=clone)
    git("push", "--quiet", "origin", "HEAD:refs/heads/main", at=clone)
    environments = {f"approve-{name}": Environment(reviewers=True) for name in ("one", "two")}
    for name in ("one", "two"):
        environments[f"read-{name}"] = Environment({"SECRET": f"reads {name}", "OTHER": "not handed on"})
    machines = tmp_path / "machines"
    machines.mkdir()
    with serve_github() as fake_github:
        yield WorkflowRunner(bare, fake_github, machines, environments)


def started(runner: WorkflowRunner, ref: str = "refs/heads/main") -> WorkflowRun:
    sha = git("rev-parse", "main", at=runner.bare)
    return runner.start("caller.yml", "push", {}, sha=sha, ref=ref)


def test_each_leg_waits_for_its_own_reviewers_and_goes_on_alone(runner: WorkflowRunner) -> None:
    """Called workflows, matrices of outputs, secrets by environment and name, artifacts between jobs."""
    run = started(runner)
    assert run.waiting == ["approve-one", "approve-two"]
    assert (run.result, runner.fake_github.run(run.id)["status"]) == ("waiting", "waiting")
    assert run.log("Read (one)") == "# Make\none reads one/\n"
    runner.approve(run, "approve-two")
    assert (run.ended("Write (two)"), run.ended("Write (one)")) == ("success", "")
    assert run.log("Write (two)").startswith("# Write\ntwo reads two/\n")
    assert [(row.group, row.waiting) for row in runner.concurrency] == [("group-two", ("approve-one",))]
    runner.reject(run, "approve-one")
    assert (run.ended("Write (one)"), run.result) == ("skipped", "failure")
    jobs = runner.fake_github.jobs
    written = next(row for row in jobs if row["name"] == "all / two / Write (two)")
    assert [step["conclusion"] for step in written["steps"]] == ["success"] * 4
    assert [row["name"] for row in runner.fake_github.artifacts] == ["made-one-1", "made-two-1"]


def test_another_attempt_repeats_what_failed_and_what_follows(runner: WorkflowRunner) -> None:
    """What succeeded stays, with its outputs; who approved is asked again only where that is run again."""
    runner.variables["FAIL"] = "one-1"
    run = started(runner)
    for name in ("one", "two"):
        runner.approve(run, f"approve-{name}")
    assert (run.ended("Write (one)"), run.ended("Write (two)"), run.result) == (
        "failure",
        "success",
        "failure",
    )
    assert ("after one" in run.logs, run.log("Write (one)").count("never")) == (True, 0)
    runner.again(run, failed=True)
    assert (run.attempt, run.result) == (2, "success")
    names = [row["name"] for row in runner.fake_github.jobs if row["run_attempt"] == 2]
    assert names == ["all / one / Write (one)"]
    assert run.log("Write (one)").startswith("# Write\none reads one/\n")  # the artifact of attempt 1
    runner.again(run)
    assert (run.attempt, run.waiting) == (3, ["approve-one", "approve-two"])
    assert [row["name"] for row in runner.fake_github.artifacts][-2:] == ["made-one-3", "made-two-3"]


def test_a_token_may_do_what_its_job_is_permitted_and_ends_with_it(runner: WorkflowRunner) -> None:
    """A pull request of a fork gets one that reads."""
    tokens: list[str] = []
    seen: list[int] = []

    def before_step(job: str, step: str) -> None:
        tokens[:] = [token for token in runner.fake_github.logins if token.startswith("ghs_1")]
        seen.append(opened(runner.fake_github, tokens[-1]))

    runner.before_step = before_step
    run = started(runner)
    assert set(seen) == {403}
    seen.clear()
    runner.approve(run, "approve-one")
    assert seen[-1] == 201
    assert opened(runner.fake_github, tokens[-1]) == 401


def opened(fake_github: FakeGitHub, token: str) -> int:
    """What GitHub answers when somebody opens an issue with that token."""
    url = f"{fake_github.api.url}/repos/{REPOSITORY}/issues"
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(url, json={"title": "x", "body": "y"}, headers=headers, timeout=10).status_code


def test_an_environment_admits_main_alone(runner: WorkflowRunner) -> None:
    """Not a tag of that name."""
    run = started(runner, "refs/tags/main")
    assert (run.ended("Read (one)"), run.ended("Write (one)")) == ("failure", "skipped")
    assert "refs/tags/main is not allowed to deploy to read-one" in run.logs
    assert "reads" not in run.logs


def test_no_job_gets_more_than_its_caller_has(runner: WorkflowRunner) -> None:
    """GitHub starts no such run."""
    text = CALLER.replace("issues: write", "issues: read")
    clone = runner.bare.parent / "clone"
    (clone / ".github" / "workflows" / "caller.yml").write_text(text)
    git("commit", "--quiet", "--all", "-m", "Less", at=clone)
    git("push", "--quiet", "origin", "HEAD:refs/heads/main", at=clone)
    with pytest.raises(AssertionError, match="asks for more"):
        started(runner)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b == 'X' && !(a.none)", True),
        ("a.none == 'x' || a.b", "x"),
        ("a.none != ''", False),
        ("a.yes && '--whole' || ''", "--whole"),
        ("a.yes == 'true'", False),
        ("a.none == null", True),
        ("contains(a.b, 'X')", True),
        ("fromJSON('[1]')", [1]),
        ("(!a.yes) && a.b", False),
        ("'it''s'", "it's"),
    ],
)
def test_expressions_have_the_values_that_github_gives_them(text: str, value: object) -> None:
    """Texts in whatever case; what is not there is empty; ``&&`` and ``||`` give one of their sides."""
    assert evaluated(text, {"a": {"b": "x", "yes": True}}, COMMON) == value


def test_a_text_holds_expressions_or_is_one() -> None:
    """A whole one keeps its kind."""
    assert filled("${{ a }}-${{ b }}", {"a": True, "b": 1}) == "true-1"
    assert expanded("${{ fromJSON(a) }}", {"a": "[]"}) == []
