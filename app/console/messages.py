"""What the person was told, the newest first; the bar says how much of it is unread."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import clock
from app.console import doorway, forms, guard
from app.notifications import inbox
from app.work_orders import queries

PER_PAGE = 30
LARGEST_ID = 2**63

blueprint = doorway.pages("console_messages", "/console/messages")


@blueprint.get("")
def page() -> Any:
    actor = guard.actor()
    found = inbox.entries(actor.account_id, _older_than(), PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return render_template(
        "console/messages.html",
        here="messages",
        entries=shown,
        # A staff member is a resident too: their own requests are read on the phone and not here.
        at_work=queries.seen_at_work(actor, [one.number for one in shown if one.number]),
        unread=inbox.unread(actor.account_id),
        newest=shown[0].public_id if shown else "",
        older=_place(shown[-1]) if len(found) > PER_PAGE else None,
        first=not request.args.get("before"),
    )


@blueprint.post("/read")
def read_all() -> Any:
    """Mark as read what the person had before them, and nothing that came meanwhile."""

    def act() -> str:
        count = inbox.read_until(guard.actor().account_id, request.form.get("newest", ""), clock.now())
        return f"已将{count}条消息标为已读。" if count else "没有未读的消息。"

    flash(forms.once("read messages", act), "success")
    return redirect(url_for("console_messages.page"), 303)


def _place(entry: inbox.Entry) -> str:
    return f"{entry.created_at.timestamp()!r}_{entry.id}"


def _older_than() -> tuple[Any, int] | None:
    """The place that the address names; an odd one is the beginning."""
    at, _, row_id = request.args.get("before", "").partition("_")
    try:
        place = clock.from_timestamp(float(at)), int(row_id)
    except (ValueError, OverflowError, OSError):
        return None
    return place if 0 <= place[1] < LARGEST_ID else None
