"""The words of Xining, and words of a made-up city, brought in as tables."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.commands.demo import DATA
from app.tables import Report
from app.work_orders import importing as work_orders
from app.work_orders.screening import importing as screening
from tests.factories import writing

Bring = Callable[..., Report]


@pytest.fixture
def xining(app: Flask) -> None:
    """The categories and words of the demo city."""
    with writing():
        categories = work_orders.import_categories(work_orders.read_categories(DATA))
        words = screening.import_words(screening.read_words(DATA))
    assert categories.errors == words.errors == []


FILES = {
    "dangers": (
        "code,name,sentence,numbers,class,category_code,position",
        "smoke,蓝烟,请马上离开。,119 火警;120 急救,P0,,1",
        "flood,大水,请到高处去。,119 火警,P1,,2",
        "stuck,困住,请不要动。,119 火警,P0,LIFT,3",
    ),
    "signs": (
        "danger_code,meaning,words",
        "smoke,shows,冒蓝烟;蓝烟+房/楼",
        "flood,shows,大水",
        "smoke,denies,不是~;排练",
        "*,denies,如果~",
    ),
    "keywords": ("category_code,words,weight", "LIGHT,灯,5", "NOISE,吵,5", "NOISE,灯+吵,-9", "FACILITY,灯,50"),
    "spellings": ("written,meant", "烟囱气,蓝烟"),
}


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    """Brings in the words of a made-up city; a named file is replaced by these lines."""

    def act(dry_run: bool = False, **lines: tuple[str, ...]) -> Report:
        for name, usual in FILES.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(lines.get(name, usual)) + "\n", encoding="utf8")
        with writing():
            return screening.import_words(screening.read_words(tmp_path), dry_run)

    return act
