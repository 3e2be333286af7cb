"""The outward services: who they are, and how to speak to one. A row here is all there is to add.

The machinery is in ``web`` (the guarded client), ``base`` (what a service is), ``exchange``
(what they share) and one module per service.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from flows.said import said
from providers import infobip, speechcall, voice_api
from providers.base import Credentials, Report, Service
from providers.infobip_reports import read_told
from providers.web import WebClient


class ServiceInfo(Struct, frozen=True):
    """What screens and tasks need to know about a service.

    ``target`` is the key of its compiler in ``flows.targets``; ``username_label`` is "" when
    the service has no user names, and otherwise the field may still be left empty. ``finds``:
    it takes our own name of a call, and can look it up (``CanFind``). ``tells_bulk``: one
    question answers for all calls of a bulk (``TellsBulk``). ``read_told`` reads what the
    service tells by itself (None: it does not; None as its answer: it cannot be read).
    """

    key: str
    label: str
    target: str
    default_base_url: str
    username_label: str
    secret_label: str
    sign_in: str
    factory: Callable[[Credentials, WebClient], Service]
    finds: bool = False
    tells_bulk: bool = False
    read_told: Callable[[bytes], tuple[Report, ...] | None] | None = None


SERVICES = {
    info.key: info
    for info in (
        ServiceInfo(
            key="speechcall",
            label=speechcall.LABEL,
            target="speechcall",
            default_base_url="https://restapi.smsbat.com",
            username_label=said("User name"),
            secret_label=said("Password or key"),
            sign_in=said("A user name and password; or leave the user name empty and give a key."),
            factory=speechcall.SpeechCall,
        ),
        ServiceInfo(
            key="voice_api",
            label=voice_api.LABEL,
            target="voice_api",
            default_base_url="https://api.sespcl.com/api/v1",
            username_label="",
            secret_label=said("API key"),
            sign_in=said("The key that the service gave you."),
            factory=voice_api.VoiceApi,
            tells_bulk=True,
        ),
        ServiceInfo(
            key="infobip",
            label=infobip.LABEL,
            target="infobip",
            default_base_url="https://api.infobip.com",
            username_label="",
            secret_label=said("API key"),
            sign_in=said("The API key of your account; the web address is your own one there."),
            factory=infobip.Infobip,
            finds=True,
            tells_bulk=True,
            read_told=read_told,
        ),
    )
}
"""Service key -> everything about it."""


def connect(service: str, credentials: Credentials, web: WebClient) -> Service:
    """The service of this key, ready to be asked. Raises KeyError for a key that is not there."""
    return SERVICES[service].factory(credentials, web)
