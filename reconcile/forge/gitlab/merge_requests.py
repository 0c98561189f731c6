"""GitLab's merge requests: who proposed what, what its merge made, and whose pipeline it has.

GitLab docs: "Merge requests API", "Commits API", "Branches API", "Repository files API", "Notes API",
"Projects API". That the target branch was changed is known by the note that GitLab writes of it: nobody else
can write such notes.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import yaml

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import read_instant, read_optional_instant
from reconcile.model.ci.pull_request import PullRequest

from .project import GitLabProject, quoted_part

PIPELINE_FILE = ".gitlab-ci.yml"

_TARGET_CHANGED = re.compile(
    r"changed target branch from |deleted the .* This merge request now targets ", re.DOTALL
)
"""The notes of GitLab's ``SystemNotes::MergeRequestsService#change_branch``."""

_UNKNOWN_FILE = re.compile(r"[*$]")
"""A wildcard or a variable in the name of an included file."""

_MOST_FILES = 50
"""Maximum number of files that a pipeline may include."""


@dataclass(frozen=True, slots=True)
class SystemNote:
    """What GitLab itself noted under a merge request: what somebody did, when."""

    author: str
    author_id: int | None
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GitLabMergeRequests:
    """The merge requests of one project."""

    project: GitLabProject

    def tip(self, branch: str) -> str:
        """The commit at the tip of a branch: tags have another endpoint."""
        rest = f"/repository/branches/{quoted_part(branch)}"
        return self.project.one(rest, lambda row: row.key("commit").key("id").text())

    def read(self, number: int) -> PullRequest:
        """The merge request of that number."""
        return self.project.one(f"/merge_requests/{number}", _pull_request)

    def merged_with(self, commit: str) -> tuple[PullRequest, ...]:
        """The merged requests that brought a commit: by its merge, its squash, or as one of their own."""
        return tuple(pull for pull in self._of_commit(commit) if pull.merge is not None)

    def base_changes(self, pull: PullRequest) -> tuple[datetime, ...]:
        """When the branch that it goes to was changed."""
        return tuple(note.at for note in self.system_notes(pull.number) if _TARGET_CHANGED.match(note.body))

    def system_notes(self, number: int) -> tuple[SystemNote, ...]:
        """What GitLab itself noted, oldest first."""
        rest = f"/merge_requests/{number}/notes"
        params = {"sort": "asc", "order_by": "created_at"}
        read = partial(self.project.rows, rest, _system_note, **params)
        return self.project.once(("notes", str(number)), lambda: tuple(read()))

    def keeps_workflows(self, pull: PullRequest) -> bool:
        """True when its head has the pipeline that the commit has where its branch left the target branch.

        That is the text of the file, and of all that it includes from the project. What it includes with a
        wildcard or a variable can't be followed: then no request keeps it.
        """
        file = self._pipeline_file()
        if file is None:
            return True
        left = self.project.one(f"/merge_requests/{pull.number}", _where_it_left)
        waiting, seen = [file], set[str]()
        while waiting and len(seen) < _MOST_FILES:
            path = waiting.pop()
            before = self._file(path, left)
            if _UNKNOWN_FILE.search(path) or before != self._file(path, pull.head):
                return False
            seen.add(path)
            waiting += [other for other in included_files(before or b"") if other not in seen]
        return not waiting

    def _pipeline_file(self) -> str | None:
        """The pipeline's file in this project; None where the setting names another project or a server.

        A token that may not read the setting is not told it: then it is the usual file.
        """
        path = self.project.one(
            "", lambda row: row.key("ci_config_path").optional_text() if row.has("ci_config_path") else None
        )
        elsewhere = path is not None and ("@" in path or "://" in path)
        return None if elsewhere else (path or PIPELINE_FILE).lstrip("/")

    def _file(self, path: str, commit: str) -> bytes | None:
        """The content of a file at a commit; None where it has none."""
        rest = f"/repository/files/{quoted_part(path)}"
        return self.project.one_or_none(
            rest, lambda row: base64.b64decode(row.key("content").text()), ref=commit
        )

    def _of_commit(self, commit: str) -> tuple[PullRequest, ...]:
        rest = f"/repository/commits/{quoted_part(commit)}/merge_requests"
        return self.project.once((rest,), lambda: tuple(self.project.rows(rest, _pull_request)))


def _pull_request(row: JsonValue) -> PullRequest:
    merged = row.key("state").text() == "merged"
    return PullRequest(
        number=row.key("iid").count(),
        head=row.key("sha").optional_text() or "",
        head_branch=row.key("source_branch").text(),
        base=row.key("target_branch").text(),
        author=author_of(row),
        own=row.key("source_project_id").value == row.key("target_project_id").value,
        opened=read_instant(row.key("created_at")),
        closed=_first_instant(row, "merged_at", "closed_at"),
        merge=_merge_commit(row) if merged else None,
    )


def _merge_commit(row: JsonValue) -> str | None:
    """What the merge made: its commit, the squashed one, or, when it was fast-forward, its own head."""
    commits = (
        row.key(key).optional_text()
        for key in ("merge_commit_sha", "squash_commit_sha", "sha")
        if row.has(key)
    )
    return next((commit for commit in commits if commit), None)


def _first_instant(row: JsonValue, *keys: str) -> datetime | None:
    instants = (read_optional_instant(row.key(key)) for key in keys if row.has(key))
    return next((instant for instant in instants if instant is not None), None)


def author_of(row: JsonValue) -> str:
    """The login of whoever wrote something; empty where the account is gone."""
    author = row.key("author")
    return "" if author.absent else author.key("username").text()


def _system_note(row: JsonValue) -> SystemNote | None:
    """The note; None for one that a person or a token wrote."""
    if not row.key("system").flag():
        return None
    author = row.key("author")
    number = None if author.absent else author.key("id").count()
    return SystemNote(author_of(row), number, row.key("body").text(), read_instant(row.key("created_at")))


def _where_it_left(row: JsonValue) -> str:
    """The newest commit that the head and the target branch had in common at the last push."""
    return row.key("diff_refs").key("base_sha").text()


class _PipelineLoader(yaml.SafeLoader):
    """YAML with GitLab's own tags (``!reference``), of which no file name comes."""


_PipelineLoader.add_multi_constructor("!", lambda _loader, _suffix, _node: None)


def included_files(text: bytes) -> list[str]:
    """The files of the same project that the text of a pipeline includes. ForgeError: it is no YAML.

    A header (``spec``) may come before, as a document of its own. Files are named by ``local``, or
    by a text that is no URL (GitLab docs: "CI/CD YAML syntax reference").
    """
    try:
        documents: list[Any] = list(yaml.load_all(text, _PipelineLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ForgeError(f"the pipeline's file cannot be read ({type(error).__name__})") from None
    included = [document.get("include", []) for document in documents if isinstance(document, Mapping)]
    entries = [entry for some in included for entry in (some if isinstance(some, list) else [some])]
    paths = [entry.get("local") if isinstance(entry, Mapping) else entry for entry in entries]
    return [path.lstrip("/") for path in paths if isinstance(path, str) and "://" not in path]
