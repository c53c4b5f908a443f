"""Start every kernel as a copy of one process that has imported everything already.

A notebook spends most of its time on imports. Here its kernel is forked from a process that has
done them; nothing else is shared between runs. Kernels of another Python, and those on Windows,
which cannot fork, start as always. Run as a script, this file is that process.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys

PRELOADED = ["datasets", "exercises", "identity", "ltv", "privacy", "readiness", "widgets"]


class WarmKernel:
    """As much of a `Popen` as jupyter_client asks for."""

    stdin = stdout = stderr = None

    def __init__(self, link):
        self._link = link  # its other end closes when the kernel ends, whatever ends it
        self.pid = int(link.recv(32))

    def poll(self):
        """Return None while the kernel runs."""
        return 1 if select.select([self._link], [], [], 0)[0] else None

    def wait(self):
        """Wait for the end."""
        select.select([self._link], [], [])
        self._link.close()
        return 1

    def send_signal(self, number):
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self):
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Launcher:
    """Stands in for jupyter_client's `launch_kernel`."""

    def __init__(self, otherwise):
        self._otherwise = otherwise
        self._parent = None
        self._control = None

    def __call__(self, command, *, env=None, cwd=None, **options):
        """Fork a kernel of this Python; start any other."""
        if command[0] != sys.executable or "ipykernel_launcher" not in command:
            return self._otherwise(command, env=env, cwd=cwd, **options)
        if self._parent is None:
            self._start_parent()
        wanted = {
            "arguments": command[command.index("ipykernel_launcher") + 1 :],
            "env": env or dict(os.environ),
            "cwd": str(cwd or os.getcwd()),
        }
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [json.dumps(wanted).encode()], [theirs.fileno()])
        return WarmKernel(ours)

    def _start_parent(self):
        self._control, theirs = socket.socketpair()
        with theirs:
            self._parent = subprocess.Popen(
                [sys.executable, "-Xfrozen_modules=off", __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Read as ipykernel is imported: its kernels then end when their parent is gone.
                env=os.environ | {"JPY_PARENT_PID": str(os.getpid())},
            )

    def close(self):
        """End the process that forks."""
        if self._parent is not None:
            self._control.close()
            self._parent.wait()


def pytest_configure(config):
    """Put the launcher where jupyter_client looks for it."""
    if hasattr(os, "fork"):
        from jupyter_client.provisioning import local_provisioner

        launcher = Launcher(local_provisioner.launch_kernel)
        local_provisioner.launch_kernel = launcher
        config.add_cleanup(launcher.close)


def fork_kernels(control):
    """Fork for every message; return in the kernel what it was told."""
    while True:
        message, links, *_ = socket.recv_fds(control, 1 << 20, 1)
        if not message:
            sys.exit()  # whoever asked has gone
        if os.fork() == 0:
            os.setsid()
            os.write(links[0], b"%d" % os.getpid())
            return json.loads(message)
        os.close(links[0])
        with contextlib.suppress(ChildProcessError):  # none is left
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def main():
    """Import, then fork; a copy goes on as the kernel."""
    from ipykernel import kernelapp

    # Read as matplotlib is imported: else a notebook's figures would not be among its outputs.
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    for name in PRELOADED:
        importlib.import_module(f"crmlab.{name}")
    told = fork_kernels(socket.socket(fileno=int(sys.argv[1])))
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["cwd"])
    del sys.path[0]
    sys.argv[1:] = told["arguments"]
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
