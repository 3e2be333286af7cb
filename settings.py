"""Everything an operator can set, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

HOME_REGION = "UA"
"""The ISO country that a number without "+" is of, where nobody says another."""


class Settings(Struct, frozen=True):
    """How this installation runs. ``data`` holds the database, the queue and the secret key.

    ``base_url`` is where people and services reach this app, without a trailing slash.
    ``allowed_hosts`` are names ("hooks.example.lan", "127.0.0.1:8080") that web addresses may
    lead to although they are private. ``practice_pace`` multiplies every wait of the practice
    phone network (1.0 is real time). ``home_region`` is the ISO country a number without "+"
    belongs to. ``queue_url`` empty means a SQLite queue in the data folder.
    ``voice_gateway_errors``: "seed" answers errors as the Voice API's document has them, "live"
    as the service itself does. ``production`` starts only when it is safe (blueprints.start_up);
    ``allow_http`` lets it start without https. ``trusted_proxies``: how many proxies in front say
    who asks. ``metrics_token`` opens /metrics to other machines. ``smtp_url``
    ("smtp://user:password@host:587") mails the links of invitations from ``smtp_from``; empty
    means that they are only shown. ``log``: "plain" or "json".
    """

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 5000
    base_url: str = "http://127.0.0.1:5000"
    allowed_hosts: frozenset[str] = frozenset()
    practice_pace: float = 1.0
    home_region: str = HOME_REGION
    queue_url: str = ""
    voice_gateway_errors: str = "seed"
    production: bool = False
    smtp_url: str = ""
    smtp_from: str = ""
    log: str = "plain"
    allow_http: bool = False
    trusted_proxies: int = 0
    metrics_token: str = ""

    @property
    def database(self) -> Path:
        """The SQLite file that holds everything but files, queue and keys."""
        return self.data / "press-one.sqlite3"

    @property
    def own_address(self) -> str:
        """``host:port`` of this app, which its own Practice connections may reach."""
        return f"{_shown(self.host)}:{self.port}"

    @property
    def reachable_hosts(self) -> frozenset[str]:
        """The operator's allow-list and this app itself, also by the name that others use.

        Always with a port: what else listens on this machine is not this app.
        """
        base = urlsplit(self.base_url)
        name = _shown(base.hostname or "")
        port = base.port or PORTS.get(base.scheme, self.port)
        return self.allowed_hosts | {self.own_address, f"{name}:{port}"}

    @classmethod
    def from_env(
        cls, overrides: Mapping[str, Any] | None = None, env: Mapping[str, str] | None = None
    ) -> Settings:
        """Settings from ``PRESS_ONE_*``, ``HOST``, ``PORT`` and ``QUEUE_URL``; overrides win.

        Raises ValueError with a plain sentence when a value cannot be read.
        """
        env = os.environ if env is None else env
        host, port = env.get("HOST", "127.0.0.1"), _whole(env, "PORT", 5000)
        values: dict[str, Any] = {
            "data": Path(env.get("PRESS_ONE_DATA", "data")),
            "host": host,
            "port": port,
            "base_url": env.get("PRESS_ONE_BASE_URL", f"http://{_shown(host)}:{port}").rstrip("/"),
            "allowed_hosts": frozenset(
                name.strip()
                for name in env.get("PRESS_ONE_ALLOWED_HOSTS", "").split(",")
                if name.strip()
            ),
            "practice_pace": float(env.get("PRESS_ONE_PRACTICE_PACE", "1")),
            "home_region": env.get("HOME_REGION", HOME_REGION).upper(),
            "queue_url": env.get("QUEUE_URL", ""),
            "voice_gateway_errors": _one_of(env, "VOICE_GATEWAY_ERRORS", ("seed", "live")),
            "smtp_url": env.get("SMTP_URL", ""),
            "smtp_from": env.get("SMTP_FROM", "press-one@localhost"),
            "log": _one_of(env, "PRESS_ONE_LOG", ("plain", "json")),
            "production": env.get("PRESS_ONE_ENV", "") == "production",
            "allow_http": env.get("PRESS_ONE_ALLOW_HTTP", "") == "1",
            "trusted_proxies": _whole(env, "TRUSTED_PROXIES", 0),
            "metrics_token": env.get("METRICS_TOKEN", ""),
        }
        known = {key: value for key, value in (overrides or {}).items() if key in values}
        return cls(**{**values, **known})


PORTS = {"http": 80, "https": 443}
"""Where a web address without a port leads."""


def _shown(host: str) -> str:
    """A host as addresses have it: one to call, and IPv6 in brackets."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, str(default)))
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {env[name]!r}.") from None


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The choice that was made; the first one where none was."""
    chosen = env.get(name, "") or choices[0]
    if chosen not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}, not {chosen!r}.")
    return chosen
