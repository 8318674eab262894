"""The figures as plain tables: the page shows them with links to the orders behind, a file without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.statistics.definitions import COMPARED, FIGURES, GROUPS, Figure
from app.statistics.overdue import MOST, OF_WHOM
from app.statistics.overview import Below, Overview
from app.statistics.rates import SMALLEST_RANKED, Share, shown
from app.statistics.times import TIMES, Spans

NONE = "—"
Address = Callable[..., str]


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, what it leads to, and a smaller line below it."""

    text: str
    href: str = ""
    below: str = ""


@dataclass(frozen=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


def tables(found: Overview, orders: Address, place: Address) -> list[Table]:
    """All tables of an overview; `orders` and `place` say where a number and a place lead."""
    made = [_group(title, figures, found, orders) for title, figures in GROUPS.items()]
    return [*made, _times(found, orders), _late(found, orders), *_places(found, place)]


def percent(share: Share) -> str:
    return NONE if share.percent is None else f"{share.percent}%"


def _group(title: str, figures: Sequence[Figure], found: Overview, orders: Address) -> Table:
    if all(figure.of is None for figure in figures):
        return Table(title, ("指标", "数量", "上期", "去年同期"), [_count(figure, found, orders) for figure in figures])
    head = ("指标", "分子", "分母", "比率", "95%区间", "上期", "去年同期")
    return Table(title, head, [_share(figure, found, orders) for figure in figures])


def _count(figure: Figure, found: Overview, orders: Address) -> list[Cell]:
    return [
        Cell(figure.name, below=figure.met_words),
        _number(figure.code, "numerator", shown(found.now[figure.code].met), orders),
        Cell(shown(found.before[figure.code].met)),
        Cell(shown(found.a_year_before[figure.code].met)),
    ]


def _share(figure: Figure, found: Overview, orders: Address) -> list[Cell]:
    share = found.now[figure.code]
    interval = share.interval
    return [
        Cell(figure.name, below=f"{figure.met_words}／{figure.of_words}"),
        _number(figure.code, "numerator", shown(share.met), orders),
        _number(figure.code, "denominator", str(share.of), orders, below=figure.unit),
        Cell(percent(share)),
        Cell(f"{interval[0]}%～{interval[1]}%" if interval else NONE),
        _compared(found.before[figure.code]),
        _compared(found.a_year_before[figure.code]),
    ]


def _compared(share: Share) -> Cell:
    return Cell(percent(share), below=f"{shown(share.met)}／{share.of}" if share.of else "")


def _number(code: str, part: str, text: str, orders: Address, below: str = "") -> Cell:
    return Cell(text, "" if text == "0" else orders(figure=code, part=part), below)


def _times(found: Overview, orders: Address) -> Table:
    rows = [
        [
            Cell(time.name, below=time.words),
            _number(code, "denominator", str(found.times[code].count), orders),
            *_spans(found.times[code]),
            *_spans(found.times_before[code]),
        ]
        for code, time in TIMES.items()
    ]
    head = ("用时（从上报起，按自然时间）", "件数", "半数不超过", "九成不超过", "上期半数", "上期九成")
    return Table("用时", head, rows)


def _spans(spans: Spans) -> list[Cell]:
    return [Cell(NONE if span is None else hours(span)) for span in (spans.p50, spans.p90)]


def hours(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}小时{minutes % 60}分" if minutes >= 60 else f"{minutes}分钟"


def _late(found: Overview, orders: Address) -> Table:
    head = ("承办人或单位", "归属", "超期分钟", "工单数")
    if found.late is None:
        return Table("超期归属", head, (), f"超期的工单超过{MOST}件，请选择更小的范围或更短的时间。")
    rows = [
        [
            Cell(one.name),
            Cell(OF_WHOM[one.holder.to]),
            Cell(str(one.total)),
            Cell(
                str(sum(map(bool, one.of_orders.values()))), orders(figure="overdue", part="numerator", holder=one.code)
            ),
        ]
        for one in found.late
    ]
    return Table("超期归属", head, rows, "P0、P1按自然时间，其余按工作时间；只计期内的超期时间。拆分的分件也计入。")


def _places(found: Overview, place: Address) -> list[Table]:
    if not found.below:
        return []
    ranked = [one for one in found.below if one.rank is not None]
    few = [one for one in found.below if one.rank is None]
    head = ("地方", *(FIGURES[code].name for code in COMPARED))
    by = FIGURES[found.by].name
    made = [
        Table(f"下级比较（按{by}）", ("名次", *head), [[Cell(str(one.rank)), *_place(one, place)] for one in ranked])
    ]
    if few:
        rows = [_place(one, place) for one in few]
        made.append(Table(f"{by}样本不足{SMALLEST_RANKED}件，不排名", head, rows))
    return made if ranked else made[1:]


def _place(one: Below, place: Address) -> list[Cell]:
    name = Cell(one.name, place(place=one.id) if one.id is not None else "")
    return [name, *(_compared(one.numbers[code]) for code in COMPARED)]
