"""The commits of a repository, as the pipeline goes by them: what was merged, and what a merge would make."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.errors import InvalidScope, Refusal
from reconcile.services.git import FILE, Repository
from reconcile.text import escape_unprintable, listed

_MERGE_PARENTS = 2

_CONFLICTS = 1
"""The exit code of ``git merge-tree`` for a merge that is not clean (git-merge-tree(1), EXIT STATUS)."""


@dataclass(frozen=True, slots=True)
class Commits:
    """The commits of a repository."""

    repository: Repository

    def head(self) -> str:
        """The commit that is checked out."""
        return self.repository.output("rev-parse", "--verify", "HEAD").strip()

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit; the first one is what was merged into."""
        return tuple(self.repository.output("rev-list", "--parents", "--max-count=1", commit).split()[1:])

    def merged_since(self, base: str, tip: str) -> tuple[str, ...]:
        """The commits that the branch of ``tip`` has got since ``base``, oldest first.

        Of a merge that is its own commit alone, not those that it brought. Refusal: the branch never was at
        ``base``, or this clone does not reach back to it.
        """
        told = self.repository.output("rev-list", "--first-parent", "--reverse", f"^{base}", tip)
        commits = tuple(told.split())
        if (self.parents(commits[0])[:1] if commits else (tip,)) != (base,):
            raise Refusal(
                f"{tip[:7]} does not follow on {base[:7]}, the commit of the last complete run: the branch "
                "was written anew, or this clone is shallow (check out with 'fetch-depth: 0'); nothing was "
                "written; else start the run by hand, which plans everything"
            )
        return commits

    def changed(self, before: str, after: str) -> frozenset[str]:
        """The files that differ, named from the folder of the declarations; those outside of it are none."""
        told = self.repository.output("diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after)
        prefix = self.repository.prefix
        paths = (path for path in told.split("\0") if path.startswith(prefix))
        return frozenset(path.removeprefix(prefix) for path in paths if path)

    def content(self, commit: str, file: str) -> bytes | None:
        """A file as a commit has it; None where it has none, or a link in its place."""
        entries = [entry for entry in self.repository.entries(commit, [file]) if entry.kind == FILE]
        return next((content for _, content in self.repository.contents(entries)), None)

    @contextmanager
    def merge(self, target: str, head: str) -> Iterator[Path]:
        """A checkout of what merging ``head`` into ``target`` would make, until the block ends.

        It is a merge commit, which no branch gets. InvalidScope: they can't be merged without conflicts.
        """
        commit = self._merge_commit(target, head)
        with TemporaryDirectory(prefix="reconcile-merge-") as folder:
            checkout = Path(folder) / "head"
            self.repository.output("worktree", "add", "--quiet", "--detach", str(checkout), commit)
            try:
                yield checkout / self.repository.prefix
            finally:
                self.repository.answer("worktree", "remove", "--force", str(checkout))

    def _merge_commit(self, target: str, head: str) -> str:
        code, told = self.repository.answer(
            "merge-tree", "--write-tree", "--name-only", "--no-messages", target, head
        )
        if code == _CONFLICTS:
            files = listed(sorted(set(map(escape_unprintable, told.split("\n")[1:])) - {""}))
            raise InvalidScope(
                f"merging {head[:7]} into {target[:7]} has conflicts in {files}: merge the target branch "
                "into this one, resolve them, and push"
            )
        tree = self.repository.output("merge-tree", "--write-tree", target, head).split()[0]
        parents = ("-p", target, "-p", head)
        return self.repository.output("commit-tree", tree, *parents, "-m", "What would be merged").strip()

    def is_merge_of(self, commit: str, head: str) -> bool:
        """Whether a commit merges that head into its first parent."""
        parents = self.parents(commit)
        return len(parents) == _MERGE_PARENTS and parents[1] == head
