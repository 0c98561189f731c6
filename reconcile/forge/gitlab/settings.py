"""Reads how a project is set up at GitLab, as far as a token may.

The endpoints are those of the REST API v4 (GitLab docs: "Projects API", "Protected branches API", "Protected
tags API", "Project-level CI/CD variables API"). The last one needs a maintainer, and answers with the values,
too: they are dropped here, unread.
"""

from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.forge.client import ForgeClient, expect_fields, readable
from reconcile.model.ci.forge_settings import CiVariable, GitLabSettings, ProtectedBranch

_DEVELOPER, _MAINTAINER = "role Developer, scope read_api", "role Maintainer, scope api"

_NOBODY = 0
"""The access level of nobody."""


@dataclass(frozen=True, slots=True)
class GitLabSettingsReader:
    """The settings of one project, by its id or full path."""

    client: ForgeClient
    project: str

    def read(self, branch: str | None = None) -> GitLabSettings:
        """All of them, for that branch or else the default one; ForgeError when GitLab tells nothing."""
        project = self.client.read(self._path(""))
        with expect_fields("GET", self._path("")):
            role = "ci_pipeline_variables_minimum_override_role"
            return GitLabSettings(
                branch=branch or project.key("default_branch").text(),
                private=project.key("visibility").text() == "private",
                must_succeed=_flag(project, "only_allow_merge_if_pipeline_succeeds"),
                merged_results=_flag(project, "merge_pipelines_enabled"),
                pipeline_variables=project.key(role).optional_text() or "" if project.has(role) else "",
                protected=readable(self._protected, _DEVELOPER),
                protected_tags=readable(self._tags, _DEVELOPER),
                variables=readable(self._variables, _MAINTAINER),
            )

    def _protected(self) -> tuple[ProtectedBranch, ...]:
        return tuple(self.client.rows(self._path("/protected_branches"), _protected_branch))

    def _tags(self) -> tuple[str, ...]:
        return tuple(self.client.rows(self._path("/protected_tags"), partial(_text, "name")))

    def _variables(self) -> tuple[CiVariable, ...]:
        return tuple(self.client.rows(self._path("/variables"), _variable))

    def _path(self, rest: str) -> str:
        return f"/projects/{quote(self.project, safe='')}{rest}"


def _text(name: str, row: JsonValue) -> str:
    return row.key(name).text()


def _flag(row: JsonValue, name: str) -> bool:
    return row.has(name) and not row.key(name).absent and row.key(name).flag()


def _protected_branch(row: JsonValue) -> ProtectedBranch:
    return ProtectedBranch(
        row.key("name").text(),
        _allowed(row.key("push_access_levels")),
        _allowed(row.key("merge_access_levels")),
        _flag(row, "allow_force_push"),
    )


def _allowed(levels: JsonValue) -> tuple[str, ...]:
    """Who is allowed, by GitLab's own description; a user or a group has no level."""
    rows = [row for row in levels.items() if row.key("access_level").value != _NOBODY]
    return tuple(row.key("access_level_description").text() for row in rows)


def _variable(row: JsonValue) -> CiVariable:
    return CiVariable(
        row.key("key").text(),
        row.key("environment_scope").text(),
        _flag(row, "protected"),
        _flag(row, "masked"),
    )
