"""派单试算: where a request at an address would go now, and why; decided as an acceptance is, with nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import errors
from app.organisations import directory
from app.territory.models import LEVEL_NAMES
from app.territory.placing import Place
from app.territory.queries import path_name
from app.work_orders import catalogue, intake, routing, ways
from app.work_orders.catalogue import Kind
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping, units
from app.work_orders.routing import MODE_NAMES, Decision, Looked
from app.work_orders.screening import emergencies, suggestion
from app.work_orders.screening.words import DangerKnown
from app.work_orders.ways import Way

NO_RULE = "没有规则和权责清单适用，等社区受理台受理。"
NOBODY = "现在没有可以接手的人，等有人在岗后再派。"


@dataclass(frozen=True)
class Trial:
    """What would happen, in words; `account_id` is who would get it now, for whoever may read the name."""

    place: str
    category: Kind
    suggested: Sequence[Kind]
    danger: DangerKnown | None
    order: WorkOrder
    decision: Decision
    way: Way

    @property
    def looked(self) -> Sequence[Looked]:
        return self.decision.looked

    @property
    def by(self) -> str:
        """What decided."""
        if self.decision.rule is not None:
            return f"规则“{self.decision.rule.name}”（第{self.decision.rule.version}版）"
        if self.decision.charge is not None:
            return f"权责清单“{routing.in_words(self.decision.charge)}”（第{self.decision.charge.version}版）"
        return NO_RULE

    @property
    def charge(self) -> str:
        """What the list of responsibilities says of it, whether it decided or a rule did."""
        line = self.decision.charge
        return f"{routing.in_words(line)}（第{line.version}版）" if line else "权责清单没有规定"

    @property
    def mode(self) -> str:
        return MODE_NAMES[self.decision.mode] if self.decision.mode else "等待受理"

    @property
    def lead_unit(self) -> str:
        """The office that would answer for it, with its level."""
        unit_id = self.order.lead_unit_id
        return f"{path_name(unit_id)}（{LEVEL_NAMES[units.level_of_lead(self.order)]}）" if unit_id else "待定"

    @property
    def organisation(self) -> str:
        return directory.name_of(self.way.organisation_id) if self.way.organisation_id else ""

    @property
    def helpers(self) -> list[str]:
        return [helping.name_of(helper) for helper in self.way.helpers]

    @property
    def account_id(self) -> int | None:
        return self.way.account_id

    @property
    def outcome(self) -> str:
        """Where it would be then; whose it would be is told apart."""
        if self.decision.mode is None:
            return NO_RULE
        if self.way.pooled:
            return "进入网格待认领池"
        return "派给一位工作人员签收" if self.way.account_id is not None else NOBODY


def try_out(place: Place, text: str, category: str | None = None) -> Trial:
    """Decide on a request that nobody makes; without a category the likeliest one of its words is taken."""
    danger = emergencies.found(text, category=category)
    suggested = suggestion.suggest(text, danger)
    if category is None and not suggested:
        raise errors.field("category", "从这段文字看不出类别，请选择一个类别。")
    kind = catalogue.leaf(category or suggested[0].code)
    danger = emergencies.found(text, category=kind.code)
    order = intake.draft(Request(category=kind.code, description=text, place=place), kind, danger)
    decision = routing.decide(order)
    order.lead_unit_id = decision.lead_unit_id
    way = ways.find(order, decision)
    order.lead_organisation_id = way.organisation_id
    return Trial(place.text, kind, suggested, danger, order, decision, way)
