"""Splitting 拆分 an order into parts that others do."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.kin import splitting
from app.work_orders.kin.splitting import Part

blueprint = doorway.pages("console_splitting", "/console/work-orders")
ROWS = range(1, 11)


@blueprint.post("/<number>/split")
def split(number: str) -> Any:
    def act() -> str:
        wanted = [part for row in ROWS if (part := _part(row)) is not None]
        if not wanted:
            raise errors.field("description-1", "请至少填写一个要拆分出去的部分。")
        reason = forms.text("reason", required="请写明为什么拆分，承办人和上级会看到。")
        forms.seen(number)
        splitting.split(number, guard.actor(), wanted, reason)
        return f"已拆分出{len(wanted)}个部分，并按规则派出；各部分办完后由承办人统一办结。"

    return act_on(number, "split", act)


def _part(row: int) -> Part | None:
    """One row of the form; None when nothing is filled in."""
    category = request.form.get(f"category-{row}", "")
    description = forms.text(f"description-{row}")
    if not category and not description:
        return None
    if not category:
        raise errors.field(f"category-{row}", "请选择这一部分的类别。")
    if not description:
        raise errors.field(f"description-{row}", "请写明这一部分要办什么。")
    return Part(category, description)
