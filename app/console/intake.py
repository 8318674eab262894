"""代为上报: a request by telephone or over the counter, taken in by whoever sits at the desk."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.console import choices, doorway, error_pages, forms, guard
from app.db import end_reading
from app.errors import Invalid, NotFound, Refusal, Unavailable
from app.people import phones
from app.people.actor import Actor
from app.territory import queries as places
from app.territory.models import Level
from app.territory.placing import place_by_building
from app.territory.scope import Area, Scope
from app.work_orders import catalogue, on_behalf
from app.work_orders.facts import CHANNEL_NAMES, RESULT_NAMES
from app.work_orders.intake import Request
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.permissions import HANDLERS

CHANNELS = [(channel, CHANNEL_NAMES[channel]) for channel in on_behalf.CHANNELS]
ANSWER = "answer-"

blueprint = doorway.pages("console_intake", "/console/intake")


@blueprint.get("")
def page() -> Any:
    return _page()


@blueprint.post("")
def take_in() -> Any:
    """Take in once and be ready for the next; a refusal shows the form with all that was typed."""
    try:
        number = forms.once("intake", _act)
    except (NotFound, Unavailable):
        raise
    except Refusal as error:
        end_reading()
        return _page(error)
    flash(f"已代为上报，编号 {number}。请把编号告诉居民。", "success")
    return redirect(url_for("console_intake.page"), 303)


def _act() -> str:
    name = forms.text("name", most=20, required="请填写反映人的姓名或称呼。")
    phone = forms.text("phone", most=20)
    person = Person(name, phones.normal(phone) if phone else None)
    agreed = request.form.get("agreed") == "yes"
    order = on_behalf.take_in(_request(), person, guard.actor(), agreed=agreed, settled=_settled())
    return order.number


def _request() -> Request:
    answers = {name.removeprefix(ANSWER): forms.text(name) for name in request.form if name.startswith(ANSWER)}
    return Request(
        category=request.args.get("category", ""),
        description=forms.text("description", most=5000, required="请写下发生了什么。"),
        place=place_by_building(request.args.get("compound", ""), forms.text("building"), forms.text("unit")),
        answers={code: answer for code, answer in answers.items() if answer},
        confidential=request.form.get("confidential") == "yes",
        verdict="unchecked",  # nobody has looked at these words yet
        channel=request.form.get("channel", ""),
    )


def _settled() -> Settled | None:
    result, note = request.form.get("result", ""), forms.text("note", most=2000)
    return Settled(result, note) if result or note else None


def _page(refusal: Refusal | None = None) -> Response:
    """First what and where, then the form that goes with it."""
    compound, kind = _chosen()
    wanted = request.args.get("q", "").strip()[:40]
    html = render_template(
        "console/intake.html",
        here="intake",
        compound=compound,
        kind=kind,
        wanted=wanted,
        found=[] if compound else places.compounds(wanted, within=_area(guard.actor())),
        categories=choices.categories(),
        channels=CHANNELS,
        results=RESULT_NAMES,
        refusal=refusal,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        typed=request.form,
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


def _area(actor: Actor) -> Scope:
    """Where the person takes in what people tell; whoever works in a grid does so in its whole community."""
    posts = [post for post in actor.posts if post.role in HANDLERS]
    communities = (Area(Level.COMMUNITY, post.community_id) for post in posts if post.community_id is not None)
    return actor.scope(*HANDLERS) | Scope(frozenset(communities))


def _chosen() -> tuple[Any, Any]:
    """The compound and the category of this address, once both are known."""
    compound_id, code = request.args.get("compound", ""), request.args.get("category", "")
    try:
        return (places.compound(compound_id), catalogue.leaf(code)) if compound_id and code else (None, None)
    except Refusal:
        return None, None
