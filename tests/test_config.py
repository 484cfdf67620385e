"""The table of options."""

from dataclasses import fields
from pathlib import Path

import pytest
from bambleweeny.config import Config, load_config
from bambleweeny.options import PREFIX, Address, ConfigError, flag_of


def load(env=None, *, sandbox=False, **flags):
    return load_config(flags, env or {}, sandbox=sandbox)


def test_defaults_are_those_of_an_appliance(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    config = load()
    assert str(config.listen) == "127.0.0.1:8080"
    assert config.data_dir == Path("~/.local/share/bambleweeny").expanduser()
    assert config.redis_url is None
    assert (config.max_body, config.max_memory) == (1 << 20, 256 << 20)
    assert (config.max_list_items, config.max_list_bytes) == (1_000_000, 64 << 20)
    assert config.token_expiry == 3000
    assert config.admin_password is None


def test_a_flag_goes_before_a_variable_and_that_before_the_default():
    env = {"BAMBLEWEENY_MAX_BODY": "2mb"}
    assert load(env, max_body="3mb").max_body == 3 << 20
    assert load(env).max_body == 2 << 20
    assert load().max_body == 1 << 20


def test_the_original_names_come_after_ours():
    env = {"token_expiry": "60", "redis_host": "h", "redis_port": "7000", "redis_password": "p@ss"}
    assert load(env).token_expiry == 60
    assert load(env).redis_url == "redis://:p%40ss@h:7000/0"
    ours = {"BAMBLEWEENY_TOKEN_EXPIRY": "5m", "BAMBLEWEENY_REDIS_URL": "redis://x"}
    assert load({**env, **ours}).token_expiry == 300
    assert load({**env, **ours}).redis_url == "redis://x"
    assert load({"redis_host": "h"}).redis_url == "redis://h:6379/0"


def test_the_sandbox_has_an_engine_and_a_password_of_its_own():
    env = {"BAMBLEWEENY_DATA_DIR": "/data", "BAMBLEWEENY_REDIS_URL": "redis://x"}
    config = load(env, sandbox=True)
    assert config.redis_url is None
    assert config.data_dir != Path("/data")
    assert config.admin_password == "changeme"
    assert "http://localhost:*" in config.cors_origins


def test_the_largest_values_are_taken_and_named_where_one_is_larger():
    most = {"token_expiry": "3660d", "topic_age": "3660d", "wait_for_engine": "1d"}
    sizes = {"max_body": "512mb", "max_memory": "1024gb", "max_topic_bytes": "1024gb"}
    config = load(**most, **sizes, max_list_bytes="1024gb")
    assert (config.max_body, config.max_memory) == (512 << 20, 1 << 40)
    with pytest.raises(ConfigError, match=r"^--max-body: '10gb' is not within 1b and 512mb\.$"):
        load(max_body="10gb")


BAD = {
    "listen": ["8080", "x:", "x:99999", "x:-1", "x:٣"],
    "redis_url": ["localhost", "localhost:6379", ""],
    "replicas": ["-1", "11"],
    "wait_for_engine": ["x", "86401"],
    "key_prefix": ["a b", "x" * 65, "{7}"],
    "admin_password": ["", "x" * 1025],
    "token_expiry": ["0", "never", "3661d", "999999999d"],
    "max_body": ["0", "12q", "513mb", "10gb"],
    "max_memory": ["1mb", "much", "1025gb", "9999999gb"],
    "max_list_items": ["0", "x", str(10**12 + 1)],
    "max_list_bytes": ["0", "x", "1025gb"],
    "max_topic_messages": ["0", "1000001"],
    "max_topic_bytes": ["0", "x", "1025gb"],
    "topic_age": ["0", "never", "3661d"],
    "threads": ["0", "1001", "many", "1.5"],
    "workers": ["0", "65"],
    "fsync": ["sometimes"],
    "data_dir": ["", "~nobody-has-this-name/x"],
    "cors_origins": ["localhost:3000", "http://localhost:3000/", "banana"],
    "trusted_proxies": ["proxy.example", "10.0.0.0/33", "10.0.0.1/8", "::1/129", "*", "1.2.3.4:80"],
    "base_path": [
        "/",
        "//",
        "b9y",
        "/a//b",
        "/a/../b",
        "/.",
        "/a b",
        "/%62",
        "/ä",
        "/a?",
        "/" + "x" * 200,
    ],
    "console": ["yes", "ON"],
    "front": [
        "shop",
        "@admin",
        "@admin/",
        "@/shop",
        "@a/b/c",
        "/routes/x",
        "@a/..",
        "6F4B2D1E-0000-4000-8000-000000000000",
        "6f4b2d1e-0000-4000-8000-00000000000",
    ],
    "allowed_hosts": ["http://foo", "foo:80", "a b"],
    "min_password": ["0", "1025", "x"],
    "default_max_bytes": ["x", "-1", "2000gb"],
    "default_rate": ["x", "0/s", "1/y", "1000001/s"],
    "max_waits": ["-1", "1001"],
    "max_sandboxes": ["-1", "1001", "x"],
    "open_sandboxes": ["-1", "1001", "x"],
    "log_format": ["xml"],
    "log_level": ["loud"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in BAD.items() for t in texts])
def test_a_bad_value_names_its_source(name, text):
    flag = "--" + name.replace("_", "-")
    with pytest.raises(ConfigError, match=rf"^{flag}: .+\.$"):
        load(**{name: text})
    if text:
        variable = PREFIX + name.upper()
        with pytest.raises(ConfigError, match=rf"^{variable}: .+\.$"):
            load({variable: text})


def test_a_bad_value_of_the_original_names_its_source():
    with pytest.raises(ConfigError, match=r"^redis_port: 'x' is not a port\.$"):
        load({"redis_host": "h", "redis_port": "x"})
    with pytest.raises(ConfigError, match=r"^token_expiry: "):
        load({"token_expiry": "x"})


def test_every_option_has_a_bad_value():
    assert {f.name for f in fields(Config)} == set(BAD)


def test_hosts_that_are_answered():
    assert load().answered_hosts == ()
    assert load(allowed_hosts="a.example, b.example").answered_hosts == ("a.example", "b.example")
    assert load(allowed_hosts="*").answered_hosts is None
    assert load(listen="0.0.0.0:80").answered_hosts is None
    assert load(listen="0.0.0.0:80", allowed_hosts="").answered_hosts is None
    for listen in ("0.0.0.0:80", "[::]:80", "192.0.2.1:80", "b9y.example:80", ":80"):
        assert load(listen=listen, allowed_hosts="a.example").answered_hosts == ("a.example",)
        assert load(listen=listen, allowed_hosts="a.example,*").answered_hosts is None


def test_a_base_path_ends_without_a_slash_and_can_be_set_back():
    assert load().base_path == ""
    for text in ("/_b9y", "/_b9y/"):
        assert load(base_path=text).base_path == "/_b9y"
    assert load(base_path="/a/B-c_~.9/x").url == "http://127.0.0.1:8080/a/B-c_~.9/x"
    assert load({"BAMBLEWEENY_BASE_PATH": "/x"}, base_path="").base_path == ""


def test_a_front_needs_a_base_path():
    known = "6f4b2d1e-0000-4000-8000-000000000000"
    assert load(base_path="/x", front=known).front == known
    assert load({"BAMBLEWEENY_FRONT": "@a@b.c/shop-1"}, base_path="/x").front == "@a@b.c/shop-1"
    with pytest.raises(ConfigError, match=r"^--front: it needs --base-path, "):
        load(front=known)
    with pytest.raises(ConfigError, match=r"^BAMBLEWEENY_FRONT: it needs --base-path, "):
        load({"BAMBLEWEENY_FRONT": known}, base_path="")


def test_a_relative_xdg_directory_is_ignored(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert load().data_dir == Path("~/.local/share/bambleweeny").expanduser()
    monkeypatch.setenv("XDG_DATA_HOME", "/absolute")
    assert load().data_dir == Path("/absolute/bambleweeny")


def test_secrets_do_not_show():
    config = load(admin_password="hunter2", redis_url="redis://:hunter2@h")
    assert "hunter2" not in repr(config)
    assert "max_body=1048576" in repr(config)


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:0", Address("127.0.0.1", 0), True),
        ("localhost:80", Address("localhost", 80), True),
        ("[::1]:80", Address("::1", 80), True),
        (":80", Address("0.0.0.0", 80), False),
        ("[::]:80", Address("::", 80), False),
    ],
)
def test_addresses(text, address, loopback):
    parsed = load(listen=text).listen
    assert (parsed, parsed.is_loopback) == (address, loopback)


def test_flags_are_named_for_their_fields():
    assert flag_of(fields(Config)[1]) == "--data-dir"
