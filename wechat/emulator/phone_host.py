"""`/m/`: the built phone pages, and what they need to know about the phone they run on."""

from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request, send_from_directory

from . import people
from .emulator import here
from .subscribe_message import described

host = Blueprint("phone_host", __name__, url_prefix="/m")

BUILD_COMMAND = "cd wechat && npm ci && npm run build"
FAILURE = "build-error.txt"


@host.get("/host.json")
def host_json() -> tuple[Response, int]:
    """Tell the page whose phone it is and where the service is."""
    emulator = here()
    try:
        with emulator.state.changing() as database:
            user = people.touch(database, emulator, request.args.get("as", ""))
    except people.NotKnown as problem:
        return jsonify(error=str(problem)), 404
    facts = {
        "service": f"http://127.0.0.1:{emulator.settings.service_port}",
        "openid": user["openid"],
        "nickname": user["nickname"],
        "phone_masked": people.masked_phone(user["phone"]),
        "templates": {key: described(template) for key, template in emulator.message_templates.items()},
    }
    answer = jsonify(facts)
    answer.cache_control.no_store = True
    return answer, 200


@host.get("/")
@host.get("/<path:name>")
def page(name: str = "index.html") -> Response | tuple[str, int]:
    """Serve a file of the build; a failed or missing build says which command to run."""
    folder = here().settings.pages
    if name == "index.html" and ((folder / FAILURE).is_file() or not (folder / name).is_file()):
        command, output = last_build(folder / FAILURE)
        return render_template("no_pages.html", command=command, output=output), 503
    response = send_from_directory(folder, name, max_age=None)
    response.headers["Cache-Control"] = "no-cache"
    return response


def last_build(failure: Path) -> tuple[str, str]:
    """Return the command that failed and its output; the file may name the command in a first line `$ command`."""
    if not failure.is_file():
        return BUILD_COMMAND, "还没有构建手机页面。"
    text = failure.read_text(encoding="utf-8", errors="replace")
    first, _, rest = text.partition("\n")
    return (first[2:], rest) if first.startswith("$ ") else (BUILD_COMMAND, text)
