"""What a city lets its texts be read by: dangers and their signs, keywords of categories, other ways of writing."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Danger(Model):
    """Something that threatens life: what people are told to do, and how urgent an order becomes by it."""

    __tablename__ = "danger"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    sentence: Mapped[str] = mapped_column(String(200))
    numbers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # [{"number": "119", "name": "火警"}], the first first
    class_code: Mapped[str] = mapped_column(String(2))
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))  # which it is reported under
    position: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False)


class Sign(Model):
    """Words that show a danger, or that deny it although its words are there."""

    __tablename__ = "danger_sign"
    __table_args__ = (UniqueConstraint("danger_code", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    danger_code: Mapped[str] = mapped_column(String(40))  # or `words.EVERY`
    meaning: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(400))
    retired: Mapped[bool] = mapped_column(default=False)


class Keyword(Model):
    """Words that speak for a category, or with a negative weight against it."""

    __tablename__ = "category_keyword"
    __table_args__ = (UniqueConstraint("category_code", "words"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    words: Mapped[str] = mapped_column(String(400))
    weight: Mapped[int]
    retired: Mapped[bool] = mapped_column(default=False)


class Spelling(Model):
    """Another way people write a word: slips of the keyboard, the way they say it here."""

    __tablename__ = "spelling"

    written: Mapped[str] = mapped_column(String(20), primary_key=True)
    meant: Mapped[str] = mapped_column(String(20))
    retired: Mapped[bool] = mapped_column(default=False)
