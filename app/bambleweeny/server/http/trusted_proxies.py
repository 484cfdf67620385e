"""The client's address behind trusted proxies."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from bambleweeny.options import Network

_MOST_PROXIES = 32
_Ip = IPv4Address | IPv6Address


class TrustedProxies:
    """Reads `X-Forwarded-For`, to which each proxy appends the address of its client.

    The list is read from its end, as far as trusted proxies wrote it. The client may have
    sent the rest, with any address in it.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        # NOTE: most connections come from the same few proxies.
        self._is_trusted = lru_cache(maxsize=64)(self._looks_trusted)

    def client_of(self, address: str, headers: Mapping[str, str]) -> str:
        """Return the client's address; the connection's if no trusted proxy names another."""
        listed = headers.get("X_FORWARDED_FOR")
        if not listed or not self._is_trusted(address):
            return address
        for text in reversed(listed.rsplit(",", _MOST_PROXIES)[-_MOST_PROXIES:]):
            named = _read(text)
            if named is None:
                break
            address = str(named)
            if not self._is_within(named):
                break
        return address

    def _looks_trusted(self, address: str) -> bool:
        ip = _read(address)
        return ip is not None and self._is_within(ip)

    def _is_within(self, ip: _Ip) -> bool:
        return any(ip in network for network in self._networks)


def _read(text: str) -> _Ip | None:
    """Parse an address, with or without a port; None if it is invalid, as `unknown` is."""
    text = text.strip(' \t"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        # NOTE: the zone after a % may be any text.
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (ip.ipv4_mapped if ip.version == 6 else None) or ip
