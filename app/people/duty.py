"""Being on duty: said by the worker, true until taken back."""

from sqlalchemy import select

from app import clock
from app.db import db
from app.errors import NotAllowed
from app.people.actor import Actor
from app.people.models import Duty


def of(actor: Actor) -> Duty:
    """The person's duty; off duty when never said."""
    found = db.session.scalar(select(Duty).where(Duty.account_id == actor.account_id))
    return found or Duty(account_id=actor.account_id, on_duty=False, since=None)


def say(actor: Actor, on_duty: bool) -> Duty:
    """Go on or off duty; saying it again changes nothing."""
    if not actor.posts:
        raise NotAllowed("只有工作人员可以上岗、下岗。")
    duty = db.session.get(Duty, actor.account_id)
    if duty is None:
        duty = Duty(account_id=actor.account_id, on_duty=on_duty, since=clock.now())
        db.session.add(duty)
    elif duty.on_duty != on_duty:
        duty.on_duty, duty.since = on_duty, clock.now()
    return duty
