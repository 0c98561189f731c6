"""The language of ``reconcile.yaml``, as data: every key, what may stand there, and one line about it."""

import re

from reconcile.model.ci.settings import DoctorInPreview
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.guards import GUARDS, Guard, SettingKind
from reconcile.model.settings import AuthFlow, OnUndeclared, Privacy, TargetKind, UpdateMethod

from .allowances import MovedAllow
from .containers import Key, KeyedMapping, ListOf, NamedMapping
from .declarations import MANAGE
from .scalars import Choice, DateOrInstant, Flag, JsonSchema, Number, ValueSchema
from .texts import Pattern, Text

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

ACCOUNT = Pattern(
    "an Evance account",
    re.compile(rf"({_LABEL}\.)+evance\.me", re.ASCII),
    "write its host, such as example.evance.me",
)

_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"

LOOPBACK = Pattern(
    "the address of a sandbox on this machine",
    re.compile(rf"http://(127\.0\.0\.1|localhost|\[::1\])(:({_PORT}))?/?", re.ASCII),
    "write something like http://127.0.0.1:8081",
)

FOLDER = Pattern(
    "a folder below this file",
    re.compile(r"(?!/)(?!(\./*)+$)(?!.*(^|/)\.\.(/|$))[^\\\x00-\x1f]+"),
    "write a relative path without '..', such as contacts/",
)


def _fraction(percentage: str) -> float:
    return int(percentage.removesuffix("%")) / 100


SHARE = Pattern(
    "a share", re.compile(r"(100|[1-9]?[0-9])%", re.ASCII), 'write per cent, such as "10%"', convert=_fraction
)

MONTHS = Number("a number of months from 1 to 1200", 1, 1200)

DAYS = Number("a number of days from 1 to 36500", 1, 36_500)

_ROLE_PATTERNS = ListOf("a list of role patterns, such as [staff-*]", Text("a role pattern"))

_CONTACTS = ListOf("a list of contacts", Text("an e-mail, reference or id"))

TARGET = KeyedMapping(
    "a mapping that describes a target",
    "One account to reconcile with.",
    (
        Key("kind", Choice(tuple(TargetKind)), "An Evance account, or a sandbox.", required=True),
        Key("account", ACCOUNT, "The account's host; only for kind evance."),
        Key("url", LOOPBACK, "Where a sandbox runs already; only for kind sandbox."),
        Key("contacts", FOLDER, "The folder of this target's declarations, instead of the common one."),
        Key(
            "rate",
            Number("a number of requests a second, above 0", 0.001, 1_000, whole=False),
            "Requests a second.",
        ),
        Key(
            "concurrency",
            Number("a whole number from 1 to 64", 1, 64),
            "Requests in flight at a time; without it rate times 1.6 seconds at a real account, at least 8.",
        ),
        Key("update_method", Choice(tuple(UpdateMethod)), "The verb of a contact update."),
        Key("auth", Choice(tuple(AuthFlow)), "How a token is asked for."),
    ),
    further_schema={
        "if": {"properties": {"kind": {"const": "evance"}}, "required": ["kind"]},
        "then": {"required": ["account"], "properties": {"url": False}},
        "else": {"properties": {"account": False}},
    },
)


def _item_patterns(facet: Facet) -> Key:
    spec = FACETS[facet]
    noun = f"a list of {spec.noun} patterns, such as [{spec.pattern}]"
    items = "role references" if facet is Facet.ROLES else facet.value
    return Key(facet.value, ListOf(noun, Text(f"a {spec.noun} pattern")), f"Patterns of {items}.")


IGNORE = KeyedMapping(
    "a mapping with " + " and ".join(f"'{facet}'" for facet in SETS),
    "What is never touched and always carried along (shell patterns).",
    tuple(map(_item_patterns, SETS)),
)

AUTHORITATIVE = KeyedMapping(
    "a mapping with " + " and ".join(f"'{facet}'" for facet in SETS),
    "What is revoked where nobody declares it, although 'manage' says additive (shell patterns).",
    tuple(map(_item_patterns, SETS)),
)

PROTECT = KeyedMapping(
    "a mapping with 'roles' and 'contacts'",
    "What no plan may touch.",
    (
        Key("roles", _ROLE_PATTERNS, "Patterns of role references."),
        Key("contacts", _CONTACTS, "E-mails, references, ids."),
    ),
)

_SETTINGS: dict[SettingKind, ValueSchema] = {
    SettingKind.COUNT: Number("a whole number, 0 or more", 0, 999_999_999),
    SettingKind.SHARE: SHARE,
    SettingKind.HOURS: Number("a number of hours from 0 to 8760", 0, 8_760),
    SettingKind.ROLES: _ROLE_PATTERNS,
    SettingKind.CONTACTS: _CONTACTS,
}


def guards_mapping() -> KeyedMapping:
    """The guards of the table that have settings."""
    keys = tuple(_guard(guard) for guard in GUARDS.values() if guard.settings)
    return KeyedMapping("a mapping of guards", "How much one plan may do before apply refuses it.", keys)


def _guard(guard: Guard) -> Key:
    """A single setting is the guard's own value, several stand in a mapping."""
    if not guard.mapping:
        (setting,) = guard.settings
        return Key(guard.name, _SETTINGS[setting.kind], guard.about)
    keys = tuple(
        Key(setting.key, _SETTINGS[setting.kind], setting.about, required=setting.required)
        for setting in guard.settings
    )
    optional = not any(setting.required for setting in guard.settings)
    return Key(guard.name, KeyedMapping(guard.mapping, "", keys, not_empty=optional), guard.about)


REQUIRE = KeyedMapping(
    "a mapping with 'reason'",
    "What a declaration must say.",
    (Key("reason", _ROLE_PATTERNS, "Grants of these roles must give a reason.", required=True),),
)

WARN = KeyedMapping(
    "a mapping of limits",
    "From when on a window is worth a warning.",
    (
        Key("far-expiry-months", MONTHS, "An expiry further ahead than this; no warning unless given."),
        Key("past-window-days", DAYS, "A window that closed longer ago than this (90)."),
    ),
)

FREEZE = KeyedMapping(
    "a mapping with 'starts', 'expires' and 'reason'",
    "A time in which nothing is applied.",
    (
        Key("starts", DateOrInstant(), "The first day or instant of the freeze.", required=True),
        Key("expires", DateOrInstant(), "Its last day, or the instant at which it ends.", required=True),
        Key("reason", Text("a reason"), "Why, as apply says it when it refuses.", required=True),
    ),
)


def apply_mapping() -> KeyedMapping:
    """The settings for apply."""
    failures = Number("a whole number from 1", 1, 9_999)
    return KeyedMapping(
        "a mapping of settings for apply",
        "What holds for applying alone.",
        (
            Key("failures", failures, "Failures in a row that stop a run (5)."),
            Key("stop", Flag(), "The kill switch: true stops every apply before its first write."),
            Key("freeze", ListOf("a list of freezes", FREEZE), "Times in which nothing is applied."),
            Key("revoke-in-freeze", Flag(), "Whether changes that only revoke pass a freeze."),
            Key("allow", MovedAllow(), "Stands in the declarations, beside 'contacts:'."),
        ),
    )


TARGET_NAME = Text("the name of a target")

TARGETS = NamedMapping("a mapping of targets", TARGET_NAME, TARGET, not_empty=True)

CI = KeyedMapping(
    "a mapping of settings for the pipeline",
    "What holds in a pipeline alone.",
    (
        Key(
            "require-review",
            Flag(),
            "Whether a plan counts only when somebody else approved it after it was made (true).",
        ),
        Key(
            "targets",
            ListOf("a list of targets, such as [shop]", TARGET_NAME, shortest=1),
            "The targets that the pipeline works on; else all but the embedded sandbox.",
        ),
        Key(
            "doctor",
            Choice(tuple(DoctorInPreview)),
            "What becomes of a preview where a forge's setting is wrong (warn).",
        ),
    ),
    not_empty=True,
)

_EXCLUSIVE_ROLES = ListOf("a list of two roles or more", Text("a role"), shortest=2)

CONFLICTS = ListOf("a list of lists of roles", _EXCLUSIVE_ROLES)


def configuration_mapping() -> KeyedMapping:
    """The whole of ``reconcile.yaml``."""
    guards, applying = guards_mapping(), apply_mapping()
    return KeyedMapping(
        "a mapping with 'version: 1'",
        "The configuration of reconcile.",
        (
            Key("version", Number("1", 1, 1), "The version of this language.", required=True),
            Key(
                "timezone",
                Text("a time zone, such as Europe/London"),
                "Where bare dates begin and end (UTC).",
            ),
            Key("contacts", FOLDER, "The folder of the declarations (contacts/)."),
            Key("target", TARGET_NAME, "The target that is used unless another is asked for."),
            Key("targets", TARGETS, "The accounts, by name."),
            Key("manage", MANAGE, MANAGE.about),
            Key("authoritative", AUTHORITATIVE, AUTHORITATIVE.about),
            Key("ignore", IGNORE, IGNORE.about),
            Key("protect", PROTECT, PROTECT.about),
            Key("guards", guards, guards.about),
            Key(
                "undeclared",
                Choice(tuple(OnUndeclared)),
                "Whether apply refuses a plan in which something is declared no longer that stays (tell).",
            ),
            Key("apply", applying, applying.about),
            Key("ci", CI, CI.about),
            Key("privacy", Choice(tuple(Privacy)), "Names and e-mails in what leaves the terminal."),
            Key("require", REQUIRE, REQUIRE.about),
            Key("conflicts", CONFLICTS, "Roles that nobody should hold at the same time."),
            Key("warn", WARN, WARN.about),
        ),
    )


def configuration_json_schema() -> JsonSchema:
    """The JSON Schema of ``reconcile.yaml``."""
    return configuration_mapping().json_schema_document("Configuration of reconcile")
