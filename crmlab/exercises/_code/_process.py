"""The process that runs learners' code, seen from the notebook: started once, and asked again."""

import atexit
import contextlib
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from typing import IO, Any

__all__ = ["LIMIT", "Stopped", "ask", "close"]

LIMIT = 5.0  # seconds, for a learner's function on all inputs
_START = 120.0  # seconds, for imports, on a busy computer
_LONGEST = 1 << 26  # bytes of one answer
_COMMAND = ("-m", "crmlab.exercises._code._worker")


class Stopped(Exception):
    """The function did not come to an end of its own: `reason` is "time", "end" or "start"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Worker:
    """One process, with a thread that reads what it says; Windows cannot wait on pipes."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, *_COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _make_environment(),
            start_new_session=True,  # an interrupt of the notebook is not meant for it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(
            target=_listen, args=(self._process.stdout, self._said), daemon=True
        ).start()

    def ask(self, request: bytes, seconds: float) -> dict[str, Any]:
        """Send a request, and wait for the answer no longer than the function may take."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(len(request).to_bytes(8, "big") + request)
            stdin.flush()
        except OSError as error:
            raise Stopped("start") from error
        self.wait_for("started")
        return self._hear("clean", seconds)

    def wait_for(self, key: str) -> None:
        """Wait for a step before the function runs; whatever goes wrong is not its fault."""
        try:
            self._hear(key, _START)
        except Stopped as stopped:
            raise Stopped("start") from stopped

    def _hear(self, key: str, seconds: float) -> dict[str, Any]:
        try:
            message = json.loads(self._said.get(timeout=seconds))
        except queue.Empty:
            raise Stopped("time") from None
        except (ValueError, RecursionError):  # it has ended, or someone else wrote
            raise Stopped("end") from None
        if not isinstance(message, dict) or key not in message:
            raise Stopped("end")
        return message

    def end(self) -> None:
        """End the process, and on POSIX what it started."""
        if self.owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _make_environment() -> dict[str, str]:
    """Let the process find the same modules, and calculate with one thread."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _listen(pipe: IO[bytes], said: queue.SimpleQueue[bytes]) -> None:
    """Pass lines on; an empty one says that no more will come."""
    with contextlib.suppress(OSError, ValueError):
        while line := pipe.readline(_LONGEST):
            said.put(line)
    said.put(b"")


_lock = threading.Lock()
_workers: list[_Worker] = []  # none or one


def ask(request: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Have the function of a request tried, in a process that is started where none is there.

    Raises
    ------
    Stopped
        If it takes too long, ends its process, or none can be started.
    """
    packed = pickle.dumps(request)
    with _lock:
        if _workers and _workers[0].owner != os.getpid():
            _workers.clear()  # this process is a copy of the one that it belongs to
        for attempt in (1, 2):
            try:
                return _ask_once(packed, seconds)
            except Stopped as stopped:
                if stopped.reason != "start" or attempt == 2:
                    raise
    raise Stopped("start")


def _ask_once(packed: bytes, seconds: float) -> dict[str, Any]:
    answered = False
    try:
        if not _workers:
            try:
                _workers.append(_Worker())
            except OSError as error:
                raise Stopped("start") from error
            _workers[0].wait_for("ready")
        answer = _workers[0].ask(packed, seconds)
        answered = answer["clean"] is True
    finally:
        if not answered:  # also where the notebook is interrupted
            close()
    return answer


@atexit.register
def close() -> None:
    """End the process; the next request starts another."""
    while _workers:
        _workers.pop().end()
