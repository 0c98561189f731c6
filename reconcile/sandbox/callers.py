"""Who may call: by an address of this machine that was given out, and from no web page of somebody else.

A page that a browser shows can have its own name resolve to this machine (DNS rebinding), and then speak to
what listens here as to itself. Its requests name that page in `Host`, and mostly in `Origin`.
"""

import re
from ipaddress import ip_address

from aiohttp import web

from .refusals import Problem, Refused

_MISDIRECTED = 421

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
"""A name or an address, and a port (RFC 9110, 7.2)."""


def refuse_pages(http_request: web.BaseRequest, listens_on: str) -> None:
    """Raise Refused for a request that a page of somebody else may have sent.

    `listens_on` is the address that the operator gave.
    """
    named = http_request.headers.getall("Host", [])
    if len(named) != 1 or not _is_ours(named[0], http_request, listens_on):
        text = f"is none of this sandbox; call it as localhost, by its address or as {listens_on}"
        raise Refused(_MISDIRECTED, Problem("Host", text), context="parameters")
    origins = http_request.headers.getall("Origin", [])
    if any(origin.lower() != f"http://{named[0]}".lower() for origin in origins):
        text = "is another one: no web page but this sandbox's own may call it"
        raise Refused(403, Problem("Origin", text), context="parameters")


def _is_ours(named: str, http_request: web.BaseRequest, listens_on: str) -> bool:
    """Whether `Host` names the address by which the request came in.

    The port may be another one, as where it is forwarded: a page is told by its name, whatever its port.
    """
    match = _HOST.fullmatch(named.lower())
    transport = http_request.transport
    address = transport.get_extra_info("sockname") if transport is not None else None
    if match is None or not address:
        return False
    host = match[1].strip("[]")
    return host in {"localhost", listens_on.lower(), address[0]} or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
