"""The base of a plan: what differs from a commit of a real repository, whatever stands in its trees."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.cli.console import Terminal
from reconcile.errors import InvalidScope, UsageError
from reconcile.plan.baseline.scope import Selection, select
from reconcile.services.caller import ProjectChoice, ScopeRequest
from reconcile.services.git import Repository as GitReader
from reconcile.services.planning.base import read_base
from reconcile.services.planning.scope import choose_scope
from reconcile.services.project import Project, open_project
from tests.support.repository import Repository
from tests.support.shop import NOW

SETTINGS = "version: 1\ntimezone: Europe/London\n"

TEAM = """\
bundles:
  trade: {roles: [trade-account], tags: [trade]}
contacts:
  - {email: ann@example.com, roles: [customer]}
  - {email: bob@example.com, bundles: [trade]}
  - {email: cleo@example.com, bundles: [trade], tags: [{value: vip, expires: 2027-03-31}]}
  - {reference: CRM-9, roles: [{reference: press, starts: "2026-12-01T00:00:00Z"}]}
"""


@dataclass(frozen=True)
class Clone:
    """A repository with a project in it, in its root or in a folder below."""

    repository: Repository
    folder: Path

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def declare(self, text: str, file: str = "contacts/team.yaml") -> None:
        self.write(file, text)

    def project(self, declarations: Path | None = None, target: str | None = None) -> Project:
        config = self.folder / "reconcile.yaml"
        choice = ProjectChoice(config, declarations, target, NOW, lambda: datetime.now(UTC))
        return open_project(choice, Terminal(quiet=True, verbose=False, bars=False))

    def select(self, base: str | None = "main", *only: str, project: Project | None = None) -> Selection:
        """What a plan of the folder as it is now would be about."""
        project = project or self.project()
        declarations = project.load().declarations
        choice = choose_scope(project, ScopeRequest(base, only), declarations)
        policy = project.settings.policy
        baseline = choice.base.baseline("shop") if choice.base else None
        return select(declarations, choice, policy, baseline)

    def differing_by_own_configuration(self, target: str | None = None) -> list[str]:
        """The same where the configuration of the folder counts for the base, too."""
        project = self.project(target=target)
        declarations = project.load().declarations
        request = ScopeRequest("main", own_configuration=True)
        choice = choose_scope(project, request, declarations)
        assert choice.base is not None
        selection = select(declarations, choice, project.settings.policy, choice.base.baseline("shop"))
        return [*(one.label for one in selection.declarations), *(str(key) for key in selection.gone)]

    def differing(self, base: str = "main", *only: str) -> list[str]:
        return [declaration.label for declaration in self.select(base, *only).declarations]

    def gone(self, base: str = "main", *only: str) -> list[str | None]:
        return [key.email or key.reference for key in self.select(base, *only).gone]


def clone_at(root: Path, below: str = "") -> Clone:
    root.mkdir(exist_ok=True)
    clone = Clone(Repository.at(root), root / below)
    clone.write("reconcile.yaml", SETTINGS)
    clone.declare(TEAM)
    clone.repository.commit()
    return clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return clone_at(tmp_path / "shop")


def test_nothing_differs_from_what_was_committed(clone: Clone) -> None:
    """The base is called as it was asked for, with the commit that it is."""
    selection = clone.select()
    assert (selection.declarations, selection.gone) == ((), {})
    assert selection.scope is not None
    assert (selection.scope.ref, selection.scope.declared) == ("main", 4)
    commit = clone.repository.git("rev-parse", "main")
    assert selection.scope.base == commit
    assert read_base(clone.project(), "main").name == f"main at {commit[:7]}"
    assert read_base(clone.project(), commit).name == commit[:7]


SAME = {
    "other lines": "# A comment\n\n" + TEAM,
    "another order": TEAM.replace("  - {email: ann@example.com, roles: [customer]}\n", "")
    + "  - {email: ann@example.com, roles: [customer]}\n",
    "another spelling of an instant": TEAM.replace("2026-12-01T00:00:00Z", "2026-12-01T01:00:00+01:00"),
    "a date for an instant": TEAM.replace('"2026-12-01T00:00:00Z"', "2026-12-01"),
    "another spelling of an address": TEAM.replace("ann@example", "Ann@Example"),
    "another form of an item": TEAM.replace(
        "roles: [customer]", "roles: [{reference: customer, reason: '7'}]"
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_how_it_is_written_makes_no_difference(clone: Clone, case: str) -> None:
    """Only what a declaration comes to is compared."""
    clone.declare(SAME[case])
    assert (clone.differing(), clone.gone()) == ([], [])


def test_an_entry_may_move_to_another_file(clone: Clone) -> None:
    """Files are no more than a way to keep entries."""
    line = "  - {email: ann@example.com, roles: [customer]}\n"
    clone.declare(TEAM.replace(line, ""))
    clone.declare("contacts:\n" + line, "contacts/ünï/ann.yaml")
    assert (clone.differing(), clone.gone()) == ([], [])


OTHER = {
    "a changed entry": (TEAM.replace("roles: [customer]", "roles: [press]"), ["ann@example.com"]),
    "a new entry": (TEAM + "  - {email: dan@example.com, tags: [x]}\n", ["dan@example.com"]),
    "a changed bundle": (
        TEAM.replace("tags: [trade]", "tags: [trade, uk]"),
        ["bob@example.com", "cleo@example.com"],
    ),
    "another window": (TEAM.replace("2026-12-01T00", "2026-12-01T06"), ["CRM-9"]),
    "a mode of its own": (
        TEAM.replace("roles: [customer]", "roles: [customer], manage: {roles: additive}"),
        ["ann@example.com"],
    ),
}


@pytest.mark.parametrize("case", OTHER)
def test_what_an_entry_comes_to_makes_the_difference(clone: Clone, case: str) -> None:
    """Those entries, and no others."""
    text, differing = OTHER[case]
    clone.declare(text)
    assert (clone.differing(), clone.gone()) == (differing, [])


def test_an_entry_that_gains_an_id_is_new_and_its_old_key_is_gone(clone: Clone) -> None:
    """Whether somebody is still declared is then decided by the contact."""
    clone.declare(TEAM.replace("{email: ann@", "{id: 7, email: ann@"))
    assert (clone.differing(), clone.gone()) == (["ann@example.com"], ["ann@example.com"])


def test_an_entry_that_is_deleted_is_gone(clone: Clone) -> None:
    """With the place where the base declares it."""
    clone.declare(TEAM.replace("  - {email: ann@example.com, roles: [customer]}\n", ""))
    gone = clone.select().gone
    assert [(key.email, str(entry.place)) for key, entry in gone.items()] == [
        ("ann@example.com", "contacts/team.yaml:4:5")
    ]


def test_each_side_has_its_own_configuration(clone: Clone) -> None:
    """Another mode counts for whoever it applies to; another time zone for whoever has a bare date."""
    clone.write("reconcile.yaml", SETTINGS + "manage: {tags: additive}\n")
    assert clone.differing() == ["bob@example.com", "cleo@example.com"]
    clone.write("reconcile.yaml", SETTINGS.replace("Europe/London", "America/New_York"))
    assert clone.differing() == ["cleo@example.com"]


OWN = {
    "another mode": SETTINGS + "manage: {tags: additive}\n",
    "another time zone": SETTINGS.replace("Europe/London", "America/New_York"),
    "another folder": SETTINGS + "contacts: shop/\n",
}


@pytest.mark.parametrize("change", OWN)
def test_a_configuration_that_counts_for_both_sides_makes_nobody_differ(clone: Clone, change: str) -> None:
    """As in a pipeline: what was configured is no change of a declaration, whatever it was before."""
    clone.write("reconcile.yaml", OWN[change])
    if change == "another folder":
        clone.repository.git("mv", "contacts", "shop")
    assert clone.differing_by_own_configuration() == []
    assert configured_as_the_base(clone.project(), own_configuration=True)
    clone.declare(TEAM.replace("[customer]", "[press]"), "shop/team.yaml")
    clone.declare(TEAM.replace("[customer]", "[press]"))
    assert clone.differing_by_own_configuration() == ["ann@example.com"]


def test_a_base_whose_configuration_is_no_longer_valid_is_read_by_the_own_one(clone: Clone) -> None:
    """A newer tool may be stricter; nothing of that configuration counts any more."""
    clone.write("reconcile.yaml", SETTINGS + "unheard-of: true\n")
    clone.repository.commit()
    clone.write("reconcile.yaml", SETTINGS)
    assert clone.differing_by_own_configuration() == []
    with pytest.raises(InvalidScope):
        clone.differing()


def test_what_was_declared_for_another_account_is_none_of_the_own_one(tmp_path: Path) -> None:
    """The configuration of the commit says at least whose declarations these were."""
    clone = clone_at(tmp_path / "shop")
    target = "targets: {{shop: {{kind: evance, account: {}}}}}\n"
    clone.write("reconcile.yaml", SETTINGS + target.format("old.evance.me"))
    clone.repository.commit()
    clone.write("reconcile.yaml", SETTINGS + target.format("new.evance.me"))
    assert len(clone.differing_by_own_configuration("shop")) == 4


def test_the_checkout_of_the_declarations_has_the_base(clone: Clone, tmp_path: Path) -> None:
    """As in a pipeline: the configuration of one checkout for the declarations of another."""
    trusted = Clone(clone.repository, tmp_path / "trusted")
    trusted.write("reconcile.yaml", SETTINGS)
    clone.declare(TEAM.replace("[customer]", "[press]"))
    selection = trusted.select(project=trusted.project(declarations=clone.folder))
    assert [declaration.label for declaration in selection.declarations] == ["ann@example.com"]


def test_a_configuration_kept_apart_counts_for_both(tmp_path: Path) -> None:
    """A repository of declarations alone has had none of its own, and is not new for that."""
    clone = Clone(Repository.at(tmp_path / "declarations"), tmp_path / "declarations")
    clone.declare(TEAM)
    clone.repository.commit()
    clone.declare(TEAM.replace("[customer]", "[press]"))
    apart = Clone(clone.repository, tmp_path / "apart")
    apart.write("reconcile.yaml", SETTINGS)
    selection = apart.select(project=apart.project(declarations=clone.folder))
    assert [declaration.label for declaration in selection.declarations] == ["ann@example.com"]


def test_a_project_may_lie_below_the_root(tmp_path: Path) -> None:
    """Paths are those of the project's folder, in whatever folder that lies, and in whatever script."""
    clone = clone_at(tmp_path / "all", "läden/uk")
    clone.declare(TEAM.replace("[customer]", "[press]"))
    assert clone.differing() == ["ann@example.com"]
    clone.declare(TEAM.replace("  - {email: ann@example.com, roles: [customer]}\n", ""))
    assert str(next(iter(clone.select().gone.values())).place) == "contacts/team.yaml:4:5"


def test_a_target_has_the_folder_that_the_base_gave_it(tmp_path: Path) -> None:
    """Of several targets only the chosen one's folder counts, also where it has moved since."""
    clone = clone_at(tmp_path / "shop")
    targets = "targets: {{shop: {{kind: sandbox, contacts: {}}}, sandbox: {{kind: sandbox}}}}\n"
    clone.write("reconcile.yaml", SETTINGS + targets.format("shops/uk"))
    clone.declare("contacts:\n  - {email: uma@example.com, roles: [customer]}\n", "shops/uk/team.yaml")
    clone.repository.commit()
    clone.repository.git("mv", "shops/uk", "shops/gb")
    clone.write("reconcile.yaml", SETTINGS + targets.format("shops/gb"))
    clone.declare("contacts:\n  - {email: uma@example.com, roles: [press]}\n", "shops/gb/team.yaml")
    selection = clone.select(project=clone.project(target="shop"))
    assert [declaration.label for declaration in selection.declarations] == ["uma@example.com"]
    assert selection.gone == {}
    assert not clone.select(project=clone.project(target="sandbox")).declarations
    clone.write("reconcile.yaml", SETTINGS + targets.replace("shop:", "other:").format("shops/gb"))
    assert len(clone.select(project=clone.project(target="other")).declarations) == 1


def test_what_was_declared_for_another_account_counts_for_nothing(tmp_path: Path) -> None:
    """A target that is led to another account finds nothing there of what it has given so far."""
    clone = clone_at(tmp_path / "shop")
    target = "targets: {{shop: {{kind: evance, account: {}}}}}\n"
    clone.write("reconcile.yaml", SETTINGS + target.format("old.evance.me"))
    clone.repository.commit()
    for account, differing in {"old.evance.me": 0, "new.evance.me": 4}.items():
        clone.write("reconcile.yaml", SETTINGS + target.format(account))
        selection = clone.select(project=clone.project(target="shop"))
        assert (len(selection.declarations), selection.gone) == (differing, {})


def test_against_a_commit_without_declarations_everything_is_new(tmp_path: Path) -> None:
    """Without a configuration, and with one but no contacts folder."""
    clone = Clone(Repository.at(tmp_path), tmp_path)
    clone.repository.commit("Begin")
    clone.repository.git("tag", "empty")
    clone.write("reconcile.yaml", SETTINGS)
    clone.repository.commit("Configure")
    clone.declare(TEAM)
    for base in ("empty", "main"):
        assert len(clone.differing(base)) == 4
        assert clone.gone(base) == []


def test_links_are_not_followed(clone: Clone, tmp_path: Path) -> None:
    """Neither to files nor to folders, and a folder of declarations that is none is no empty one."""
    (tmp_path / "outside.yaml").write_text("contacts: [{email: eve@example.com}]")
    (clone.folder / "contacts" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (clone.folder / "contacts" / "same.yaml").symlink_to("team.yaml")
    clone.repository.commit("Link")
    clone.repository.git("tag", "linked")
    (clone.folder / "contacts" / "link.yaml").unlink()
    assert (clone.differing("linked"), clone.gone("linked")) == ([], [])
    clone.repository.commit("Unlink")
    clone.repository.git("mv", "contacts", "real")
    (clone.folder / "contacts").symlink_to("real")
    clone.repository.commit("Link the folder")
    with pytest.raises(InvalidScope, match="contacts is a link, which is not followed; plan without"):
        clone.select()


def test_a_submodule_is_not_followed(clone: Clone, tmp_path: Path) -> None:
    """What it declares is in another repository, and may not be passed over as if it were nothing."""
    other = Repository.at(tmp_path)
    (tmp_path / "more.yaml").write_text("contacts: [{email: eve@example.com}]")
    other.git("add", "more.yaml")
    other.git("commit", "-qm", "More")
    clone.repository.git("submodule", "--quiet", "add", str(tmp_path), "contacts/more")
    clone.repository.commit("Share")
    with pytest.raises(InvalidScope, match="contacts/more is another repository's"):
        clone.select()


def test_a_path_that_leads_out_is_passed_over(clone: Clone) -> None:
    """Git makes no such tree, but a repository may be made by hand: what it has there is not declared."""
    blob = clone.repository.git("hash-object", "-w", "contacts/team.yaml")
    root = clone.folder / ".git"
    tree = b"100644 ../../../evil.yaml\0" + bytes.fromhex(blob)
    inner = _object(root, "tree", tree)
    config = clone.repository.git("rev-parse", "main:reconcile.yaml")
    outer = _object(
        root,
        "tree",
        b"40000 contacts\0" + bytes.fromhex(inner) + b"100644 reconcile.yaml\0" + bytes.fromhex(config),
    )
    commit = clone.repository.git("commit-tree", outer, "-m", "Evil")
    selection = clone.select(commit)
    assert (len(selection.declarations), selection.gone) == (4, {})


def _object(git: Path, kind: str, content: bytes) -> str:
    command = ["git", "--git-dir", str(git), "hash-object", "-w", "-t", kind, "--literally", "--stdin"]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode().strip()


@pytest.mark.parametrize("ref", ["nowhere", "", "--help", "-1", "a\0b", "main:contacts", "^main", "0" * 40])
def test_a_name_of_no_commit_is_a_wrong_call(clone: Clone, ref: str) -> None:
    """With what to do; an option stays a name."""
    with pytest.raises(UsageError, match=r"this repository has no commit '.*'; correct it, or fetch it"):
        clone.select(ref)


def test_a_name_of_two_commits_is_none(clone: Clone) -> None:
    """Else whoever may make a tag could have everybody compare with the very change: nothing would differ."""
    clone.declare(TEAM.replace("[customer]", "[press]"))
    clone.repository.git("checkout", "-q", "-b", "work")
    commit = clone.repository.commit()
    clone.repository.git("tag", "same", "main")
    clone.repository.git("branch", "same", "main")
    assert clone.differing("same") == ["ann@example.com"]
    clone.repository.git("tag", "main", "work")
    for ref, names in {"main": "refs/heads/main or refs/tags/main", "main~0": "refs/heads/main~0 or"}.items():
        with pytest.raises(UsageError, match=f"'{ref}' names different commits; write which .*: {names}"):
            clone.select(ref)
    assert clone.differing("refs/heads/main") == ["ann@example.com"]
    assert clone.differing("refs/tags/main") == clone.differing(commit) == []


def test_a_branch_that_only_the_remote_has_is_named(clone: Clone) -> None:
    """In a pipeline there is often no branch but the one that is built."""
    clone.repository.git("update-ref", "refs/remotes/origin/release", "main")
    with pytest.raises(UsageError, match="did you mean 'origin/release'"):
        clone.select("release")
    assert clone.differing("origin/release") == []


def test_a_shallow_clone_says_how_to_get_the_rest(clone: Clone, tmp_path: Path) -> None:
    """The parent's name is known there, and its content is not."""
    first = clone.repository.git("rev-parse", "HEAD")
    clone.declare(TEAM.replace("[customer]", "[press]"))
    clone.repository.commit()
    shallow = tmp_path / "shallow"
    clone.repository.git("clone", "-q", "--depth", "1", f"file://{clone.folder}", str(shallow))
    with pytest.raises(UsageError, match=r"this clone is shallow .* --unshallow', .* 'fetch-depth: 0'"):
        Clone(Repository(shallow), shallow).select(first)


def test_a_clone_without_contents_fetches_nothing(clone: Clone, tmp_path: Path) -> None:
    """What is missing is said; no program of the repository's own settings is run to get it."""
    clone.repository.git("config", "uploadpack.allowFilter", "true")
    part = tmp_path / "part"
    clone.declare(TEAM.replace("[customer]", "[press]"))
    clone.repository.commit()
    clone.repository.git("clone", "-q", "--filter=blob:none", f"file://{clone.folder}", str(part))
    trap = tmp_path / "trap"
    (tmp_path / "run.sh").write_text(f"#!/bin/sh\ntouch {trap}\nexit 1\n")
    (tmp_path / "run.sh").chmod(0o700)
    Repository(part).git("config", "remote.origin.uploadpack", str(tmp_path / "run.sh"))
    with pytest.raises(UsageError, match="this clone lacks a part of that commit"):
        Clone(Repository(part), part).select("main~1")
    assert not trap.exists()


def test_no_repository_is_a_wrong_call(clone: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor is a machine without Git a reason to look at everything unasked."""
    plain = tmp_path / "plain"
    plain.mkdir()
    with pytest.raises(UsageError, match=r"Git finds no repository around .*plain .*; work in a clone"):
        GitReader.around(plain)
    monkeypatch.setenv("PATH", str(plain))
    with pytest.raises(UsageError, match="--base needs Git, which is not installed"):
        clone.select()


def test_a_repository_runs_nothing(clone: Clone, tmp_path: Path) -> None:
    """No hook, no filter and no watcher of its own settings."""
    trap = tmp_path / "trap"
    program = tmp_path / "run.sh"
    program.write_text(f"#!/bin/sh\ntouch {trap}\ncat\n")
    program.chmod(0o700)
    clone.write(".gitattributes", "*.yaml filter=evil diff=evil\n")
    clone.repository.commit("Filter")
    for key in (
        "core.fsmonitor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "core.pager",
    ):
        clone.repository.git("config", key, str(program))
    clone.repository.git("config", "core.hooksPath", str(tmp_path))
    trap.unlink(missing_ok=True)
    assert clone.differing() == []
    assert not trap.exists()


INVALID = {
    "a declaration": (
        "contacts/team.yaml",
        "contacts: [{emial: a@example.com}]",
        "contacts/team.yaml:1:",
    ),
    "the configuration": ("reconcile.yaml", "version: 1\nzone: x\n", "reconcile.yaml:2:1: "),
    "the capabilities": ("evance.capabilities.yaml", "odd: 1\n", "evance.capabilities.yaml"),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_base_is_told_with_its_places(clone: Clone, case: str) -> None:
    """Whatever is declared now: its places are the base's, and there is a way out."""
    file, text, place = INVALID[case]
    before = (clone.folder / file).read_text() if (clone.folder / file).exists() else None
    clone.write(file, text)
    commit = clone.repository.commit("Break")
    if before is None:
        (clone.folder / file).unlink()
    else:
        clone.write(file, before)
    with pytest.raises(InvalidScope) as caught:
        clone.select()
    first, second, *_, last = str(caught.value).splitlines()
    assert first == f"what main at {commit[:7]} declares is invalid, so nothing can be compared with it:"
    assert second.startswith(place)
    assert last == "give --base a commit that is valid, or plan without --base"


def test_only_takes_contacts_and_files(clone: Clone) -> None:
    """A bundle's file stands for whoever uses it; a file that is gone, for what the base declared in it."""
    clone.declare(TEAM.partition("contacts:")[0], "contacts/bundles.yaml")
    clone.declare("contacts:" + TEAM.partition("contacts:")[2])
    clone.repository.commit()
    bob, cleo = "bob@example.com", "cleo@example.com"
    for only, labels in {
        "Bob@Example.com": [bob],
        "CRM-9": ["CRM-9"],
        "contacts/bundles.yaml": [bob, cleo],
        str(clone.folder / "contacts" / "bundles.yaml"): [bob, cleo],
        "contacts/": ["ann@example.com", bob, cleo, "CRM-9"],
    }.items():
        selection = clone.select(None, only)
        assert [declaration.label for declaration in selection.declarations] == labels, only
    clone.declare(TEAM)
    (clone.folder / "contacts" / "bundles.yaml").unlink()
    clone.declare(TEAM.replace("bundles: [trade]", "tags: []", 1))
    assert clone.differing("main", "contacts/bundles.yaml") == [bob]
    assert clone.differing("main", cleo) == []


def test_a_name_that_means_nothing_is_invalid(clone: Clone) -> None:
    """With the nearest name; a name that only the base has means something."""
    with pytest.raises(InvalidScope, match=r"is called 'ana@example.com'; did you mean 'ann@ex"):
        clone.select(None, "ann@example.com", "ana@example.com")
    clone.declare(TEAM.replace("  - {email: ann@example.com, roles: [customer]}\n", ""))
    with pytest.raises(InvalidScope):
        clone.select(None, "ann@example.com")
    assert clone.gone("main", "ann@example.com") == ["ann@example.com"]
    assert clone.gone("main", "bob@example.com") == []


FREEZE = "apply: {freeze: [{starts: 2026-12-24, expires: 2026-12-26, reason: Christmas}]}\n"

CAPABILITIES = "version: 1\naccount: shop\nas_of: 2026-11-23\nrefuse: [tags]\n"

CONFIGURED = {
    "nothing": ("reconcile.yaml", SETTINGS, True),
    "warnings": ("reconcile.yaml", f"{SETTINGS}warn: {{far-expiry-months: 6}}\n", True),
    "a freeze": ("reconcile.yaml", SETTINGS + FREEZE, False),
    "capabilities": ("evance.capabilities.yaml", CAPABILITIES, False),
}


@pytest.mark.parametrize("changed", CONFIGURED)
def test_the_configuration_is_compared_with_that_of_the_base(clone: Clone, changed: str) -> None:
    """All of it that changes what is written or refused, of both files."""
    file, text, same = CONFIGURED[changed]
    clone.write(file, text)
    assert configured_as_the_base(clone.project()) == same


def test_a_configuration_apart_from_the_declarations_is_that_of_both(clone: Clone, tmp_path: Path) -> None:
    """The commit has none, so that nothing tells of another one."""
    apart = Clone(clone.repository, tmp_path / "apart")
    apart.write("reconcile.yaml", SETTINGS + FREEZE)
    apart.write("evance.capabilities.yaml", CAPABILITIES)
    (clone.folder / "reconcile.yaml").unlink()
    clone.repository.commit()
    assert configured_as_the_base(apart.project(clone.folder))


def configured_as_the_base(project: Project, *, own_configuration: bool = False) -> bool:
    baseline = read_base(project, "main", own_configuration=own_configuration).baseline("shop")
    return baseline.config == project.plan_context("shop", project.capabilities()).config
