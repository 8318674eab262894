"""内容审核: what WeChat was unsure of or could not look at, the oldest first, and what was refused, to be put right."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app import errors
from app.console import doorway, error_pages, forms, guard
from app.db import end_reading
from app.errors import Invalid, NotFound, Refusal, Unavailable
from app.work_orders import catalogue, reviews

PER_PAGE = 20
PAGES = 200
TABS = {"waiting": reviews.waiting, "refused": reviews.refused}
LONGEST_REASON = 200

blueprint = doorway.pages("console_reviews", "/console/reviews")


@blueprint.get("")
def worklist() -> Any:
    return _page()


@blueprint.post("/texts/<key>")
def decide_text(key: str) -> Any:
    return _decide(key, "review text", reviews.decide_text)


@blueprint.post("/photos/<key>")
def decide_photo(key: str) -> Any:
    return _decide(key, "review photo", reviews.decide_photo)


def _decide(key: str, operation: str, decide: Callable[..., None]) -> Any:
    """Decide once and go back to the list; a refusal shows the list as it is now with the reason that was typed."""

    def act() -> str:
        passes = _decision()
        reason = forms.text("reason", most=LONGEST_REASON)
        decide(key, guard.actor(), passes=passes, reason=reason, seen=request.form.get("seen", ""))
        return "已通过，可以展示。" if passes else "已设为不予展示，工单照常办理。"

    try:
        sentence = forms.once(operation, act)
    except (NotFound, Unavailable):
        raise
    except Refusal as error:
        end_reading()
        return _page(error, key)
    flash(sentence, "success")
    tab, page = _place()
    return redirect(_address(tab, page), 303)


def _decision() -> bool:
    decision = request.form.get("decision")
    if decision not in ("pass", "refuse"):
        raise errors.Invalid("请选择“通过”或“不予展示”。")
    return decision == "pass"


def _page(refusal: Refusal | None = None, tried: str = "") -> Response:
    tab, page = _place()
    actor = guard.actor()
    reviewer = reviews.is_reviewer(actor)
    found = TABS[tab](actor, page, PER_PAGE) if reviewer else []
    faults = refusal.fields if isinstance(refusal, Invalid) else {}
    html = render_template(
        "console/reviews.html",
        here="reviews",
        reviewer=reviewer,
        tab=tab,
        page=page,
        items=[(item, catalogue.name_of(item.category_code)) for item in found[:PER_PAGE]],
        more=len(found) > PER_PAGE and page < PAGES,
        address=_address,
        longest=LONGEST_REASON,
        refusal=refusal,
        faults=faults,
        beside_field=bool(faults) and tried in [item.key for item in found[:PER_PAGE]],
        tried=tried,
        typed=request.form,
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


def _place() -> tuple[str, int]:
    """The tab and page of this address; forms keep them in theirs."""
    tab = request.args.get("tab", "waiting")
    page = min(max(request.args.get("page", 1, type=int), 1), PAGES)
    return (tab if tab in TABS else "waiting"), page


def _address(tab: str, page: int = 1, endpoint: str = "console_reviews.worklist", **path: str) -> str:
    where: dict[str, Any] = {"tab": tab if tab != "waiting" else None, "page": page if page > 1 else None}
    return url_for(endpoint, **{name: value for name, value in (path | where).items() if value})
