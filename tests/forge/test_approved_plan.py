"""The approved plan: every link of the chain is looked at, and each that is missing is told."""

from collections.abc import Callable

import pytest

from reconcile.errors import Refusal
from reconcile.forge.approved_plan import PlanSource, find_approved_plan, seal_of
from reconcile.forge.artifacts import earlier_journals
from reconcile.forge.github.comments import GitHub
from reconcile.forge.sticky_comment import with_mark
from tests.support.forge.fake_github import BOT, REPOSITORY, FakeGitHub, zipped

HEAD, COMMIT = "a" * 40, "c" * 40

SALT = "5" * 64

SEAL = seal_of(f"sha256:{'1' * 64}", SALT)

FILES = {"plan.json": b"{}", "plan.salt": SALT.encode()}

SOURCE = PlanSource(BOT, "shop", "main")

FACTS = {"target": "shop", "head": HEAD, "seal": SEAL}


@pytest.fixture
def merged(fake_github: FakeGitHub) -> FakeGitHub:
    """Pull request 7 with a plan, an artifact and a merge, as all is well."""
    fake_github.wrote(7, BOT, with_mark("plan", FACTS, "the plan"))
    fake_github.left(fake_github.ran("plan.yml", HEAD), "reconcile-plan", FILES)
    fake_github.merged(7, HEAD, COMMIT)
    return fake_github


def test_the_plan_of_the_merged_pull_request_is_found(merged: FakeGitHub, github: GitHub) -> None:
    """Its text and salt as they were left, and the seal in our comment, which fits no other plan."""
    found = find_approved_plan(github, COMMIT, SOURCE)
    assert (found.merged.number, found.seal, found.salt, found.content) == (7, SEAL, SALT, b"{}")
    assert (found.has(f"sha256:{'1' * 64}"), found.has(f"sha256:{'2' * 64}")) == (True, False)


def change(**values: object) -> Callable[[FakeGitHub], None]:
    """A change to the pull request's facts."""
    return lambda fake_github: fake_github.pulls[0].update(values)


def run(**values: object) -> Callable[[FakeGitHub], None]:
    """A change to the plan's run."""
    return lambda fake_github: fake_github.runs[0].update(values)


def comment(text: str, editor: str | None = None) -> Callable[[FakeGitHub], None]:
    """A change to our comment."""

    def done(fake_github: FakeGitHub) -> None:
        row = fake_github.comments[7][0]
        row["body"] = text
        if editor:
            fake_github.editors[row["node_id"]] = editor

    return done


FORK = {"sha": HEAD, "repo": {"full_name": "mallory/shop"}}

GONE = {"sha": HEAD, "repo": None}

LINKS: dict[str, tuple[Callable[[FakeGitHub], None], str]] = {
    "pushed directly": (
        lambda fake_github: fake_github.pulls.clear(),
        "was not made by merging one pull request into main",
    ),
    "only contained": (change(merge_commit_sha="d" * 40), "was not made by merging"),
    "not merged": (change(merged_at=None), "was not made by merging"),
    "into another branch": (change(base={"ref": "next"}), "was not made by merging"),
    "two of them": (
        lambda fake_github: fake_github.pulls.append({**fake_github.pulls[0], "number": 8}),
        "was not made by merging",
    ),
    "from a fork": (change(head=FORK), "came from a fork"),
    "from a fork that is gone": (change(head=GONE), "came from a fork"),
    "no comment": (lambda fake_github: fake_github.comments.clear(), "has no plan by github-actions"),
    "a stranger's comment": (
        lambda fake_github: fake_github.comments[7][0].update(user={"login": "mallory"}),
        "has no plan by github-actions",
    ),
    "edited by a stranger": (
        comment(with_mark("plan", FACTS, "harmless"), "mallory"),
        "that nobody else has edited",
    ),
    "for another target": (comment(with_mark("plan", {**FACTS, "target": "x"}, "")), "for target 'shop'"),
    "rebased": (change(head={"sha": "b" * 40, "repo": {"full_name": REPOSITORY}}), "is not for commit bbbb"),
    "no plan could be made": (
        comment(with_mark("plan", {"target": "shop", "head": HEAD}, "")),
        "is not for commit",
    ),
    "a seal that is none": (
        comment(with_mark("plan", {**FACTS, "seal": "sha256:1"}, "")),
        "is not for commit",
    ),
    "the run failed": (run(conclusion="failure"), "no successful run of plan.yml"),
    "another workflow": (run(workflow="ci.yml"), "no successful run of plan.yml"),
    "another event": (run(event="push"), "no successful run of plan.yml"),
    "a run of another head": (run(head_sha="b" * 40), "no successful run of plan.yml"),
    "a run of a fork": (run(head_repository={"full_name": "mallory/shop"}), "no successful run"),
    "expired": (lambda fake_github: fake_github.artifacts[0].update(expired=True), "or it has expired"),
    "another artifact": (
        lambda fake_github: fake_github.artifacts[0].update(name="reconcile-page"),
        "keeps an artifact",
    ),
    "no archive": (
        lambda fake_github: fake_github.archives.update(dict.fromkeys(fake_github.archives, b"PK")),
        "not a readable archive",
    ),
    "another file": (
        lambda fake_github: fake_github.archives.update(
            dict.fromkeys(fake_github.archives, zipped({"x.json": b"{}"}))
        ),
        "holds no plan.json",
    ),
    "no salt": (
        lambda fake_github: fake_github.archives.update(
            dict.fromkeys(fake_github.archives, zipped({"plan.json": b"{}"}))
        ),
        "holds no plan.salt",
    ),
    "a salt that is none": (
        lambda fake_github: fake_github.archives.update(
            dict.fromkeys(fake_github.archives, zipped({**FILES, "plan.salt": b"5"}))
        ),
        "plan.salt is not what",
    ),
    "applied already": (
        lambda fake_github: fake_github.wrote(
            7, BOT, with_mark("applied", {"target": "shop", "seal": SEAL, "outcome": "complete"}, "")
        ),
        "was applied already",
    ),
}


@pytest.mark.parametrize("link", LINKS)
def test_each_missing_link_is_refused(merged: FakeGitHub, github: GitHub, link: str) -> None:
    """Exit code 3, nothing written, and the sentence names the link."""
    breaks, said = LINKS[link]
    breaks(merged)
    with pytest.raises(Refusal, match=said) as caught:
        find_approved_plan(github, COMMIT, SOURCE)
    assert "nothing was written" in str(caught.value) or "artifact" in str(caught.value)


def test_an_apply_that_did_not_finish_may_be_run_again(merged: FakeGitHub, github: GitHub) -> None:
    """Its approval is not spent; nor is it by an older plan's apply, or by what a stranger says."""
    for author, facts in (
        (BOT, {"seal": SEAL, "outcome": "partly"}),
        ("mallory", {"seal": SEAL, "outcome": "complete"}),
    ):
        merged.wrote(7, author, with_mark("applied", {"target": "shop", **facts}, ""))
    assert find_approved_plan(github, COMMIT, SOURCE).seal == SEAL


def test_the_newest_artifact_counts(merged: FakeGitHub, github: GitHub) -> None:
    """A workflow that is run again leaves another plan, and the comment names that one."""
    merged.left(merged.runs[0]["id"], "reconcile-plan", {**FILES, "plan.json": b'{"second": 1}'})
    assert find_approved_plan(github, COMMIT, SOURCE).content == b'{"second": 1}'


def test_an_archive_that_unpacks_to_too_much_is_refused(
    merged: FakeGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is what comes out, not what the archive says of itself."""
    from reconcile.forge import artifacts

    monkeypatch.setattr(artifacts, "LARGEST", 1000)
    bomb = zipped({"plan.json": b"0" * 100_000})
    merged.archives.update(dict.fromkeys(merged.archives, bomb))
    with pytest.raises(Refusal, match="more than 1000 bytes"):
        find_approved_plan(github, COMMIT, SOURCE)
    monkeypatch.setattr(artifacts, "MOST", 1)
    merged.archives.update(dict.fromkeys(merged.archives, zipped({"a": b"", "b": b""})))
    with pytest.raises(Refusal, match="more than 1 files"):
        find_approved_plan(github, COMMIT, SOURCE)


def test_journals_come_from_runs_of_the_main_branch_only(fake_github: FakeGitHub, github: GitHub) -> None:
    """The newest run of each workflow that left some; not a pull request's, a fork's or another branch's."""
    good = {"event": "push", "head_branch": "main"}
    told = [
        ({**good}, b"older"),
        ({**good, "conclusion": "failure"}, b"newest"),
        ({**good, "event": "pull_request"}, b"a pull request's"),
        ({**good, "head_branch": "change"}, b"another branch's"),
        ({**good, "head_repository": {"full_name": "mallory/shop"}}, b"a fork's"),
    ]
    for values, content in told:
        fake_github.left(
            fake_github.ran("apply.yml", HEAD, **values), "reconcile-journal", {"runs/a.jsonl": content}
        )
    own = fake_github.ran("apply.yml", HEAD, **good, status="in_progress")
    assert list(earlier_journals(github, ["apply.yml", "drift.yml"], "main", own)) == [
        ("runs/a.jsonl", b"newest")
    ]
    fake_github.left(own, "reconcile-journal", {"runs/b.jsonl": b"own"})
    told = list(earlier_journals(github, ["apply.yml"], "main", own))
    assert told == [("runs/b.jsonl", b"own"), ("runs/a.jsonl", b"newest")]
