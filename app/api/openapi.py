"""What each door says about itself in the OpenAPI description."""

from collections.abc import Callable, Iterator
from inspect import signature
from typing import Any, TypeVar

from marshmallow import Schema

Door = TypeVar("Door", bound=Callable[..., Any])

ABOUT = """社区移动办公桌的手机接口。所有改变内容的请求带 Idempotency-Key：同一标记重复发送，得到同一答复。

Every refusal is a problem document whose title is a sentence in Chinese to show to the person. Times are ISO 8601
with the offset +08:00. Lists are read page by page: send next_cursor back as cursor until it is null.
"""
TAGS = {
    "sessions": "登录与退出",
    "account": "本人账号",
    "privacy_notice": "隐私说明",
    "public": "类别与小区",
    "photos": "上传照片",
    "photo_sights": "查看照片",
    "inbox": "消息与订阅",
    "resident_screening": "居民：提交前的提示",
    "resident_work_orders": "居民：上报与跟踪",
    "resident_say": "居民：催办、申诉、重办与附议",
    "worker_duty": "工作人员：上岗",
    "worker_work_orders": "工作人员：认领与办理",
    "worker_intake": "工作人员：代为上报与现场办结",
}
OPTIONS = {
    "info": {"description": ABOUT},
    "servers": [{"url": "/"}],
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "The token of `POST /api/sessions`."}
        }
    },
}
KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "Chosen by the caller, kept for seven days: the same key gives the same answer.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,128}$"},
}
VERSION_PARAMETER = {
    "in": "header",
    "name": "If-Match",
    "description": 'The `version` the person saw, in quotes: `"3"`. When it is another one now: 412.',
    "schema": {"type": "string"},
}
SEEN_PARAMETER = {
    "in": "header",
    "name": "If-None-Match",
    "description": "The ETag of what the phone already shows; 304 when nothing changed.",
    "schema": {"type": "string"},
}
REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` when this is the kept answer of an earlier request.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
ETAG = {"ETag": {"description": "The mark of this state.", "schema": {"type": "string"}}}

CODES = {
    "BAD_REQUEST": "400",
    "UNAUTHORIZED": "401",
    "FORBIDDEN": "403",
    "NOT_FOUND": "404",
    "CONFLICT": "409",
    "PRECONDITION_FAILED": "412",
    "REQUEST_ENTITY_TOO_LARGE": "413",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "UNPROCESSABLE_ENTITY": "422",
    "TOO_MANY_REQUESTS": "429",
    "SERVICE_UNAVAILABLE": "503",
}
ONE_THING = {"number", "compound_id", "public_id"}
"""Names of path parts that say which one is meant."""


def describe(
    door: Any,
    *,
    answer: type[Schema] | None,
    status: int = 200,
    query: Schema | None = None,
    body: Schema | None = None,
    keyed: bool = False,
    versioned: bool = False,
    etag: bool = False,
    also: tuple[str, ...] = (),
) -> None:
    """Attach to a view what goes in, what comes out, and how it may refuse. Before the view is given its route.

    `also` names refusals that cannot be told from the rest.
    """
    headers = (REPLAYED if keyed else {}) | (ETAG if etag else {})
    shown = (KEY_PARAMETER, keyed), (VERSION_PARAMETER, versioned), (SEEN_PARAMETER, etag)
    described: dict[str, Any] = {
        "operationId": door.__name__,
        "responses": {str(status): _answer(answer, headers)},
        "parameters": [parameter for parameter, wanted in shown if wanted]
        + ([{"in": "query", "schema": query}] if query else []),
    }
    names_one = not ONE_THING.isdisjoint(signature(door).parameters)
    refusals = (*_refusals(names_one, query is not None, body is not None or keyed, keyed, versioned), *also)
    described["responses"] |= {CODES[name]: name for name in sorted(refusals, key=CODES.__getitem__)}
    if etag:
        described["responses"]["304"] = {"description": "Nothing changed.", "headers": ETAG}
    if body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    door._apidoc = {"manual_doc": described}


def _refusals(names_one: bool, asked: bool, writes: bool, keyed: bool, versioned: bool) -> Iterator[str]:
    yield "SERVICE_UNAVAILABLE"
    if names_one:
        yield "NOT_FOUND"
    if asked or writes:
        yield "UNPROCESSABLE_ENTITY"
    if writes:
        yield from ("BAD_REQUEST", "CONFLICT", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
    if versioned:
        yield "PRECONDITION_FAILED"


def described(**facts: Any) -> Callable[[Door], Door]:
    """The same as a decorator, for doors that find their own way."""

    def note(door: Door) -> Door:
        describe(door, **facts)
        return door

    return note


def _answer(answer: type[Schema] | None, headers: dict[str, Any]) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done, nothing to show."}
    found: dict[str, Any] = {"description": "Done.", "content": {"application/json": {"schema": answer}}}
    return found | ({"headers": headers} if headers else {})


def tell_who_may(blueprint: Any, *, signed_in: bool, roles: bool = False) -> None:
    """Say in the description whether the doors of a blueprint ask for a token, and name the doors uniquely."""

    def add(operation: dict[str, Any], info: dict[str, Any], **_: Any) -> dict[str, Any]:
        manual = info["manual_doc"]
        refusals = {"401": "UNAUTHORIZED"} if signed_in else {}
        manual["responses"] |= refusals | ({"403": "FORBIDDEN"} if roles else {})
        manual["operationId"] = f"{blueprint.name}.{manual['operationId']}"
        return operation | {"security": [{"bearer": []}] if "401" in manual["responses"] else []}

    # Blueprints that are no part of the JSON contract have no description.
    if hasattr(blueprint, "_prepare_doc_cbks"):
        blueprint.description = TAGS.get(blueprint.name, "")
        blueprint._prepare_doc_cbks.append(add)
