"""Rules of the house that no linter knows: who commits, who guards, and that every action is decided everywhere."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.notifications.messages import MESSAGES
from app.work_orders import facts, lists, policy
from app.work_orders.line_words import words
from app.work_orders.policy import MAY_TAKE, Relation
from app.work_orders.workflow import ACTION_NAMES, STATUS_NAMES, TRANSITIONS, Action, Status
from config import ROOT
from tests.workflow_diagram import PARTS, diagram, fenced, part

ROOMS = (
    "territory",
    "organisations",
    "people",
    "photos",
    "deadlines",
    "notifications",
    "work_orders",
    "seals",
    "statistics",
)
GROUND = ("db", "errors", "clock", "logs", "secrets", "storage", "trail", "idempotency", "parameters", "kept")
SOURCES = sorted(
    path
    for folder in ("app", "wechat", "deploy", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
) + [ROOT / "config.py", ROOT / "wsgi.py"]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def of_app(*parts: str) -> list[Path]:
    wanted = tuple(f"app/{part}" for part in parts)
    return [path for path in SOURCES if named(path).startswith(wanted)]


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """(name of what is called, line) of every call."""
    yield from calls_in(ast.parse(path.read_text(encoding="utf8")))


def calls_in(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            yield name, node.lineno


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


# who writes


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 80
    assert {named(path) for path in of_app("db.py")} == {"app/db.py"}


@pytest.mark.parametrize("path", of_app(""), ids=named)
def test_only_the_database_module_commits(path):
    if named(path) != "app/db.py":
        assert [(name, line) for name, line in calls(path) if name in ("commit", "rollback")] == []


MAY_BEGIN = ("app/notifications/relay", "app/notifications/token_store.py")


@pytest.mark.parametrize("path", of_app(*ROOMS), ids=named)
def test_rooms_never_begin_a_transaction(path):
    if not named(path).startswith(MAY_BEGIN):
        assert [line for name, line in calls(path) if name == "transaction"] == []
        assert "app.db.transaction" not in imports(path)


@pytest.mark.parametrize("path", of_app(*ROOMS, *GROUND), ids=named)
def test_rooms_and_ground_do_not_reach_for_the_network(path):
    roots = {name.partition(".")[0] for name in imports(path)}
    assert not roots & {"requests", "socket", "urllib", "urllib3", "http", "httpx", "smtplib", "ftplib"}


def test_status_is_written_in_one_place():
    writers = [
        (named(path), node.lineno)
        for path in of_app("work_orders", "api", "console", "commands")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8")))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "status" and isinstance(target.value, ast.Name)
        if target.value.id in ("self", "order", "work_order", "row")
    ]
    assert [path for path, _ in writers if path == "app/work_orders/models.py"] == ["app/work_orders/models.py"]
    assert [writer for writer in writers if writer[0].startswith("app/work_orders")] == writers[:1]


# what is read and guarded


def test_every_list_of_orders_goes_through_the_one_rule_of_who_sees_what():
    trees = [
        ast.parse((ROOT / f"app/work_orders/{room}.py").read_text(encoding="utf8"))
        for room in ("lists", "board", "queries")
    ]
    functions = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)}
    lists = [name for name, node in functions.items() if node.returns and "Row" in ast.unparse(node.returns)]
    assert {"pool", "mine", "reported", "page", "urgent", "follow_ups"} <= set(lists)
    scoped = {name for name, node in functions.items() if "scope." in ast.unparse(node)}
    for name in lists:
        if name != "_page":
            # A list asks the rule itself, or asks by a statement that was built with it.
            called = {called for called, _ in calls_in(functions[name])}
            assert name in scoped or called & scoped, name
    assert "scope.overseen_by" in ast.unparse(functions["_condition"])


def test_every_blueprint_says_whether_it_is_guarded(house):
    ours = {name: blueprint for name, blueprint in house.blueprints.items() if name not in OF_LIBRARIES}
    undecided = [name for name, blueprint in ours.items() if not hasattr(blueprint, "guarded")]
    assert undecided == []
    open_ones = {name for name, blueprint in house.blueprints.items() if getattr(blueprint, "guarded", None) is False}
    for name, blueprint in house.blueprints.items():
        if getattr(blueprint, "guarded", False):
            assert house.before_request_funcs.get(name), name
    # Each of these is open on purpose; a new one is added here on purpose.
    assert open_ones <= OPEN_ON_PURPOSE


OF_LIBRARIES = {"api-docs"}
OPEN_ON_PURPOSE = {
    "sessions", "privacy_notice", "public", "photo_sights", "health", "front_door",
    "console_assets", "console_entrance", "wechat_door",
}  # fmt: skip


# every action is decided everywhere


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_a_row_in_each_table(action):
    assert action in TRANSITIONS
    assert action in MAY_TAKE
    assert ACTION_NAMES[action]
    assert bool(facts.TOLD[action]) != (action in TOLD_TO_NOBODY)
    assert set(facts.TOLD[action]) <= set(MESSAGES), "no message is written for what this action owes"
    assert isinstance(words(action, EXAMPLES.get(action, {}), "说明"), str)


TOLD_TO_NOBODY = {Action.REVEAL}  # the audit knows

EXAMPLES = {
    Action.CONTACT: {"kind": "call"},
    Action.RESOLVE: {"result_name": "已解决"},
    Action.DECLINE: {"reason_name": "不在社区职责范围内"},
    Action.REFUSE: {"reason_name": "不在岗"},
    Action.CLOSE: {"outcome_name": "居民评价后归档"},
    Action.RATE: {"answered": True, "solved": "yes", "satisfied": "yes"},
    Action.FOLLOW_UP: {"step": "attempt"},
}


def test_every_event_of_an_order_comes_from_some_action():
    beside = {"not_accepted", "not_claimed", "not_signed", "staff_linked", "digest", "recounted"}
    assert set().union(*facts.TOLD.values()) | beside == set(MESSAGES)


DOORS = {
    Action.SUBMIT: "resident_work_orders.submit",
    Action.ACCEPT: "console_work_order.accept",
    Action.DECLINE: "console_work_order.decline",
    Action.CLAIM: "worker_work_orders.claim",
    Action.DISPATCH: "console_work_order.dispatch",
    Action.APPEAL: "resident_say.appeal",
    Action.ASK: "worker_waiting.ask",
    Action.ANSWER: "resident_answers.answer",
    Action.RESUME: "worker_waiting.resume",
    Action.SIGN: "worker_work_orders.sign",
    Action.REFUSE: "worker_work_orders.refuse",
    Action.CONTACT: "worker_work_orders.contact",
    Action.ARRIVE: "worker_work_orders.arrive",
    Action.NOTE: "worker_work_orders.note",
    Action.RELEASE: "worker_work_orders.release",
    Action.TRANSFER: "worker_transfer.offer",
    Action.ACCEPT_TRANSFER: "worker_transfer.accept",
    Action.DECLINE_TRANSFER: "worker_transfer.decline",
    Action.TAKE_BACK_TRANSFER: "worker_transfer.take_back",
    Action.EXTEND: "worker_waiting.extend",
    Action.DECIDE_EXTENSION: "console_waiting.decide_extension",
    Action.RECATEGORISE: "worker_corrections.recategorise",
    Action.DECIDE_CATEGORY: "console_corrections.decide_category",
    Action.RELOCATE: "worker_corrections.relocate",
    Action.ASSIST: "console_tasks.assist",
    Action.REPORT: "partner_tasks.report",
    Action.DISPUTE: "console_disputes.dispute",
    Action.RULE: "console_disputes.rule",
    Action.PROPOSE_ESCALATION: "worker_escalations.propose",
    Action.ESCALATE: "console_escalations.escalate",
    Action.DECLINE_ESCALATION: "console_escalations.decline",
    Action.REPORT_IN: "console_escalations.report_in",
    Action.RETURN_ESCALATION: "console_escalations.give_back",
    Action.PROPOSE_LEDGER: "worker_ledger.propose",
    Action.DECIDE_LEDGER: "console_ledger.decide",
    Action.REVIEW_LEDGER: "console_ledger.review",
    Action.SUPERVISE: "console_supervision.supervise",
    Action.REPLY_SUPERVISION: "console_supervision.reply",
    Action.CLEAR_SUPERVISION: "console_supervision.clear",
    Action.PROPOSE_TERMINATION: "console_termination.propose",
    Action.DECIDE_TERMINATION: "console_termination.decide",
    Action.MERGE: "console_merging.merge",
    Action.ABSORB: "console_merging.merge",
    Action.UNMERGE: "console_merging.unmerge",
    Action.SPLIT: "console_splitting.split",
    Action.RECUSE: "console_corrections.recuse",
    Action.CONFIDE: "resident_confide.confide",
    Action.REVEAL: "worker_corrections.reveal",
    Action.URGE: "resident_say.urge",
    Action.REPLY: "worker_waiting.reply",
    Action.JOIN: "resident_say.join",
    Action.LEAVE: "resident_say.leave",
    Action.RESOLVE: "worker_work_orders.resolve",
    Action.SETTLE: "worker_intake.settle",
    Action.AMEND: "worker_work_orders.amend",
    Action.SEND_BACK: "console_second_look.send_back",
    Action.RATE: "resident_work_orders.rate",
    Action.FOLLOW_UP: "console_work_order.attempt",
    Action.REWORK: "console_work_order.conclude",
    Action.REOPEN: "resident_say.reopen",
    Action.WITHDRAW: "resident_work_orders.withdraw",
}


def test_every_action_has_a_door_or_is_the_houses_own(house):
    assert set(DOORS) == {action for action, permissions in MAY_TAKE.items() if permissions}
    posts = {rule.endpoint for rule in house.url_map.iter_rules() if "POST" in rule.methods}
    assert set(DOORS.values()) <= posts


def test_only_residents_act_without_a_posting():
    for action, permissions in MAY_TAKE.items():
        for permission in permissions:
            if not permission.roles:
                assert permission.relation in (Relation.REPORTER, Relation.ANYBODY, Relation.NEIGHBOUR), action
                assert DOORS[action].startswith("resident_"), action
    assert set(policy.NOT_NOW) <= {action for action, permission in MAY_TAKE.items() if permission}


def glossary() -> str:
    return (ROOT / "docs/glossary.md").read_text(encoding="utf8")


@pytest.mark.parametrize(
    ("code", "name"),
    [*((action.value, ACTION_NAMES[action]) for action in Action), *((one.value, STATUS_NAMES[one]) for one in Status)],
)
def test_every_action_and_status_stands_in_the_glossary_under_both_names(code, name):
    assert re.search(rf"^\| {name} \| `{code}` \| \S.*\|$", glossary(), re.MULTILINE), (code, name)


WITH_DIAGRAM = [
    name for name in ("README.md", "docs/workflow.md") if "stateDiagram" in (ROOT / name).read_text(encoding="utf8")
]


def test_the_workflow_is_drawn():
    assert "docs/workflow.md" in WITH_DIAGRAM


@pytest.mark.parametrize("name", WITH_DIAGRAM)
def test_the_diagram_is_the_table(name):
    assert fenced((ROOT / name).read_text(encoding="utf8")) == diagram()


@pytest.mark.parametrize("heading", list(PARTS))
def test_the_page_for_managers_is_drawn_from_the_table(heading):
    page = (ROOT / "docs/managers.zh-CN.md").read_text(encoding="utf8")
    assert f"## {heading}\n\n{part(PARTS[heading])}\n" in page


def test_the_pictures_for_managers_leave_no_way_out():
    shown = {action for actions in PARTS.values() for action in actions}
    moving = {action for action, way in TRANSITIONS.items() if way.targets}
    assert moving - shown == {Action.RELOCATE}  # told in a table there


# sizes and open ends


def lines_of_code(source: str) -> set[int]:
    """Numbers of lines with code on them: no blank line, comment or docstring."""
    docs = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        line for token in tokens if token.type not in skipped for line in range(token.start[0], token.end[0] + 1)
    } - docs


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_stay_small(path):
    source = path.read_text(encoding="utf8")
    code = lines_of_code(source)
    assert len(code) <= 250
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = code & set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            assert len(body) <= 40, node.name


OPEN_MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|NotImplemented" r"Error")
WRITTEN = [
    path
    for folder in ("app", "wechat", "deploy", "tests", "docs", "bench", "migrations")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".js", ".wxml", ".wxss", ".html", ".md", ".css", ".mjs")
    and not {"node_modules", "dist", "vendor"} & set(path.parts)
]


def test_nothing_is_left_open():
    marked = [named(path) for path in WRITTEN if OPEN_MARKS.search(path.read_text(encoding="utf8"))]
    assert marked == []
    assert len(WRITTEN) > 150


def test_what_lists_show_can_be_read_without_a_key():
    encrypted = {"address", "contact", "name", "phone"}
    assert not encrypted & {getattr(column, "key", "") for column in lists.SUMMARY}
