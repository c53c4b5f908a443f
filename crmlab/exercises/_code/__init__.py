"""How a learner's own function is judged: run in a process of its own, on hidden inputs."""

from crmlab.exercises._code._verdict import verdict

__all__ = ["verdict"]
