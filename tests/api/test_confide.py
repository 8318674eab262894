"""The reporter's door to confidence."""

from tests.api.asking import is_problem, rows
from tests.factories import a_resident, an_order, key, signed_in


def test_a_reporter_makes_the_own_order_confidential_once(client, city):
    person = a_resident()
    order, phone = an_order(city, person), signed_in(person)
    path, headers = f"/api/resident/work-orders/{order.number}/confide", phone | key()
    answer = client.post(path, json={}, headers=headers)
    assert (answer.status_code, answer.json["confidential"]) == (200, True)
    assert "confide" not in answer.json["actions"]
    assert client.post(path, json={}, headers=headers).headers["Idempotency-Replayed"] == "true"
    before = rows()
    is_problem(client.post(path, json={}, headers=phone | key()), 409)
    assert rows() == before


def test_others_do_not_find_it_and_an_old_look_is_refused(client, city):
    person = a_resident()
    order = an_order(city, person)
    path = f"/api/resident/work-orders/{order.number}/confide"
    is_problem(client.post(path, json={}, headers=signed_in(a_resident()) | key()), 404)
    is_problem(client.post(path, json={}, headers=signed_in(person) | key() | {"If-Match": '"99"'}), 412)
    is_problem(client.post(path, json={"reason": "x"}, headers=signed_in(person) | key()), 422)
