"""Write docs/peers.md from the questions, the kept answers, and what crmlab answers now."""

from pathlib import Path

from .ask import ask_crmlab, kept_answers, key
from .question import TOPICS

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"

HEAD = """\
# What peers answer

The same small, valid input, given to crmlab and to the packages that an analyst may use beside
it. Most answers agree; where they do not, two people who say "Qini" or "median" may mean two
things, and this page says which. Often several conventions are legitimate, or a peer is right and
simply different; then there is no "right" below. Where there is one, it can be checked by hand or
in the source named.

`python -m benchmarks.peers` asks all of them again, in environments of their own with the
versions named here, and writes this page; a test holds crmlab's answers to what it computes now.
Errors are answers: they are shown by their name and first words. Numbers have four digits.
"""


def cell(text):
    """Return text for a cell of a Markdown table."""
    return text.replace("|", "\\|")


def last_line(peer):
    """Return the call that a reader would type."""
    return f"`{cell(peer.code.splitlines()[-1])}`"


def agreement(question, ours, theirs):
    """Say in a few words who answers what."""
    same = sum(answer == ours for answer in theirs)
    if same == len(theirs):
        return "all agree"
    kind = "no single right answer" if question.right is None else "one answer is right"
    return f"{kind}; {same} of {len(theirs)} as crmlab"


def rows_of(question, answers):
    """Return (package with version, call, answer, note) of crmlab and all peers."""
    rows = [("crmlab", last_line(question.crmlab), ask_crmlab(question), "")]
    for peer in question.peers:
        package = question.pin(peer).replace("==", " ")
        rows.append((package, last_line(peer), answers[key(question, peer)], peer.note))
    return rows


def section(number, question, rows):
    """Return the part of the page on one question."""
    lines = [f"### {number}. {question.ask}", "", "```python", question.data, "```", ""]
    lines += ["| package | question | answer | |", "|---|---|---|---|"]
    lines += [f"| {who} | {call} | {cell(said)} | {note} |" for who, call, said, note in rows]
    right = "" if question.right is None else f"**Right: {question.right}.** "
    return "\n".join([*lines, "", right + question.why, ""])


def write_page():
    """Return the whole page."""
    answers, number = kept_answers(), 0
    overview = ["| | question | answers |", "|---|---|---|"]
    parts = []
    for title, questions in TOPICS.items():
        parts.append(f"## {title}\n")
        for question in questions:
            number += 1
            rows = rows_of(question, answers)
            _, _, ours, _ = rows[0]
            said = agreement(question, ours, [answer for _, _, answer, _ in rows[1:]])
            overview.append(f"| {number} | {question.ask} | {said} |")
            parts.append(section(number, question, rows))
    return "\n".join([HEAD, *overview, "", *parts])
