"""The part of ``reconcile.yaml`` that holds for applying alone: freezes, the kill switch, overrides."""

import re

from reconcile.model.guards import liftable_guards

from .containers import FromTable, Key, KeyedMapping, ListOf
from .dates import DateOrInstant
from .scalars import Choice, Flag, Number, Pattern, Text

DIGEST = Pattern(
    "the digest of a plan",
    re.compile(r"sha256:[0-9a-f]{64}", re.ASCII),
    "copy it from the plan, with 'sha256:' in front",
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

ALLOWANCE = KeyedMapping(
    "a mapping with 'guard', 'ceiling', 'digest' and 'reason'",
    "An override of one guard for one plan; it is spent once that plan is carried out.",
    (
        Key(
            "guard", FromTable(lambda: Choice(liftable_guards())), "The guard that is lifted.", required=True
        ),
        Key("ceiling", Number("a whole number, 1 or more", 1, 999_999_999), "How far.", required=True),
        Key("digest", DIGEST, "The digest of the approved plan that it is for.", required=True),
        Key("reason", Text("a reason"), "Why.", required=True),
    ),
)

APPLYING = KeyedMapping(
    "a mapping of settings for apply",
    "What holds for applying alone.",
    (
        Key("failures", Number("a whole number from 1", 1, 9_999), "Failures in a row that stop a run (5)."),
        Key("stop", Flag(), "The kill switch: true stops every apply before its first write."),
        Key("freeze", ListOf("a list of freezes", FREEZE), "Times in which nothing is applied."),
        Key("revoke-in-freeze", Flag(), "Whether changes that only revoke pass a freeze."),
        Key("allow", ListOf("a list of overrides", ALLOWANCE), "Overrides of guards, each for one plan."),
    ),
)
