"""How a comment names a plan whose digest it must not tell: by a seal over the digest and a salt.

The salt lies with the plan, where only those who may read the plan can read it. Whoever reads the seal alone
can test no guess against it; whoever replaces the plan finds no other one that the seal fits.
"""

import re
from hashlib import sha256
from secrets import token_hex

SALT_FILE = "plan.salt"
"""Its name in the artifact, beside ``plan.json``."""

_SALT = re.compile(r"[0-9a-f]{64}", re.ASCII)

_SEAL = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


def new_salt() -> str:
    """64 hexadecimal digits that nobody can guess."""
    return token_hex(32)


def is_salt(text: str) -> bool:
    """True for a text that may be a salt. One form only, so that salt and digest can be told apart."""
    return _SALT.fullmatch(text) is not None


def is_seal(text: str) -> bool:
    """True for a text that may be a seal."""
    return _SEAL.fullmatch(text) is not None


def seal_of(digest: str, salt: str) -> str:
    """The seal of the plan with that digest."""
    return f"sha256:{sha256(f'{salt} {digest}'.encode()).hexdigest()}"
