"""A stand-in for the settings of a GitHub repository, as GitHub documents them; all are as they should be.

A workflow's token may not read what needs Administration, Secrets, Environments or Variables.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.forge.http_server import ForgeCall, ForgeReply, ForgeServer, serve_forge

REPOSITORY = "example/shop"

ADMIN_TOKEN, WORKFLOW_TOKEN = "ghp_of-an-administrator", "ghs_of-a-workflow"

OWNERS = """\
# Who owns what steers the pipeline.
/contacts/                 @example/shop-owners
/.github/                  @example/shop-owners
/reconcile.yaml            @example/shop-owners
/evance.capabilities.yaml  @example/shop-owners
/.reconcile/               @example/shop-owners
"""

CREDENTIAL = ("EVANCE_CLIENT_ID", "EVANCE_PRIVATE_KEY")

Row = dict[str, Any]


def protection() -> Row:
    """A branch protection with everything that the pipeline relies on."""
    return {
        "required_pull_request_reviews": {
            "required_approving_review_count": 1,
            "dismiss_stale_reviews": True,
            "require_code_owner_reviews": True,
            "require_last_push_approval": True,
        },
        "required_status_checks": {"contexts": ["plan / Validate", "plan / Planned", "review / Reviewed"]},
        "enforce_admins": {"enabled": True},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
    }


def ruleset() -> list[Row]:
    """The same as rules of a ruleset."""
    told = protection()
    reviews = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": True,
    }
    checks = [{"context": name} for name in told["required_status_checks"]["contexts"]]
    return [
        {"type": "pull_request", "ruleset_id": 7, "parameters": reviews},
        {"type": "required_status_checks", "ruleset_id": 7, "parameters": {"required_status_checks": checks}},
        {"type": "non_fast_forward", "ruleset_id": 7},
        {"type": "deletion", "ruleset_id": 7},
    ]


def environment(name: str, *secrets: str, main_only: bool = True, reviewed: bool = False) -> Row:
    """An environment as GitHub lists it, with what other endpoints tell of it under keys of our own."""
    reviewers = [{"type": "Team", "reviewer": {"slug": "shop-owners"}}]
    review = {"type": "required_reviewers", "prevent_self_review": True, "reviewers": reviewers}
    policy = {"protected_branches": False, "custom_branch_policies": True}
    return {
        "name": name,
        "can_admins_bypass": False,
        "protection_rules": [
            *([review] if reviewed else []),
            *([{"type": "branch_policy"}] if main_only else []),
        ],
        "deployment_branch_policy": policy if main_only else None,
        "patterns": [{"name": "main", "type": "branch"}] if main_only else [],
        "secrets": list(secrets),
    }


def environments_of(target: str) -> list[Row]:
    """The five of a target."""
    keyed = (*CREDENTIAL, "RECONCILE_JOURNAL_KEY")
    return [
        environment(f"reconcile-plan-{target}", *CREDENTIAL, main_only=False),
        environment(f"reconcile-preview-{target}", *keyed),
        environment(f"reconcile-approve-{target}", reviewed=True),
        environment(f"reconcile-apply-{target}", *keyed),
        environment(f"reconcile-clock-{target}", *keyed),
    ]


@dataclass
class FakeSettings:
    """The settings; a test changes them."""

    visibility: str = "private"
    protection: Any = field(default_factory=protection)
    rules: list[Row] = field(default_factory=list)
    bypass: list[Row] | None = field(default_factory=list)
    environments: list[Row] = field(default_factory=lambda: environments_of("local"))
    secrets: list[str] = field(default_factory=list)
    organization_secrets: list[str] | None = None
    variables: dict[str, str] = field(default_factory=lambda: {"RECONCILE_ENABLED": "true"})
    owners: dict[str, str] = field(default_factory=lambda: {".github/CODEOWNERS": OWNERS})
    owner_errors: list[Row] = field(default_factory=list)
    workflow_token: Row = field(
        default_factory=lambda: {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        }
    )
    forks: Row = field(
        default_factory=lambda: {
            "run_workflows_from_fork_pull_requests": True,
            "send_write_tokens_to_workflows": False,
            "send_secrets_and_variables": False,
        }
    )
    administrators: set[str] = field(default_factory=lambda: {ADMIN_TOKEN})
    workflows: set[str] = field(default_factory=lambda: {WORKFLOW_TOKEN})
    api: ForgeServer = field(init=False)

    def environment(self, name: str) -> Row:
        """An environment, to be changed."""
        return next(row for row in self.environments if row["name"] == name)

    def answer(self, call: ForgeCall) -> ForgeReply:
        """As GitHub answers: what a token may not read, by 403; what is not there, by 404."""
        token = call.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.administrators | self.workflows:
            return ForgeReply(401, {"message": "Bad credentials"})
        return self.told(call, administrator=token in self.administrators)

    def told(self, call: ForgeCall, *, administrator: bool = False) -> ForgeReply:
        """The answer to a token that is known."""
        for pattern, administrative, handler in self._routes():
            found = re.fullmatch(f"/repos/{REPOSITORY}{pattern}", call.path)
            if found and call.method == "GET":
                if administrative and not administrator:
                    return ForgeReply(403, {"message": "Resource not accessible by integration"})
                return handler(*found.groups())
        return ForgeReply(404, {"message": "Not Found"})

    def _routes(self) -> Iterator[tuple[str, bool, Callable[..., ForgeReply]]]:
        """Each path, whether it needs more than a workflow's token may be given, and its answer."""
        main = "/branches/main"
        yield "", False, lambda: _told({"default_branch": "main", "visibility": self.visibility})
        yield main, False, lambda: _told({"name": "main", "protected": bool(self.protection or self.rules)})
        yield f"{main}/protection", True, self._protection
        yield "/rules/branches/main", False, lambda: _told(self.rules)
        yield r"/rulesets/7", False, self._ruleset
        yield "/environments", False, lambda: _listed("environments", self.environments)
        yield r"/environments/([\w-]+)/deployment-branch-policies", False, self._patterns
        yield r"/environments/([\w-]+)/secrets", True, self._environment_secrets
        yield "/actions/secrets", True, lambda: _listed("secrets", _named(self.secrets))
        yield "/actions/organization-secrets", True, self._organization_secrets
        yield "/actions/variables", True, self._variables
        yield "/actions/permissions/workflow", True, lambda: _told(self.workflow_token)
        yield "/actions/permissions/fork-pr-workflows-private-repos", True, lambda: _told(self.forks)
        yield "/contents/(.+)", False, self._content
        yield "/codeowners/errors", False, lambda: _told({"errors": self.owner_errors})

    def _protection(self) -> ForgeReply:
        missing = ForgeReply(404, {"message": "Branch not protected"})
        return missing if self.protection is None else _told(self.protection)

    def _ruleset(self) -> ForgeReply:
        """Who may not change the ruleset is not told who bypasses it."""
        return _told({"id": 7, **({} if self.bypass is None else {"bypass_actors": self.bypass})})

    def _patterns(self, name: str) -> ForgeReply:
        return _listed("branch_policies", self.environment(name)["patterns"])

    def _environment_secrets(self, name: str) -> ForgeReply:
        return _listed("secrets", _named(self.environment(name)["secrets"]))

    def _organization_secrets(self) -> ForgeReply:
        if self.organization_secrets is None:
            return ForgeReply(404, {"message": "Not Found"})
        return _listed("secrets", _named(self.organization_secrets))

    def _variables(self) -> ForgeReply:
        rows = [{"name": name, "value": value} for name, value in self.variables.items()]
        return _listed("variables", rows)

    def _content(self, path: str) -> ForgeReply:
        if path not in self.owners:
            return ForgeReply(404, {"message": "Not Found"})
        return _told({"encoding": "base64", "content": b64encode(self.owners[path].encode()).decode()})


def _told(body: Any) -> ForgeReply:
    return ForgeReply(200, body)


def _listed(key: str, rows: list[Row]) -> ForgeReply:
    return ForgeReply(200, {"total_count": len(rows), key: rows})


def _named(names: list[str]) -> list[Row]:
    return [{"name": name} for name in names]


@contextmanager
def serve_settings() -> Iterator[FakeSettings]:
    """A stand-in that serves until the block ends."""
    fake = FakeSettings()
    with serve_forge(fake.answer) as fake.api:
        yield fake
