"""Addresses of visitors: how they are written, and the unit by which visitors are limited."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Every text that is no address is this one, so that nobody gets a fresh allowance by making texts up.
UNKNOWN = "unknown"
MAX_ADDRESS_LENGTH = 100
IPV6_UNIT_BITS = 64
LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
LOOPBACK_IPV4, LOOPBACK_IPV6 = IPv4Address("127.0.0.1"), IPv6Address("::1")
# IPv6 that holds the IPv4 address of one visitor in its last 32 bits: compatible (RFC 4291, deprecated), mapped
# (RFC 4291), translated (RFC 2765), and translation by NAT64 (RFC 6052, RFC 8215). A proxy, or a socket that serves
# both, writes IPv4 visitors like this; cut to a network they would all be one.
HOLDS_IPV4 = (
    *map(IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")),
    LOCAL_NAT64,
)
_BRACKETS = re.compile(r"\[(?P<address>[^\[\]]*)\](?::\d{1,5})?")
_PORT = re.compile(r"(?P<address>.+):\d{1,5}")


def clean_address(text: str) -> str:
    """Return the address in its shortest form, without port, brackets and zone; UNKNOWN if it is no address.

    An IPv4 address that is written as IPv6 (mapped) is returned as IPv4.
    """
    address = _parse(text)
    if address is None:
        return UNKNOWN
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def network_of(text: str) -> str:
    """Return the unit by which a visitor's address is limited: an IPv4 address, or a network (/64) of IPv6.

    Everybody has very many addresses of IPv6. Where one holds an IPv4 address, that one counts.
    """
    address = _parse(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        held = _held_ipv4(address)
        if held is None and address in LOCAL_NAT64:
            return str(int(address))
        if held is None:
            return str(int(address) >> (address.max_prefixlen - IPV6_UNIT_BITS))
        address = held
    return str(int(address))


def is_loopback(text: str) -> bool:
    """Return whether the address is one of this machine to itself."""
    address = _parse(text)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and address.is_loopback


def _held_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address of the visitor in one of IPv6, None where there is none."""
    if address == LOOPBACK_IPV6:
        return LOOPBACK_IPV4
    if any(address in network for network in HOLDS_IPV4):
        last = int(address) & 0xFFFFFFFF
        # The other layouts that RFC 6052 allows end with zeros. Each address is then a visitor that NAT64 names.
        return None if address in LOCAL_NAT64 and last & 0xFFFFFF == 0 else IPv4Address(last)
    # Tunnels: the site that has the IPv4 address has 65,536 networks of 6to4, and all of a Teredo server are one /64.
    return address.sixtofour or (address.teredo[1] if address.teredo else None)


@lru_cache(maxsize=512)
def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as sockets and proxies write it: `::1`, `[::1]:80`, `192.0.2.1:80`, `fe80::1%eth0`."""
    plain = text[:MAX_ADDRESS_LENGTH].strip().strip('"')
    bracketed, with_port = _BRACKETS.fullmatch(plain), _PORT.fullmatch(plain)
    candidates = [bracketed["address"]] if bracketed else [plain, *([with_port["address"]] if with_port else [])]
    for candidate in candidates:
        try:
            return ip_address(candidate.partition("%")[0])
        except ValueError:
            continue
    return None
