"""The OpenAPI description says what the doors do, and nothing else."""

import pytest

from app.api import DOORS

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def description(client, app):
    return client.get("/api/openapi.json").get_json()


def operations(description):
    for path, item in description["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def test_it_is_openapi_3_1_with_a_bearer_token(description):
    assert description["openapi"].startswith("3.1")
    assert description["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_door_below_api_is_described_with_a_name_of_its_own(app, description):
    served = {
        (method.lower(), rule.rule.replace("<", "{").replace("string:", "").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and rule.rule not in ("/api/openapi.json", "/api/docs")
    }
    assert served == {(method, path) for method, path, _ in operations(description)}
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names))
    assert all(operation["summary"].endswith(".") for _, _, operation in operations(description))


def test_doors_behind_a_guard_ask_for_the_token_and_can_answer_401(description):
    guarded = {door.name: door.guarded for door in DOORS}
    for method, path, operation in operations(description):
        asks = guarded[operation["tags"][0]] or (method, path) == ("delete", "/api/sessions/current")
        assert (operation["security"] == [{"bearer": []}]) == asks, path
        assert ("401" in operation["responses"]) == asks, path


KEYLESS = {"/api/sessions", "/api/resident/screening"}


def test_every_command_names_its_key_and_every_refusal_is_a_problem(description):
    for method, path, operation in operations(description):
        headers = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post" and path not in KEYLESS), path
        assert "503" in operation["responses"]
        for status, answer in operation["responses"].items():
            if status >= "400":
                name = answer["$ref"].rpartition("/")[2]
                content = description["components"]["responses"][name]["content"]
                assert list(content) == ["application/problem+json"]


def test_doors_that_can_say_too_many_or_not_allowed_say_so(description):
    limited = {path for _, path, operation in operations(description) if "429" in operation["responses"]}
    a_phone = "/api/worker/work-orders/{number}/phone"
    screening, reports = "/api/resident/screening", "/api/resident/work-orders"
    assert limited == {"/api/sessions", "/api/photos", reports, screening, a_phone}
    open_to_roles = [path for _, path, one in operations(description) if "403" in one["responses"]]
    assert all(path.startswith(("/api/worker/", "/api/partner/")) for path in set(open_to_roles) - {
        "/api/sessions", "/api/account/phone", "/api/photos/{public_id}"
    })  # fmt: skip


def test_lists_tell_304_and_commands_on_an_order_412(description):
    paths = description["paths"]
    assert "304" in paths["/api/worker/pool"]["get"]["responses"]
    for method, path, operation in operations(description):
        on_an_order = method == "post" and path.partition("{number}/")[2] != ""
        assert ("412" in operation["responses"]) == on_an_order, path


def test_input_refuses_unknown_fields_and_names_every_field_in_examples(description):
    report = description["components"]["schemas"]["Report"]
    assert report["additionalProperties"] is False
    assert report["required"] == ["category", "description"]
    assert report["properties"]["description"]["examples"] == ["楼道灯坏了，晚上看不见路。"]
    assert report["properties"]["photo_ids"]["maxItems"] == 9
