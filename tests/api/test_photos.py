"""Photos through the door: sent with a token and a key, seen with a permit."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from PIL import Image
from sqlalchemy import func, select

from app import clock, limits, storage
from app.db import db, end_reading
from app.photos.models import Photo
from tests.factories import a_city, a_resident, a_worker, key, signed_in

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.fixture
def resident(app):
    return signed_in(a_resident())


def send(client, headers, file, **more):
    return client.post("/api/photos", data={"file": file, **more}, headers=headers, content_type="multipart/form-data")


def photos_stored():
    count = db.session.scalar(select(func.count()).select_from(Photo))
    end_reading()
    return count


def is_problem(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    return answer.json


def test_a_photo_is_taken_in_and_both_its_addresses_show_it_without_a_token(client, resident, picture):
    answer = send(client, resident | key(), picture(size=(2000, 1000)))
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "url", "thumb_url", "state", "state_name"}
    assert (answer.json["state"], answer.json["state_name"]) == ("pending", "待审核")
    for address, width in ((answer.json["url"], 1600), (answer.json["thumb_url"], 400)):
        seen = client.get(address)
        assert seen.status_code == 200
        assert Image.open(BytesIO(seen.data)).size == (width, width // 2)
        assert seen.mimetype == "image/jpeg"
        assert seen.headers["Cache-Control"] == "private, max-age=600"
        assert seen.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_worker_sends_is_visible_at_once(client, picture):
    worker = signed_in(a_worker(a_city()["g1"]))
    assert send(client, worker | key(), picture()).json["state"] == "visible"


def test_the_same_key_and_photo_give_the_same_answer_once(client, resident, picture):
    headers = resident | key()
    first = send(client, headers, picture())
    again = send(client, headers, picture())
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert photos_stored() == 1


def test_the_same_key_with_another_photo_is_refused(client, resident, picture):
    headers = resident | key()
    send(client, headers, picture())
    is_problem(send(client, headers, picture(size=(10, 10))), 422)
    assert photos_stored() == 1


def test_without_a_key_nothing_is_taken(client, resident, picture):
    is_problem(send(client, resident, picture()), 400)
    assert photos_stored() == 0


def test_without_signing_in_nothing_is_taken(client, app, picture):
    is_problem(send(client, key(), picture()), 401)


@pytest.mark.parametrize("data", [SVG, b"GIF89a" + b"\0" * 40, b"<html>"], ids=["svg", "gif", "html"])
def test_other_kinds_named_jpg_are_415_with_what_to_do(client, resident, data):
    told = is_problem(send(client, resident | key(), (BytesIO(data), "photo.jpg")), 415)
    assert "JPEG、PNG 或 WebP" in told["title"]
    assert told["errors"] == [{"pointer": "#/file", "detail": told["title"]}]
    assert photos_stored() == 0


@pytest.mark.parametrize("megabytes", [10.5, 12])
def test_a_photo_over_ten_megabytes_is_413(client, resident, megabytes):
    told = is_problem(
        send(client, resident | key(), (BytesIO(b"\xff\xd8" + b"0" * int(megabytes * 2**20)), "a.jpg")), 413
    )
    assert "10" in told["title"]


def test_a_cut_photo_and_a_bomb_are_422(client, resident):
    cut, bomb = BytesIO(), BytesIO()
    Image.effect_noise((300, 300), 80).save(cut, "JPEG")
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    for data in (cut.getvalue()[:2000], bomb.getvalue(), b""):
        is_problem(send(client, resident | key(), (BytesIO(data), "a.jpg")), 422)
    assert photos_stored() == 0


def test_a_form_without_a_file_with_two_or_with_more_fields_is_422(client, resident, picture):
    def post(data):
        return client.post("/api/photos", data=data, headers=resident | key(), content_type="multipart/form-data")

    assert is_problem(post({}), 422)["errors"][0]["pointer"] == "#/file"
    assert is_problem(post({"file": [picture(), picture()]}), 422)["errors"][0]["pointer"] == "#/file"
    assert is_problem(post({"file": picture(), "owner": "1"}), 422)["errors"][0]["pointer"] == "#/owner"
    is_problem(client.post("/api/photos", json={"file": "x"}, headers=resident | key()), 415)


def test_who_sends_too_many_is_429(client, resident, picture, monkeypatch, tmp_path):
    monkeypatch.setattr(limits, "PHOTOS", (limits.Limit(1, 600, "照片上传太频繁了，请过几分钟再试。"),))
    monkeypatch.setattr(limits, "_path", tmp_path / "limits.sqlite")
    assert send(client, resident | key(), picture()).status_code == 201
    answer = send(client, resident | key(), picture())
    is_problem(answer, 429)
    assert int(answer.headers["Retry-After"]) > 0


def test_after_ten_minutes_the_address_is_over_and_a_new_one_works(client, resident, picture):
    address = send(client, resident | key(), picture()).json["url"]
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        assert "刷新" in is_problem(client.get(address), 403)["title"]


def test_a_missing_forged_or_foreign_permit_is_403(client, resident, picture):
    one, other = (send(client, resident | key(), picture()).json for _ in range(2))
    path, _, permit = one["url"].partition("?size=main&permit=")
    for query in ("", "?size=main", "?permit=x", f"?size=main&permit={permit[:-1]}!", f"?size=thumb&permit={permit}"):
        is_problem(client.get(path + query), 403)
    is_problem(client.get(f"/api/photos/{other['id']}?size=main&permit={permit}"), 403)


def test_an_unknown_size_or_parameter_is_422(client, resident, picture):
    address = send(client, resident | key(), picture()).json["url"]
    is_problem(client.get(address.replace("size=main", "size=huge")), 422)
    is_problem(client.get(address + "&width=10"), 422)


def test_a_photo_whose_file_is_gone_is_404(client, resident, picture):
    sent = send(client, resident | key(), picture()).json
    for path in storage.storage().root.rglob(f"{sent['id']}*"):
        path.unlink()
    is_problem(client.get(sent["url"]), 404)


def test_the_description_tells_that_a_file_goes_in_and_a_picture_comes_out(client, app):
    paths = client.get("/api/openapi.json").json["paths"]
    assert list(paths["/api/photos"]["post"]["requestBody"]["content"]) == ["multipart/form-data"]
    assert list(paths["/api/photos/{public_id}"]["get"]["responses"]["200"]["content"]) == ["image/jpeg"]
