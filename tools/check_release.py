"""Whether the commit that is checked out may be released under a tag: docs/releasing.md.

python tools/check_release.py TAG REPOSITORY    say what is missing, and exit with 1 if anything is

REPOSITORY is the address from which the release is made, as in https://github.com/OWNER/NAME.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

MAIN = "origin/main"

INSTALLING = ("README.md", "docs/install.md")
"""The pages that say how to install."""

TAGS = re.compile(r"\bv\d+\.\d+\.\d+\b")
"""Tags of releases in the text of a page."""


def missing(root: Path, tag: str, repository: str) -> Iterator[str]:
    """What stands against a release of the checkout at ``root``, each with what to do."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    if tag != f"v{version}":
        yield f"the tag is {tag}, the version in pyproject.toml is {version}: tag v{version}, or change it"
    named = _version_of_the_code(root)
    if named != version:
        yield f"reconcile/__init__.py names the version {named}, pyproject.toml {version}: make them the same"
    if not re.search(rf"^## {re.escape(version)}\b", _text(root, "CHANGELOG.md"), re.MULTILINE):
        yield f"CHANGELOG.md has no section '## {version}': give what is unreleased that name and a date"
    yield from _outdated_pages(root, tag)
    address = project["urls"]["Repository"]
    if address != repository:
        yield f"pyproject.toml names the repository {address}, this is {repository}: correct its urls"
    if _git(root, "merge-base", "--is-ancestor", "HEAD", MAIN) is None:
        yield f"the tagged commit is not on {MAIN}: merge it first, then tag the commit on main"


def _outdated_pages(root: Path, tag: str) -> Iterator[str]:
    """The pages whose commands bring another version; docs/releasing.md names made-up ones."""
    for path in sorted([root / "README.md", *(root / "docs").rglob("*.md")]):
        page, text = str(path.relative_to(root)), path.read_text(encoding="utf-8")
        others = set(TAGS.findall(text)) - {tag}
        if page in INSTALLING and f"@{tag}" not in text:
            yield f"{page} does not install {tag}: write it into its commands"
        elif others and page != "docs/releasing.md":
            yield f"{page} names {', '.join(sorted(others))}: write {tag} instead"


def _version_of_the_code(root: Path) -> str | None:
    named = re.search(r'^__version__ = "(.+)"$', _text(root, "reconcile/__init__.py"), re.MULTILINE)
    return named and named[1]


def _text(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def _git(root: Path, *arguments: str) -> str | None:
    """What Git prints; None when it fails."""
    done = subprocess.run(  # noqa: S603
        ["git", "-C", str(root), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else None


def main(arguments: list[str]) -> int:
    """Print what is missing; 1 if anything is."""
    tag, repository = arguments
    faults = list(missing(Path(__file__).parent.parent, tag, repository))
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
