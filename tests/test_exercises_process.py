"""The process that runs learners' code: none of it does harm, and none stays behind."""

import inspect
import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from code_block import RIGHT, SHARE, share_of_top, told
from code_cells import body

from crmlab.exercises._code import _process

pytestmark = pytest.mark.slow  # the first function of a run starts a process

SHORT = "Your function did not return"
ENDED = "Your function ended the process that ran it"
GOES_ON = "it returns 1; 0.25 is expected."

HOSTILE = {
    "loops": ("while True: pass", SHORT),
    "sleeps": ("import time; time.sleep(99)", SHORT),
    "computes": ("return 7 ** 7 ** 9 % 2", SHORT),
    "exits": ("import os; os._exit(0)", ENDED),
    "closes files": ("import os; os.closerange(0, 300); return 1", ENDED),
    "writes an answer to files": (
        r"""
        import os
        for number in range(3, 30):
            try:
                os.write(number, b'{"clean": true}\n')
            except OSError:
                pass
        return 1
        """,
        ENDED,
    ),
    "writes noise to files": (
        r"""
        import os
        for number in range(3, 30):
            try:
                os.write(number, b"\xff" * 1000 + b"\n")
            except OSError:
                pass
        return 1
        """,
        ENDED,
    ),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", ENDED),
    "writes to standard output": ("import os; os.write(1, b'{}\\n' * 9999); return 1", GOES_ON),
    "closes standard output": ("import sys; sys.stdout = None; return 1", GOES_ON),
    "prints a megabyte": ("print('x' * 1_000_000); return 1", GOES_ON),
    "fills the memory": ("return bytearray(10 ** 10)", "raises MemoryError"),
    "deletes builtins": (
        """
        import builtins
        for name in ("len", "print", "list", "isinstance", "str", "Exception"):
            delattr(builtins, name)
        return 1
        """,
        GOES_ON,
    ),
    "starts a thread": (
        """
        import threading, time
        threading.Thread(target=time.sleep, args=(99,)).start()
        return 1
        """,
        GOES_ON,
    ),
    "breaks pandas": ("pd.Series.sum = None; np.sum = None; return 1", GOES_ON),
    "changes folder": ("import os; os.chdir('/'); os.environ.clear(); return 1", GOES_ON),
    "copies itself": ("import os; os.fork(); return 1", GOES_ON),
    "starts a program": (
        """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        return 1
        """,
        GOES_ON,
    ),
    "asks a question": ("return input()", "it raises EOFError"),
    "deep recursion": (
        "import sys; sys.setrecursionlimit(10 ** 9)\nreturn learned(spend, top)",
        "not yet. Your function",
    ),
    "raises what cannot be shown": (
        """
        class Odd(Exception):
            def __str__(self):
                raise ValueError
        raise Odd
        """,
        "it raises Odd in line 5 of learned.",
    ),
    "returns what cannot be read": (
        """
        class Odd(dict):
            def keys(self):
                raise ValueError
        return Odd(a=1)
        """,
        "it returns an Odd",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def end_process():
    yield
    _process.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_function_costs_one_answer_only(name, monkeypatch):
    if name == "copies itself" and not hasattr(os, "fork"):
        pytest.skip("this system does not copy processes")
    if name == "fills the memory" and not os.path.exists("/proc/self/statm"):
        pytest.skip("memory is limited on Linux only")
    told(RIGHT)
    line, reason = HOSTILE[name]
    if reason is SHORT or name == "deep recursion":
        monkeypatch.setattr(_process, "LIMIT", 0.5)
    found = told(body(line))
    assert found.startswith("not yet. ")
    assert reason in found
    monkeypatch.undo()
    assert told(RIGHT) == "right. So it is."


def test_time_limit_is_told(monkeypatch):
    told(RIGHT)
    assert _process.LIMIT == 5
    monkeypatch.setattr(_process, "LIMIT", 0.6)
    assert "did not return within 1 s; does a loop end?" in told(body("while True: pass"))


def test_slow_right_function_gives_the_learners_more_time(monkeypatch):
    def slow(spend, top):
        time.sleep(0.05)
        return share_of_top(spend, top)

    monkeypatch.setattr(_process, "LIMIT", 0.1)
    line = "import time; time.sleep(0.1)\n"
    source = RIGHT.replace("    ordered =", f"    {line}    ordered =", 1)
    assert told(source, replace(SHARE, answer=slow)) == "right. So it is."
    assert "did not return" in told(source)


def test_process_is_used_again_and_replaced_after_harm():
    told(RIGHT)
    first = _process._workers[0]
    told(body("import scipy.stats; import numpy.polynomial; return 1"))  # both add names
    assert _process._workers == [first]
    told(body("import os; os._exit(0)"))
    assert _process._workers == []
    told(RIGHT)
    assert _process._workers[0] is not first


def test_process_that_died_meanwhile_is_replaced():
    told(RIGHT)
    _process._workers[0]._process.kill()
    _process._workers[0]._process.wait()
    assert told(RIGHT) == "right. So it is."


def test_process_that_cannot_start_is_not_the_learners_fault(monkeypatch):
    _process.close()
    monkeypatch.setattr(_process, "_COMMAND", ("-c", "raise SystemExit"))
    assert told(RIGHT).startswith("cannot be checked here. The process for your function")
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert told(RIGHT).startswith("cannot be checked here. The process for your function")


def test_interrupt_of_the_notebook_ends_the_process(monkeypatch):
    told(RIGHT)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(_process._workers[0], "ask", interrupt)
    with pytest.raises(KeyboardInterrupt):
        told(RIGHT)
    assert _process._workers == []


@pytest.mark.parametrize("line", ["return 1", "while True: pass"], ids=["idle", "busy"])
def test_process_ends_with_its_notebook(line):
    program = f"""
import os, threading, time
from code_block import RIGHT, SHARE, share_of_top, told
from code_cells import body
from crmlab.exercises._code import _process
told(RIGHT)
print(_process._workers[0]._process.pid, flush=True)
threading.Thread(target=told, args=(body({line!r}),), daemon=True).start()
time.sleep(0.3)
os._exit(0)
"""
    paths = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
    )
    until = time.monotonic() + 20
    while is_running(int(done.stdout)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(int(done.stdout))


def is_running(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:  # one that has ended and that nobody waits for
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def test_nothing_of_the_learners_process_is_unpickled():
    source = inspect.getsource(_process)
    assert "pickle.load" not in source
    assert "json.loads" in source
