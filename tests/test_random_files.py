"""Files whose truth is known are read right, or what is not is named."""

import dataclasses

import pytest
from ltv_cases import benchmark

random_files = benchmark("random_files")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 25, 2))
def test_a_file_is_read_right_or_named(tmp_path, seed):
    outcome, why = random_files.judge(random_files.write_file(seed, tmp_path))
    assert outcome in ("right", "named"), why


def test_a_wrong_reading_is_seen(tmp_path):
    written = random_files.write_file(1, tmp_path)
    assert random_files.judge(written)[0] == "right"
    line = written.lines[0]
    for change in ({"cents": line.cents + 100}, {"customer": "?"}, {"faulty": {"amount": "?"}}):
        other = [dataclasses.replace(line, **change), *written.lines[1:]]
        assert random_files.judge(dataclasses.replace(written, lines=other))[0] == "wrong"
    more = [*written.lines, dataclasses.replace(line, key="lost")]
    assert random_files.judge(dataclasses.replace(written, lines=more))[0] == "wrong"
