"""Working on an order from its page, for managers and duty officers who were put in charge of it."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.db import db
from app.errors import Invalid
from app.photos import storing
from app.photos.storing import Stored
from app.work_orders import assignment, handling, resolution

MOST_PHOTOS = 9

blueprint = doorway.pages("console_handling", "/console/work-orders")


@blueprint.post("/<number>/sign")
def sign(number: str) -> Any:
    def act() -> str:
        forms.seen(number)
        order = assignment.sign(number, guard.actor())
        return f"已签收，请尽快联系反映人。工单现在是“{status_name(order)}”。"

    return act_on(number, "sign", act)


@blueprint.post("/<number>/refuse")
def refuse(number: str) -> Any:
    def act() -> str:
        note = forms.text("note")
        forms.seen(number)
        order = assignment.refuse(number, guard.actor(), request.form.get("reason", ""), note)
        return f"已拒签。工单现在是“{status_name(order)}”。"

    return act_on(number, "refuse", act)


@blueprint.post("/<number>/contact")
def contact(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", most=1000)
        forms.seen(number)
        handling.contact(number, guard.actor(), request.form.get("kind", ""), note)
        return "已记录联系。"

    return act_on(number, "contact", act)


@blueprint.post("/<number>/note")
def note(number: str) -> Any:
    def act() -> str:
        text = forms.text("note", most=1000, required="请写下要记录的内容。")
        forms.seen(number)
        visible = request.form.get("visible") == "1"
        handling.note(number, guard.actor(), text, visible_to_resident=visible)
        return "已记录，反映人能看到。" if visible else "已记录，只有工作人员能看到。"

    return act_on(number, "note", act)


@blueprint.post("/<number>/resolve")
def resolve(number: str) -> Any:
    """Photos are read and made smaller before the transaction; what is not needed after all is cleaned away."""
    stored: list[Stored] = []

    def act() -> str:
        text = forms.text("note", most=2000, required="请写明办理的情况和结果。")
        forms.seen(number)
        photos = [storing.add_photo(one, guard.actor()) for one in stored]
        db.session.flush()
        public_ids = [photo.public_id for photo in photos]
        resolution.resolve(number, guard.actor(), request.form.get("result", ""), text, public_ids)
        return "已办结，反映人会收到通知并评价。"

    return act_on(number, "resolve", act, before=lambda: stored.extend(_uploaded()))


def _uploaded() -> list[Stored]:
    files = [file for file in request.files.getlist("photos") if file.filename]
    if len(files) > MOST_PHOTOS:
        raise errors.field("photos", f"照片最多{MOST_PHOTOS}张，请去掉多余的照片。")
    try:
        return [storing.upload(file.read(), guard.actor()) for file in files]
    except Invalid as error:
        sentences = [sentence for found in error.fields.values() for sentence in found] or [error.message]
        raise errors.field("photos", sentences[0]) from error
