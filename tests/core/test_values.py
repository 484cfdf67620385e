"""Values as JSON has them: text, or Base64 where text would be none or much longer."""

import msgspec
import pytest
from bambleweeny.core.values import Base64, bytes_of, value_of


@pytest.mark.parametrize(
    ("data", "is_text"),
    [
        (b"", True),
        ("Grüße ✓".encode(), True),
        (b"\xff", False),
        (b"a\x00" * 100, True),
        (b"\r\n\t\\\"" * 1000, True),
        (b"\x00" + b"a" * 1000, True),
        (b"\x00" + b"a" * 15, True),
        (b"\x00" * 256, True),
        (b"\x00" * 257, False),
        ((b"\x00" + b"a" * 15) * 100, True),
        ((b"\x00" + b"a" * 14) * 100, False),
    ],
)  # fmt: skip
def test_a_value_is_text_unless_json_would_make_it_much_longer(data, is_text):
    shown = value_of(data)
    assert isinstance(shown, str if is_text else Base64)
    assert bytes_of(shown) == data
    assert len(msgspec.json.encode(shown)) <= max(2.25 * len(data), 6 * 256) + 20
