"""Print the minutes of each section of a notebook, and its faults."""

import sys
from pathlib import Path

from crmlab.course._form import describe_minutes, list_faults, read_subject


def main(paths: list[str]) -> int:
    """Return 1 where any notebook has a fault."""
    faulty = False
    for path in map(Path, paths):
        subject = read_subject(path)
        faults = list_faults(subject)
        print(f"{path}\n{describe_minutes(subject)}\n\n{len(faults)} faults")
        print("".join(f"- {fault}\n" for fault in faults))
        faulty = faulty or bool(faults)
    return int(faulty)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
