"""Tests of a little shop: 40, four of each kind. `worlds.py` has the fixture `shop`."""

import json
from urllib.request import urlopen

import pytest
from bambleweeny.errors import NotFound, PreconditionFailed

PRODUCTS = ("book", "cup", "lamp", "pen")
pytestmark = pytest.mark.parametrize("product", PRODUCTS)


def test_a_sale_takes_one_from_the_stock(shop, product):
    assert shop.incr(f"stock:{product}", -1) == 4
    assert shop.incr("sales") == 1


def test_the_last_one_is_sold_once(shop, product):
    shop.set(f"stock:{product}", "1")
    assert shop.incr(f"stock:{product}", -1) == 0
    shop.delete(f"stock:{product}")
    with pytest.raises(NotFound):
        shop.get(f"stock:{product}")


def test_the_catalogue_has_all_products(shop, product):
    names = [entry.name for entry in shop.keys.list(prefix="stock:")]
    assert names == [f"stock:{one}" for one in PRODUCTS]
    assert shop.get(f"stock:{product}") == b"5"


def test_a_cart_is_made_once(shop, product):
    cart = {product: 2}
    shop.set("cart:ann", json=cart, if_none_match="*")
    with pytest.raises(PreconditionFailed):
        shop.set("cart:ann", json={}, if_none_match="*")
    assert shop.get("cart:ann").json() == cart


def test_an_order_is_leased_and_acknowledged(shop, product):
    shop.push("orders", product)
    [first, order] = shop.lists.lease("orders", max=10)
    assert (first.value, order.value) == (b"seeded", product.encode())
    shop.lists.change("orders", ack=[first.lease, order.lease])
    assert shop.pop("orders") is None


def test_an_order_that_fails_is_leased_again(shop, product):
    [order] = shop.lists.lease("orders")
    shop.lists.change("orders", retry=[order.lease])
    [again] = shop.lists.lease("orders")
    assert (again.id, again.attempt) == (order.id, 2)
    shop.push(f"failed:{product}", again.value)
    shop.lists.ack("orders", again.lease)
    assert shop.lists.list_stats()


def test_a_sale_is_announced(shop, product):
    shop.topics.publish("sales", json={"sold": product})
    [message] = shop.topics.read("sales", since="all")
    assert message.value.json() == {"sold": product}


def test_the_payment_is_a_mock_that_is_called_once(shop, product):
    [route] = shop.routes.list()
    with urlopen(f"{route.url}/pay/{product}") as answer:
        assert json.load(answer) == {"paid": True}
    assert shop.routes.verify(route.id, {"count": 1}) == 1


def test_a_refused_payment_is_another_answer(shop, product):
    refused = {"paid": False, "product": product}
    document = {"name": "payment", "rules": [{"path": "/pay/*", "answers": [{"json": refused}]}]}
    [route] = shop.routes.list()
    shop.routes.set(document, route.id)
    with urlopen(f"{route.url}/pay/{product}") as answer:
        assert json.load(answer) == refused


def test_a_webhook_arrives_in_the_bin(shop, product):
    [bin_] = shop.bins.list()
    with urlopen(bin_.url, data=product.encode()) as answer:
        assert answer.status == 200
    assert shop.pop("hooks") == product.encode()
    assert shop.pop("hooks") is None
