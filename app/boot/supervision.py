"""supervisord inside this process: its programs are forked from what is loaded here, and share that memory."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from supervisor import events, loggers
from supervisor.options import ServerOptions
from supervisor.supervisord import Supervisor, go

from .child import end_with_parent, run_and_exit
from .exits import ExitCounter
from .sharing import share_what_is_loaded

Program = Callable[[], object]
# What supervisord handles, and a program must find as any other would.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2)


def supervise(configuration: Path, programs: Mapping[str, Program]) -> None:
    """Keep the programs of supervisord's `configuration` up until a signal says stop.

    Those named in `programs` are forked and call that function, with their command's words in `sys.argv`, where
    supervisord would have started Python anew. So nothing may be open here that two processes must not share.
    """
    options = ForkingOptions(programs)
    options.realize(["-c", str(configuration)])
    options.first, options.test = True, False
    survive_failing_output()
    share_what_is_loaded()
    go(options)
    options.close_logger()


class ForkingOptions(ServerOptions):  # type: ignore[misc]  # supervisor has no types
    """supervisord's settings, and with them its way to the system: there is no other place to reach into."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        super().__init__()
        self._programs = programs
        self._pid = os.getpid()

    def set_uid_or_exit(self) -> None:
        """Keep the user that started the appliance, without the library's critical message when it is root."""

    def setsignals(self) -> None:
        """Handle signals, but leave SIGHUP ignored where it was, as under `nohup`."""
        ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        super().setsignals()
        if ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def get_signal(self) -> int | None:
        """Return the next signal that came; a closed terminal (SIGHUP) means stop, because nothing restarts here."""
        number: int | None = super().get_signal()
        return signal.SIGTERM if number == signal.SIGHUP else number

    def execve(self, filename: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        """Become the program; called in the fresh child."""
        end_with_parent(self._pid)
        name = environment["SUPERVISOR_PROCESS_NAME"]
        if program := self._programs.get(name):
            become(name, program, argv, environment)
        super().execve(filename, argv, environment)

    def openhttpservers(self, supervisor: Supervisor) -> None:
        """There are none; but this is called when the list of listeners has been emptied and nothing runs yet."""
        super().openhttpservers(supervisor)
        exits = ExitCounter()
        events.subscribe(events.ProcessStateFatalEvent, lambda event: stop_all(f"{_name(event)} does not start"))
        events.subscribe(events.ProcessStateExitedEvent, lambda event: _count(exits, _name(event)))
        # Every 5 seconds, because an appliance that logs nothing would not notice.
        events.subscribe(events.Tick5Event, lambda _event: stop_if_output_is_gone())


def survive_failing_output() -> None:
    """Let a log line that cannot be written never raise in supervisord, which would die and leave its programs behind.

    The library prints a traceback in place of the line, to an output that is most likely gone too.
    """
    loggers.Handler.handleError = lambda _handler: stop_if_output_is_gone()


def stop_if_output_is_gone() -> None:
    """Stop the appliance if nobody can read its output any more: the terminal is closed, or `tee` has ended.

    A full disk under a file is no reason to stop: then lines are lost until there is space again.
    """
    poller = select.poll()
    for descriptor in (sys.__stdout__, sys.__stderr__):
        if descriptor is not None:
            poller.register(descriptor.fileno(), 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poller.poll(0)):
        os.kill(os.getpid(), signal.SIGTERM)


def _name(event: Any) -> str:
    return str(event.process.config.name)


def _count(exits: ExitCounter, name: str) -> None:
    if complaint := exits.add(name):
        stop_all(complaint)


def stop_all(reason: str) -> None:
    """Stop the appliance, whose restart policy takes over from there.

    A program that never comes up, or that comes up and dies again and again, would otherwise stay down or loop unseen
    behind a container that looks alive.
    """
    with suppress(OSError):
        print(f"microblog: {reason}; stopping. The lines above say why it fails.", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


def become(name: str, program: Program, argv: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Be this program and nothing else, and end with its status."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    # For `ps` and `top`, as all have the same command; the kernel takes 15 characters, if it may be written.
    with suppress(OSError):
        Path("/proc/self/comm").write_text(f"blog-{name}")
    # of `python -m module words` what the module would see
    sys.argv = list(argv[2:])
    run_and_exit(program)
