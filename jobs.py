"""The queue and its tasks. Every task is one line into ``calling``.

``QUEUE_URL`` empty: a SQLite file in the data folder, worked off by a consumer thread beside
the web server (``start_consumer_thread``). ``redis://…``: Redis, worked off by
``huey_consumer jobs.huey`` in processes of their own, as many as wanted. The tasks are the
same, and losing the queue loses nothing: the database says what is due, and ``sweep`` finds it
again. A task that is in the queue twice is harmless, since each claims its call first.
"""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from msgspec import Struct
from sqlite_utils import Database

from calling import forgetting, forward, place, practice, told, track, webhooks
from calling.clock import later, parsed
from calling.reach import ServiceFor, service_opener
from providers.web import WebClient
from settings import Settings
from storage import calls_due, forwards
from storage import practice as practice_book
from storage.calls import StoredCall
from storage.connections import Connection
from storage.credentials import SecretBox, secret_box
from storage.db import Pool, now
from storage.in_use import hold
from storage.practice import PracticeCall
from storage.rotation import settle

LOG = logging.getLogger(__name__)

QUEUE_FILE = "queue.sqlite3"

WORKERS = 3
"""Consumer threads beside the web server: a slow web address must not hold up a ringing phone.
One may be telling what a caller chose, one telling answers on."""

LONGEST_IDLE_S = 0.2
"""Seconds an idle worker waits before it looks into the queue again."""

SECOND_SWEEP_S = place.LONGEST_SENDING_S + 1
"""Seconds after start-up at which calls that lost their sender are old enough to be told."""

SWEEP_EVERY_S = 60.0
"""Seconds between two sweeps; a sweep sees to the questions of the time until the next one."""

Waiting = AbstractSet[tuple[str, tuple[Any, ...]]]
"""What is in the queue: names of tasks, each with its arguments."""


def open_queue(settings: Settings) -> Huey:
    """The queue that the settings name. Results of tasks are not kept: the database has them."""
    if settings.queue_url:
        return RedisHuey("press-one", url=settings.queue_url, results=False)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteHuey("press-one", filename=str(settings.data / QUEUE_FILE), results=False)


class Tools(Struct, frozen=True):
    """What one task works with: a database connection of its own, and the way out."""

    db: Database
    web: WebClient
    box: SecretBox
    service_for: ServiceFor
    pace: float


class Jobs:
    """The tasks of one installation, bound to its queue."""

    def __init__(self, settings: Settings, huey: Huey | None = None) -> None:
        self.settings = settings
        self.huey = open_queue(settings) if huey is None else huey
        self._box: SecretBox | None = None
        self._databases = Pool(settings.database)
        self._swept_at_start = Lock()
        self._place = self._task("place_call", self.send_call)
        self._poll = self._task("poll_call", self.ask_about_call)
        self._advance = self._task("advance_practice", self.move_practice)
        self._tell = self._task("tell_webhooks", self.tell_webhooks)
        self._forward = self._task("tell_on", self.tell_on)
        self._sweep = self._task("sweep", self.sweep)
        self.huey.periodic_task(crontab(), name="sweep_every_minute")(self._every_minute)
        hourly = crontab(minute="17")
        self.huey.periodic_task(hourly, name="forget_old_calls_hourly")(self.forget_old_calls)
        self.huey.on_startup("sweep_at_start")(self._at_start)

    # What the web server puts into the queue.

    def place_call(self, call_id: int) -> None:
        """Have a queued call sent; the page does not wait for it."""
        self._now(self._place, call_id)

    def practice_network(self, db: Database) -> practice.Network:
        """The practice phone network, whose moves are followed up through this queue."""
        return practice.Network(db, self.settings.practice_pace, self.follow)

    def follow(self, call: PracticeCall) -> None:
        """After a practice call moved: tell what it must tell, and come back when it is time."""
        if call.inputs:
            self._now(self._tell, call.message_id)
        if call.next_at is not None:
            self._at(self._advance, call.next_at, call.message_id)

    def forward_answers(self, workspace_id: int) -> None:
        """Have a workspace's new answers told on to its own web address."""
        self._now(self._forward, workspace_id)

    @contextmanager
    def reach(self) -> Iterator[tuple[Database, ServiceFor]]:
        """For a gateway that answers at once: a database of its own, and the way to services."""
        with self._tools() as t:
            yield t.db, t.service_for

    def tell(self, message_id: str) -> None:
        """Have the web addresses told that a practice call owes."""
        self._now(self._tell, message_id)

    def watch(self, call: StoredCall) -> None:
        """After a gateway sent a call, or could not yet: see to whatever comes next."""
        if call.state == "queued":
            self.place_call(call.id)
        self._ask_later(call)

    # What the workers do.

    def send_call(self, call_id: int) -> None:
        """Task: send a queued call, once, and ask about it later."""
        with self._tools() as t:
            self._ask_later(place.send(t.db, call_id, t.service_for, t.pace))

    def ask_about_call(self, call_id: int) -> None:
        """Task: ask how a call stands."""
        with self._tools() as t:
            for call in track.poll(t.db, call_id, t.service_for, t.pace):
                self._ask_later(call)

    def move_practice(self, message_id: str) -> None:
        """Task: move a practice call on, if its time has come."""
        with self._tools() as t:
            self.practice_network(t.db).advance(message_id)

    def tell_webhooks(self, message_id: str) -> None:
        """Task: tell the web addresses that a practice call owes."""
        with self._tools() as t:
            webhooks.tell_due(t.db, t.web, message_id)

    def tell_on(self, workspace_id: int) -> None:
        """Task: tell a workspace's answers on, and come back when the next one is due."""
        with self._tools() as t:
            again_at = forward.tell_due(t.db, t.web, t.box, workspace_id)
            if again_at is not None:
                self._at(self._forward, again_at, workspace_id)

    def sweep(self) -> None:
        """Task: find in the database whatever is due, whoever forgot it, and see to it.

        What is in the queue already is not put there again: a queue that nobody works off
        would grow with every sweep.
        """
        with self._tools() as t:
            place.abandon_lost(t.db)
            webhooks.abandon_unfinished(t.db)
            track.after_the_clock_was_set_back(t.db)
            moment, waiting = now(), self._waiting()
            for call_id in calls_due.queued(t.db):
                self._once(waiting, self._place, moment, call_id)
            for call_id, due_at in calls_due.polls_until(t.db, later(SWEEP_EVERY_S)):
                self._once(waiting, self._poll, due_at, call_id)
            for due_id in practice_book.due(t.db, moment):
                self._once(waiting, self._advance, moment, due_id)
            for owing_id in practice_book.owing(t.db):
                self._once(waiting, self._tell, moment, owing_id)
            for workspace_id in forwards.owing(t.db, moment):
                self._once(waiting, self._forward, moment, workspace_id)

    def forget_old_calls(self) -> None:
        """Task: delete the calls that are older than their workspace keeps them, and erase the
        call flows that were deleted long ago."""
        with self._tools() as t:
            forgetting.forget_old(t.db, datetime.now(UTC).date())
            forgetting.erase_deleted(t.db, datetime.now(UTC))

    def _every_minute(self) -> None:
        self.sweep()

    def _at_start(self) -> None:
        """Every worker comes here as it starts; one sweep is enough for all of a process."""
        if self._swept_at_start.acquire(blocking=False):
            self._now(self._sweep)
            self._at(self._sweep, later(SECOND_SWEEP_S))

    def _waiting(self) -> Waiting:
        """What waits in the queue, and what comes into it by itself before the next sweep."""
        soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=SWEEP_EVERY_S)
        tasks = [*self.huey.pending(), *self.huey.scheduled()]
        return {(t.name, tuple(t.args)) for t in tasks if t.eta is None or t.eta <= soon}

    def _once(self, waiting: Waiting, task: Any, moment: str, *args: object) -> None:
        if (task.name, args) not in waiting:
            self._at(task, moment, *args)

    def _ask_later(self, call: StoredCall | None) -> None:
        if call is not None and call.next_poll_at is not None:
            self._at(self._poll, call.next_poll_at, call.id)

    def _at(self, task: Any, moment: str, *args: object) -> None:
        """Enqueue a task for a moment; one that is already there runs at once."""
        if parsed(moment) <= datetime.now(UTC):
            self._now(task, *args)
        else:
            # Not by ``schedule``, which would have a worker take it up only to put it off.
            self._put(lambda: self.huey.add_schedule(task.s(*args, eta=parsed(moment))))

    def _now(self, task: Any, *args: object) -> None:
        self._put(lambda: task(*args))

    def _put(self, enqueue: Callable[[], object]) -> None:
        """What a broken queue forgets is already in the database, and ``sweep`` finds it."""
        try:
            enqueue()
        except Exception:
            LOG.exception("The queue did not take a task; the next sweep will see to it.")

    def _told_at(self, connection: Connection) -> str:
        box = self._box or secret_box(self.settings.data)
        return told.notify_url(self.settings.base_url, box, connection)

    def _task(self, name: str, work: Callable[..., None]) -> Any:
        return self.huey.task(name=name)(work)

    @contextmanager
    def _tools(self) -> Iterator[Tools]:
        if self._box is None:
            self._box = secret_box(self.settings.data)
        web = WebClient(self.settings.reachable_hosts)
        own_url = f"http://{self.settings.own_address}"
        with self._databases.lend() as db:
            opener = service_opener(db, self._box, web, own_url, self._told_at)
            yield Tools(db, web, self._box, opener, self.settings.practice_pace)


class _QuietConsumer(Consumer):  # type: ignore[misc]  # huey has no types
    """A consumer inside the web server's process, which keeps its own signal handlers."""

    def _set_signal_handlers(self) -> None:
        return


def start_consumer_thread(huey: Huey) -> Callable[[], None]:
    """Work the queue off in threads of this process. Returns what stops them.

    They stop by themselves when the process ends; a task under way gets the time to finish.
    """
    consumer = _QuietConsumer(
        huey,
        workers=WORKERS,
        initial_delay=0.05,
        max_delay=LONGEST_IDLE_S,
        scheduler_interval=1,
        check_worker_health=False,
    )
    logging.getLogger("huey").setLevel(logging.WARNING)
    consumer.start()

    def stop() -> None:
        atexit.unregister(stop)
        consumer.stop(graceful=True)

    atexit.register(stop)
    return stop


def __getattr__(name: str) -> Any:
    """``huey_consumer jobs.huey`` finds the queue of the environment here."""
    if name == "huey":
        settings = Settings.from_env()
        settle(settings.data, settings.database)
        hold(settings.data)
        return Jobs(settings).huey
    raise AttributeError(name)
