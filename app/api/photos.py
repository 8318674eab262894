"""Photos: sent by a signed-in person, seen by whoever holds a signed address."""

from collections.abc import Callable
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow import fields

from app import clock, idempotency, limits
from app.api import guard, openapi, problems
from app.api.order_answers import PhotoShown
from app.api.problems import UnsupportedMedia
from app.api.shapes import Shape, choice
from app.api.work_orders import photo
from app.errors import Invalid, field
from app.photos import permits, storing
from app.photos.queries import shown
from app.photos.reencoding import NotAPhoto, TooLarge
from app.storage import storage

problems.STATUS_OF |= {TooLarge: 413, NotAPhoto: 415}

bp = Blueprint("photos", __name__, url_prefix="/api/photos")
guard.protect(bp)
sights = Blueprint("photo_sights", __name__, url_prefix="/api/photos")
guard.open_to_all(sights)


class Sight(Shape):
    size = choice(*permits.SIZES, load_default="main")
    permit = fields.String(load_default="")


SIGHT = Sight()
ONE_FILE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                "required": ["file"],
            }
        }
    },
}


def _takes_a_file(door: Callable[..., Any]) -> Callable[..., Any]:
    openapi.describe(door, answer=PhotoShown, status=201, keyed=True, also=("TOO_MANY_REQUESTS",))
    door._apidoc["manual_doc"]["requestBody"] = ONE_FILE  # type: ignore[attr-defined]
    return door


def _gives_a_picture(door: Callable[..., Any]) -> Callable[..., Any]:
    openapi.describe(door, answer=None, query=SIGHT, also=("FORBIDDEN",))
    picture = {"description": "The picture.", "content": {"image/jpeg": {}}}
    door._apidoc["manual_doc"]["responses"]["200"] = picture  # type: ignore[attr-defined]
    return door


@bp.route("", methods=["POST"])
@_takes_a_file
def add_photo() -> Response:
    """Send a photo of at most 10 MB: JPEG, PNG or WebP. It is kept without metadata, at most 1600 pixels wide."""
    key = guard.idempotency_key()
    data = _file()
    mark = idempotency.fingerprint("POST", request.path, data)
    replay = guard.replayed(g.known, mark)
    if replay is not None:
        return replay
    actor = guard.actor()
    limits.count("photos", str(actor.account_id), limits.PHOTOS)
    stored = storing.upload(data, actor)
    return guard.once(key, mark, 201, lambda: photo(shown(storing.add_photo(stored, actor))))


def _file() -> bytes:
    """The bytes of the one file that the form holds."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMedia("请用 multipart/form-data 的 file 字段上传照片。")
    unknown = {name or "" for name in (*request.files, *request.form)} - {"file"}
    if unknown:
        raise Invalid(fields={name: ["不认识的字段。"] for name in sorted(unknown)})
    files = request.files.getlist("file")
    if len(files) != 1:
        raise field("file", "请一次上传一张照片。")
    return files[0].read()


@sights.route("/<public_id>", methods=["GET"])
@_gives_a_picture
def see_photo(public_id: str) -> Response:
    """A photo, for whoever was given its address in the last minutes."""
    wanted: dict[str, Any] = SIGHT.load(request.args.to_dict())
    permits.check(public_id, wanted["size"], wanted["permit"], clock.now())
    response = Response(storage().get(storing.key(public_id, wanted["size"])), mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"private, max-age={permits.LASTS_S}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
