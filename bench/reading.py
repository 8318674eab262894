"""The reads of the bare version: a worker's pool, a resident's own orders, one order in full."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson

from bench import shown, statements
from bench.asked import Asked, Given, Kept, Person, Refused

MOST = 50


class Reading:
    """Pool, own orders and detail, over what the process keeps."""

    def __init__(self, kept: Kept, seal_key: str) -> None:
        self.kept, self.store, self.seal_key = kept, kept.store, seal_key.encode()
        self.run = kept.store.run

    def pool(self, asked: Asked, person: Person) -> Given:
        """What could be claimed in the own grid, the oldest first."""
        if person.grid_id is None:
            raise Refused("403 Forbidden")
        return self._page(asked, statements.POOL, (person.grid_id, person.community_id, person.id, person.id))

    def own(self, asked: Asked, person: Person) -> Given:
        """All that the person reported, the newest first."""
        return self._page(asked, statements.OWN, (person.id, person.id))

    def _page(self, asked: Asked, statement: str, scope: Sequence[Any]) -> Given:
        limit = int(dict(parse_qsl(asked.query)).get("limit", "20"))
        if not 1 <= limit <= MOST:
            raise Refused("422 Unprocessable Content")
        rows = self.run(statement, *scope, limit + 1)
        items = [self._summary(row, asked) for row in rows[:limit]]
        cursor = f"{rows[limit - 1][6]}:{rows[limit - 1][10]}" if len(rows) > limit else None
        body = orjson.dumps({"items": items, "next_cursor": cursor})
        etag = hashlib.sha256(body).hexdigest()[:32]
        return Given(304, b"", etag) if etag == asked.etag else Given(200, body, etag)

    def _summary(self, row: Sequence[Any], asked: Asked) -> dict[str, Any]:
        name = self.kept.categories[row[2]].name
        created_at, due_at = self.store.read_moment(row[6]), self.store.read_moment(row[7])
        line = shown.summary(row[:11], name, created_at, due_at, asked.now)
        return line if len(row) == 11 else line | {"joined": not row[11]}

    def detail(self, asked: Asked, person: Person) -> Given:
        """One of the person's own orders with its timeline."""
        found = self.run(statements.DETAIL, asked.path.split("/")[4], person.id)
        if not found:
            raise Refused("404 Not Found")
        *columns, description, answers, order_id, assignee_name = found[0]
        order = self.kept.order(tuple(columns))
        (rating,) = self.run(statements.OWN_RATING, order.round, order_id, person.id)
        pictures = [self._photo(row, asked) for row in self.run(statements.PHOTOS, order_id, person.id)]
        category = self.kept.categories[order.category_code]
        rated = rating[1] is not None
        actions = [one for one in shown.OWN_ACTIONS[order.status] if not (rated and one == "rate")]
        assignee = {"name": self.kept.decrypt(assignee_name) or "工作人员", "title": "承办人"}
        answer = shown.brief(order, category, actions) | {
            "description": description,
            "answers": [{"question": code, "answer": said} for code, said in self.store.read_json(answers).items()],
            "photos": [one for purpose, _, one in pictures if purpose == "report"],
            "assignee": assignee if order.assignee_id else None,
            "reporter": None,
            "rating": shown.rating(rating, self.store.read_moment(rating[4])) if rated else None,
            "due_reasons": [],
            "ledger": None,
            "merged_into": None,
            "transfer": None,
            "tasks": [],
            "timeline": self._timeline(order_id, pictures),
            "calls": [],  # The bench reports nothing urgent.
            "standing": "author",
        }
        return Given(200, orjson.dumps(answer))

    def _timeline(self, order_id: int, pictures: list[tuple[str, int, dict[str, Any]]]) -> list[dict[str, Any]]:
        lines = []
        for at, action, actor_id, facts, text, name in self.run(statements.TIMELINE, order_id):
            said = shown.words(action, self.store.read_json(facts), self.kept.decrypt(text))
            # Names of others are decrypted only where a line shows them.
            named = actor_id is not None and action not in ("submit", "rate", "withdraw")
            by = shown.by(action, actor_id, self.kept.decrypt(name) if named else "")
            purpose = {"submit": "report", "resolve": "resolve"}.get(action)
            photos = [one for of, _, one in pictures if of == purpose]
            lines.append(shown.line(self.store.read_moment(at), action, said, by, photos))
        return lines

    def _photo(self, row: Sequence[Any], asked: Asked) -> tuple[str, int, dict[str, Any]]:
        public_id, state, purpose, round_ = row
        ends = int(asked.now.timestamp()) // 120 * 120 + 600
        sizes = ("main", "thumb")
        main, thumb = (None if state == "refused" else self._address(public_id, size, ends) for size in sizes)
        answer = {"id": public_id, "url": main, "thumb_url": thumb, "state": state}
        return purpose, round_, answer | {"state_name": shown.PHOTO_STATES[state]}

    def _address(self, public_id: str, size: str, ends: int) -> str:
        signed = hmac.new(self.seal_key, f"photo\0{public_id}\0{size}\0{ends}".encode(), hashlib.sha256).hexdigest()
        return f"/api/photos/{public_id}?size={size}&permit={ends}.{signed[:32]}"
