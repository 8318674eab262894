"""What may stand in the address of a page of the mini-program; checked before anything is sent."""

import re

from .errors import FieldInvalid

PAGE = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*")
QUERY = re.compile(r"[!-~]{0,1024}")
VERSIONS = ("release", "trial", "develop")


def require(holds: bool, path: str, field: str) -> None:
    """Raise FieldInvalid that names the call and the field, never the value."""
    if not holds:
        raise FieldInvalid(path=f"{path} {field}")


def require_page(page: str, path: str) -> None:
    """A page is written without leading slash and without query."""
    require(len(page) <= 1024 and PAGE.fullmatch(page) is not None, path, "page")


def require_query(query: str, path: str) -> None:
    """A query is percent-encoded and at most 1024 characters."""
    require(QUERY.fullmatch(query) is not None, path, "query")


def require_version(env_version: str, path: str) -> None:
    """A version is release, trial or develop."""
    require(env_version in VERSIONS, path, "env_version")
