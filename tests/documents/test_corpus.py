"""Our own documents as they stood before they had one codec: what was judged then is judged alike today.

The corpus in ``tests/cases/documents`` was frozen from commit f6c80f3, whose code wrote the documents and
gave the verdicts. It is never written anew: a verdict that changes is a change of behaviour, to be argued
for by itself.

- ``plans/``, ``drift/``, ``contacts/``, ``operations/``: documents that load; beside each folder ``*.json``
  says of each what is written after loading, ``itself`` or the first digits of the SHA-256 of what is.
- ``*.invalid.json``: a change each, of one of those documents: the value ``at`` a path is ``set`` or taken
  away (``remove``); then whether the schema takes it (plans only), whether it ``loads``, and the ``error``.
- ``explanations/``, ``timelines/``: documents that are only written.
- ``raw/``: files that are none, and what the command line says of them (``raw.json``).
- ``journals/``: folders of journals as ``apply`` wrote them, and what is read from them (``journals.json``);
  ``journals.mutated.json`` changes one line at a time.
- ``schemas.json``: what the schemas of declarations and configuration say of the cases of ``declare``; in
  ``schemas/`` a whole document of each, and what they say of changes of it.

The ``digest`` of a plan is no verdict any more: it covers what a plan does, and not when it was made.

In recorded output ``…`` stands for what depends on the machine or on the version of Python.
"""

import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconcile import __version__
from reconcile.cli.command_line import main
from reconcile.clock import utc_text
from reconcile.declare.schema.configuration import configuration_json_schema
from reconcile.declare.schema.declarations import declarations_json_schema
from reconcile.documents.codec import decode, encode, encode_text
from reconcile.documents.explanation import ExplanationDocument
from reconcile.documents.items import ContactSnapshot
from reconcile.documents.json_text import JsonValue, json_text
from reconcile.documents.plan import OperationDocument, plan_document, plan_from_document
from reconcile.documents.plan import plan_schema as plan_json_schema
from reconcile.documents.reports import TimelineDocument, drift_from_document, drift_json
from reconcile.journal.hash_chain import BrokenChain, HashChain
from reconcile.journal.history import RunHistory, run_history
from reconcile.journal.journaled_run import JournaledRun, read_run
from reconcile.journal.lineage import read_runs
from reconcile.model.result import Outcome
from tests.declare.test_cases import NAMES as DECLARED
from tests.declare.test_cases import read as declared_case
from tests.declare.test_schema import TextDates
from tests.plan.test_explain_cases import explained as explained_case
from tests.support.pages.hostile_plan import before
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.plans.explanation_samples import coming, explained, unmanaged

CORPUS = Path(__file__).parent.parent / "cases" / "documents"


# --- All that names the code under test. What changes its names changes these functions and nothing else. ---
def load_plan(document: Any) -> Any:
    """The plan of a document; ValueError when it is none."""
    return plan_from_document(document)


WORD_SINCE = ", done by a run"
"""A cause of drift that is named among the others since version 1.1."""

ADDED_SINCE = {"scope": None, "scheduled": [], "withheld": [], "undeclared": [], "set_aside": [], "allow": []}
"""Keys that plans had not got then, and what they say where there is nothing to say."""


def as_before(document: dict[str, Any]) -> dict[str, Any]:
    """A plan without the keys that were added since, where they say nothing."""
    return {key: value for key, value in document.items() if ADDED_SINCE.get(key, object()) != value}


def write_plan(plan: Any) -> str:
    """The text of a plan's file."""
    return json_text(as_before(plan_document(plan)))


def load_drift(document: Any) -> Any:
    """The drift of a document; ValueError when it is none."""
    return drift_from_document(document)


def write_drift(drift: Any) -> str:
    """The text of a file of drift, without what differences tell since version 1.1."""
    document = json.loads(drift_json(drift))
    for difference in document["differences"]:
        assert difference.pop("last_known") is None
        difference.pop("event")
    return json_text({**document, "format_version": "1.0", "plan": as_before(document["plan"])})


def load_contact(document: Any) -> Any:
    """The contact of an image in a journal; ValueError when it is none."""
    return decode(ContactSnapshot, JsonValue(document))


def write_contact(contact: Any) -> str:
    """The image of a contact, as text."""
    return written(encode(ContactSnapshot, contact))


def load_operation(document: Any) -> Any:
    """The operation of a journal's line; ValueError when it is none."""
    return decode(OperationDocument, JsonValue(document))


def write_operation(operation: Any) -> str:
    """An operation of a journal's line, as text."""
    return written(encode(OperationDocument, operation))


def write_explanation(explanation: Any) -> str:
    """The text of an explanation in JSON, without what would lift a guard, which was not told then."""
    document = encode(ExplanationDocument, explanation)
    for verdict in document["refused"]:
        verdict.pop("to_allow", None)
    return json_text(document)


def write_timeline(timeline: Any) -> str:
    """The text of a timeline in JSON."""
    return encode_text(TimelineDocument, timeline)


def plan_schema() -> Any:
    """The JSON Schema of plans."""
    return plan_json_schema()


def declarations_schema() -> Any:
    """The JSON Schema of files of declarations."""
    return declarations_json_schema()


def configuration_schema() -> Any:
    """The JSON Schema of the configuration."""
    return configuration_json_schema()


def append_lines(path: Path, lines: list[tuple[str, Any]]) -> None:
    """Write a journal anew of kinds and contents."""
    chain = HashChain(path)
    for kind, content in lines:
        chain.append(kind, content)
    chain.close()


def lines_of(path: Path) -> list[tuple[str, Any]]:
    """The kinds and contents of a journal's lines."""
    return [(line.kind, line.content) for line in read_run(path).lines]


def records(folder: Path) -> dict[str, Any]:
    """What is read of each run in a folder."""
    return {record.name: _record(record) for record in read_runs(folder)}


def _record(record: JournaledRun) -> dict[str, Any]:
    return {
        "account": record.account,
        "begun_at": utc_text(record.begun_at) if record.begun_at else None,
        "ended": record.ended,
        "complete": record.complete,
        "due": record.due,
        "lines": [line.kind for line in record.lines],
        "own": len(record.own),
        "in_doubt": [intent.key for intent in record.in_doubt],
        "effective": {key: len(writes) for key, writes in record.effective_writes.items()},
    }


def accounts(found: dict[str, Any]) -> list[str]:
    """The accounts of the runs that were read."""
    return sorted({record["account"] for record in found.values()})


def spent(history: RunHistory) -> list[dict[str, str]]:
    """The overrides that runs of earlier versions noted, of plans that were carried out."""
    begun = [(run, line) for run in history.runs if (line := run.begun)]
    done = {line.approved for run, line in begun if run.complete}
    used = (override for run, line in begun if run.effective_writes for override in line.allowances)
    return [{"digest": one.digest, "guard": one.guard} for one in used if one.digest in done]


def past(folder: Path, account: str) -> dict[str, Any]:
    """What the runs of a folder tell together of an account."""
    found = run_history(folder, account)
    remembered = found.read_remembered()
    standing = remembered.unrecorded
    return {
        "contacts_before": found.contacts_before,
        "spent": spent(found),
        "lost": sorted(found.recent_losses(datetime(2100, 1, 1, tzinfo=UTC), hours=100 * 365 * 24), key=str),
        "standing": standing
        and {
            "run": standing.run,
            "at": utc_text(standing.at),
            "declarations": standing.declarations,
            "config": standing.config,
            "complete": standing.complete,
            "settled": sorted(standing.settled, key=str),
        },
        "written": sorted(([*item, utc_text(at)] for item, at in written_items(found).items()), key=str),
    }


def written_items(history: RunHistory) -> dict[tuple[str | None, str, str], datetime]:
    """By contact, facet and item, when the run began that wrote and confirmed it last."""
    return {
        (intent.contact, step.facet.value, step.item): run.begun_at
        for run in history.unretired
        for intent in run.intents
        if intent.contact in run.contacts(Outcome.APPLIED) and run.begun_at
        for step in intent.steps()
    }


def history_as_then(folder: Path, *names: str) -> dict[str, Any]:
    """What ``history`` says of runs, in the words of then: its JSON tells all that they told."""
    said = call("history", *names, "--format", "json", folder=folder)
    if "stdout" not in said:
        return said
    told = json.loads(said["stdout"])
    lines = run_as_then(told["run"]) if names else map(line_as_then, told["runs"])
    return {**said, "stdout": "".join(f"{line}\n" for line in lines)}


def line_as_then(run: dict[str, Any]) -> str:
    outcomes = [contact["outcome"] for contact in run["contacts"] if contact["outcome"]]
    counts = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in sorted(set(outcomes)))
    ended = "   cut off" if run["ending"] == "cut off" and run["stopped"] is None else ""
    retired = "   retired" if run["retired"] else ""
    accepted = "   losses acknowledged" if run["acknowledged"] else ""
    return f"{run['run']}   {run['account']}   {counts or 'nothing written'}{ended}{retired}{accepted}"


def run_as_then(run: dict[str, Any]) -> Iterator[str]:
    yield line_as_then(run)
    yield f"plan {run['plan'] or 'unknown'}"
    contacts = [{"name": row["contact"]["id"] or "(new)", **row} for row in run["contacts"]]
    yield from (f"contact {row['name']}: {row['outcome']}" for row in contacts if row["outcome"])
    for row in contacts:
        if row["lost"]:
            yield f"contact {row['name']}: lost {', '.join('role ' + lost['item'] for lost in row['lost'])}"


def call(*arguments: str, folder: Path) -> dict[str, Any]:
    """Call the command line in a folder; how it exits and what it says there."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith(("EVANCE_", "RECONCILE_"))]:
            patch.delenv(name)
        patch.delenv("CI", raising=False)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    said = {"stdout": out.getvalue(), "stderr": err.getvalue()}
    found = {name: _everywhere(text, folder) for name, text in said.items() if text}
    return {"exit": int(ended.value.code or 0), **found}


# --- From here on nothing names the code under test. ---
CONFIGURATION = """\
version: 1
timezone: Europe/London
target: local
targets:
  local: {kind: sandbox, url: "http://127.0.0.1:9"}
"""

LOADED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], str]]] = {
    "plans": (load_plan, write_plan),
    "drift": (load_drift, write_drift),
    "contacts": (load_contact, write_contact),
    "operations": (load_operation, write_operation),
}

Verdict = dict[str, Any]

FAULT = "a fault"
"""What content leads to that nobody wrote: reading it ends, whatever the exception."""


def _everywhere(text: str, folder: Path) -> str:
    """Without what is this machine's: its paths, and what and where in the code a fault was."""
    text = text.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
    return re.sub(r"unexpected \w+ at \S+:\d+:", "unexpected …:", text)


def written(document: Any) -> str:
    """Indented and plain ASCII, as the tool writes its files."""
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def listed(name: str) -> Any:
    """What a file of verdicts holds."""
    return json.loads((CORPUS / name).read_text(encoding="ascii"))


def documents(kind: str) -> list[str]:
    """The documents of a kind, by their paths."""
    return sorted(str(path.relative_to(CORPUS)) for path in (CORPUS / kind).glob("*.json"))


@cache
def source(name: str) -> str:
    """The text of a document."""
    return (CORPUS / name).read_text(encoding="ascii")


@cache
def validator() -> Draft202012Validator:
    """The schema of plans, ready for use."""
    return Draft202012Validator(plan_schema())


def seal(text: str) -> str:
    """What stands for a text in a verdict."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def mutated(mutation: Verdict) -> Any:
    """The document that a change of another one makes."""
    document = json.loads(source(mutation["base"]))
    if not mutation["at"]:
        return deepcopy(mutation["set"])
    *way, last = mutation["at"]
    inner = document
    for step in way:
        inner = inner[step]
    if mutation.get("remove"):
        del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(deepcopy(mutation["set"]))
    else:
        inner[last] = deepcopy(mutation["set"])
    return document


def judged(kind: str, document: Any) -> Verdict:
    """Whether a document is valid by the schema, whether it loads, why not, and what is written of it."""
    load, write = LOADED[kind]
    found: Verdict = {"schema_valid": validator().is_valid(document)} if kind == "plans" else {}
    try:
        text = write(load(document))
    except ValueError as error:
        return {**found, "loads": False, "error": str(error).replace(WORD_SINCE, "")}
    same = text == written(document)
    return {**found, "loads": True, "error": None, "writes": "itself" if same else seal(text)}


def of_verdict(mutation: Verdict) -> Verdict:
    """The recorded verdict on a change."""
    return {name: value for name, value in mutation.items() if name not in {"base", "at", "set", "remove"}}


@pytest.mark.parametrize("name", [name for kind in LOADED for name in documents(kind)])
def test_a_document_loads_and_is_written_as_before(name: str) -> None:
    """To the byte; a document of a later version as what this one writes of it."""
    kind = name.partition("/")[0]
    load, write = LOADED[kind]
    verdict = listed(f"{kind}.json")[name]
    document = json.loads(source(name))
    text = write(load(document))
    assert verdict["writes"] == ("itself" if text == source(name) else seal(text))
    if kind == "plans":
        assert verdict["schema_valid"] == validator().is_valid(document)


@pytest.mark.parametrize("kind", LOADED)
def test_every_change_of_a_document_is_judged_as_before(kind: str) -> None:
    """By the schema and by the reader, with the same words, and what loads is written the same."""
    found = [(mutation, judged(kind, mutated(mutation))) for mutation in listed(f"{kind}.invalid.json")]
    assert [(mutation, verdict) for mutation, verdict in found if verdict != of_verdict(mutation)] == []


def made_explanation(name: str, folder: Path) -> str:
    """An explanation in JSON: of a case of ``explain``, or of a sample with hostile strings."""
    kind, _, rest = name.partition("-")
    if kind == "case":
        path = CORPUS.parent / "explain" / f"{rest}.yaml"
        text = write_explanation(explained_case(yaml.safe_load(path.read_text(encoding="utf-8")), folder))
        return text.replace("set aside: what must be kept", "left alone: what must be kept")  # the word then
    sample = {"explained": explained, "unmanaged": unmanaged}[kind]
    return write_explanation(sample(before(HOSTILE.get(rest, ""))))


@pytest.mark.parametrize("name", documents("explanations"))
def test_an_explanation_is_written_as_before(name: str, tmp_path: Path) -> None:
    """To the byte."""
    assert made_explanation(Path(name).stem, tmp_path) == source(name)


def made_timeline(name: str, folder: Path) -> str:
    """A timeline in JSON: of a sample with hostile strings, or by the command line, of declarations here."""
    kind, _, rest = name.partition("-")
    if kind == "sample":
        return write_timeline(coming(before(HOSTILE.get(rest, ""))))
    told = listed("timelines.json")[name]
    (folder / "contacts").mkdir()
    (folder / "contacts" / "team.yaml").write_text(told["declared"], encoding="utf-8")
    (folder / "reconcile.yaml").write_text(told["configuration"], encoding="utf-8")
    done = call("timeline", *told["arguments"], "--format", "json", folder=folder)
    assert done["exit"] == 0, done
    text: str = done["stdout"]
    return text.replace(f'"tool_version": "{__version__}"', '"tool_version": "0.1.0"')


@pytest.mark.parametrize("name", documents("timelines"))
def test_a_timeline_is_written_as_before(name: str, tmp_path: Path) -> None:
    """To the byte."""
    assert made_timeline(Path(name).stem, tmp_path) == source(name)


def matches(recorded: Any, found: Any) -> bool:
    """Whether what was found is what was recorded; ``…`` stands for anything within a line."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        return recorded.keys() == found.keys() and all(matches(recorded[key], found[key]) for key in recorded)
    if not (isinstance(recorded, str) and isinstance(found, str)):
        return bool(recorded == found)
    pattern = ".*".join(re.escape(part) for part in recorded.split("…"))
    return re.fullmatch(pattern, found) is not None


def project(folder: Path) -> Path:
    """A folder with a configuration, and an account that nobody answers for."""
    (folder / "reconcile.yaml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "contacts").mkdir()
    declared = "contacts: [{email: ann@example.com, tags: [vip]}]\n"
    (folder / "contacts" / "team.yaml").write_text(declared, encoding="utf-8")
    return folder


def raw(entry: Verdict) -> bytes:
    """The content of a file that is no plan: as it lies there, or repeated parts."""
    if "parts" in entry:
        return "".join(text * count for text, count in entry["parts"]).encode("ascii")
    return (CORPUS / entry["file"]).read_bytes()


COMMANDS = {"show": ("show", "plan.json"), "apply": ("apply", "plan.json", "--yes")}


def said_of(content: bytes, folder: Path) -> Verdict:
    """What the commands say of a file as a plan."""
    (folder / "plan.json").write_bytes(content)
    found = {name: call(*arguments, folder=folder) for name, arguments in COMMANDS.items()}
    return {
        name: {**done, "stdout": seal(done["stdout"])} if "stdout" in done else done
        for name, done in found.items()
    }


REFUSED = 3


def was_approval(entry: Verdict) -> bool:
    """True for a plan that could be applied then: by today's rule its digest is another one."""
    return "stderr" not in entry["show"]


EARLIER = "  it was made by another version of reconcile; plan again with this one\n"
"""What is said today of a plan of an earlier version whose digest is not what this version makes of it."""


def same_words(entry: Verdict, said: Verdict) -> bool:
    """True where each command says what it said; of an earlier plan it says so instead of "changed later"."""
    called_earlier = EARLIER in said["apply"].get("stderr", "")
    if called_earlier and not ("it was changed later" in entry["apply"]["stderr"] and refuses(said)):
        return False
    commands = {"show"} if called_earlier else {*COMMANDS}
    return all(matches(as_said_then(entry[command]), as_said_then(said[command])) for command in commands)


def refuses(said: Verdict) -> bool:
    return bool(said["apply"]["exit"] == REFUSED)


def as_said_then(said: Verdict) -> Verdict:
    """Without the complaint that a plan lacks keys, and without digests, which are named no more.

    The text of a plan that is shown is another one by now: the golden files have it.
    """
    said = {key: value for key, value in said.items() if key != "stdout"}
    lacking = r"\n  it was changed later, or is of another version: [a-z_, ]+"
    named = r"its content has the digest \S+, but it says \S+:"
    stderr = re.sub(named, "its content does not have the digest that it names:", said.get("stderr", ""))
    return {**said, "stderr": re.sub(lacking, "", stderr)}


def test_the_command_line_says_of_broken_files_what_it_said(tmp_path: Path) -> None:
    """Half a file, two of one key, numbers that JSON does not have: exit code and words."""
    folder = project(tmp_path)
    found = [(entry, said_of(raw(entry), folder)) for entry in listed("raw.json")]
    wrong = [
        (entry, said)
        for entry, said in found
        if not (was_approval(entry) and refuses(said)) and not same_words(entry, said)
    ]
    assert wrong == []


FOLDERS = sorted({path.parent.name for path in (CORPUS / "journals").glob("*/*")})


def placed(name: str, folder: Path) -> Path:
    """A project with the journals of that name."""
    journals = project(folder) / ".reconcile" / "runs"
    shutil.copytree(CORPUS / "journals" / name, journals)
    return journals


def read_journals(journals: Path) -> Verdict:
    """All that is read from a folder of journals."""
    folder = journals.parent.parent
    names = [path.stem for path in sorted(journals.glob("*.jsonl"))]
    found: Verdict = {
        "history": history_as_then(folder),
        "verify": call("history", "--verify", folder=folder),
        "runs": {name: history_as_then(folder, name) for name in names},
    }
    try:
        found["records"] = records(journals)
        found["past"] = {account: past(journals, account) for account in accounts(found["records"])}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the verdict
        found["error"] = _everywhere(str(error), folder) if isinstance(error, BrokenChain) else FAULT
    return found


@pytest.mark.parametrize("name", FOLDERS)
def test_journals_tell_what_they_told(name: str, tmp_path: Path) -> None:
    """Their runs, whether they are whole, and what guards, drift and revert go by."""
    found, recorded = read_journals(placed(name, tmp_path)), listed("journals.json")[name]
    assert {key: found.get(key) for key in recorded} == recorded
    assert found.keys() == recorded.keys()


def whole_journals() -> Iterator[Path]:
    """The journals that can be read."""
    for path in sorted((CORPUS / "journals").rglob("*.jsonl")):
        if "error" not in listed("journals.json")[path.parent.name]:
            yield path


def test_journals_are_written_as_they_were(tmp_path: Path) -> None:
    """Their lines anew, and of each line the contact before it and the operations, to the byte."""
    for number, path in enumerate(whole_journals()):
        lines = lines_of(path)
        copy = tmp_path / f"{number}.jsonl"
        append_lines(copy, lines)
        content = path.read_bytes()
        assert copy.read_bytes() == content[: content.rfind(b"\n") + 1], path
        for intent in [content for kind, content in lines if kind == "intent"]:
            if intent["before"] is not None:
                image = json.loads(write_contact(load_contact(intent["before"])))
                assert in_order(image) == in_order(intent["before"])
            for step in intent["operations"]:
                operation = json.loads(write_operation(load_operation(step)))
                assert in_order(operation) == in_order(step)


def in_order(document: Any) -> str:
    """As text in which the order of the keys does not count: a journal sorts them."""
    return json.dumps(document, sort_keys=True)


def altered(mutation: Verdict) -> bytes:
    """A journal with one thing changed.

    ``line`` is replaced by a ``text``, or its content or kind by what is ``set``, with all lines sealed anew;
    or the ``byte`` at a place is replaced, or everything from there on ``cut``.
    """
    path = CORPUS / "journals" / mutation["journal"]
    content = path.read_bytes()
    if "cut" in mutation:
        return content[: mutation["cut"]]
    if "byte" in mutation:
        place, value = mutation["byte"]
        return content[:place] + bytes([value]) + content[place + 1 :]
    lines = content.split(b"\n")
    lines[mutation["line"]] = mutation["text"].encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def resealed(mutation: Verdict, folder: Path) -> bytes:
    """A journal with other content in one line, which every seal agrees with."""
    lines = [list(line) for line in lines_of(CORPUS / "journals" / mutation["journal"])]
    at, *way = mutation["at"]
    inner: Any = lines[at]
    for step in way[:-1]:
        inner = inner[step]
    if mutation.get("remove"):
        del inner[way[-1]]
    else:
        inner[way[-1]] = mutation["set"]
    path = folder / "resealed.jsonl"
    path.unlink(missing_ok=True)
    append_lines(path, [(kind, content) for kind, content in lines])
    return path.read_bytes()


def read_mutated(mutation: Verdict, folder: Path) -> Verdict:
    """What is said of a journal that was changed."""
    journals = folder / ".reconcile" / "runs"
    shutil.rmtree(journals, ignore_errors=True)
    journals.mkdir(parents=True)
    content = resealed(mutation, folder) if "at" in mutation else altered(mutation)
    (journals / "20261123T090000Z-abcdef.jsonl").write_bytes(content)
    try:
        read = records(journals)
        told = seal(written([read, [past(journals, account) for account in accounts(read)]]))
    except BrokenChain as error:
        told = in_brief(_everywhere(str(error), folder))
    except Exception:  # noqa: BLE001 - whatever it is, that is the verdict
        told = FAULT
    history = briefly(history_as_then(folder), told)
    return {
        "read": told,
        "history": history,
        "verify": briefly(call("history", "--verify", folder=folder), told),
    }


def in_brief(said: str) -> str:
    """Without the advice, which ``journals.json`` has in full."""
    return said.partition(": the journal was changed or damaged;")[0].partition("; keep the file")[0]


def briefly(done: Verdict, told: str) -> str:
    """How a command exits, and what it says, or what stands for what it shows."""
    said = in_brief(done["stderr"].strip()) if done["exit"] else seal(done["stdout"])
    return f"{done['exit']} {'as read' if said == told else said}"


def test_a_changed_journal_is_judged_as_before(tmp_path: Path) -> None:
    """Cut, altered in one byte or one line, or with odd content under good seals."""
    folder = project(tmp_path)
    wrong = []
    for mutation in listed("journals.mutated.json"):
        found = read_mutated(mutation, folder)
        if found != {name: mutation[name] for name in found}:
            wrong.append((mutation, found))
    assert wrong == []


@cache
def declared_schemas() -> dict[str, Draft202012Validator]:
    """The schemas of what people write, ready for use."""
    made = {"declarations": declarations_schema(), "configuration": configuration_schema()}
    return {name: Draft202012Validator(schema) for name, schema in made.items()}


def by_schema(schema: str, text: str) -> bool | None:
    """Whether the schema takes a document in YAML; None when an editor could not read it."""
    try:
        document = yaml.load(text, TextDates)
    except (yaml.YAMLError, ValueError, TypeError):
        return None
    return declared_schemas()[schema].is_valid(document)


def schemas_say(name: str) -> dict[str, bool | None]:
    """What the schemas say of each file of a case."""
    content = declared_case(name)
    files = dict(content.get("files", {}))
    if "declare" in content:
        files["contacts/case.yaml"] = content["declare"]
    found = {file: by_schema("declarations", text) for file, text in files.items()}
    configuration = content.get("configuration", "version: 1\n" + content.get("settings", ""))
    return {**found, "reconcile.yaml": by_schema("configuration", configuration)}


def test_the_schemas_judge_declarations_as_before() -> None:
    """Each file of each case that was there then."""
    recorded = listed("schemas.json")
    assert recorded.keys() <= set(DECLARED)
    assert {name: schemas_say(name) for name in recorded} == recorded


MOVED = ["apply", "allow"]
"""The key of the configuration whose content stands in the declarations since then."""


def without_moved(document: Any) -> Any:
    """A configuration without that key."""
    if isinstance(document, dict) and isinstance(document.get(MOVED[0]), dict):
        document[MOVED[0]].pop(MOVED[1], None)
    return document


@pytest.mark.parametrize("schema", ["declarations", "configuration"])
def test_the_schemas_judge_every_change_of_a_document_as_before(schema: str) -> None:
    """A document in which every key stands, with one value changed or taken away."""
    valid = declared_schemas()[schema].is_valid
    base = {"base": f"schemas/{schema}.json"}
    changes = [one for one in listed(f"schemas/{schema}.invalid.json") if one["at"][:2] != MOVED]
    found = [(mutation, valid(without_moved(mutated({**base, **mutation})))) for mutation in changes]
    assert valid(without_moved(json.loads(source(base["base"]))))
    assert [mutation for mutation, verdict in found if verdict != mutation["schema_valid"]] == []


def test_the_corpus_is_whole() -> None:
    """A file that is lost by accident is noticed, and so is a document without a verdict."""
    for kind in LOADED:
        assert documents(kind) == sorted(listed(f"{kind}.json"))
    assert sorted(listed("journals.json")) == FOLDERS
