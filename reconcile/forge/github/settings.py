"""Reads how a repository is set up at GitHub, as far as a token may.

The endpoints are those of the REST API, version 2022-11-28. What each needs is said in GitHub docs
"Permissions required for fine-grained personal access tokens". The token of a workflow is never given
Administration, Secrets, Environments or Variables: what needs them is ``Unread`` with it.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError, UsageError
from reconcile.forge.client import ForgeClient, expect_fields, readable
from reconcile.model.ci.forge_settings import (
    BranchRules,
    CodeOwners,
    Environment,
    ForgeSettings,
    ForkPolicy,
    WorkflowToken,
)

from .branch_rules import bypassing, classic_protection, rules_of

OWNERS_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks for the code owners, in this order."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]+", re.ASCII)

_NOT_FOR_US = (403, 404)
"""What GitHub answers to a token that may not know: for a private repository often with 404."""

_OTHER_PLAN = "Upgrade to"
"""Begins GitHub's sentence about a private repository whose plan has no protected branches or rulesets."""


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """The settings of one repository, ``owner/name``."""

    client: ForgeClient
    repository: str

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("name the repository as owner/name")

    def read(self, branch: str | None = None) -> ForgeSettings:
        """All of them, for that branch or else the default one; ForgeError when GitHub tells nothing."""
        repository = self.client.read(self._path(""))
        with expect_fields("GET", self._path("")):
            branch = branch or repository.key("default_branch").text()
            private = repository.key("visibility").text() == "private"
        return ForgeSettings(
            branch=branch,
            private=private,
            rulesets=readable(partial(self._rulesets, branch), "Metadata: read"),
            protection=readable(partial(self._protection, branch), "Administration: read"),
            environments=readable(self._environments, "Actions: read"),
            repository_secrets=readable(self._secrets, "Secrets: read"),
            variables=readable(self._variables, "Variables: read"),
            owners=readable(partial(self._owners, branch), "Contents: read"),
            workflow_token=readable(self._workflow_token, "Administration: read"),
            forks=readable(self._forks, "Administration: read"),
        )

    def _rulesets(self, branch: str) -> BranchRules:
        """What all active rulesets ask for together, of the organisation's, too."""
        path = self._path(f"/rules/branches/{_segment(branch)}")
        try:
            rows = list(self.client.pages(path))
        except ForgeError as error:
            if _OTHER_PLAN in str(error):
                return BranchRules()
            raise
        with expect_fields("GET", path):
            asking = [row for row in rows if row.key("type").text() == "pull_request"]
            ids = sorted({row.key("ruleset_id").count() for row in asking})
            return rules_of(rows, bypassing([self._bypass(number) for number in ids]))

    def _bypass(self, ruleset: int) -> tuple[str, ...] | None:
        """Who may bypass a ruleset; None: GitHub tells only those who may change the ruleset."""
        path = self._path(f"/rulesets/{ruleset}")
        try:
            answer = self.client.read(path, includes_parents="true")
        except ForgeError as error:
            if error.status in _NOT_FOR_US:
                return None
            raise
        with expect_fields("GET", path):
            if not answer.has("bypass_actors"):
                return None
            actors = answer.key("bypass_actors").items()
            return tuple(actor.key("actor_type").text() for actor in actors)

    def _protection(self, branch: str) -> BranchRules:
        """The branch's own protection; nothing is asked for where there is none."""
        path = self._path(f"/branches/{_segment(branch)}")
        answer = self.client.read(path)
        with expect_fields("GET", path):
            if not answer.key("protected").flag():
                return BranchRules()
        try:
            found = self.client.read(f"{path}/protection")
        except ForgeError as error:
            if "Branch not protected" in str(error) or _OTHER_PLAN in str(error):
                return BranchRules()
            raise
        with expect_fields("GET", f"{path}/protection"):
            return classic_protection(found)

    def _environments(self) -> Mapping[str, Environment]:
        """By name in lower case, since GitHub tells no letter case apart."""
        path = self._path("/environments")
        rows = list(self.client.pages(path, "environments"))
        with expect_fields("GET", path):
            return {row.key("name").text().lower(): self._environment(row) for row in rows}

    def _environment(self, row: JsonValue) -> Environment:
        name = _segment(row.key("name").text())
        policy = row.key("deployment_branch_policy")
        rules = row.key("protection_rules").items() if row.has("protection_rules") else []
        reviews = [rule for rule in rules if rule.key("type").text() == "required_reviewers"]
        patterns = [] if policy.absent else list(self._patterns(name, policy))
        custom = not policy.absent and policy.key("custom_branch_policies").flag()
        return Environment(
            branches=tuple(text for kind, text in patterns if kind == "branch") if custom else None,
            tags=tuple(text for kind, text in patterns if kind == "tag"),
            protected_only=not policy.absent and policy.key("protected_branches").flag(),
            reviewers=sum(len(rule.key("reviewers").items()) for rule in reviews),
            prevents_self_review=all(_prevents_self_review(rule) for rule in reviews),
            waits=any(rule.key("type").text() != "branch_policy" for rule in rules),
            admins_bypass=row.has("can_admins_bypass") and row.key("can_admins_bypass").flag(),
            secrets=readable(partial(self._environment_secrets, name), "Environments: read"),
        )

    def _patterns(self, environment: str, policy: JsonValue) -> Iterator[tuple[str, str]]:
        """What may use an environment: ``branch`` or ``tag``, and the pattern of its name."""
        if not policy.key("custom_branch_policies").flag():
            return
        path = self._path(f"/environments/{environment}/deployment-branch-policies")
        for row in self.client.pages(path, "branch_policies"):
            kind = row.key("type").text() if row.has("type") else "branch"
            yield kind, row.key("name").text()

    def _environment_secrets(self, environment: str) -> frozenset[str]:
        return self._names(f"/environments/{environment}/secrets", "secrets")

    def _secrets(self) -> frozenset[str]:
        own = self._names("/actions/secrets", "secrets")
        try:
            return own | self._names("/actions/organization-secrets", "secrets")
        except ForgeError as error:
            if error.status == 404:  # a person's repository has none
                return own
            raise

    def _names(self, rest: str, key: str) -> frozenset[str]:
        return frozenset(self.client.rows(self._path(rest), lambda row: row.key("name").text(), key))

    def _variables(self) -> Mapping[str, str]:
        rows = self.client.rows(
            self._path("/actions/variables"),
            lambda row: (row.key("name").text(), row.key("value").text()),
            "variables",
        )
        return dict(rows)

    def _owners(self, branch: str) -> CodeOwners | None:
        for place in OWNERS_PLACES:
            try:
                answer = self.client.read(self._path(f"/contents/{place}"), ref=branch)
            except ForgeError as error:
                if error.status == 404:
                    continue
                raise
            with expect_fields("GET", self._path(f"/contents/{place}")):
                text = b64decode(answer.key("content").text()).decode("utf-8", "replace")
            errors = readable(partial(self._owner_errors, branch), "Contents: read")
            return CodeOwners(place, text, errors)
        return None

    def _owner_errors(self, branch: str) -> tuple[str, ...]:
        path = self._path("/codeowners/errors")
        answer = self.client.read(path, ref=branch)
        with expect_fields("GET", path):
            return tuple(
                f"line {row.key('line').count()}: {row.key('kind').text()}"
                for row in answer.key("errors").items()
            )

    def _workflow_token(self) -> WorkflowToken:
        path = self._path("/actions/permissions/workflow")
        answer = self.client.read(path)
        with expect_fields("GET", path):
            return WorkflowToken(
                writes=answer.key("default_workflow_permissions").text() != "read",
                approves=answer.key("can_approve_pull_request_reviews").flag(),
            )

    def _forks(self) -> ForkPolicy:
        path = self._path("/actions/permissions/fork-pr-workflows-private-repos")
        answer = self.client.read(path)
        with expect_fields("GET", path):
            return ForkPolicy(
                runs=answer.key("run_workflows_from_fork_pull_requests").flag(),
                gets_secrets=answer.key("send_secrets_and_variables").flag(),
                gets_writing_token=answer.key("send_write_tokens_to_workflows").flag(),
            )

    def _path(self, rest: str) -> str:
        return f"/repos/{self.repository}{rest}"


def _segment(name: str) -> str:
    return quote(name, safe="")


def _prevents_self_review(rule: JsonValue) -> bool:
    return rule.has("prevent_self_review") and rule.key("prevent_self_review").flag()
