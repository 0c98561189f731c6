"""Every rule that declarations or the configuration can break, as one table.

A rule is added here; what it refuses, with an example that breaks it and one that keeps it, stands in
``rules.yaml``. The page of rules is made from both.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pkgutil import get_data

import yaml

from reconcile.model.problem import Severity
from reconcile.model.reports.rules import RuleArticle


class RuleScope(StrEnum):
    """What a rule is about, and so what its examples are."""

    CONTACTS = "a file of declarations"
    CONFIGURATION = "reconcile.yaml"
    FILES = "files and folders"
    ACCOUNT = "the declarations against the account"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``in_schema`` is True when the JSON Schema refuses it too, so that editors report it while somebody types.
    """

    id: str
    scope: RuleScope = RuleScope.CONTACTS
    in_schema: bool = False
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule refuses, in one line; a text that breaks it and one that keeps it.

    The texts are whole files, or words where no file can show it. ``settings`` is what ``reconcile.yaml``
    holds besides its version.
    """

    about: str
    wrong: str
    right: str
    settings: str = ""


@cache
def rule_texts() -> dict[str, RuleText]:
    """The text of every rule, by its id."""
    content = get_data("reconcile.declare", "rules.yaml") or b""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {rule: RuleText(**text) for rule, text in yaml.load(content, loader).items()}  # noqa: S506 - safe


# Rules of the YAML itself: a small part of YAML, so that a file means what it looks like.
NOT_UTF8 = Rule("not-utf8", RuleScope.FILES)
MERGE_CONFLICT = Rule("merge-conflict")
NOT_YAML = Rule("not-yaml")
TEMPLATE = Rule("template")
CONTROL_CHARACTER = Rule("control-character")
DIRECTIVE = Rule("yaml-directive")
SEVERAL_DOCUMENTS = Rule("several-documents")
TOO_DEEP = Rule("too-deep")
DUPLICATE_KEY = Rule("duplicate-key")
MERGE_KEY = Rule("merge-key")
COMPLEX_KEY = Rule("complex-key")
ANCHOR = Rule("yaml-anchor")
TAG = Rule("yaml-tag")

# Rules of files and folders.
NO_FOLDER = Rule("no-folder", RuleScope.FILES)
NO_CONTACTS = Rule("no-contacts", RuleScope.FILES)
LINK_OUTSIDE = Rule("link-outside", RuleScope.FILES)
UNREADABLE = Rule("unreadable", RuleScope.FILES)
FILE_NAME = Rule("file-name", RuleScope.FILES)
NO_CONFIGURATION = Rule("no-configuration", RuleScope.FILES)

# Rules of keys and values: what may stand where.
UNKNOWN_KEY = Rule("unknown-key", in_schema=True)
MISSING_KEY = Rule("missing-key", in_schema=True)
WRONG_TYPE = Rule("wrong-type", in_schema=True)
WRONG_VALUE = Rule("wrong-value", in_schema=True)
QUOTES = Rule("quotes", in_schema=True)
TOO_LONG = Rule("too-long", in_schema=True)
HTML = Rule("html", in_schema=True)
NOT_A_DATE = Rule("not-a-date", in_schema=True)
NO_SUCH_DATE = Rule("no-such-date")
EXPIRES_BEFORE_START = Rule("expires-before-start")
DUPLICATE_ITEM = Rule("duplicate-item")

# Rules of contacts and bundles: what keys of an entry, and entries of all files, ask of each other.
NO_IDENTITY = Rule("no-identity", in_schema=True)
DUPLICATE_CONTACT = Rule("duplicate-contact")
DUPLICATE_EMAIL = Rule("duplicate-email")
REFERENCE_MOVES = Rule("reference-moves")
ABSENT_WITH_MORE = Rule("absent-with-more", in_schema=True)
TYPE_WITHOUT_CREATE = Rule("type-without-create", in_schema=True)
CREATE_WITH_ID = Rule("create-with-id", in_schema=True)
CREATE_NEEDS = Rule("create-needs", in_schema=True)
CREATE_WITH_TWO_EMAILS = Rule("create-with-two-emails")
UNKNOWN_BUNDLE = Rule("unknown-bundle")
DUPLICATE_BUNDLE = Rule("duplicate-bundle", RuleScope.FILES)
BUNDLES_DISAGREE = Rule("bundles-disagree")
IGNORED_AND_DECLARED = Rule("ignored-and-declared")

# Rules of entries that lift a guard.
ALLOW_TARGET = Rule("allow-target", in_schema=True)
ALLOW_TOO_LONG = Rule("allow-too-long")

# Rules of the configuration beyond those of every file.
CREDENTIAL = Rule("credential", RuleScope.CONFIGURATION)
OUT_OF_RANGE = Rule("out-of-range", RuleScope.CONFIGURATION, in_schema=True)
UNFIT_KEY = Rule("unfit-key", RuleScope.CONFIGURATION, in_schema=True)
UNKNOWN_TARGET = Rule("unknown-target", RuleScope.CONFIGURATION)
UNKNOWN_TIMEZONE = Rule("unknown-timezone", RuleScope.CONFIGURATION)
MOVED_KEY = Rule("moved-key", RuleScope.CONFIGURATION, in_schema=True)
NESTED_FOLDERS = Rule("nested-folders", RuleScope.CONFIGURATION)

# Rules that only the account can tell: they are checked when a plan is made.
UNKNOWN_ROLE = Rule("unknown-role", RuleScope.ACCOUNT)
CONTACT_NOT_FOUND = Rule("contact-not-found", RuleScope.ACCOUNT)
CONTACT_AMBIGUOUS = Rule("contact-ambiguous", RuleScope.ACCOUNT)
CONTACT_CLAIMED_TWICE = Rule("contact-claimed-twice", RuleScope.ACCOUNT)

# Judgement rules: what can be done, yet is worth a second look. ``validate --strict`` makes them errors.
PAST_WINDOW = Rule("past-window", severity=Severity.WARNING)
FAR_EXPIRY = Rule("far-expiry", severity=Severity.WARNING)
UNUSED_BUNDLE = Rule("unused-bundle", severity=Severity.WARNING)
TAG_CASE = Rule("tag-case", severity=Severity.WARNING)
MISSING_REASON = Rule("missing-reason", severity=Severity.WARNING)
CONFLICTING_ROLES = Rule("conflicting-roles", severity=Severity.WARNING)
MANAGES_NOTHING = Rule("manages-nothing", severity=Severity.WARNING)
ALLOW_ENDED = Rule("allow-ended", severity=Severity.WARNING)
IDLE_PATTERN = Rule("idle-pattern", RuleScope.CONFIGURATION, severity=Severity.WARNING)
SKIPS_APPROVAL = Rule("skips-approval", RuleScope.ACCOUNT, severity=Severity.WARNING)

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(
        (value for value in list(globals().values()) if isinstance(value, Rule)), key=lambda rule: rule.id
    )
}
"""All rules by id, sorted."""


_IN_WORDS = (RuleScope.FILES, RuleScope.ACCOUNT)
"""Rules of these scopes have sentences as examples: no text of a file shows them."""


def articles() -> dict[str, RuleArticle]:
    """Every rule with its text, by its id; by what they are about, in the order of the scopes."""
    ordered = sorted(RULES.values(), key=lambda rule: list(RuleScope).index(rule.scope))
    return {rule.id: _article(rule) for rule in ordered}


def _article(rule: Rule) -> RuleArticle:
    text = rule_texts()[rule.id]
    return RuleArticle(
        id=rule.id,
        severity=rule.severity,
        scope=str(rule.scope),
        in_schema=rule.in_schema,
        in_words=rule.scope in _IN_WORDS,
        about=text.about,
        wrong=text.wrong,
        right=text.right,
        settings=text.settings,
    )
