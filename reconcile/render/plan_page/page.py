"""The page as a whole: no network, no library, and a policy that lets nothing run but its own script.

The template and the fragments are written without a template engine: every text in them comes from sentences
that other formats share, and those are escaped by their dialect already. An engine's own escaping would have
to be switched off for nearly all of them.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from reconcile.clock import zoned_text
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import HTML_TEXT, PAGE, json_in_html
from reconcile.render.wording.allowances import allow_advice
from reconcile.render.wording.sentences import PlanSentences
from reconcile.text import count

from .contacts import ContactSections
from .lists import additive_list, later_lists, set_aside_list, titled_list, undeclared_list
from .tables import NO_ROLES, role_impact_picture, tag_picture
from .windows import DAYS_AHEAD, NO_WINDOWS, windows_picture

CONTACTS_IN_PAGE = 300
"""Maximum number of contacts in the page itself; its script adds the others when the reader gets there."""


@cache
def _asset(name: str) -> str:
    """The text of a file beside this one: template, style or script."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def plan_page(plan: Plan, *, payloads: bool = True, source_url: str | None = None) -> str:
    """The page, for a file or an artifact. ``payloads`` keeps the exact body of each write in it, on demand.

    ``source_url`` is the address of the repository's files at the plan's commit: each place of a declaration
    is linked to its line there. The page's Content-Security-Policy allows its own style and script by their
    digests, and nothing else.
    """
    dialect = PAGE.linked_to(source_url)
    sentences = PlanSentences(plan, dialect)
    contacts = ContactSections(plan, CONTACTS_IN_PAGE, dialect, payloads=payloads)
    style, script = _asset("page.css"), _asset("page.js")
    return Template(_asset("page.html")).substitute(
        policy=_content_security_policy(style, script),
        title=PlanSentences(plan, HTML_TEXT).dated_headline(),
        style=style,
        target=PAGE.name(plan.target),
        headline=_units_kept(sentences.headline()),
        scope=f"<p class=validity>{sentences.scope()}</p>\n" if plan.scope else "",
        warnings=titled_list("hurts", "Look at these first", sentences.warnings()) + _to_allow(plan),
        undeclared=undeclared_list(plan),
        set_aside=set_aside_list(plan, dialect),
        counts="".join(_card(group, kinds) for group, kinds in sentences.counts()),
        pictures=_pictures(plan),
        contacts=_contacts(contacts) if contacts.size else "",
        skip="<a class=skip href=#contacts>Skip to the contacts</a>\n" if contacts.size else "",
        later=later_lists(plan),
        notes=titled_list("notes", "Notes", map(PAGE.prose, plan.notes)),
        additive=additive_list(plan),
        as_of=zoned_text(plan.as_of, plan.timezone),
        validity=sentences.validity(),
        facts=_facts(plan),
        data=json_in_html(contacts.data()),
        script=script,
    )


def _pictures(plan: Plan) -> str:
    """Windows, holders of roles and tags. What has nothing to show is a sentence, no empty card."""
    windows, roles, tags = windows_picture(plan), role_impact_picture(plan), tag_picture(plan)
    known = "Of the contacts in this plan, as they will be, and of all that is scheduled."
    holders = "Among the contacts in this plan; it does not know who else holds them."
    nothing = [sentence for sentence, shown in ((NO_ROLES, roles), (NO_WINDOWS, windows)) if not shown]
    tables = _section("reach", "Holders of roles", holders, roles) + _section(
        "tags", "Tags", "Of the contacts in this plan.", tags
    )
    return (
        (f"<p class=nothing>{' '.join(nothing)}</p>\n" if nothing else "")
        + _section("windows", f"Windows in the next {DAYS_AHEAD} days", known, windows)
        + (f"<div class=tables>\n{tables}</div>\n" if tables else "")
    )


def _contacts(contacts: ContactSections) -> str:
    """The contacts with what finds them; a plan without any has neither."""
    return Template(_asset("contacts.html")).substitute(
        filters=contacts.filters(), total=count(contacts.size, "contact"), sections=contacts.sections()
    )


_NAMES = re.compile("(<bdi.*?</bdi>)", re.DOTALL)

_UNIT = re.compile(r"(?<=\d) (?=[a-z])")


def _units_kept(headline: str) -> str:
    """A headline that breaks no line between a number and what it counts; names in it stay as they are."""
    parts = _NAMES.split(headline)
    return "".join(part if _NAMES.fullmatch(part) else _UNIT.sub("&nbsp;", part) for part in parts)


def _content_security_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _card(group: str, kinds: list[str]) -> str:
    numbers = "".join(
        f"<dd><b>{number}</b> {kind}" for number, _, kind in (text.partition(" ") for text in kinds)
    )
    return f"<div><dt>{group}{numbers}</div>"


def _to_allow(plan: Plan) -> str:
    """What to write into the declarations to let the plan through; nothing where nothing refuses it."""
    head, _, text = allow_advice(plan.guards).partition(":\n")
    lines = "\n".join(map(PAGE.prose, text.splitlines()))
    return f"<section class=notes><p>{head}:<pre>{lines}</pre></section>\n" if text else ""


def _section(name: str, title: str, scope: str, content: str) -> str:
    """A section with a picture or a table; nothing when it is empty."""
    head = (
        f"<section class=table-of aria-labelledby={name}><h2 id={name}>{title}</h2><p class=scope>{scope}</p>"
    )
    return f"{head}\n{content}</section>\n" if content else ""


def _facts(plan: Plan) -> str:
    facts = {
        "Digest": plan.digest,
        "Declarations": plan.declarations_digest,
        "Configuration": plan.config_digest,
        "Time zone": plan.timezone,
        "Made by reconcile": plan.tool_version,
    }
    return "".join(f"<div><dt>{name}<dd>{PAGE.name(value)}</div>" for name, value in facts.items() if value)
