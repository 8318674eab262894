"""The OpenAPI description as plain rows that a template can write down."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]
WORDS = {
    "200": "成功",
    "201": "已建立",
    "204": "成功，没有内容",
    "304": "没有变化",
    "400": "格式不对或缺少标记",
    "401": "没有登录或登录失效",
    "403": "岗位不允许",
    "404": "没有，或不归您看",
    "409": "与现在的状态不符，或上一次还在处理",
    "412": "内容已有更新",
    "413": "太大",
    "415": "格式不支持",
    "422": "内容需要更正",
    "429": "太频繁",
    "503": "暂时不可用",
}


@dataclass(frozen=True)
class Row:
    """A parameter or a field: name, kind, whether it must be there, and what else there is to say."""

    name: str
    kind: str
    required: bool
    words: str
    shape: str = ""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    anchor: str
    summary: str
    signed_in: bool
    parameters: tuple[Row, ...]
    media: str
    fields: tuple[Row, ...]
    answers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Group:
    title: str
    operations: tuple[Operation, ...]


def groups(spec: Spec) -> list[Group]:
    """Operations under the heading of their audience, in the order of the description."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in spec["tags"]}
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                inherited = item.get("parameters", [])
                found[operation["tags"][0]].append(_operation(spec, method, path, operation, inherited))
    return [Group(tag["description"], tuple(found[tag["name"]])) for tag in spec["tags"]]


def shapes(spec: Spec) -> list[tuple[str, tuple[Row, ...]]]:
    """Every named shape with its fields."""
    return [(name, tuple(_fields(schema))) for name, schema in sorted(spec["components"]["schemas"].items())]


def _operation(spec: Spec, method: str, path: str, operation: Spec, inherited: list[Spec]) -> Operation:
    media, schema = _body(operation)
    return Operation(
        method=method.upper(),
        path=path,
        anchor=operation["operationId"],
        summary=operation.get("summary", ""),
        signed_in=bool(operation["security"]),
        parameters=tuple(_parameter(one) for one in [*inherited, *operation.get("parameters", [])]),
        media=media,
        fields=tuple(_fields(_resolved(spec, schema))),
        answers=tuple(_answer(status, answer) for status, answer in sorted(operation["responses"].items())),
    )


def _parameter(parameter: Spec) -> Row:
    schema = parameter.get("schema", {})
    where = {"path": "路径", "query": "查询", "header": "请求头"}[parameter["in"]]
    words = "；".join(filter(None, (where, _limits(schema), parameter.get("description", ""))))
    return Row(parameter["name"], _kind(schema), parameter.get("required", False), words)


def _body(operation: Spec) -> tuple[str, Spec]:
    content = operation.get("requestBody", {}).get("content", {})
    for media, described in content.items():
        return media, described["schema"]
    return "", {}


def _resolved(spec: Spec, schema: Spec) -> Spec:
    return spec["components"]["schemas"][_name(schema)] if "$ref" in schema else schema


def _name(schema: Spec) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _fields(schema: Spec) -> Iterator[Row]:
    required = schema.get("required", [])
    for name, found in schema.get("properties", {}).items():
        words = "；".join(filter(None, (_limits(found), found.get("description", ""), _example(found))))
        yield Row(name, _kind(found), name in required, words, _inner(found))


def _kind(schema: Spec) -> str:
    """The type in words, such as `string | null` or `PhotoShown[]`."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    kind = schema.get("type", "string")
    if kind == "array":
        return f"{_kind(schema['items'])}[]"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _inner(schema: Spec) -> str:
    """The named shape inside a field, if there is one."""
    candidates = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    return next((_name(one) for one in candidates if "$ref" in one), "")


def _limits(schema: Spec) -> str:
    if "enum" in schema:
        return " / ".join(str(value) for value in schema["enum"] if value is not None)
    for least, most, unit in (("minLength", "maxLength", "字"), ("minimum", "maximum", ""), ("", "maxItems", "项")):
        if most in schema:
            return f"{schema.get(least, 0):g}–{schema[most]:g}{unit}"
    return ""


def _example(schema: Spec) -> str:
    return f"例：{schema['examples'][0]}" if schema.get("examples") else ""


def _answer(status: str, answer: Spec) -> tuple[str, str, str]:
    """Status, words and the shape of the body; refusals all have the same shape."""
    content = answer.get("content", {}).get("application/json", {})
    return status, WORDS[status], _name(content.get("schema", {}))
