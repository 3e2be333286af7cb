"""One compiler per target: a Flow becomes the exact request, or the reasons why it cannot."""

from __future__ import annotations

from collections.abc import Callable

from flows.document import Flow
from flows.targets import infobip_common, infobip_ivr, speechcall, voice_api
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import Inbox

Compiler = Callable[[Flow, str | None, Inbox | None], Compiled | CannotCompile]

TARGETS: dict[str, Compiler] = {
    speechcall.TARGET: lambda flow, recipient, inbox: speechcall.compile_flow(
        flow, recipient, inbox=inbox
    ),
    voice_api.TARGET: lambda flow, recipient, inbox: voice_api.compile_flow(flow, recipient),
    infobip_common.TARGET: lambda flow, recipient, inbox: infobip_ivr.compile_flow(
        flow, recipient, inbox=inbox
    ),
}
"""Target -> its compiler: (flow, recipient, inbox).

A recipient takes the place of the number in the flow; the inbox is where saved answers go.
"""
