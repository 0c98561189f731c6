"""Every rule that declarations or the configuration can break, as one table: its id and what it refuses.

A rule is added here, with its examples in ``rule_examples.yaml``; the page of rules is made from both.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

from reconcile.model.problem import Severity


class RuleScope(StrEnum):
    """What a rule is about, and so what its examples are."""

    CONTACTS = "a file of declarations"
    CONFIGURATION = "reconcile.yaml"
    FILES = "files and folders"
    ACCOUNT = "the declarations against the account"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``about`` is one line on what it refuses.

    ``in_schema`` is True when the JSON Schema refuses it too, so that editors report it while somebody types.
    """

    id: str
    about: str
    scope: RuleScope = RuleScope.CONTACTS
    in_schema: bool = False
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A text that breaks a rule and one that keeps it: whole files, or words where no file can show it.

    ``settings`` is what ``reconcile.yaml`` holds besides its version.
    """

    wrong: str
    right: str
    settings: str = ""


@cache
def _examples() -> dict[str, RuleExample]:
    text = files(__package__).joinpath("rule_examples.yaml").read_text(encoding="utf-8")
    return {rule: RuleExample(**example) for rule, example in yaml.safe_load(text).items()}


def example_of(rule: Rule) -> RuleExample:
    """The example of a rule."""
    return _examples()[rule.id]


# Rules of the YAML itself: a small part of YAML, so that a file means what it looks like.
NOT_UTF8 = Rule("not-utf8", "A file that is not UTF-8.", RuleScope.FILES)

NOT_YAML = Rule("not-yaml", "A file that is not YAML.")

CONTROL_CHARACTER = Rule(
    "control-character",
    "A control character, an invisible one, or one that changes the reading order; a line break or tab in a"
    " value of one line.",
)

DIRECTIVE = Rule("yaml-directive", "A YAML directive.")

SEVERAL_DOCUMENTS = Rule("several-documents", "A second YAML document in a file.")

TOO_DEEP = Rule("too-deep", "Lists and mappings nested deeper than 16 levels.")

DUPLICATE_KEY = Rule("duplicate-key", "A key that stands twice in one mapping.")

MERGE_KEY = Rule("merge-key", "A YAML merge key.")

COMPLEX_KEY = Rule("complex-key", "A list or a mapping as a key.")

ANCHOR = Rule("yaml-anchor", "A YAML anchor or alias.")

TAG = Rule("yaml-tag", "A YAML tag.")

# Rules of files and folders.
NO_FOLDER = Rule("no-folder", "A contacts folder that does not exist.", RuleScope.FILES)

NO_CONTACTS = Rule(
    "no-contacts",
    "A folder in which no file declares a contact: most likely the files were moved.",
    RuleScope.FILES,
)

LINK_OUTSIDE = Rule(
    "link-outside",
    "A symbolic link that leads out of the contacts folder, or a contacts folder that lies outside of the"
    " configuration's own.",
    RuleScope.FILES,
)

UNREADABLE = Rule(
    "unreadable",
    "A file or folder that can't be read, or something that is no regular file.",
    RuleScope.FILES,
)

NO_CONFIGURATION = Rule("no-configuration", "No configuration file.", RuleScope.FILES)

# Rules of keys and values: what may stand where.
UNKNOWN_KEY = Rule("unknown-key", "A key that the language does not have.", in_schema=True)

MISSING_KEY = Rule("missing-key", "A mapping or list without what it needs.", in_schema=True)

WRONG_TYPE = Rule("wrong-type", "A value of another kind than the key takes, or none at all.", in_schema=True)

WRONG_VALUE = Rule("wrong-value", "A word that the key does not take.", in_schema=True)

QUOTES = Rule(
    "quotes",
    "A word without quotes that YAML readers take for a number, a boolean, a date or nothing.",
    in_schema=True,
)

TOO_LONG = Rule("too-long", "A text that is longer than the account takes.", in_schema=True)

HTML = Rule("html", "HTML where the account takes none.", in_schema=True)

NOT_A_DATE = Rule(
    "not-a-date", "Something else than a day (YYYY-MM-DD) or a date-time with offset.", in_schema=True
)

NO_SUCH_DATE = Rule("no-such-date", "A day or time that the calendar does not have.")

EXPIRES_BEFORE_START = Rule("expires-before-start", "A window that ends before it begins.")

DUPLICATE_ITEM = Rule(
    "duplicate-item",
    "A role, tag or bundle that stands twice in one list; tags that differ by case or blanks are the same.",
)

# Rules of contacts and bundles: what keys of an entry, and entries of all files, ask of each other.
NO_IDENTITY = Rule("no-identity", "A contact without e-mail, reference and id.", in_schema=True)

DUPLICATE_CONTACT = Rule("duplicate-contact", "A contact that is declared twice, in one file or in two.")

REFERENCE_MOVES = Rule(
    "reference-moves",
    "A change of the reference by which the contact is found: the next plan would not find it.",
)

ABSENT_WITH_MORE = Rule(
    "absent-with-more", "A contact with 'state: absent' that is to have something.", in_schema=True
)

TYPE_WITHOUT_CREATE = Rule(
    "type-without-create", "A type for a contact that is not to be created.", in_schema=True
)

CREATE_WITH_ID = Rule(
    "create-with-id", "An id for a contact that is to be created: the account gives it.", in_schema=True
)

CREATE_NEEDS = Rule(
    "create-needs",
    "A contact to be created without what its type needs: type and e-mail; names for user and guest, company"
    " for branch; a reference for all but user, since only users are found again by their e-mail.",
    in_schema=True,
)

CREATE_WITH_TWO_EMAILS = Rule(
    "create-with-two-emails", "Two different addresses for a contact to be created."
)

UNKNOWN_BUNDLE = Rule("unknown-bundle", "A bundle that no file has.")

DUPLICATE_BUNDLE = Rule("duplicate-bundle", "A bundle name that two files have.", RuleScope.FILES)

BUNDLES_DISAGREE = Rule(
    "bundles-disagree", "Two bundles of a contact that give one role or tag with different status or window."
)

IGNORED_AND_DECLARED = Rule(
    "ignored-and-declared", "A role or tag that is declared although the configuration ignores it."
)

# Rules of the configuration beyond those of every file.
CREDENTIAL = Rule(
    "credential",
    "A credential: it belongs into the environment, never into a file under Git.",
    RuleScope.CONFIGURATION,
)

OUT_OF_RANGE = Rule(
    "out-of-range", "A number outside of its limits.", RuleScope.CONFIGURATION, in_schema=True
)

UNFIT_KEY = Rule(
    "unfit-key",
    "A key that the target's kind does not take: url for an account, account for a sandbox.",
    RuleScope.CONFIGURATION,
    in_schema=True,
)

UNKNOWN_TARGET = Rule(
    "unknown-target",
    "A default target that is none of the targets, or none at all where there are several.",
    RuleScope.CONFIGURATION,
)

UNKNOWN_TIMEZONE = Rule(
    "unknown-timezone", "A time zone that the IANA database does not have.", RuleScope.CONFIGURATION
)

NESTED_FOLDERS = Rule(
    "nested-folders",
    "A target's folder within the folder of another target, whose contacts both would get.",
    RuleScope.CONFIGURATION,
)

# Rules that only the account can tell: they are checked when a plan is made.
UNKNOWN_ROLE = Rule(
    "unknown-role", "A role that the account does not have; spelling counts to the letter.", RuleScope.ACCOUNT
)

CONTACT_NOT_FOUND = Rule(
    "contact-not-found",
    "A declaration whose contact the account does not have, without `create: true`.",
    RuleScope.ACCOUNT,
)

CONTACT_AMBIGUOUS = Rule(
    "contact-ambiguous", "A declaration that fits more than one contact.", RuleScope.ACCOUNT
)

CONTACT_MISMATCH = Rule(
    "contact-mismatch",
    "A declaration whose contact has another e-mail or reference than it says.",
    RuleScope.ACCOUNT,
)

CONTACT_CLAIMED_TWICE = Rule(
    "contact-claimed-twice", "Two declarations that turn out to mean one contact.", RuleScope.ACCOUNT
)

# Judgement rules: what can be done, yet is worth a second look. ``validate --strict`` makes them errors.
PAST_WINDOW = Rule(
    "past-window",
    "A window that closed long ago (`warn: {past-window-days: 90}`): the entry says nothing any more.",
    severity=Severity.WARNING,
)

FAR_EXPIRY = Rule(
    "far-expiry",
    "An expiry further ahead than `warn: {far-expiry-months: …}` allows; nothing is too far without it.",
    severity=Severity.WARNING,
)

UNUSED_BUNDLE = Rule("unused-bundle", "A bundle that no contact has.", severity=Severity.WARNING)

TAG_CASE = Rule(
    "tag-case",
    "A tag that is spelt differently elsewhere; upper and lower case make no other tag.",
    severity=Severity.WARNING,
)

MISSING_REASON = Rule(
    "missing-reason",
    "A role without a reason where `require: {reason: [...]}` asks for one.",
    severity=Severity.WARNING,
)

CONFLICTING_ROLES = Rule(
    "conflicting-roles",
    "Roles that exclude each other (`conflicts: [[…, …]]`) on one contact at the same time.",
    severity=Severity.WARNING,
)

MANAGES_NOTHING = Rule(
    "manages-nothing", "A contact that declares nothing but who it is.", severity=Severity.WARNING
)

SKIPS_APPROVAL = Rule(
    "skips-approval",
    "`status: active` for a role that asks for an e-mail verification or a manual approval.",
    RuleScope.ACCOUNT,
    severity=Severity.WARNING,
)

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(
        (value for value in list(globals().values()) if isinstance(value, Rule)), key=lambda rule: rule.id
    )
}
"""All rules by id, sorted."""
