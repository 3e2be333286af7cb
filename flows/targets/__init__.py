"""One compiler per target: a Flow becomes the exact request, or the reasons why it cannot."""

from __future__ import annotations

from collections.abc import Callable

from flows.document import Flow
from flows.targets import speechcall, voice_api
from flows.targets.base import CannotCompile, Compiled

TARGETS: dict[str, Callable[[Flow, str | None], Compiled | CannotCompile]] = {
    "speechcall": speechcall.compile_flow,
    "voice_api": voice_api.compile_flow,
}
"""Target -> its compiler; a recipient takes the place of the number in the flow."""
