"""How the console says times, statuses and roles; given to every template."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, g

from app import clock, secrets
from app.console import assets
from app.deadlines.limits import ServiceClass
from app.notifications import inbox
from app.people.models import ROLE_NAMES, Role
from app.statistics import places
from app.territory.queries import names
from app.work_orders import reviews
from app.work_orders.line_words import words
from app.work_orders.offices import waiting_lists
from app.work_orders.permissions import HANDLERS
from app.work_orders.workflow import Action

HOUR, DAY = 3600, 86400
TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def add(app: Flask) -> None:
    """Put filters and functions into the templates of this application."""
    app.jinja_env.filters |= {
        "spoken": clock.spoken,
        "iso": clock.iso,
        "short": short,
        "left": left,
        "plain": plain,
        "urgency": urgency,
        "rating_words": rating_words,
        "role_name": lambda role: ROLE_NAMES[Role(role)],
        "class_label": lambda code: ServiceClass(code).label,
    }
    app.jinja_env.globals |= {
        "asset": assets.address,
        "assets_missing": assets.missing,
        "install_command": assets.INSTALL,
        "new_key": secrets.public_id,
        "now": clock.now,
        "posts_in_words": posts_in_words,
        "reads_statistics": reads_statistics,
        "takes_in": takes_in,
        "tries_routing": tries_routing,
        "to_review": to_review,
        "to_decide": to_decide,
        "unread_messages": unread_messages,
    }


def short(moment: datetime) -> str:
    """A moment for a narrow column: `今天 16:00`, `3月13日 18:00`, with the year when it is another one."""
    there, today = clock.local(moment), clock.today()
    near = {-1: "昨天", 0: "今天", 1: "明天"}.get((there.date() - today).days)
    if near is None:
        year = f"{there.year}年" if there.year != today.year else ""
        near = f"{year}{there.month}月{there.day}日"
    return f"{near} {there:%H:%M}"


def left(due: datetime, now: datetime | None = None) -> str:
    """How long there is until a limit, or how long it is over: `还剩3小时20分`, `已超期2天`. In time on the clock."""
    span = due - (now or clock.now())
    return f"还剩{_span(span)}" if span >= timedelta() else f"已超期{_span(-span)}"


def urgency(due: datetime) -> str:
    """The class of a limit: over, within a day, or none."""
    span = due - clock.now()
    return "is-late" if span < timedelta() else "is-soon" if span < timedelta(days=1) else ""


def plain(text: str | None) -> str:
    """People's text with the characters that turn writing around shown as signs, so that nothing reads otherwise."""
    return "".join(f"[U+{ord(char):04X}]" if char in TURNING else char for char in text or "")


def rating_words(rating: Any) -> str:
    """A reporter's rating in one line, in the words of the timeline."""
    facts = {"answered": rating.answered, "solved": rating.solved, "satisfied": rating.satisfied}
    return words(Action.RATE, facts, None)


def _span(span: timedelta) -> str:
    """The two largest units of a span; console.js says the same while the page stays open."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    return f"{minutes}分钟"


def to_review() -> str | None:
    """How much waits for this person's review, in a few characters; None for whoever reviews nothing."""
    if "actor" not in g or not reviews.is_reviewer(g.actor):
        return None
    found = reviews.count(g.actor)
    return "" if not found else f"{found}" if found < reviews.COUNTED_TO else f"{reviews.COUNTED_TO - 1}+"


def to_decide() -> str | None:
    """How much waits for this person's offices, in a few characters; None for whoever manages none."""
    if "actor" not in g or not waiting_lists.may_read(g.actor):
        return None
    found = sum(waiting_lists.counts(g.actor).values())
    return "" if not found else f"{found}" if found < waiting_lists.COUNTED_TO else f"{waiting_lists.COUNTED_TO - 1}+"


def unread_messages() -> str:
    """How many messages the person has not read, in a few characters."""
    found = inbox.unread(g.actor.account_id) if "actor" in g else 0
    return "" if not found else f"{found}" if found < inbox.MOST_COUNTED else f"{inbox.MOST_COUNTED - 1}+"


def reads_statistics() -> bool:
    """Whether there are figures for the person."""
    return "actor" in g and places.may_read(g.actor)


def takes_in() -> bool:
    """Whether the person may report for somebody."""
    return "actor" in g and g.actor.has(*HANDLERS)


def tries_routing() -> bool:
    """Whether the person may try out where requests would go."""
    return "actor" in g and g.actor.has(Role.MANAGER, Role.ADMINISTRATOR)


def posts_in_words() -> str:
    """What the person is here: `虎台社区 管理员、回访员`."""
    posts: tuple[Any, ...] = g.actor.posts if "actor" in g else ()
    places = names({post.territory_id for post in posts})
    held: dict[str, list[str]] = {}
    for post in posts:
        held.setdefault(places.get(post.territory_id, ""), []).append(ROLE_NAMES[post.role])
    return "；".join(f"{place} {'、'.join(roles)}" for place, roles in held.items())
