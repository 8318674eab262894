"""Which categories a text speaks of: keywords and their weights; the person decides."""

from collections import Counter

from app.work_orders.catalogue import Kind, catalogue
from app.work_orders.screening.words import DangerKnown, words

MOST = 3


def suggest(text: str, danger: DangerKnown | None) -> list[Kind]:
    """At most three categories, the likeliest first; the one a danger belongs under before all others."""
    known = words()
    understood = known.spellings.understood(text)
    weights: Counter[str] = Counter()
    for category, pattern, weight in known.keywords:
        if pattern.is_in(understood):
            weights[category] += weight
    kinds = catalogue().kinds
    ranked = [code for code, weight in weights.most_common() if weight > 0]
    if danger is not None and danger.category_code is not None:
        ranked.insert(0, danger.category_code)
    return [kinds[code] for code in dict.fromkeys(ranked) if _can_be_chosen(code)][:MOST]


def _can_be_chosen(code: str) -> bool:
    kind = catalogue().kinds.get(code)
    return kind is not None and kind.class_code is not None and code not in catalogue().parents
