"""Which network addresses and host names are plainly not public. Pure: nothing is looked up.

Used where a document is read (a warning) and by the guarded web client, which asks about every
address a name resolves to (a refusal). Python's own ``is_private`` misses several of these.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# IANA IPv4 Special-Purpose Address Registry and the multicast and reserved blocks of the IPv4
# Address Space registry: https://www.iana.org/assignments/iana-ipv4-special-registry
NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local, and where clouds serve metadata
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

# RFC 4291: global unicast is 2000::/3; everything outside it is not public. That alone covers
# ::1, ::ffff:0:0/96, 64:ff9b::/96, fc00::/7, fe80::/10, fec0::/10, 5f00::/16 and ff00::/8.
GLOBAL_V6 = IPv6Network("2000::/3")

# https://www.iana.org/assignments/iana-ipv6-special-registry, the part inside 2000::/3
NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",  # documentation
    )
)

# The makers' own pages: AWS and most others serve metadata in 169.254.0.0/16, AWS also at
# fd00:ec2::/32, Google also at fd20:ce::254, Alibaba at 100.100.100.200, Oracle at 192.0.0.192;
# 168.63.129.16 is Azure's host agent, an ordinary public address by its number.
METADATA = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("192.0.0.192/32"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("fd00:ec2::/32"),
    IPv6Network("fd20:ce::/32"),
)

# RFC 4291 (mapped and compatible), RFC 6052 (translated): the IPv4 address is the last 32 bits.
CARRIES_V4_LAST = tuple(
    IPv6Network(block) for block in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
SIX_TO_FOUR = IPv6Network("2002::/16")  # RFC 3056: the IPv4 address follows the first 16 bits.

# RFC 6761, 6762, 8375, ICANN's reservation of .internal, and names in use on private networks.
PRIVATE_SUFFIXES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
)


def _parsed(ip: str | Address) -> Address | None:
    if not isinstance(ip, str):
        return ip
    try:
        return ip_address(ip)
    except ValueError:
        return None


def _carried_v4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, if it is of a kind that does."""
    bits = int(address)
    if address in SIX_TO_FOUR:
        return IPv4Address(bits >> 80 & 0xFFFFFFFF)
    if any(address in network for network in CARRIES_V4_LAST):
        return IPv4Address(bits & 0xFFFFFFFF)
    return None


def is_metadata_address(ip: str | Address) -> bool:
    """Whether a cloud serves its machines' secrets there; never allowed, by nobody's setting."""
    address = _parsed(ip)
    if address is None:
        return False
    forms: tuple[Address | None, ...] = (address,)
    if isinstance(address, IPv6Address):
        forms = (address, _carried_v4(address))
    return any(form in network for form in forms if form is not None for network in METADATA)


def is_public_address(ip: str | Address) -> bool:
    """Whether this is an ordinary address of the public internet; False for no address at all."""
    address = _parsed(ip)
    if address is None or is_metadata_address(address):
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    return address in GLOBAL_V6 and not any(address in network for network in NOT_PUBLIC_V6)


def is_private_host(host: str) -> bool:
    """Whether a URL's host is plainly private by its spelling alone.

    Takes a name or an address, in any letter case, with or without brackets or a final dot.
    A name without a dot is private: only the nearest network can know it.
    """
    name = host.lower().strip("[]").rstrip(".")
    address = _parsed(name)
    if address is not None:
        return not is_public_address(address)
    return "." not in name or any(name.endswith("." + suffix) for suffix in PRIVATE_SUFFIXES)
