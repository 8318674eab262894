"""Words and flags that mean danger to life: what to dial, and how urgent the order is whatever its category says."""

from typing import Any

from app import parameters
from app.deadlines.limits import ServiceClass
from app.work_orders.catalogue import Kind
from app.work_orders.screening.words import DangerKnown, words

WITHIN = ("sign_within_characters", 24)


def found(*texts: str, category: str | None = None) -> DangerKnown | None:
    """The gravest danger these texts show, else the one a category stands for."""
    known = words()
    text = "\n".join(known.spellings.understood(text) for text in texts)
    within = parameters.number(*WITHIN)
    shown = next((danger for danger in known.dangers if _shows(danger, text, within)), None)
    return shown or next((danger for danger in known.dangers if category and danger.category_code == category), None)


def _shows(danger: DangerKnown, text: str, within: int) -> bool:
    """Whether some sign of it stands in the text that nothing denies."""
    return any(
        not any(denial.holds(text, span) for denial in danger.denied_by)
        for sign in danger.shown_by
        for span in sign.spans(text, within)
    )


def class_of(kind: Kind, danger: DangerKnown | None) -> str:
    """The class of an order: its category's, unless a danger makes it more urgent."""
    classes = [kind.class_code or ServiceClass.P3.value, *([danger.class_code] if danger else [])]
    return min(classes)


def facts(danger: DangerKnown | None) -> dict[str, Any]:
    """What the timeline keeps of it: no words of the text."""
    return {"danger": danger.code, "danger_name": danger.name} if danger else {}
