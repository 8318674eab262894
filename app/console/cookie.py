"""The cookie that carries a console session's token."""

from flask import Response, current_app, request

from app.people.console_access import LASTS


def read() -> str | None:
    """The token the browser sent, if it can be one."""
    token = request.cookies.get(_name(), "")
    return token if 0 < len(token) <= 100 else None


def write(response: Response, token: str) -> None:
    response.set_cookie(_name(), token, max_age=LASTS, path="/", secure=_secure(), httponly=True, samesite="Lax")


def clear(response: Response) -> None:
    response.delete_cookie(_name(), path="/", secure=_secure(), httponly=True, samesite="Lax")


def _secure() -> bool:
    return bool(current_app.extensions["settings"].production)


def _name() -> str:
    # Browsers take a cookie with this prefix only over HTTPS, from this very host, for the whole of it.
    return "__Host-console" if _secure() else "console"
