"""Whom a build may ask: public hosts over http and https, whatever an address or a redirect says."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from httpx import URL, InvalidURL

__all__ = ["HostRefused", "Hosts", "Resolve", "resolve", "shown"]

Resolve = Callable[[str], Sequence[str]]
"""Gives the IP addresses of a host's name; raises `OSError` when it has none."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SECRET_WORDS = ("key", "token", "secret", "password", "signature", "auth")


class HostRefused(Exception):
    """An address leads where a build has no business; says where and why."""


def resolve(host: str) -> list[str]:
    """Ask the system for a host's addresses.

    Raises
    ------
    OSError
        When it has none.
    """
    return sorted({str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})


class Hosts:
    """Tells an address that may be asked from one that may not.

    Parameters
    ----------
    resolve
        Gives the addresses of a name. None: names are not looked up (a transport stands in for the network), and only
        addresses that are written out are told apart.
    internal
        Names of hosts that may have a private address: an operator's own server.
    """

    def __init__(self, resolve: Resolve | None = resolve, internal: Collection[str] = ()) -> None:
        self._resolve = resolve
        self._internal = {name.casefold() for name in internal}

    def admit(self, address: str) -> str | None:
        """Return the IP address to connect to, so that a name cannot lead elsewhere a moment later.

        Returns
        -------
        str | None
            None where the name is somebody else's to look up: a proxy's, or a test transport's.

        Raises
        ------
        HostRefused
            When the address is not http or https, or leads to a machine that is not public.
        OSError
            When the name is not known.
        """
        try:
            url = URL(address)
        except InvalidURL as error:
            raise HostRefused(f"{address!r} is no address") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise HostRefused(f"{shown(address)} is neither http nor https")
        if url.host.casefold() in self._internal:
            return self._first(url.host) if self._resolve is not None else None
        literal = _ip(url.host)
        if literal is not None:
            _require_public(literal, url.host)
            return None
        if url.host.casefold().rstrip(".").endswith("localhost"):
            raise HostRefused(f"{url.host} is this machine")
        if self._resolve is None or _proxied(url):
            return None
        for found in (addresses := self._resolve(url.host)):
            _require_public(ipaddress.ip_address(found.partition("%")[0]), url.host)
        return addresses[0]

    def _first(self, host: str) -> str | None:
        assert self._resolve is not None  # noqa: S101 - the caller looked
        return None if _ip(host) is not None else self._resolve(host)[0]


def shown(address: str) -> str:
    """Return an address as it may stand in a message or a note: without user, password and keys."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        netloc = host if parts.port is None else f"{host}:{parts.port}"
    except ValueError:
        return "an address that cannot be read"
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(_secret(name) for name, _ in query):
        hidden = urlencode([(name, "***" if _secret(name) else value) for name, value in query], safe="*")
        parts = parts._replace(query=hidden)
    return urlunsplit(parts._replace(netloc=netloc) if "@" in parts.netloc else parts)


def _secret(name: str) -> bool:
    return any(word in name.casefold() for word in _SECRET_WORDS)


def _ip(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:  # 127.1, 0x7f000001 and the like, which a system takes for an address too
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _require_public(address: _Address, host: str) -> None:
    """Refuse what is not public, also where an IPv4 address is wrapped in an IPv6 one."""
    if any(not one.is_global or one.is_multicast for one in _unwrapped(address)):
        raise HostRefused(f"{host} leads to {address}, which is no public address")


def _unwrapped(address: _Address) -> list[_Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:  # the wrapping itself is never a public address
        return [address.ipv4_mapped]
    inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.sixtofour
    return [address] if inner is None else [address, inner]


def _proxied(url: URL) -> bool:
    return url.scheme in getproxies() and not proxy_bypass(url.host)
