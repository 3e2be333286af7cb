"""A flow judged and compiled as this installation and this workspace would: one home for both."""

from __future__ import annotations

from collections.abc import Mapping

from blueprints import person, recording_view, settings
from blueprints.inbox import inbox
from flows import checks
from flows.document import Flow
from flows.problems import Problem
from flows.rules.recordings import Recording
from flows.targets import TARGETS
from flows.targets.base import CannotCompile, Compiled


def checked(
    flow: Flow, target: str, known: Mapping[str, Recording] | None = None
) -> tuple[Problem, ...]:
    """Every problem of a flow for a target, with the hosts that the operator permits.

    ``known`` is what is known of its recordings, for whoever asked already.
    """
    return checks.check(
        flow,
        target=target,
        allowed_hosts=settings().reachable_hosts,
        inbox=inbox(person().workspace_id),
        recordings=recording_view.known(flow) if known is None else known,
    )


def compiled(flow: Flow, target: str, recipient: str | None = None) -> Compiled | CannotCompile:
    """The exact request, saved answers going to the workspace's own inbox.

    Without a recipient: to the number that stands in the flow.
    """
    return TARGETS[target](flow, recipient, inbox(person().workspace_id))
