"""What a probe found out: as text for a terminal, and as the file that the client reads."""

import json
from collections.abc import Iterator, Sequence

from reconcile.clock import utc_text
from reconcile.model.reports.probe import Finding, ProbeReport
from reconcile.model.settings import Capabilities

from .escape import TERMINAL, visible
from .layout import PLAIN, TextLayout, join_blocks, pad

_COMMENTS = {
    "update_method": "the verb of a contact update: POST or PUT",
    "page_size": "contacts asked for at once in a list",
    "roles_from": "where roles are read: `list` (where its rows tell them) or `contact` (one request each)",
    "tags_from": "where tags are read: `list` or `contact`",
    "profile_from": "where fields of the profile are read: `list` (those that its rows tell) or `contact`",
    "address_from": "where the address is read: `list` or `contact`",
    "contact_ids": "`same`, or `other` when the two API versions number contacts differently",
    "email_search": "`folded` when a search for an address ignores letter case, or `exact`",
    "id_search": "`many` when a list can be asked for many ids at once, or `one`",
    "pending_word": "the status of a grant that waits; with any other one a contact is set aside",
    "refuse": "what must not be written: roles, tags; the findings below say why",
    "modified_on": "what moves a contact's modifiedOn when it changes; with all four, a plan reads only "
    "whom a change has moved",
}

_HEAD = """\
# What 'reconcile probe' found out about the server of an Evance account. The client goes by it.
# Keep this file beside reconcile.yaml, under Git. It holds no personal data and no credential.
"""


def probe_text(report: ProbeReport, layout: TextLayout = PLAIN) -> str:
    """The findings as lines for a terminal."""
    answered, unanswered = _by_answer(report)
    account, contact = TERMINAL.name(report.account), TERMINAL.name(report.contact)
    return join_blocks(
        [
            [f"Probed {account} with contact {contact}, as of {utc_text(report.as_of)}"],
            ["Found out:", *_lines(answered, layout)] if answered else [],
            ["Could not be found out:", *_lines(unanswered, layout)] if unanswered else [],
            list(_closing(report, len(answered))),
        ]
    )


def _lines(findings: Sequence[Finding], layout: TextLayout) -> Iterator[str]:
    names = max(len(finding.name) for finding in findings)
    answers = max(len(_answer(finding)) for finding in findings)
    for finding in findings:
        start = f"  {pad(finding.name, names)}  "
        if finding.answer is not None:
            start += f"{pad(_answer(finding), answers)}  "
        yield from layout.wrap(start, TERMINAL.prose(finding.detail))


def _answer(finding: Finding) -> str:
    return visible(finding.answer or "")


def _closing(report: ProbeReport, answered: int) -> Iterator[str]:
    yield f"{answered} of {len(report.findings)} questions answered."
    if report.stopped:
        yield f"Ended early: {TERMINAL.prose(report.stopped)}"
    if report.not_restored:
        yield f"Not as it was on the contact: {TERMINAL.prose(', '.join(report.not_restored))}"
    else:
        yield "The contact is as it was before: read back and compared."


def capabilities_yaml(report: ProbeReport) -> str:
    """The file that tells the client how to behave: commented lines, then the findings for people."""
    answered, unanswered = _by_answer(report)
    others = ", ".join(map(_quoted, report.capabilities.accounts[1:]))
    lines = [
        _HEAD,
        "version: 1  # of the language of this file",
        f"account: {_quoted(report.account)}  # the account that was probed",
        f"also: [{others}]  # other accounts for which this holds, because their server is the same",
        f"as_of: {utc_text(report.as_of)}  # when",
        f"tool_version: {_quoted(report.tool_version)}  # by which version of reconcile",
        "",
        *_keys(report.capabilities),
        "",
        "# What was found out, for people; the client goes by the keys above alone.",
        *_findings(answered),
        "",
        "# What could not be found out:",
        *(f"#   {finding.name}: {visible(finding.detail, 300)}" for finding in unanswered),
    ]
    return "".join(f"{line}\n" for line in lines)


def _by_answer(report: ProbeReport) -> tuple[list[Finding], list[Finding]]:
    """The findings with an answer, and those without."""
    answered = [finding for finding in report.findings if finding.answer is not None]
    return answered, [finding for finding in report.findings if finding.answer is None]


def _keys(capabilities: Capabilities) -> Iterator[str]:
    """A line for each key, in the order of their comments."""
    for key, comment in _COMMENTS.items():
        value = getattr(capabilities, key)
        if value is None:
            yield f"# {key}: not found out; as the target is configured"
        else:
            text = f"[{', '.join(value)}]" if isinstance(value, tuple) else value
            text = _quoted(text) if key == "pending_word" else text
            yield f"{key}: {text}  # {comment}"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield "findings:" if findings else "findings: {}"
    for finding in findings:
        yield f"  {finding.name}: {_quoted(finding.answer or '')}  # {visible(finding.detail, 300)}"


def _quoted(text: str) -> str:
    """A text that YAML reads as it is. JSON's strings are YAML's, but for its escapes above U+FFFF."""
    return json.dumps(visible(text), ensure_ascii=False)
