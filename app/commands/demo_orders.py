"""Playing the demo's orders: what people did over the last weeks, through the rooms, in their own time."""

import io
import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from app import clock
from app.commands.demo_deeds import DEEDS, Step
from app.commands.sweep import fire_one
from app.db import db, end_reading, transaction
from app.deadlines import timers
from app.deadlines.queries import calendar
from app.people.actor import Actor
from app.people.models import Account, ConsoleLogin
from app.people.sign_in import actor_of
from app.photos import storing
from app.photos.models import PhotoState
from app.territory.models import Compound
from app.territory.placing import Place, place_by_building, place_by_point
from app.work_orders import intake
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder


@dataclass(order=True)
class Moment:
    """One thing that somebody did."""

    at: datetime
    order: int
    index: int
    step: Step = field(compare=False)


def play(path: Path) -> None:
    """Play all orders of the file, oldest deed first; limits that pass in between take effect as in life."""
    orders = json.loads(path.read_text(encoding="utf8"))
    moments = sorted(_moments(orders))
    numbers: dict[int, str] = {}
    for moment in moments:
        _let_time_pass(moment.at)
        with clock.at(moment.at):
            _do(moment, orders, numbers)
    _let_time_pass(clock.now())


def _moments(orders: list[dict[str, Any]]) -> list[Moment]:
    now = clock.now()
    found = []
    for number, order in enumerate(orders):
        submitted = _before(now, order["age"], order["unit"])
        found.append(Moment(submitted, number, 0, {"do": "submit", "who": order["reporter"]}))
        for index, step in enumerate(order.get("steps", ()), start=1):
            at = min(_after(submitted, step["at"], order["unit"]), now - timedelta(seconds=60 - index))
            found.append(Moment(at, number, index, step))
    return found


def _after(start: datetime, amount: float, unit: str) -> datetime:
    if unit == "hours":
        return start + timedelta(hours=amount)
    return calendar().add_working_minutes(start, round(amount * 60))


def _before(now: datetime, amount: float, unit: str) -> datetime:
    """The latest moment from which so much time has passed until now."""
    if unit == "hours":
        return now - timedelta(hours=amount)
    wanted, step = round(amount * 60), timedelta(minutes=15)
    start = now - timedelta(minutes=wanted)
    while calendar().working_minutes_between(start, now) < wanted:
        start -= step
    return start


def _let_time_pass(until: datetime) -> None:
    """Fire every timer that fell due until then, each at its own moment."""
    while True:
        row = db.session.execute(
            select(timers.Timer.id, timers.Timer.due_at)
            .where(timers.Timer.fired_at.is_(None), timers.Timer.due_at <= until)
            .order_by(timers.Timer.due_at, timers.Timer.id)
            .limit(1)
        ).one_or_none()
        end_reading()
        if row is None:
            return
        with clock.at(row.due_at):
            fire_one(row.id)


def _do(moment: Moment, orders: list[dict[str, Any]], numbers: dict[int, str]) -> None:
    step = moment.step
    if step["do"] == "submit":
        numbers[moment.order] = _submit(orders[moment.order])
        return
    number = numbers[moment.order]
    actor = _assignee(number) if step["who"] == "assignee" else _person(step["who"])
    more: Step = {"photo_ids": [_photo(actor, number) for _ in range(step.get("photos", 0))]}
    if "into" in step:
        more["into"] = next(numbers[place] for place, one in enumerate(orders) if one.get("name") == step["into"])
    with transaction():
        DEEDS[step["do"]](number, actor, step | more)


def _submit(order: dict[str, Any]) -> str:
    reporter = _person(order["reporter"])
    photo_ids = [_photo(reporter, order["category"], new=not order["steps"]) for _ in range(order.get("photos", 0))]
    with transaction():
        request = Request(
            category=order["category"],
            description=order["description"],
            place=_place(order),
            photo_ids=photo_ids,
            answers=order.get("answers", {}),
            confidential=order.get("confidential", False),
        )
        return intake.submit(request, reporter).number


def _place(order: dict[str, Any]) -> Place:
    if "compound" in order:
        public_id = db.session.scalar(select(Compound.public_id).where(Compound.code == order["compound"]))
        return place_by_building(public_id or "", order["building"], order["unit_name"])
    return place_by_point(order["lat"], order["lng"], "wgs84", order["address"])


def _person(who: str) -> Actor:
    """The account of an openid or of a console username."""
    account_id = db.session.scalar(select(Account.id).where(Account.openid == who))
    if account_id is None:
        account_id = db.session.scalar(select(ConsoleLogin.account_id).where(ConsoleLogin.username == who))
    if account_id is None:
        raise LookupError(f"nobody in the demo is called {who}")
    actor = actor_of(account_id)
    end_reading()
    return actor


def _assignee(number: str) -> Actor:
    account_id = db.session.scalar(select(WorkOrder.assignee_id).where(WorkOrder.number == number))
    if account_id is None:
        raise LookupError(f"nobody has the demo's order {number}")
    actor = actor_of(account_id)
    end_reading()
    return actor


def _photo(owner: Actor, seed: str, *, new: bool = False) -> str:
    """A drawn picture, stored as if it had been taken; the demo ships no photographs of real places.

    Those of orders that nobody has touched yet are left to be reviewed.
    """
    stored = storing.upload(_picture(seed), owner)
    with transaction():
        photo = storing.add_photo(stored, owner)
        photo.state = PhotoState.PENDING if new else PhotoState.VISIBLE
        return photo.public_id


def _picture(seed: str) -> bytes:
    lots = random.Random(seed)
    image = Image.new("RGB", (960, 720), (lots.randrange(90, 150), lots.randrange(110, 160), lots.randrange(140, 190)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 480, 960, 720), fill=(120, 116, 108))
    for column in range(4):
        left = 60 + column * 230
        top = lots.randrange(120, 260)
        draw.rectangle((left, top, left + 170, 480), fill=(172 - column * 12, 150, 130))
        for floor in range(top + 24, 460, 60):
            draw.rectangle((left + 24, floor, left + 64, floor + 34), fill=(238, 220, 160))
            draw.rectangle((left + 104, floor, left + 144, floor + 34), fill=(92, 104, 120))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
