"""docs/peers.md: crmlab's answers are what it gives now, and every other answer is explained."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.peers import ask, page, question

    return {"ask": ask, "page": page, "question": question}


@pytest.mark.slow
def test_the_page_is_what_crmlab_answers_now_beside_the_kept_answers_of_peers(peers):
    page = peers["page"]
    again = "After a change that is meant, run `python -m benchmarks.peers --page`."
    assert page.PAGE.read_text(encoding="utf-8") == page.write_page(), again


@pytest.mark.slow
def test_where_there_is_one_right_answer_crmlab_gives_it_and_others_are_explained(peers):
    ask, answers = peers["ask"], peers["ask"].kept_answers()
    asked = [q for q in peers["question"].EVERY_QUESTION if q.right is not None]
    assert len(asked) > 10
    assert {q.ask: ask.ask_crmlab(q) for q in asked} == {q.ask: q.right for q in asked}
    bare = [
        (q.ask, p.package)
        for q in asked
        for p in q.peers
        if answers[ask.key(q, p)] != q.right and not p.note
    ]
    assert bare == []


def test_every_kept_answer_belongs_to_a_question_and_a_pinned_version(peers):
    ask, question = peers["ask"], peers["question"]
    keys = {ask.key(q, p) for q in question.EVERY_QUESTION for p in q.peers}
    assert set(ask.kept_answers()) == keys
