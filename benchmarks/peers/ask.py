"""Ask crmlab in this process, and peers in environments made for them."""

import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from .question import ENVIRONMENTS, EVERY_QUESTION
from .snippets import evaluate

FOLDER = Path(__file__).parent
ANSWERS = FOLDER / "answers.json"


@cache
def ask_crmlab(question):
    """Return what this checkout answers."""
    return evaluate(question.source(question.crmlab))


def key(question, peer):
    """Name an answer by version and snippet, so that a changed one is not taken for it."""
    return f"{question.pin(peer)}\n{question.source(peer)}"


def make_environment(folder, pins):
    """Make a virtual environment with these packages; uv where it is on the path, else pip."""
    python = folder / "bin" / "python"
    if shutil.which("uv"):
        subprocess.run(["uv", "venv", "-q", "-p", "3.11", folder], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "-p", python, *pins], check=True)
    else:
        subprocess.run(["python3.11", "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *pins], check=True)
    return python


def ask_peers():
    """Return the answers of all peers, each environment made and removed."""
    answers = {}
    for name, pins in ENVIRONMENTS.items():
        asked = [(q, p) for q in EVERY_QUESTION if q.environment == name for p in q.peers]
        with tempfile.TemporaryDirectory() as folder:
            python = make_environment(Path(folder) / name, pins)
            run = subprocess.run(
                [python, FOLDER / "snippets.py"],
                input=json.dumps([q.source(p) for q, p in asked]),
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, check=True, cwd=folder,
            )  # fmt: skip
        given = json.loads(run.stdout)
        answers |= {key(q, p): answer for (q, p), answer in zip(asked, given, strict=True)}
        print(f"{name}: {len(given)} answers")
    return answers


def kept_answers():
    """Return the answers of peers that are kept."""
    return json.loads(ANSWERS.read_text(encoding="utf-8"))
