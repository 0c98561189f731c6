"""Wrong input is one clear line with its place, exit code 65, and nothing is sent."""

import re
from pathlib import Path

import pytest

from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

LINE = re.compile(r"\S+?(:\d+:\d+)?: .+ \[[a-z0-9-]+\]")


def contact(keys: str) -> bytes:
    """A file that declares one contact with those keys."""
    return f"contacts: [{{email: a@b.example, {keys}}}]\n".encode()


def role(keys: str) -> bytes:
    """A file that declares one contact with one role with those keys."""
    return contact(f"roles: [{{reference: x, {keys}}}]")


BAD: dict[str, tuple[bytes, str]] = {
    "unknown key": (role("expire_at: 2027-01-01"), "'expires'"),
    "duplicate key": (contact("tags: [x], tags: [y]"), "tags"),
    "wrong type": (contact("roles: customer"), "list"),
    "impossible date": (role("expires: 2027-02-30"), "2027-02-30"),
    "relative date": (role("expires: next quarter"), "YYYY-MM-DD"),
    "expiry before start": (role("starts: 2027-02-01, expires: 2027-01-01"), "after"),
    "same contact twice": (
        b"contacts:\n  - {email: a@b.example, tags: [x]}\n  - {email: A@B.example, tags: [y]}\n",
        "contacts/team.yaml:2:",
    ),
    "unknown bundle": (b"bundles: {trade: {tags: [x]}}\n" + contact("bundles: [trad]"), "'trade'"),
    "not UTF-8": (b"contacts: [{email: a@b.example, tags: [caf\xe9]}]", "UTF-8"),
    "not YAML": (b"contacts: [{email: a@b.example", ""),
    "several documents": (b"contacts: []\n---\ncontacts: []\n", "document"),
    "anchor bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\n" + contact("tags: *b"), "anchor"),
    "Python tag": (b"contacts: !!python/object/apply:os.system ['echo']\n", "tag"),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_is_told_with_its_place(name: str, project: Project, shop: Shop) -> None:
    """One clear line, no traceback, and not one request."""
    content, hint = BAD[name]
    project.declare("contacts: []\n", "contacts/team.yaml")
    (project.root / "contacts" / "team.yaml").write_bytes(content)
    done = project.run("plan", "--as-of", AS_OF)
    assert done.code == 65
    assert done.out == ""
    lines = done.err.splitlines()
    assert lines
    assert all(LINE.fullmatch(line) for line in lines), done.err
    assert any(line.startswith("contacts/team.yaml:") and hint in line for line in lines), done.err
    assert shop.requests() == []


def test_an_empty_folder_is_an_error(project: Project, shop: Shop) -> None:
    """An empty contacts folder would declare nothing: somebody has lost the files."""
    (project.root / "contacts").mkdir()
    done = project.run("plan")
    assert (done.code, done.out) == (65, "")
    assert LINE.fullmatch(done.err.strip())
    assert shop.requests() == []


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    """Called in the wrong folder, the command says which file it looked for."""
    done = Project(tmp_path).run("plan")
    assert done.code == 65
    assert "reconcile.yaml" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--colour"],
        ["plna"],
        ["plan", "--as-of", "yesterday"],
        ["plan", "--target", "nowhere"],
        pytest.param(["apply", "--allow", f"losing-access={'9' * 5_000}"], id="a ceiling of 5,000 digits"),
    ],
)
def test_a_wrong_call_has_its_own_exit_code(project: Project, arguments: list[str]) -> None:
    """64, so that a pipeline never takes a typing mistake for "changes pending"."""
    project.declare("contacts: [{email: a@b.example, tags: [x]}]")
    done = project.run(*arguments)
    assert (done.code, done.out) == (64, "")
    assert done.err
    assert "Traceback" not in done.err
