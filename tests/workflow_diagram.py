"""Drawings made from the workflow's table. `python -m tests.workflow_diagram` prints them all."""

from collections.abc import Collection

from app.work_orders.workflow import ACTION_NAMES, STATUS_NAMES, TRANSITIONS, Action, Status

BEGIN, END = "```mermaid\nstateDiagram-v2\n", "```"

PARTS = {
    "从上报到归档": (
        Action.SUBMIT, Action.ACCEPT, Action.CLAIM, Action.DISPATCH, Action.ASSIGN, Action.SIGN, Action.RESOLVE,
        Action.CLOSE,
    ),
    "没有按时接手": (Action.LAPSE, Action.REFUSE, Action.RECALL, Action.RELEASE, Action.ASSIGN, Action.DISPATCH),
    "等居民补充": (Action.ASK, Action.ANSWER, Action.RESUME),
    "办结以后": (Action.RESOLVE, Action.SETTLE, Action.SEND_BACK, Action.CLOSE, Action.REWORK, Action.REOPEN),
    "单位之间": (Action.RULE, Action.DECIDE_LEDGER, Action.DECIDE_TERMINATION, Action.RESUME),
    "并案": (Action.MERGE, Action.UNMERGE),
    "不予受理和撤回": (Action.DECLINE, Action.APPEAL, Action.WITHDRAW),
}  # fmt: skip
"""The pictures of the page for managers, by their headings: some actions each, in the words that people read."""


def diagram() -> str:
    """Mermaid's text: each status that can be reached, each way between two, and who ends."""
    reached = {target for way in TRANSITIONS.values() for target in way.targets}
    ways = _ways(Action, lambda action: f"{action} {ACTION_NAMES[action]}", reached)
    leaving = {source for source, target in ways if source != target}
    lines = [f"    {status} : {status} {STATUS_NAMES[status]}" for status in Status if status in reached]
    lines += _arrows(ways)
    lines += [f"    {status} --> [*]" for status in Status if status in reached and status not in leaving]
    return BEGIN + "\n".join(lines) + "\n" + END


def part(actions: Collection[Action]) -> str:
    """Mermaid's text of some actions alone, in Chinese."""
    ways = _ways(actions, lambda action: ACTION_NAMES[action], set(Status))
    drawn = {status for way in ways for status in way}
    lines = [f"    {status} : {STATUS_NAMES[status]}" for status in Status if status in drawn]
    return BEGIN + "\n".join([*lines, *_arrows(ways)]) + "\n" + END


def _ways(actions, name, drawn) -> dict[tuple[str, str], list[str]]:
    ways: dict[tuple[str, str], list[str]] = {}
    for action in TRANSITIONS:
        for source in TRANSITIONS[action].sources if action in actions else ():
            if source is None or source in drawn:
                for target in TRANSITIONS[action].targets:
                    ways.setdefault((source or "[*]", target), []).append(name(action))
    return ways


def _arrows(ways: dict[tuple[str, str], list[str]]) -> list[str]:
    return [f"    {source} --> {target} : {' · '.join(names)}" for (source, target), names in ways.items()]


def fenced(text: str) -> str:
    """The diagram in a page of words."""
    start = text.index(BEGIN)
    return text[start : text.index(END, start + len(BEGIN)) + len(END)]


if __name__ == "__main__":
    print(diagram())
    for heading, actions in PARTS.items():
        print(f"\n{heading}\n{part(actions)}")
