"""The language of ``reconcile.yaml``, as data: every key, what may stand there, and one line about it."""

import re

from reconcile.model.settings import AuthFlow, Privacy, TargetKind, UpdateMethod

from .apply_settings import APPLYING
from .containers import Key, KeyedMapping, ListOf, NamedMapping
from .declarations import MANAGE
from .scalars import Choice, Number, Pattern, Text

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
        Key(
            "contacts",
            ListOf("a list of contacts", Text("an e-mail, reference or id")),
            "E-mails, references, ids.",
        ),
    ),
)

GUARDS = KeyedMapping(
    "a mapping of guards",
    "How much one plan may do before apply refuses it.",
    (
        Key(
            "losing-access",
            KeyedMapping(
                "a mapping with 'contacts' and 'share'",
                "",
                (
                    Key("contacts", COUNT, "So many contacts may always lose a role."),
                    Key("share", SHARE, "Or this share of the declared contacts, where that is more."),
                    Key("hours", HOURS, "So far back earlier runs count, too (24)."),
                ),
                some=True,
            ),
            "Contacts that lose a role, or hold one for a shorter time than before.",
        ),
        Key("last-role", COUNT, "Contacts that lose their last role."),
        Key("last-holder", COUNT, "Roles that lose their last holder."),
        Key(
            "granting",
            KeyedMapping(
                "a mapping with 'roles' and 'contacts'",
                "",
                (
                    Key("roles", _ROLE_PATTERNS, "The privileged roles.", required=True),
                    Key("contacts", COUNT, "So many contacts may gain one of them."),
                ),
            ),
            "Contacts that gain a privileged role, or for a longer time than before.",
        ),
        Key("creating", COUNT, "Contacts that are created."),
        Key("shrunk", SHARE, "The share of live contacts that may be gone since the last run (20%)."),
        Key(
            "self",
            ListOf("a list of contacts", Text("an e-mail, reference or id")),
            "Contacts of the staff, which may lose no role.",
        ),
    ),
)

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
        Key("guards", GUARDS, GUARDS.about),
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
