"""Whether a service would get what menus play: tried from here, before a real call or on demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from msgspec.structs import asdict
from sqlite_utils import Database

from calling.clock import later
from calling.recordings.addresses import is_web, token_in, url_of
from calling.recordings.kinds import MAX_BYTES, NotARecording
from calling.recordings.sniff import read_sound
from calling.recordings.sound import measured
from flows.document import Flow
from flows.memo import EachMenu, PerMenu
from flows.rules.recordings import Recording
from flows.said import said
from providers.web import Reply, WebClient, WebError
from storage import recording_uses, recordings

EACH_S = 8.0
"""Seconds that one address gets for everything."""

ALL_S = 15.0
"""Seconds that all of them get together; somebody is waiting."""

AT_ONCE = 4
MOST_TRIED = 40
"""Addresses that are tried at one time."""

TRIAL_LASTS_S = 3_600.0
"""Seconds for which what was tried is believed."""

TOO_SLOW = said("It took too long to come.")


def played(flow: Flow) -> list[str]:
    """The web addresses that a flow's menus play, each once."""
    return [address for address in dict.fromkeys(_addresses(flow).each) if address]


_addresses = EachMenu(PerMenu[str](lambda menu: menu.recording if is_web(menu.recording) else ""))


def known(
    db: Database, workspace_id: int, base_url: str, urls: Sequence[str]
) -> dict[str, Recording]:
    """What is known of addresses without asking anybody: ours from disk, others as last tried."""
    if not urls:
        return {}
    tokens = {url: token for url in urls if (token := token_in(url))}
    own = recordings.of_tokens(db, workspace_id, tokens.values()) if tokens else {}
    found = {url: _own(url, own[token], base_url) for url, token in tokens.items() if token in own}
    for url in tokens:
        if url not in found and url.startswith(f"{base_url}/r/"):
            found[url] = Recording(gone=recordings.of_token(db, tokens[url]) is None)
    others = [url for url in urls if url not in found]
    tried = recording_uses.trials(db, workspace_id, others, later(-TRIAL_LASTS_S)) if others else {}
    return {**found, **{url: Recording(**trial.result) for url, trial in tried.items()}}


def untried(facts: dict[str, Recording], urls: Iterable[str]) -> list[str]:
    """The addresses of which nothing is known."""
    return [url for url in urls if url not in facts]


def try_all(
    db: Database, web: WebClient, workspace_id: int, base_url: str, urls: Sequence[str]
) -> int:
    """Try every address that is not ours, and keep what came of it. Returns how many."""
    ours = {
        url for url in urls
        if (token := token_in(url))
        and (url.startswith(f"{base_url}/r/") or recordings.of_tokens(db, workspace_id, [token]))
    }  # fmt: skip
    asked = [url for url in urls if url not in ours][:MOST_TRIED]
    if not asked:
        return 0
    pool = ThreadPoolExecutor(AT_ONCE, "preflight")
    under_way = {pool.submit(tried, web, url): url for url in asked}
    done, late = wait(under_way, timeout=ALL_S)
    pool.shutdown(wait=False, cancel_futures=True)
    results = {under_way[future]: future.result() for future in done}
    results |= {under_way[future]: Recording(fault=TOO_SLOW) for future in late}
    recording_uses.keep_trials(db, workspace_id, {url: _kept(r) for url, r in results.items()})
    return len(asked)


def tried(web: WebClient, url: str) -> Recording:
    """What one address gives. Nothing of what came is repeated to people but its measures."""
    try:
        reply = web.fetch(url, most_bytes=MAX_BYTES + 1, timeout_s=EACH_S)
    except WebError as problem:
        return Recording(fault=problem.reason)
    if 300 <= reply.status < 400:
        return Recording(fault=said("It leads on to another address: use that one."))
    if reply.status != 200:
        return Recording(fault=said("The web site answered {status}.", status=reply.status))
    return _judged(reply)


def _judged(reply: Reply) -> Recording:
    content_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()[:80]
    size = len(reply.content)
    if size > MAX_BYTES:
        return Recording(content_type=content_type, size=size)
    try:
        sound = read_sound(reply.content)
    except NotARecording:
        return Recording(content_type=content_type, size=size, sound=False)
    return Recording(
        content_type=content_type,
        size=size,
        seconds=sound.seconds,
        loudness=measured(sound),
        sound=True,
    )


def _own(url: str, recording: recordings.Recording, base_url: str) -> Recording:
    present = url_of(base_url, recording)
    return Recording(
        ours=url == present,
        draft=recording.draft,
        spoken=recording.spoken,
        present_url="" if url == present else present,
        size=recording.size,
        seconds=recording.seconds,
        loudness=recording.loudness,
        sound=True,
    )


def _kept(recording: Recording) -> dict[str, Any]:
    values = asdict(recording)
    return {name: value for name, value in values.items() if value not in (None, "")}
