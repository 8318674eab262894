"""The status diagram, drawn from the workflow's table. `python -m tests.workflow_diagram` prints it."""

from app.work_orders.workflow import ACTION_NAMES, STATUS_NAMES, TRANSITIONS, Status

BEGIN, END = "```mermaid\nstateDiagram-v2\n", "```"


def diagram() -> str:
    """Mermaid's text: each status that can be reached, each way between two, and who ends."""
    reached = {target for way in TRANSITIONS.values() for target in way.targets}
    ways: dict[tuple[str, str], list[str]] = {}
    for action, way in TRANSITIONS.items():
        for source in way.sources:
            if source is None or source in reached:
                for target in way.targets:
                    ways.setdefault((source or "[*]", target), []).append(f"{action} {ACTION_NAMES[action]}")
    leaving = {source for source, target in ways if source != target}
    lines = [f"    {status} : {status} {STATUS_NAMES[status]}" for status in Status if status in reached]
    lines += [f"    {source} --> {target} : {' · '.join(names)}" for (source, target), names in ways.items()]
    lines += [f"    {status} --> [*]" for status in Status if status in reached and status not in leaving]
    return BEGIN + "\n".join(lines) + "\n" + END


def fenced(text: str) -> str:
    """The diagram in a page of words."""
    start = text.index(BEGIN)
    return text[start : text.index(END, start + len(BEGIN)) + len(END)]


if __name__ == "__main__":
    print(diagram())
