"""An answer knows its call: at once when the call is known, else when the service names it.

``flow_id`` is 0 for a call that was placed by a program and has no call flow here; call and
flow are NULL as long as nobody here knows the message; a forgotten call leaves its answers
their flow. The triggers see to answers that came
before the service's reply to the sending did, whoever writes that reply down.
"""

from __future__ import annotations

from sqlite_utils import Database

_ADOPT = (
    "UPDATE answers SET call_id = NEW.id, flow_id = coalesce(NEW.flow_id, 0),"
    " flow_revision = NEW.flow_revision WHERE workspace_id = NEW.workspace_id"
    " AND mid = NEW.message_id AND (call_id IS NULL OR NEW.origin = 'app');"
)
_NAMED = "WHEN NEW.message_id <> '' AND NEW.listed = 1"


def up(db: Database) -> None:
    """Apply it."""
    for sql in (
        "ALTER TABLE answers ADD COLUMN call_id INTEGER REFERENCES calls(id)",
        "ALTER TABLE answers ADD COLUMN flow_id INTEGER",
        "ALTER TABLE answers ADD COLUMN flow_revision INTEGER",
        "UPDATE answers SET call_id = (SELECT c.id FROM calls c WHERE"
        " c.workspace_id = answers.workspace_id AND c.message_id = answers.mid AND c.listed = 1"
        " ORDER BY c.origin LIMIT 1)",
        "UPDATE answers SET (flow_id, flow_revision) = (SELECT coalesce(c.flow_id, 0),"
        " c.flow_revision FROM calls c WHERE c.id = answers.call_id) WHERE call_id IS NOT NULL",
        "CREATE INDEX answers_counts ON answers"
        "(workspace_id, flow_id, name, value, flow_revision, received_at, mid)",
        "CREATE INDEX answers_flow ON answers(workspace_id, flow_id)",
        "CREATE INDEX answers_steps ON answers(workspace_id, flow_id, step, mid)",
        "CREATE INDEX answers_numbers ON answers(workspace_id, to_number)",
        f"CREATE TRIGGER answers_of_named_call AFTER UPDATE OF message_id ON calls {_NAMED}"
        f" BEGIN {_ADOPT} END",
        f"CREATE TRIGGER answers_of_new_call AFTER INSERT ON calls {_NAMED} BEGIN {_ADOPT} END",
    ):
        db.execute(sql)
