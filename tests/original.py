"""A Redis as the original Bambleweeny 0.36 fills it: what each of its calls writes."""

import hashlib
import json
import random
from uuid import UUID

import redis

SALT = "iKm4SyH6JCtA8l"


class Original:
    """The original's calls, as far as Redis sees them."""

    def __init__(self, client: redis.Redis) -> None:
        self.redis = client

    def start(self) -> None:
        """Make the admin and the state of the instance."""
        self._put_user("0", "admin", "changeme")
        self.redis.set("_B9Y_ID_", "7a29cc93")
        self.redis.set("__SALT__", SALT)
        self.redis.set("_LASTRUN_", "1764000000")

    def create_user(self, name: object, password: str = "secret", quota: object = "0") -> str:
        user_id = str(self.redis.incr("_USERID_"))
        self._put_user(user_id, name, password, quota)
        return user_id

    def delete_user(self, user_id: str) -> None:
        """Delete the user's record; what it owned stays."""
        self.redis.delete(f"USER:{user_id}")

    def put(self, user_id: str, name: str, value: bytes) -> None:
        place = f"KEY:{user_id}::{name}"
        if self.redis.get(place) is None:
            self._count(user_id)
        self.redis.set(place, value)

    def incr(self, user_id: str, name: str) -> None:
        place = f"KEY:{user_id}::{name}"
        if self.redis.get(place) is None:
            self._count(user_id)
        self.redis.incr(place)

    def push(self, user_id: str, name: str, *values: bytes) -> None:
        place = f"LIST:{user_id}::{name}"
        for value in values:
            if not self.redis.lrange(place, 0, 0):
                self._count(user_id)
            self.redis.lpush(place, value)

    def create_route(self, user_id: str, key: object, content_type: object, number: int) -> str:
        public_id = uuid(number)
        record = {"key": key, "content_type": content_type, "user_id": user_id}
        self._put_json(f"ROUTE:{public_id}", record)
        return public_id

    def create_bin(self, user_id: str, name: str, number: int) -> str:
        public_id = uuid(number)
        self._put_json(f"BIN:{public_id}", {"list": name, "user_id": user_id})
        self._count(user_id)
        return public_id

    def push_to_bin(self, user_id: str, name: str, body: bytes) -> None:
        """Push as an anonymous POST does, which counts nothing."""
        self.redis.lpush(f"LIST:{user_id}::{name}", body)

    def _put_user(self, user_id: str, name: object, password: str, quota: object = "0") -> None:
        hashed = hashlib.sha1((password + SALT).encode()).hexdigest()
        self._put_json(f"USER:{user_id}", {"username": name, "hash": hashed, "quota": quota})

    def _put_json(self, place: str, record: dict[str, object]) -> None:
        self.redis.set(place, json.dumps(record, ensure_ascii=False))

    def _count(self, user_id: str) -> None:
        self.redis.incr(f"NUMRES:{user_id}")


def uuid(number: int) -> str:
    """Return the same UUID for a number in every run, of the kind that uuid4 makes."""
    return str(UUID(int=random.Random(number).getrandbits(128), version=4))


def fill(client: redis.Redis, *, users: int = 50, keys: int = 1000) -> None:
    """Fill an empty Redis: the admin and users, each with keys, lists, routes and bins."""
    original, values = Original(client), random.Random(36)
    original.start()
    ids = [
        "0",
        *(
            original.create_user(f"user.{n}@example.org", f"secret{n}", str(n * 100))
            for n in range(1, users)
        ),
    ]
    for number in range(keys):
        value = (
            values.randbytes(values.randrange(1, 300)) if number % 2 else f"wörld {number}".encode()
        )
        original.put(ids[number % users], f"key:{number}", value)
    for number, user_id in enumerate(ids):
        original.push(user_id, "jobs", *(b"%d\x00\xff" % item for item in range(20)))
        original.put(user_id, "page", b'{"number": "!@[counter]"}')
        original.incr(user_id, "counter")
        original.create_route(user_id, "page", "application/json", number)
        original.create_bin(user_id, "hooks", number)
        original.push_to_bin(user_id, "hooks", b"\xfe hook")
