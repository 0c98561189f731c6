"""The page as a whole: no network, no library, and a policy that lets nothing run but its own script.

The template and the fragments are written without a template engine: every text in them comes from sentences
that other formats share, and those are escaped by their dialect already. An engine's own escaping would have
to be switched off for nearly all of them.
"""

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
from .tables import role_impact_picture, tag_picture
from .windows import windows_picture

CONTACTS_IN_PAGE = 300
"""Maximum number of contacts in the page itself; its script adds the others when the reader gets there."""


@cache
def _asset(name: str) -> str:
    """The text of a file beside this one: template, style or script."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def plan_page(plan: Plan, *, payloads: bool = True) -> str:
    """The page, for a file or an artifact. ``payloads`` keeps the exact body of each write in it, on demand.

    Its Content-Security-Policy allows its own style and script by their digests, and nothing else.
    """
    sentences = PlanSentences(plan, PAGE)
    contacts = ContactSections(plan, CONTACTS_IN_PAGE, payloads=payloads)
    style, script = _asset("page.css"), _asset("page.js")
    return Template(_asset("page.html")).substitute(
        policy=_content_security_policy(style, script),
        title=PlanSentences(plan, HTML_TEXT).dated_headline(),
        style=style,
        target=PAGE.name(plan.target),
        headline=sentences.headline(),
        scope=f"<p class=validity>{sentences.scope()}</p>\n" if plan.scope else "",
        warnings=titled_list("hurts", "Look at these first", sentences.warnings()) + _to_allow(plan),
        undeclared=undeclared_list(plan),
        set_aside=set_aside_list(plan),
        counts="".join(_card(group, kinds) for group, kinds in sentences.counts()),
        windows=windows_picture(plan),
        role_impact=role_impact_picture(plan),
        tags=_section("tags", "Tags", "Of the contacts in this plan.", tag_picture(plan)),
        equal=_section(
            "equal", "Equal changes", "The very same happens to these contacts.", contacts.equal()
        ),
        filters=contacts.filters(),
        total=count(contacts.size, "contact"),
        sections=contacts.sections(),
        later=later_lists(plan),
        notes=titled_list("notes", "Notes", map(PAGE.prose, plan.notes)),
        additive=additive_list(plan),
        as_of=zoned_text(plan.as_of, plan.timezone),
        validity=sentences.validity(),
        facts=_facts(plan),
        data=json_in_html(contacts.data()),
        script=script,
    )


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
