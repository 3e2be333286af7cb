"""A flow judged and compiled as this installation and this workspace would: one home for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import g, request
from msgspec import Struct

from blueprints import db, new_id, person, recording_view, settings, whole
from blueprints.inbox import inbox
from flows import checks, fixes
from flows.document import Flow
from flows.edits import change_settings
from flows.problems import Fix, Problems
from flows.rules.recordings import Recording
from flows.targets import TARGETS
from flows.targets.base import CannotCompile, Compiled
from flows.targets.speechcall import TARGET as SPEECHCALL
from storage import connections, flows
from storage.flows import StoredFlow


def with_usual_sender(flow: Flow, target: str) -> Flow:
    """The flow as a connection would send it: without a sender, from its usual one.

    Only for SpeechCall, which wants a sender always.
    """
    if flow.sender or target != SPEECHCALL:
        return flow
    return change_settings(flow, sender=usual_sender())


def usual_sender() -> str:
    """The usual sender of the workspace's first SpeechCall connection that has one, or ""."""
    if "usual_sender" not in g:
        known = connections.list_all(db(), person().workspace_id)
        senders = (one.sender for one in known if one.service == SPEECHCALL and one.sender)
        g.usual_sender = next(senders, "")
    found: str = g.usual_sender
    return found


def checked(flow: Flow, target: str, known: Mapping[str, Recording] | None = None) -> Problems:
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


class Mending(Struct):
    """The edit behind a repair's button, for ``storage.flows.edit``: whatever the flow is by then.

    ``sent`` is the flow as it would be sent to the target. Afterwards ``found`` says whether there
    was still something to mend, and ``done`` whether the flow is another one now.
    """

    target: str
    sent: Callable[[Flow], Flow]
    found: bool = False
    done: bool = False

    def __call__(self, flow: Flow) -> Flow:
        """The flow with the finding mended that was pressed. Raises what ``fixes.apply`` raises."""
        fix = _asked_fix(checked(self.sent(flow), self.target))
        mended = fixes.apply(flow, fix, new_id) if fix else flow
        self.found, self.done = fix is not None, mended != flow
        return mended


def _asked_fix(problems: Problems) -> Fix | None:
    number, _space, finding = request.form.get("fix", "").partition(" ")
    code, _space, mark = finding.partition(" ")
    for problem in problems:
        if problem.code == code and problem.mark == mark:
            return dict(enumerate(problem.fixes)).get(whole(number, most_digits=3))
    return None


def load(flow_id: int) -> StoredFlow:
    """The newest revision of a flow of this workspace. Raises FlowNotFound."""
    return flows.load(db(), person().workspace_id, flow_id)
