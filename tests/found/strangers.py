"""Kind D: load by strangers and tenants."""

from found.rows import Place, row

PUSHES = 2000


def used(place: Place) -> int:
    info = place.admin.get("/info").json()["redis_info"]
    return int(info["used_memory"]) - int(info.get("mem_aof_buffer", 0))


@row(
    "D3",
    f"{PUSHES:,} pushes with a 255-byte list name and an Idempotency-Key, then delete the list",
    before="1,186 bytes a key stay for 24 h, outside of every bound",
    right="a digest is stored, bounded, counted, gone with its list",
)
def keys_of_pushes(place: Place) -> str:
    path = "/lists/" + "n" * 255
    for number in range(50):
        place.admin.post("/lists/d3", headers={"Idempotency-Key": f"{number}"})
    place.admin.delete("/lists/d3/items")
    place.admin.delete("/lists/d3")
    before = used(place)
    first = {"Idempotency-Key": f"{0:0255}"}
    made = place.admin.post(path, headers=first).json()["id"]
    for number in range(1, PUSHES):
        place.admin.post(path, headers={"Idempotency-Key": f"{number:0255}"})
    place.admin.delete(f"{path}/items")
    kept = (used(place) - before) / PUSHES
    assert kept < 250, kept
    assert place.admin.post(path, headers=first).json()["id"] == made
    place.admin.delete(path)
    left = (used(place) - before) / PUSHES
    assert left < 80, left
    assert place.admin.post(path, headers=first).json()["id"] != made
    place.admin.delete(path)
    return f"{kept:.0f} bytes a key, {left:.0f} after the list is deleted"
