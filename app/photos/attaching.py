"""Giving uploaded photos to an order."""

from collections.abc import Sequence

from sqlalchemy import select, update

from app import errors
from app.db import db
from app.photos.models import Photo, PhotoState, Purpose

MOST = 9


def attach(public_ids: Sequence[str], owner_id: int, work_order_id: int, purpose: Purpose, round: int) -> None:
    """Take all of these photos for the order, or refuse; one statement, so that no photo is taken twice.

    Foreign, absent, used and doubled ids read the same, since the difference would tell about others' photos. Which
    of their own were not passed a person is told, for sending these again would never help.
    """
    if not public_ids:
        return
    if len(public_ids) > MOST:
        raise errors.field("photo_ids", f"最多可以附 {MOST} 张照片，请去掉多余的照片。")
    taking = (
        update(Photo)
        .where(
            Photo.public_id.in_(public_ids),
            Photo.owner_id == owner_id,
            Photo.work_order_id.is_(None),
            Photo.state != PhotoState.REFUSED,
        )
        .values(work_order_id=work_order_id, purpose=purpose, round=round)
        .returning(Photo.id)
    )
    taken = db.session.execute(taking, execution_options={"synchronize_session": False}).all()
    if len(taken) != len(public_ids):
        _name_refused(public_ids, owner_id)
        raise errors.field("photo_ids", "有照片已失效或已使用过，请重新上传后再提交。")


def _name_refused(public_ids: Sequence[str], owner_id: int) -> None:
    """Say which of the person's own photos, counted as they sent them, may not be shown."""
    own = select(Photo.public_id).where(
        Photo.public_id.in_(public_ids), Photo.owner_id == owner_id, Photo.state == PhotoState.REFUSED
    )
    refused = set(db.session.scalars(own))
    if refused:
        which = "、".join(str(number) for number, one in enumerate(public_ids, start=1) if one in refused)
        raise errors.field("photo_ids", f"第 {which} 张照片未通过内容审核，请去掉或换一张再提交，其他内容都还在。")
