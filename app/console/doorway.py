"""How the console's blueprints are made, so that none lacks its headers, its error pages or its guard."""

from flask import Blueprint

from app.console import error_pages, guard, headers


def pages(name: str, prefix: str) -> Blueprint:
    """Pages for people with a session and a role that works at the console."""
    blueprint = _blueprint(name, prefix)
    blueprint.before_request(guard.enter)
    blueprint.guarded = True  # type: ignore[attr-defined]
    return blueprint


def open_pages(name: str, prefix: str) -> Blueprint:
    """Pages for everybody; what they change still needs a form of ours."""
    blueprint = _blueprint(name, prefix)
    blueprint.before_request(guard.check_form)
    blueprint.guarded = False  # type: ignore[attr-defined]
    return blueprint


def _blueprint(name: str, prefix: str) -> Blueprint:
    blueprint = Blueprint(name, __name__, url_prefix=prefix, template_folder="templates")
    blueprint.after_request(headers.protect)
    blueprint.register_error_handler(Exception, error_pages.page_for)
    return blueprint
