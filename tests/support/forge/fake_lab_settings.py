"""A stand-in for the settings of a GitLab project, as GitLab documents them; all are as they should be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.forge.http_server import ForgeCall, ForgeReply, ForgeServer, serve_forge

MAINTAINER, DEVELOPER = "glpat-of-a-maintainer", "glpat-of-a-developer"

Row = dict[str, Any]


def variable(key: str, environment: str = "*", *, protected: bool = True) -> Row:
    """A variable, with its value, as GitLab tells it."""
    told = {"key": key, "value": "a-secret-value", "environment_scope": environment}
    return {**told, "protected": protected, "masked": True}


def variables_of(target: str) -> list[Row]:
    """What docs/gitlab-ci.md has set."""
    names = ("EVANCE_CLIENT_ID", "EVANCE_PRIVATE_KEY")
    return [
        *(variable(name, f"reconcile-plan-{target}", protected=False) for name in names),
        *(
            variable(name, f"reconcile-{role}-{target}")
            for role in ("preview", "apply", "clock")
            for name in names
        ),
        variable("RECONCILE_JOURNAL_KEY"),
        {**variable("RECONCILE_ENABLED", protected=False), "masked": False},
    ]


@dataclass
class FakeLabSettings:
    """The settings; a test changes them."""

    project: Row = field(
        default_factory=lambda: {
            "default_branch": "main",
            "visibility": "private",
            "only_allow_merge_if_pipeline_succeeds": True,
            "merge_pipelines_enabled": False,
            "ci_pipeline_variables_minimum_override_role": "no_one_allowed",
        }
    )
    branches: list[Row] = field(
        default_factory=lambda: [
            {
                "name": "main",
                "push_access_levels": [{"access_level": 0, "access_level_description": "No one"}],
                "merge_access_levels": [{"access_level": 40, "access_level_description": "Maintainers"}],
                "allow_force_push": False,
            }
        ]
    )
    tags: list[Row] = field(default_factory=list)
    variables: list[Row] = field(default_factory=lambda: variables_of("local"))
    api: ForgeServer = field(init=False)

    def answer(self, call: ForgeCall) -> ForgeReply:
        """As GitLab answers; variables are told to maintainers alone."""
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in {MAINTAINER, DEVELOPER}:
            return ForgeReply(401, {"message": "401 Unauthorized"})
        told: dict[str, Any] = {
            "/projects/7": self.project,
            "/projects/7/protected_branches": self.branches,
            "/projects/7/protected_tags": self.tags,
        }
        if token == MAINTAINER:
            told["/projects/7/variables"] = self.variables
        elif call.path.endswith("/variables"):
            return ForgeReply(403, {"message": "403 Forbidden"})
        found = told.get(call.path)
        return ForgeReply(404, {"message": "404 Not found"}) if found is None else ForgeReply(200, found)


@contextmanager
def serve_gitlab_settings() -> Iterator[FakeLabSettings]:
    """A stand-in that serves until the block ends."""
    fake = FakeLabSettings()
    with serve_forge(fake.answer) as fake.api:
        yield fake
