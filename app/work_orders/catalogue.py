"""What can be reported and where it goes: categories, rules, responsibilities; read from the database and kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import errors
from app.db import Model, db
from app.kept import Kept

OFFICE = "office"
"""What stands in a responsibility for the office of its level, where it is no kind of organisation."""


class Mode(StrEnum):
    """How an order comes to whoever works on it."""

    POOL = "pool"  # whoever of the grid claims it first
    PRIMARY = "primary"  # the grid's own worker
    BALANCED = "balanced"  # of the grid's workers on duty the one with the fewest orders
    UNIT = "unit"  # a worker of the organisation that answers for it
    DUTY = "duty"  # the worker on duty, then the ladder of duty officers
    DESK = "desk"  # the office that answers for it, or the nearest one that can place it


OF_THE_GRID = (Mode.POOL, Mode.PRIMARY, Mode.BALANCED, Mode.DUTY)
"""Modes that give an order to the community's own workers."""


class Category(Model):
    """What a request is about. Leaves carry a class; a class decides the time limits."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    name: Mapped[str] = mapped_column(String(40))
    class_code: Mapped[str | None] = mapped_column(String(2))
    photo_required: Mapped[bool] = mapped_column(default=False)  # at resolve
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)
    private: Mapped[bool] = mapped_column(default=False)  # neighbours never read that there is such an order
    active: Mapped[bool] = mapped_column(default=True)


class RoutingRule(Model):
    """One line of the ordered rules: the first that fits decides where an order goes."""

    __tablename__ = "routing_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    category_code: Mapped[str | None] = mapped_column(String(40))  # a leaf or a parent; empty fits all
    class_code: Mapped[str | None] = mapped_column(String(2))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    mode: Mapped[str] = mapped_column(String(10))  # see Mode
    version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)


class Responsibility(Model):
    """权责清单: a unit that answers for a category, at which level, of which kind, and how it gets the order."""

    __tablename__ = "responsibility"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int]
    category_code: Mapped[str] = mapped_column(String(40))  # a leaf or a parent
    level: Mapped[str] = mapped_column(String(12))  # community, subdistrict, district, city
    unit_kind: Mapped[str] = mapped_column(String(24))  # OFFICE, or a kind of organisation
    organisation_code: Mapped[str | None] = mapped_column(String(40))  # the one, where a place has several of the kind
    mode: Mapped[str] = mapped_column(String(10))  # see Mode
    leads: Mapped[bool] = mapped_column(default=True)  # whoever does not lead gets a task
    version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)


@dataclass(frozen=True)
class Kind:
    """A category as the rooms and doors use it."""

    code: str
    parent_code: str | None
    name: str
    class_code: str | None
    photo_required: bool
    questions: list[dict[str, Any]]
    private: bool = False


@dataclass(frozen=True)
class Rule:
    code: str
    name: str
    category_code: str | None
    class_code: str | None
    territory_id: int | None
    mode: str
    version: int


@dataclass(frozen=True)
class Charge:
    """A line of the list of responsibilities as routing uses it."""

    code: str
    category_code: str
    level: str
    unit_kind: str
    mode: str
    leads: bool
    version: int
    organisation_code: str | None = None


@dataclass(frozen=True)
class Catalogue:
    kinds: dict[str, Kind]
    rules: tuple[Rule, ...]
    parents: frozenset[str] = field(default_factory=frozenset)
    charges: tuple[Charge, ...] = ()

    def leading(self, code: str) -> tuple[Charge, ...]:
        """Who leads orders of this category, by the list, in order: its own lines, else those of what is above it."""
        return self._nearest(code, lambda charge: charge.leads)

    def helping(self, code: str) -> tuple[Charge, ...]:
        """Who is asked to help with orders of this category, in the same way."""
        return self._nearest(code, lambda charge: not charge.leads)

    def _nearest(self, code: str, wanted: Callable[[Charge], bool]) -> tuple[Charge, ...]:
        for at in self.ancestors(code) if self.charges else ():
            found = tuple(charge for charge in self.charges if charge.category_code == at and wanted(charge))
            if found:
                return found
        return ()

    def ancestors(self, code: str) -> list[str]:
        """The category itself and everything above it."""
        found: list[str] = []
        at: str | None = code
        while at is not None and at not in found:
            found.append(at)
            at = self.kinds[at].parent_code
        return found


def _read() -> Catalogue:
    categories = db.session.execute(
        select(
            Category.code,
            Category.parent_code,
            Category.name,
            Category.class_code,
            Category.photo_required,
            Category.questions,
            Category.private,
        )
        .where(Category.active)
        .order_by(Category.position, Category.code)
    )
    rules = db.session.execute(
        select(
            RoutingRule.code,
            RoutingRule.name,
            RoutingRule.category_code,
            RoutingRule.class_code,
            RoutingRule.territory_id,
            RoutingRule.mode,
            RoutingRule.version,
        )
        .where(RoutingRule.active)
        .order_by(RoutingRule.position, RoutingRule.id)
    )
    kinds = {row.code: Kind(*row) for row in categories}
    parents = frozenset(kind.parent_code for kind in kinds.values() if kind.parent_code)
    return Catalogue(kinds, tuple(Rule(*row) for row in rules), parents, _charges())


def _charges() -> tuple[Charge, ...]:
    rows = db.session.execute(
        select(
            Responsibility.code,
            Responsibility.category_code,
            Responsibility.level,
            Responsibility.unit_kind,
            Responsibility.mode,
            Responsibility.leads,
            Responsibility.version,
            Responsibility.organisation_code,
        )
        .where(Responsibility.active)
        .order_by(Responsibility.position, Responsibility.id)
    )
    return tuple(Charge(*row) for row in rows)


catalogue = Kept(_read)
"""All active categories, rules and responsibilities."""
forget = catalogue.forget


def leaf(code: str) -> Kind:
    """A category that can be chosen: it exists, has a class and nothing below it."""
    kind = catalogue().kinds.get(code)
    if kind is None or kind.class_code is None or code in catalogue().parents:
        raise errors.field("category", "没有这个类别，请从类别列表中选择。")
    return kind


def name_of(code: str) -> str:
    kind = catalogue().kinds.get(code)
    return kind.name if kind else code


def answered(code: str, answers: dict[str, str]) -> list[tuple[str, str]]:
    """What was answered to the category's questions, each with the question in words."""
    known = catalogue().kinds
    kinds = ([known[code]] if code in known else []) if answers else []
    texts = {question["code"]: question["text"] for kind in kinds for question in kind.questions}
    if not answers.keys() <= texts.keys():
        # Answers stay when the category is put right, and were given to the questions of another one.
        texts = {one["code"]: one["text"] for kind in known.values() for one in kind.questions} | texts
    return [(texts.get(name, name), answer) for name, answer in answers.items()]


def private() -> list[str]:
    """Codes of the categories that neighbours read nothing of."""
    return [kind.code for kind in catalogue().kinds.values() if kind.private]


def requires_photo(code: str) -> bool:
    kind = catalogue().kinds.get(code)
    return bool(kind and kind.photo_required)
