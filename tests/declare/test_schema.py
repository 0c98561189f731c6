"""The JSON Schemas accept what the loader accepts, but for rules that no schema can say."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconcile.declare.loader import load_declarations
from reconcile.declare.rules import RULES
from reconcile.declare.schema.allowances import LiftableGuard, MovedAllow
from reconcile.declare.schema.configuration import configuration_json_schema, configuration_mapping
from reconcile.declare.schema.containers import Key, KeyedMapping, ListOf, NamedMapping, TextOrMapping
from reconcile.declare.schema.declarations import contact_mapping, declarations_json_schema, file_mapping
from reconcile.declare.schema.scalars import Choice, DateOrInstant, Flag, Identifier, Number
from reconcile.declare.schema.texts import Pattern, Text
from reconcile.declare.settings import read_settings
from reconcile.errors import DeclarationError
from reconcile.model.problem import Problem
from reconcile.model.settings import Policy

ROOT = Path(__file__).parent.parent.parent

IN_SCHEMA = {rule.id for rule in RULES.values() if rule.in_schema}

TEXTS = ("trade", "customer", "no", "2027", "x", " ", "", "<b>", "a < b", "Ærø", "long " * 41, "on: off # x")

DATES = (
    "2027-01-31", "2027-02-30", "2027-1-31", "soon", "2027-01-31T10:00:00Z", "2027-01-31T10:00:00",
    "2027-01-31T10:00:00.5+01:00", "20270131", "",
)  # fmt: skip

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        1.5,
        20270131,
        "",
        " ",
        "x",
        [],
        {},
        ["x"],
        [None],
        {"x": "y"},
        "a@b.example",
    ]
)

PATTERNED = {
    "an e-mail address": (
        "bob@example.com",
        "ann@example.com",
        "Bob@Example.com",
        "bob@example",
        "B <b@c.d>",
    ),
    "a country code": ("GB", "NO", "FR", "gb", "GBR", ""),
    "an Evance account": ("example.evance.me", "a.b.evance.me", "example.com", "evance.me", "x/y.evance.me"),
    "the address of a sandbox on this machine": ("http://127.0.0.1:8081", "http://localhost", "http://[::2]"),
    "a folder below this file": ("contacts/", "a/b", "a..b", "/x", "../x", "a/../b", ".", "./", ""),
    "a share": ("10%", "0%", "100%", "101%", "010%", "10"),
    "the digest of a plan": ("sha256:" + "0f" * 32, "0f" * 16, "sha256:x"),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a kind, mostly right; now and then anything."""
    if id(kind) not in MADE:
        MADE[id(kind)] = st.one_of(*[RIGHT[type(kind)](kind)] * 15, JUNK)
    return MADE[id(kind)]


FILE = file_mapping(contact_mapping())

MADE: dict[int, st.SearchStrategy[Any]] = {}

NAMES = st.sampled_from(["a", "sandbox", " "])


def mappings(record: KeyedMapping) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with the required keys and a few others, now and then without one or with a strange one."""
    asked = [key for key in record.keys if key.required]
    others = st.lists(st.sampled_from(record.keys), max_size=5, unique_by=lambda key: key.name)
    strange = st.sampled_from([()] * 9 + [(Key("strange", Text(), ""),)])
    return st.tuples(others, strange).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {key.name: values(key.schema) for key in (*asked, *chosen[0], *chosen[1])}
        )
    )


RIGHT: dict[type, Callable[[Any], st.SearchStrategy[Any]]] = {
    Text: lambda _: st.sampled_from(TEXTS),
    Pattern: lambda kind: st.sampled_from(PATTERNED[kind.noun]),
    Choice: lambda kind: st.sampled_from([str(word) for word in kind.words]),
    LiftableGuard: lambda kind: st.sampled_from([*kind.names.words, "protected", "last"]),
    MovedAllow: lambda _: st.sampled_from([[], [{"guard": "last-role", "ceiling": 1}], "x"]),
    Flag: lambda _: st.booleans(),
    Number: lambda kind: st.sampled_from([int(kind.low), int(kind.high), int(kind.high) + 1, 7, 1.5]),
    Identifier: lambda _: st.sampled_from([1, 13, 0, -1, "14", "014", "x"]),
    DateOrInstant: lambda _: st.sampled_from(DATES),
    ListOf: lambda kind: st.lists(values(kind.item), max_size=3),
    TextOrMapping: lambda kind: values(kind.text) | values(kind.mapping),
    NamedMapping: lambda kind: st.dictionaries(NAMES, values(kind.value), max_size=2),
    KeyedMapping: mappings,
}

CONTACT_IDENTITIES = st.sampled_from(
    [
        {"email": "bob@example.com"},
        {"id": 13},
        {"reference": "CRM-7"},
        {"email": "b@c.example", "reference": "R"},
    ]
)


@st.composite
def declarations(draw: st.DrawFn) -> Any:
    """Files of declarations; half of them with contacts that at least name somebody."""
    file = draw(values(FILE))
    if isinstance(file, dict) and isinstance(file.get("contacts"), list) and draw(st.booleans()):
        for contact in file["contacts"]:
            if isinstance(contact, dict):
                contact.update(draw(CONTACT_IDENTITIES))
    return file


@st.composite
def creations(draw: st.DrawFn) -> Any:
    """Files with one contact that is to be created or absent, complete or not."""
    contact = dict(draw(CONTACT_IDENTITIES))
    profile = draw(
        st.dictionaries(
            st.sampled_from(["firstname", "lastname", "company"]), st.sampled_from(["X", "", None])
        )
    )
    contact |= {"profile": profile} if profile else {}
    options: dict[str, list[Any]] = {
        "create": [True, False, "yes"],
        "type": ["user", "guest", "branch", "recipient", "hq"],
        "state": ["present", "absent"],
        "roles": [[], ["customer"]],
        "manage": [{"tags": "additive"}],
    }
    for key in draw(st.lists(st.sampled_from(sorted(options)), unique=True)):
        contact[key] = draw(st.sampled_from(options[key]))
    return {"contacts": [contact]}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One folder for all examples of this module."""
    with TemporaryDirectory() as name:
        (Path(name) / "contacts").mkdir()
        yield Path(name)


def loading_problems(document: Any, root: Path) -> list[Problem]:
    text = json.dumps(document, ensure_ascii=False)
    (root / "contacts" / "a.yaml").write_text(text, encoding="utf-8")
    try:
        load_declarations(root / "contacts", Policy(), root=root)
    except DeclarationError as error:
        return list(error.problems)
    return []


def configuration_problems(document: Any, root: Path) -> list[Problem]:
    (root / "reconcile.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return list(read_settings(root / "reconcile.yaml")[1])


def agree(document: Any, validator: Draft202012Validator, problems: list[Problem]) -> None:
    refused = [str(problem) for problem in problems if problem.rule in IN_SCHEMA]
    errors = [error.message for error in validator.iter_errors(document)]
    assert bool(refused) == bool(errors), (document, refused, errors)


DECLARATIONS = Draft202012Validator(declarations_json_schema())

SETTINGS = Draft202012Validator(configuration_json_schema())

MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(document=declarations() | creations())
def test_declarations_schema_and_loader_agree(document: Any, folder: Path) -> None:
    """The schema refuses a file exactly if the loader tells a rule that is marked as in the schema."""
    agree(document, DECLARATIONS, loading_problems(document, folder))


@MANY
@given(document=mappings(configuration_mapping()))
def test_configuration_schema_and_loader_agree(document: Any, folder: Path) -> None:
    """The same for reconcile.yaml."""
    agree(document, SETTINGS, configuration_problems(document, folder))


def test_the_generated_files_are_up_to_date() -> None:
    """The page of rules and the schemas in the package are those that the code makes."""
    done = subprocess.run(
        [sys.executable, "tools/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "schema", [declarations_json_schema(), configuration_json_schema()], ids=["declarations", "configuration"]
)
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    """Both are valid schemas of draft 2020-12, and every key is explained."""
    Draft202012Validator.check_schema(schema)
    assert list(unexplained(schema)) == []


def unexplained(schema: Any, path: str = "") -> Iterator[str]:
    """The properties without a line about them, conditions aside."""
    if isinstance(schema, list):
        for item in schema:
            yield from unexplained(item, path)
    if not isinstance(schema, dict):
        return
    for name, value in schema.get("properties", {}).items():
        if "description" not in value:
            yield f"{path}.{name}"
    for key, value in schema.items():
        if key not in ("allOf", "if", "then", "else"):
            yield from unexplained(value, f"{path}.{key}")


@pytest.mark.parametrize("path", sorted((ROOT / "contacts").rglob("*.yaml")), ids=lambda path: path.name)
def test_the_sample_declarations_are_valid(path: Path) -> None:
    """An editor finds nothing to complain about in the samples."""
    document = yaml.load(path.read_text(encoding="utf-8"), TextDates)
    assert [error.message for error in DECLARATIONS.iter_errors(document)] == []


def test_the_sample_configuration_is_valid() -> None:
    """Nor in the configuration."""
    document = yaml.load((ROOT / "reconcile.yaml").read_text(encoding="utf-8"), TextDates)
    assert [error.message for error in SETTINGS.iter_errors(document)] == []


class TextDates(yaml.SafeLoader):
    """YAML as editors read it: of 1.2, where a date is text."""


TextDates.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
