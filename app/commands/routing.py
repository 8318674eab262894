"""flask routing ADDRESS TEXT: where a request would go now, and why; nothing is written."""

import click

from app.db import end_reading
from app.errors import Invalid, Refusal
from app.territory import queries as places
from app.territory.placing import Place, place_by_building, place_by_point
from app.work_orders.dry_run import Trial, try_out

SHOWN = 5


@click.command("routing")
@click.argument("address")
@click.argument("text", default="")
@click.option("--category", help="code of a category; without it the likeliest one of the text is taken")
def command(address: str, text: str, category: str | None) -> None:
    """Try the rules out at ADDRESS: a compound and a building ("虎台小区 9号楼"), or "lat,lng" in WGS-84."""
    try:
        trial = try_out(_place(address), text, category)
        for line in _lines(trial):
            click.echo(line)
    except Invalid as error:
        raise click.ClickException("；".join(said for found in error.fields.values() for said in found)) from error
    except Refusal as error:
        raise click.ClickException(error.message) from error
    finally:
        end_reading()


def _place(address: str) -> Place:
    point = address.split(",")
    if len(point) == 2:
        try:
            return place_by_point(float(point[0]), float(point[1]), "wgs84")
        except ValueError as error:
            raise click.ClickException("经纬度请写成“36.6312,101.7456”。") from error
    name, _, building = address.strip().partition(" ")
    return place_by_building(_compound(name), building, None)


def _compound(name: str) -> str:
    found = places.compounds(name)
    exact = [one for one in found if one.name == name] or found
    if not exact:
        raise click.ClickException(f"没有找到小区“{name}”。")
    if len(exact) > 1:
        names = "、".join(f"{one.name}（{one.community}）" for one in exact[:SHOWN])
        raise click.ClickException(f"有多个小区符合：{names}，请写全名称。")
    return exact[0].public_id


def _lines(trial: Trial) -> list[str]:
    suggested = "、".join(f"{kind.name} {kind.code}" for kind in trial.suggested) or "无"
    organisation = f"，{trial.organisation}承办" if trial.organisation else ""
    rules = [f"  {one.rule.name}（第{one.rule.version}版）：{one.misfit or '适用'}" for one in trial.looked]
    return [
        f"地点：{trial.place}",
        f"类别：{trial.category.name} {trial.category.code}，{trial.order.class_code}；按内容推荐：{suggested}",
        *([f"险情：{trial.danger.name}"] if trial.danger else []),
        "看过的规则：",
        *(rules or ["  没有规则"]),
        f"权责清单：{trial.charge}",
        f"依据：{trial.by}",
        f"方式：{trial.mode}",
        f"负责单位：{trial.lead_unit}{organisation}",
        *([f"同时请协办：{'、'.join(trial.helpers)}"] if trial.helpers else []),
        *(f"  {step}" for step in trial.way.steps),
        f"现在会怎样：{trial.outcome}",
    ]
