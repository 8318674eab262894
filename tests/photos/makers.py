"""Pictures as phones send them, and the people who send them."""

from io import BytesIO

from PIL import Image

from app import clock, secrets
from app.db import db, transaction
from app.people.actor import Actor, Post
from app.people.models import Account


def picture(
    size: tuple[int, int] = (64, 48), mode: str = "RGB", kind: str = "JPEG", color: object = 128, **how
) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, color).save(buffer, kind, **how)
    return buffer.getvalue()


def an_actor(*posts: Post) -> Actor:
    account = Account(public_id=secrets.public_id(), created_at=clock.now())
    with transaction():
        db.session.add(account)
    return Actor(account.id, account.public_id, posts=posts)
