"""Taking recordings in, putting others in their place everywhere, and taking them away."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from calling.recordings.addresses import token_in, url_of
from calling.recordings.kinds import NotARecording, Sound
from calling.recordings.sniff import sniff
from calling.recordings.sound import fit
from calling.recordings.voice import speak
from flows.document import Flow
from flows.edits import change_menu
from flows.rules.recordings import text_mark
from flows.said import said
from flows.values import BIDI_CONTROLS
from storage import flows as flow_store
from storage import recording_uses, recordings
from storage.recordings import NewRecording, QuotaReached, Recording

LONGEST_NAME = 80
"""Characters of a recording's name."""

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


class Shelf(Struct, frozen=True):
    """One workspace's recordings: where they are, whose they are, who is at it."""

    db: Database
    data: Path
    base_url: str
    workspace_id: int
    person_id: int | None

    def url(self, recording: Recording) -> str:
        """A recording's public address."""
        return url_of(self.base_url, recording)

    def take(self, content: bytes, name: str, replaces: int | None = None) -> Recording:
        """Keep a file that somebody brought, made fit for a phone.

        Raises NotARecording with a sentence, RecordingNotFound for ``replaces``.
        """
        return self._keep(fit(sniff(content)), clean_name(name), replaces=replaces)

    def draft(self, script: str, language: str, name: str) -> Recording:
        """A script in the draft voice; the same script again is the same recording.

        Raises NotARecording with a sentence.
        """
        sound = speak(script, language)
        spoken = text_mark(script)
        known = recordings.draft_of(self.db, self.workspace_id, sound.content, spoken)
        return known or self._keep(sound, clean_name(name), spoken=spoken)

    def replace_everywhere(self, old: Recording, url: str) -> int:
        """Every menu that plays ``old`` plays ``url`` instead ("" for nothing).

        An edit of each flow, which can be undone there. Returns how many flows were changed.
        """
        used = recording_uses.uses(self.db, self.workspace_id, [old.token])
        changed = 0
        for flow_id, revision in {
            use.flow_id: use.revision for use in used.get(old.token, [])
        }.items():
            try:
                flow_store.edit(
                    self.db, self.workspace_id, flow_id, self.person_id, revision,
                    playing_instead(old.token, url),
                )  # fmt: skip
            except flow_store.FlowNotFound:
                continue
            changed += 1
        return changed

    def retire_draft(self, played_before: str, new: Recording) -> None:
        """A draft that nothing plays any more becomes an earlier version of the new one."""
        token = token_in(played_before)
        old = recordings.of_tokens(self.db, self.workspace_id, [token]).get(token)
        if old is None or not old.draft or old.id == new.id:
            return
        if not recording_uses.uses(self.db, self.workspace_id, [token]):
            recordings.succeed(self.db, self.workspace_id, old.id, new.id)

    def _keep(
        self, sound: Sound, name: str, *, replaces: int | None = None, spoken: str = ""
    ) -> Recording:
        new = NewRecording(
            workspace_id=self.workspace_id,
            person_id=self.person_id,
            name=name,
            kind=sound.kind,
            content=sound.content,
            seconds=sound.seconds,
            loudness=sound.loudness,
            draft=bool(spoken),
            spoken=spoken,
        )
        try:
            return recordings.add(self.db, self.data, new, replaces)
        except QuotaReached:
            raise NotARecording(
                said(
                    "Your recordings take up all of their {most} MB: delete some you do not use.",
                    most=recordings.QUOTA_BYTES // 1_000_000,
                )
            ) from None
        except OSError as problem:
            if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise NotARecording(
                said("The disk is full, so nothing was kept: tell whoever runs Press One.")
            ) from None


def playing_instead(token: str, url: str) -> Callable[[Flow], Flow]:
    """An edit: the menus that play the recording with this token play another address."""

    def change(flow: Flow) -> Flow:
        for menu in flow.menus:
            if token_in(menu.recording) == token:
                flow = change_menu(flow, menu.id, recording=url)
        return flow

    return change


def clean_name(typed: str) -> str:
    """A file's or a person's name for a recording: one line of plain characters, no folders."""
    last = typed.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c if c.isprintable() and c not in BIDI_CONTROLS else " " for c in last)
    name = " ".join(_ENDING.sub("", shown).split())[:LONGEST_NAME].strip(" .")
    return name or "Recording"
