"""What is changed about a draft is screened: a resident's own, and what a worker writes down for somebody else."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# A phone without a screen, on which the pause after typing is short.
PHONE = """
const [which, change] = process.argv.slice(1)
const asked = []
global.wx = {
  request({ method, url, data, success }) {
    if (method === 'POST') asked.push(data)
    const told = { emergency: null, categories: [], likely_duplicates: [] }
    const compound = { name: '一小区', community: '', buildings: [{ name: '1号楼', units: [] }] }
    const found = url.includes('/compounds/') ? compound : told
    setTimeout(() => success({ statusCode: 200, data: found, header: {} }), 1)
  },
  getStorageSync: () => '', setStorageSync() {}, removeStorageSync() {},
}
global.getApp = () => ({})
const root = process.cwd() + '/miniprogram/'
require(root + 'utils/screening').PAUSE_MS = 5
let made
global.Page = (page) => { made = page }
require(root + which)
const page = { ...made, data: { ...made.data }, setData(values) { Object.assign(this.data, values) } }
page.setData({ description: '灯坏了', buildings: [{ name: '1号楼', units: [] }] })
const changes = {
  words: () => page.typeDescription({ detail: { value: '灯又坏了' } }),
  category: () => page.chooseCategory({ detail: { category: { code: 'LIGHT', questions: [] } } }),
  compound: () => page.chooseCompound({ detail: { compound: { id: 'c1' } } }),
  address: () => page.typeAddress({ detail: { value: '北门' } }),
}
changes[change]()
setTimeout(() => {
  console.log(JSON.stringify(asked))
  process.exit()
}, 100)
"""
REPORT, INTAKE = "pages/report/report", "worker/pages/intake/intake"


@pytest.fixture
def asked(run_node: Run) -> Callable[[str, str], list[dict[str, Any]]]:
    def asked_by(page: str, change: str) -> list[dict[str, Any]]:
        result = run_node("-e", PHONE, page, change)
        assert result.returncode == 0, result.stderr
        found: list[dict[str, Any]] = json.loads(result.stdout)
        return found

    return asked_by


@pytest.mark.parametrize(
    ("change", "question"),
    [
        ("words", {"description": "灯又坏了"}),
        ("category", {"description": "灯坏了", "category": "LIGHT"}),
        ("compound", {"description": "灯坏了", "compound_id": "c1"}),
    ],
)
@pytest.mark.parametrize("page", [REPORT, INTAKE])
def test_whatever_decides_the_answer_is_asked_about_as_it_changes(
    asked: Any, page: str, change: str, question: dict[str, Any]
) -> None:
    assert asked(page, change) == [question]


def test_what_decides_nothing_asks_nothing(asked: Any) -> None:
    assert asked(REPORT, "address") == []
