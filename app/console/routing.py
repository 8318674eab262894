"""Dry run 派单试算: where a request at an address would go, and why."""

from typing import Any

from flask import Response, make_response, render_template, request

from app import errors
from app.console import choices, doorway, error_pages, forms, guard
from app.db import end_reading
from app.errors import Invalid, Refusal
from app.people import queries as people
from app.people.models import Role
from app.territory.placing import Place, place_by_building, place_by_point
from app.work_orders.dry_run import Trial, try_out

MAY_TRY = (Role.MANAGER, Role.ADMINISTRATOR)
UNNAMED = "您辖区以外的工作人员"

blueprint = doorway.pages("console_routing", "/console/routing")


@blueprint.before_request
def ensure_may() -> None:
    guard.actor().must_have(*MAY_TRY)


@blueprint.get("")
def page() -> Any:
    return _page()


@blueprint.post("")
def trial() -> Any:
    """Nothing is written, so the form may be sent as often as one likes."""
    try:
        text = forms.text("text", most=5000)
        found = try_out(_place(), text, request.form.get("category") or None)
    except Refusal as error:
        end_reading()
        return _page(error)
    return _page(found=found)


def _place() -> Place:
    lat, lng = forms.text("lat", most=20), forms.text("lng", most=20)
    if lat or lng:
        return place_by_point(_degrees("lat", lat), _degrees("lng", lng), "wgs84")
    if not request.form.get("compound_id"):
        raise errors.field("compound_id", "请选择小区，或者填写经纬度。")
    return place_by_building(request.form["compound_id"][:22], forms.text("building", most=40), None)


def _degrees(name: str, typed: str) -> float:
    try:
        return float(typed)
    except ValueError:
        raise errors.field(name, "请填写数字，如 36.6312。") from None


def _page(refusal: Refusal | None = None, found: Trial | None = None) -> Response:
    html = render_template(
        "console/routing.html",
        here="routing",
        compounds=choices.compounds(guard.actor(), *MAY_TRY),
        categories=choices.categories(),
        refusal=refusal,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        typed=request.form,
        found=found,
        person_name=_name(found),
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


def _name(found: Trial | None) -> str:
    """Who would get it, for whoever answers for that person's place."""
    if found is None or found.account_id is None:
        return ""
    place = people.first_post(found.account_id)
    may_read = place is not None and guard.actor().scope(*MAY_TRY).covers(place)
    return people.names([found.account_id])[found.account_id] if may_read else UNNAMED
