"""One visitor is one unit of every limit, however sockets and proxies write the address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.network import UNKNOWN, clean_address, is_loopback, network_of

IPV4 = st.integers(0, 2**32 - 1).map(IPv4Address)
IPV6 = st.integers(0, 2**128 - 1).map(IPv6Address)
few = settings(max_examples=60, derandomize=True, deadline=None)


def in_ipv6(prefix: str, address: IPv4Address) -> str:
    return str(IPv6Address(int(IPv6Address(prefix)) | int(address)))


@pytest.mark.parametrize("prefix", ["::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::", "64:ff9b:1:abcd::"])
@few
@given(address=IPV4.filter(lambda each: int(each) & 0xFFFFFF))
def test_network_of_ipv4_inside_ipv6_is_that_of_the_ipv4_address(prefix: str, address: IPv4Address) -> None:
    assert network_of(in_ipv6(prefix, address)) == network_of(str(address))


@few
@given(one=IPV4, other=IPV4, port=st.integers(0, 65535))
def test_network_of_ipv4_is_the_address_alone(one: IPv4Address, other: IPv4Address, port: int) -> None:
    assert (network_of(str(one)) == network_of(f"{other}:{port}")) is (one == other)
    assert network_of(f"[::ffff:{one}]:{port}") == network_of(f"::ffff:{one}:{port}") == network_of(f" {one} ")


@few
@given(address=IPV6, last=st.integers(0, 2**64 - 1), port=st.integers(0, 65535))
def test_network_of_ipv6_is_its_64_bits(address: IPv6Address, last: int, port: int) -> None:
    if int(address) >> 96 in (0, 0x64FF9B, 0x20010000) or int(address) >> 112 == 0x2002:
        return
    neighbour = IPv6Address(int(address) >> 64 << 64 | last)
    units = {network_of(each) for each in (str(address), f"[{neighbour}]:{port}", f"{neighbour}%eth0", f"[{address}]")}
    assert len(units) == 1
    assert network_of(str(IPv6Address(int(address) ^ 1 << 64))) not in units


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("::1", "127.0.0.1", True),
        ("127.0.0.2", "127.0.0.3", False),
        ("::1", "::ffff:192.0.2.1", False),
        ("::1.2.3.4", "1.2.3.4", True),
        ("2002:c000:201::1", "2002:c000:201:ffff::2", True),
        ("2002:c000:201::1", "192.0.2.1", True),
        ("2002:c000:201::1", "2002:c000:202::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45", True),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:0:4136:e378:8000:63bf:3fff:fdd3", False),
        # 192.0.2.1 and 192.0.2.2 in the layouts for prefixes of 48, 56 and 64 bits
        ("64:ff9b:1:c000:2:100::", "64:ff9b:1:c000:2:200::", False),
        ("64:ff9b:1:c0:0:201::", "64:ff9b:1:c0:0:202::", False),
        ("64:ff9b:1:0:c0:2:100::", "64:ff9b:1:0:c0:2:200::", False),
        ("fe80::1%eth0", "fe80::2%25wlan0", True),
        ('"[2001:db8::1]:80"', "2001:db8::2", True),
    ],
)
def test_network_of_special_addresses(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


@few
@given(text=st.text(max_size=200))
def test_network_of_what_is_no_address_is_always_the_same(text: str) -> None:
    assert network_of(f"x{text}") == UNKNOWN == clean_address(f"x{text}")


@pytest.mark.parametrize("text", ["", "-", "unix:", "1.2.3", "1.2.3.4.5", "01.2.3.4", "[1", "_hidden:80", "1" * 10**6])
def test_network_of_typical_garbage_is_always_the_same(text: str) -> None:
    assert network_of(text) == UNKNOWN


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("192.0.2.1:5678", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[2001:DB8:0:0::1]:80", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("1.2.3.9:5555, 4.4.4.4", UNKNOWN),
    ],
)
def test_clean_address_has_no_port_and_no_zone(text: str, clean: str) -> None:
    assert clean_address(text) == clean


@pytest.mark.parametrize(
    ("text", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9:80", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False),
     ("::ffff:192.0.2.1", False), ("", False), ("localhost", False)],
)  # fmt: skip
def test_is_loopback(text: str, loopback: bool) -> None:
    assert is_loopback(text) is loopback
