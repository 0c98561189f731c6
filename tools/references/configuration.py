"""The page of all keys of ``reconcile.yaml``, from the schema that the loader checks and its defaults."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconcile.declare.schema.configuration import configuration_mapping
from reconcile.declare.schema.containers import Key, KeyedMapping, ListOf, NamedMapping
from reconcile.declare.schema.scalars import ValueSchema
from reconcile.declare.target_settings import SANDBOX_RATE
from reconcile.model.facets import SETS
from reconcile.model.guards import GUARDS, GuardSetting, SettingKind
from reconcile.model.settings import Settings, Target, TargetKind
from tools.references.tables import table

INTRODUCTION = """\
# reconcile.yaml

Every key of the configuration, with its default. This page is made from the schema by `tools/generate.py`;
the same schema checks the file, and `reconcile schema configuration` prints it for editors. A key that is not
here is an error, which says the one that was probably meant. Dates are those of
[the declarations](../declarations.md); `since` is the version that first knew a key.

The smallest file is `version: 1`: then the declarations in `contacts/` are for the embedded sandbox.
"""

REQUIRED = "required"

NOTHING = "nothing"

_DEFAULTS = Settings()
_POLICY, _APPLYING, _WARN = _DEFAULTS.policy, _DEFAULTS.applying, _DEFAULTS.policy.judgement
_TARGET = Target("", TargetKind.EVANCE)


class Row(NamedTuple):
    """A key with the path that leads to it."""

    path: str
    key: Key


def configuration_page() -> str:
    """The page: the keys of the file, then those of each mapping in it."""
    top, *below = _mappings("", configuration_mapping())
    parts = [INTRODUCTION, "\n## The file\n\n", _keys(*top)]
    for path, mapping in below:
        parts.append(f"\n## {path}\n\n{mapping.about or f'It is {mapping.noun}.'}\n\n{_keys(path, mapping)}")
    return "".join(parts)


def _mappings(path: str, mapping: KeyedMapping) -> Iterator[tuple[str, KeyedMapping]]:
    """The mapping and all below it, each with its path; `NAME` is a name of the user's own, `[]` an item."""
    yield path, mapping
    for key in mapping.keys:
        inner, schema = _inside(_joined(path, key.name), key.schema)
        if isinstance(schema, KeyedMapping):
            yield from _mappings(inner, schema)


def _inside(path: str, schema: ValueSchema) -> tuple[str, ValueSchema]:
    match schema:
        case NamedMapping():
            return f"{path}.NAME", schema.value
        case ListOf():
            return f"{path}[]", schema.item
        case _:
            return path, schema


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _keys(path: str, mapping: KeyedMapping) -> str:
    rows = [_row(Row(_joined(path, key.name), key)) for key in mapping.keys]
    return table(("key", "takes", "default", "meaning", "since"), rows)


def _row(row: Row) -> tuple[str, ...]:
    default = REQUIRED if row.key.required else defaults()[row.path]
    about = row.key.about.removesuffix(f" ({default}).")
    about = about if about.endswith(".") else f"{about}."
    return f"`{row.path.rpartition('.')[2]}`", row.key.schema.noun, default, about, row.key.since


def defaults() -> Mapping[str, str]:
    """What holds for each key that is not required, where it is not written; by path."""
    return _OF_THE_FILE | dict(_of_sets()) | dict(_of_guards())


_OF_THE_FILE = {
    "timezone": _POLICY.timezone,
    "contacts": _DEFAULTS.contacts,
    "target": f"`{_DEFAULTS.target}`, or the only one",
    "targets": f"`{_DEFAULTS.target}`, of kind {_DEFAULTS.targets[0].kind}",
    "targets.NAME.account": f"{REQUIRED} for kind {TargetKind.EVANCE}",
    "targets.NAME.url": "the embedded sandbox",
    "targets.NAME.contacts": "`contacts` of the file",
    "targets.NAME.rate": f"{_TARGET.rate:g}; for a sandbox {SANDBOX_RATE:g}",
    "targets.NAME.concurrency": str(_TARGET.concurrency),
    "targets.NAME.update_method": _TARGET.update_method.value,
    "targets.NAME.auth": _TARGET.auth.value,
    "protect": NOTHING,
    "protect.roles": NOTHING,
    "protect.contacts": NOTHING,
    "guards": "the defaults below",
    "undeclared": _POLICY.undeclared.value,
    "apply": "the defaults below",
    "apply.failures": str(_APPLYING.failures),
    "apply.stop": str(_APPLYING.stopped).lower(),
    "apply.freeze": NOTHING,
    "apply.revoke-in-freeze": str(_APPLYING.revoke_in_freeze).lower(),
    "apply.allow": NOTHING,
    "ci": "the defaults below",
    "ci.require-review": str(_DEFAULTS.ci.require_review).lower(),
    "ci.targets": "all but the embedded sandbox",
    "ci.doctor": _DEFAULTS.ci.doctor.value,
    "privacy": _DEFAULTS.privacy.value,
    "require": NOTHING,
    "conflicts": NOTHING,
    "warn": "the defaults below",
    "warn.far-expiry-months": "no warning"
    if _WARN.far_expiry_months is None
    else str(_WARN.far_expiry_months),
    "warn.past-window-days": str(_WARN.past_window_days),
}


def _of_sets() -> Iterator[tuple[str, str]]:
    yield "manage", "authoritative for both"
    for facet in SETS:
        yield f"manage.{facet}", _POLICY.mode(facet).value
    for name in ("authoritative", "ignore"):
        yield name, NOTHING
        yield from ((f"{name}.{facet}", NOTHING) for facet in SETS)


def _of_guards() -> Iterator[tuple[str, str]]:
    for guard in GUARDS.values():
        if guard.mapping:
            yield f"guards.{guard.name}", "the defaults below"
        for setting in guard.settings:
            path = f"guards.{guard.name}"
            yield _joined(path, setting.key) if guard.mapping else path, _written(setting)


def _written(setting: GuardSetting[Any]) -> str:
    match setting.kind:
        case SettingKind.SHARE:
            return f"{setting.default:.0%}"
        case SettingKind.COUNT | SettingKind.HOURS:
            return str(setting.default)
        case _:
            return NOTHING
