"""What a probe found out: for a terminal, and as the file that the client goes by."""

import json
from collections.abc import Iterator, Sequence

from reconcile.clock import utc_text
from reconcile.model.capabilities import Capabilities
from reconcile.model.probe_report import Finding, ProbeReport

from .escape import TERMINAL, visible
from .layout import pad, wrap

_COMMENTS = {
    "update_method": "the verb of a contact update: POST or PUT",
    "page_size": "contacts asked for at once in a list",
    "roles_from": "where roles are read: `list` (where its rows tell them) or `contact` (one request each)",
    "tags_from": "where tags are read: `list` or `contact`",
    "contact_ids": "`same`, or `other` when the two API versions number contacts differently",
    "refuse": "what must not be written: roles, tags; the findings below say why",
}

_HEAD = """\
# What 'reconcile probe' found out about the server of an Evance account. The client goes by it.
# Keep this file beside reconcile.yaml, under Git. It holds no personal data and no credential.
"""


def probe_text(probed: ProbeReport, *, width: int | None = None) -> str:
    """The findings as lines of text, wrapped to ``width`` columns if it is given."""
    found = [one for one in probed.findings if one.answer is not None]
    open_ = [one for one in probed.findings if one.answer is None]
    account, contact = TERMINAL.name(probed.account), TERMINAL.name(probed.contact)
    blocks = [
        [f"Probed {account} with contact {contact}, as of {utc_text(probed.as_of)}"],
        ["Found out:", *_lines(found, width)] if found else [],
        ["Could not be found out:", *_lines(open_, width)] if open_ else [],
        list(_closing(probed)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _lines(findings: Sequence[Finding], width: int | None) -> Iterator[str]:
    names = max(len(one.name) for one in findings)
    answers = max((len(_answer(one)) for one in findings), default=0)
    for one in findings:
        start = f"  {pad(one.name, names)}  "
        if one.answer is not None:
            start += f"{pad(_answer(one), answers)}  "
        yield from wrap(start, TERMINAL.prose(one.detail), width)


def _answer(finding: Finding) -> str:
    return visible(finding.answer or "")


def _closing(probed: ProbeReport) -> Iterator[str]:
    found = sum(one.answer is not None for one in probed.findings)
    yield f"{found} of {len(probed.findings)} questions answered."
    if probed.stopped:
        yield f"Ended early: {TERMINAL.prose(probed.stopped)}"
    if probed.not_restored:
        yield f"Not as it was on the contact: {TERMINAL.prose(', '.join(probed.not_restored))}"
    else:
        yield "The contact is as it was before: read back and compared."


def capabilities_yaml(probed: ProbeReport) -> str:
    """The file that tells the client how to behave: a comment a line, and the findings for people."""
    return "".join(
        f"{line}\n"
        for line in [
            _HEAD,
            "version: 1  # of the language of this file",
            f"account: {_quoted(probed.account)}  # the account that was probed",
            *_also(probed.capabilities),
            f"as_of: {utc_text(probed.as_of)}  # when",
            f"tool_version: {_quoted(probed.tool_version)}  # by which version of reconcile",
            "",
            *_keys(probed.capabilities),
            "",
            "# What was found out, for people; the client goes by the keys above alone.",
            *_findings([one for one in probed.findings if one.answer is not None]),
            "",
            "# What could not be found out:",
            *(f"#   {one.name}: {visible(one.detail, 300)}" for one in probed.findings if one.answer is None),
        ]
    )


def _also(known: Capabilities) -> Iterator[str]:
    others = ", ".join(map(_quoted, known.accounts[1:]))
    yield f"also: [{others}]  # other accounts for which this holds, because their server is the same"


def _keys(known: Capabilities) -> Iterator[str]:
    values = {
        "update_method": known.update_method,
        "page_size": known.page_size,
        "roles_from": known.roles_from,
        "tags_from": known.tags_from,
        "contact_ids": known.contact_ids,
        "refuse": f"[{', '.join(known.refuse)}]",
    }
    for key, value in values.items():
        if value is None:
            yield f"# {key}: not found out; as the target is configured"
        else:
            yield f"{key}: {value}  # {_COMMENTS[key]}"


def _findings(found: Sequence[Finding]) -> Iterator[str]:
    yield "findings:" if found else "findings: {}"
    for one in found:
        yield f"  {one.name}: {_quoted(one.answer or '')}  # {visible(one.detail, 300)}"


def _quoted(text: str) -> str:
    """A text that YAML reads as it is. JSON's strings are YAML's, but for its escapes above U+FFFF."""
    return json.dumps(visible(text), ensure_ascii=False)
