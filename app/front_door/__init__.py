"""The first page, which leads to all others, and the readable description of the JSON doors."""

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, render_template, request, send_file

from app.db import end_reading
from app.front_door.accounts import Accounts, read
from app.front_door.reference import groups, shapes
from config import Settings

HERE = Path(__file__).resolve().parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HOME = ("127.0.0.1", "localhost", "[::1]")

blueprint = Blueprint("front_door", __name__, template_folder="templates")
blueprint.guarded = False  # type: ignore[attr-defined]


def open_door(app: Flask) -> None:
    """Put the first page in the house."""
    app.register_blueprint(blueprint)


@blueprint.after_request
def protect(response: Response) -> Response:
    """Nothing from elsewhere, and no copy left in a cache."""
    end_reading()
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.get("/")
def doors() -> str:
    """The way to every page; in the demo also who can be played."""
    settings: Settings = current_app.extensions["settings"]
    values = {"demo": settings.demo, "emulator": f"http://127.0.0.1:{settings.emulator_port}"}
    accounts = read(settings.var_dir / "demo-accounts.json") if settings.demo and _at_home() else Accounts()
    return render_template("front_door/doors.html", accounts=accounts, **values)


def _at_home() -> bool:
    """Whether the browser sits at this machine: accounts are told to nobody else, by whatever name or way they come."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdecimal() else request.host
    return host in HOME and "X-Forwarded-For" not in request.headers


@blueprint.get("/api/docs")
def reference() -> str:
    """What the JSON doors take and answer, made from their own description."""
    spec = current_app.extensions["openapi"].to_dict()
    return render_template(
        "front_door/reference.html", about=spec["info"]["description"], groups=groups(spec), shapes=shapes(spec)
    )


@blueprint.get("/front-door.css")
def style() -> Response:
    """The look of both pages."""
    response = send_file(HERE / "static" / "front_door.css", conditional=True, etag=True)
    response.headers["Cache-Control"] = "no-cache"
    return response
