"""The process in which a learner's function runs: ``python -m crmlab.exercises._code._worker``.

It reads requests from what was its standard input, each the length in eight bytes and a pickle, and
writes one line of JSON for each step. Both pipes are moved out of the way before any learner's code
runs, so printing, closing and writing to file 1 reach nobody. The process ends with its notebook.
"""

import __future__

import builtins
import importlib
import json
import os
import pickle
import queue
import random
import signal
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from crmlab.exercises._code._trial import FILE, tell_error, try_out

__all__ = ["main"]

_MEMORY = 2 * 1024**3  # bytes, beside what the process has after its imports
_SLOW = 0.5  # seconds
_MODULE = "answer_of_the_learner"
_BUILTINS, _INTACT = builtins.__dict__, dict(builtins.__dict__)
_WATCHED = (builtins, np, pd, pd.DataFrame, pd.Series, random, json, pickle)


class _Sink:
    """Stands in for standard output: takes any text, and keeps only whether there was some."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.used = False

    def write(self, text: str) -> int:
        self.used = self.used or bool(text)
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def main() -> None:
    """Serve requests until the notebook is gone."""
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the notebook
    source, answers = _move_pipes()
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, requests), daemon=True).start()
    _limit_memory()
    process = os.getpid()

    def say(message: dict[str, Any]) -> None:
        if os.getpid() != process:  # a copy that the learner's code made
            os._exit(0)
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    say({"ready": True})
    while True:
        _serve(requests.get(), say)


def _move_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes to the notebook; what learners' code finds in their place leads nowhere."""
    source, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return source, answers


def _listen(source: BinaryIO, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Pass requests on; end the process when the notebook has ended."""
    while length := source.read(8):
        requests.put(pickle.loads(source.read(int.from_bytes(length, "big"))))
    os._exit(0)


def _limit_memory() -> None:
    """Limit the memory where the system can: a list that grows for ever must not hang it."""
    status = Path("/proc/self/statm")
    if status.exists():
        import resource

        now = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + _MEMORY, now + _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(request: dict[str, Any], say: Callable[[dict[str, Any]], None]) -> None:
    """Build the function and try it; say when it starts, and then how it went."""
    sys.path[:] = request["path"]
    space = _prepare(request)
    before, sink = _look_around(), _Sink()
    say({"started": True})
    sys.stdout = sys.stderr = sink
    try:
        answer = _run(request, space)
    except BaseException as error:  # while the function is defined
        answer = {"failed": tell_error(error)}
    finally:
        _mend()
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    say(answer | {"printed": sink.used, "clean": _is_as_before(*before)})


def _prepare(request: dict[str, Any]) -> dict[str, Any]:
    """Make the module that the function is defined in, with what the notebook imported."""
    module = sys.modules[_MODULE] = types.ModuleType(_MODULE)
    space = module.__dict__
    space["display"] = print  # of every notebook; what is shown here nobody sees
    space.update(request["constants"])
    for name, path in request["modules"].items():
        space[name] = importlib.import_module(path)
    for name, reference in request["references"].items():
        space[name] = pickle.loads(reference)
    return space


def _mend() -> None:
    """Bring back the built-in functions that a learner's code has deleted or replaced."""
    _BUILTINS.update(_INTACT)


def _run(request: dict[str, Any], space: dict[str, Any]) -> dict[str, Any]:
    for name, source in request["sources"]:
        later = __future__.annotations.compiler_flag  # type hints may name what is not here
        exec(compile(source, FILE.format(name), "exec", later, dont_inherit=True), space)
    function, inputs = space[request["name"]], request["inputs"]
    start = time.perf_counter()
    outcomes = try_out(function, inputs, mend=_mend)
    slow = time.perf_counter() - start > _SLOW
    full = any(outcome.get("raised") == "MemoryError" for outcome in outcomes)
    again = inputs[: 0 if full else 1 if slow else 2]
    return {"outcomes": outcomes, "again": try_out(function, again, mend=_mend)}


def _look_around() -> tuple[list[dict[str, int]], list[object]]:
    """What a function may leave behind that the next one would meet."""
    names = [{name: id(thing) for name, thing in vars(place).items()} for place in _WATCHED]
    settings = [threading.active_count(), os.getcwd(), dict(os.environ), sys.getrecursionlimit()]
    return names, settings


def _is_as_before(names: list[dict[str, int]], settings: list[object]) -> bool:
    """Whether all that was there is there still; what an import added beside it does no harm."""
    names_now, settings_now = _look_around()
    kept = all(before.items() <= now.items() for before, now in zip(names, names_now, strict=True))
    return kept and settings == settings_now


if __name__ == "__main__":
    main()
