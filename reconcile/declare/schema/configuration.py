"""The language of ``reconcile.yaml``, as data: every key, what may stand there, and one line about it."""

import re

from reconcile.model.guards import GUARDS, Guard, SettingKind
from reconcile.model.settings import AuthFlow, Privacy, TargetKind, UpdateMethod

from .apply_settings import APPLYING
from .containers import FromTable, Key, KeyedMapping, ListOf, NamedMapping
from .declarations import MANAGE
from .scalars import Choice, Number, Pattern, Text, ValueSchema

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

SHARE = Pattern("a share", re.compile(r"(100|[1-9]?[0-9])%", re.ASCII), 'write per cent, such as "10%"')

COUNT = Number("a whole number, 0 or more", 0, 999_999_999)

MONTHS = Number("a number of months from 1 to 1200", 1, 1200)

HOURS = Number("a number of hours from 0 to 8760", 0, 8_760)

DAYS = Number("a number of days from 1 to 36500", 1, 36_500)

_ROLE_PATTERNS = ListOf("a list of role patterns, such as [staff-*]", Text("a role pattern"))

_CONTACTS = ListOf("a list of contacts", Text("an e-mail, reference or id"))

_TAG_PATTERNS = ListOf('a list of tag patterns, such as ["auto:*"]', Text("a tag pattern"))

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
        Key("concurrency", Number("a whole number from 1 to 64", 1, 64), "Requests in flight at a time."),
        Key("update_method", Choice(tuple(UpdateMethod)), "The verb of a contact update."),
        Key("auth", Choice(tuple(AuthFlow)), "How a token is asked for."),
    ),
    also={
        "if": {"properties": {"kind": {"const": "evance"}}, "required": ["kind"]},
        "then": {"required": ["account"], "properties": {"url": False}},
        "else": {"properties": {"account": False}},
    },
)

IGNORE = KeyedMapping(
    "a mapping with 'roles' and 'tags'",
    "What is never touched and always carried along (shell patterns).",
    (
        Key("roles", _ROLE_PATTERNS, "Patterns of role references."),
        Key("tags", _TAG_PATTERNS, "Patterns of tags."),
    ),
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
    SettingKind.COUNT: COUNT,
    SettingKind.SHARE: SHARE,
    SettingKind.HOURS: HOURS,
    SettingKind.ROLES: _ROLE_PATTERNS,
    SettingKind.CONTACTS: _CONTACTS,
}


def _guard_settings() -> ValueSchema:
    keys = tuple(_guard(guard) for guard in GUARDS.values() if guard.settings)
    return KeyedMapping("a mapping of guards", "", keys)


def _guard(guard: Guard) -> Key:
    """One setting stands for the guard itself, several stand in a mapping."""
    if not guard.mapping:
        (setting,) = guard.settings
        return Key(guard.name, _SETTINGS[setting.kind], guard.about)
    keys = tuple(
        Key(setting.key, _SETTINGS[setting.kind], setting.about, required=setting.required)
        for setting in guard.settings
    )
    some = not any(setting.required for setting in guard.settings)
    return Key(guard.name, KeyedMapping(guard.mapping, "", keys, some=some), guard.about)


GUARD_SETTINGS = FromTable(_guard_settings)

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

CONFIGURATION = KeyedMapping(
    "a mapping with 'version: 1'",
    "The configuration of reconcile.",
    (
        Key("version", Number("1", 1, 1), "The version of this language.", required=True),
        Key("timezone", Text("a time zone, such as Europe/London"), "Where bare dates begin and end (UTC)."),
        Key("contacts", FOLDER, "The folder of the declarations (contacts/)."),
        Key("target", Text("the name of a target"), "The target that is used unless another is asked for."),
        Key(
            "targets",
            NamedMapping("a mapping of targets", Text("the name of a target"), TARGET, some=True),
            "The accounts, by name.",
        ),
        Key("manage", MANAGE, MANAGE.about),
        Key("ignore", IGNORE, IGNORE.about),
        Key("protect", PROTECT, PROTECT.about),
        Key("guards", GUARD_SETTINGS, "How much one plan may do before apply refuses it."),
        Key("apply", APPLYING, APPLYING.about),
        Key("privacy", Choice(tuple(Privacy)), "Names and e-mails in what leaves the terminal."),
        Key("require", REQUIRE, REQUIRE.about),
        Key(
            "conflicts",
            ListOf(
                "a list of lists of roles", ListOf("a list of two roles or more", Text("a role"), shortest=2)
            ),
            "Roles that nobody should hold at the same time.",
        ),
        Key("warn", WARN, WARN.about),
    ),
)
