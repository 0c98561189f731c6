"""Judgement rules: what can be done, yet is worth a second look. ``validate --strict`` makes them errors."""

from reconcile.model import Severity

from .rule import Rule, Where

PAST_WINDOW = Rule(
    "past-window",
    "A window that closed long ago (`warn: {past-window-days: 90}`): the entry says nothing any more.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2020-12-31}]",
    "contacts:\n  - email: bob@example.com\n    roles: []",
    severity=Severity.WARNING,
)

FAR_EXPIRY = Rule(
    "far-expiry",
    "An expiry further ahead than `warn: {far-expiry-months: …}` allows; nothing is too far without it.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2072-12-31}]",
    "contacts:\n  - email: bob@example.com\n    roles: [preview]",
    settings="warn: {far-expiry-months: 24}",
    severity=Severity.WARNING,
)

UNUSED_BUNDLE = Rule(
    "unused-bundle",
    "A bundle that no contact has.",
    "bundles:\n  trade: {tags: [trade]}\ncontacts:\n  - {email: bob@example.com, tags: [trade]}",
    "bundles:\n  trade: {tags: [trade]}\ncontacts:\n  - {email: bob@example.com, bundles: [trade]}",
    severity=Severity.WARNING,
)

TAG_CASE = Rule(
    "tag-case",
    "A tag that is spelt differently elsewhere; upper and lower case make no other tag.",
    "contacts:\n  - {email: ann@example.com, tags: [vip]}\n  - {email: bob@example.com, tags: [VIP]}",
    "contacts:\n  - {email: ann@example.com, tags: [vip]}\n  - {email: bob@example.com, tags: [vip]}",
    severity=Severity.WARNING,
)

MISSING_REASON = Rule(
    "missing-reason",
    "A role without a reason where `require: {reason: [...]}` asks for one.",
    "contacts:\n  - {email: bob@example.com, roles: [trade-account]}",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: trade-account, reason: Agreement}]",
    settings="require: {reason: [trade-*]}",
    severity=Severity.WARNING,
)

CONFLICTING_ROLES = Rule(
    "conflicting-roles",
    "Roles that exclude each other (`conflicts: [[…, …]]`) on one contact at the same time.",
    "contacts:\n  - {email: bob@example.com, roles: [trade-account, retail-only]}",
    "contacts:\n  - email: bob@example.com\n    roles:\n"
    "      - {reference: retail-only, expires: 2027-01-31}\n"
    "      - {reference: trade-account, starts: 2027-02-01}",
    settings="conflicts: [[trade-account, retail-only]]",
    severity=Severity.WARNING,
)

MANAGES_NOTHING = Rule(
    "manages-nothing",
    "A contact that declares nothing but who it is.",
    "contacts:\n  - email: bob@example.com",
    "contacts:\n  - email: bob@example.com\n    roles: [customer]",
    severity=Severity.WARNING,
)

SKIPS_APPROVAL = Rule(
    "skips-approval",
    "`status: active` for a role that asks for an e-mail verification or a manual approval.",
    "`{reference: trade-account, status: active}` where the account wants trade-account approved by hand.",
    "`trade-account`, and the approval in Evance.",
    Where.ACCOUNT,
    severity=Severity.WARNING,
)
