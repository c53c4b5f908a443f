"""Files replaced whole or not at all."""

import errno
import os
import stat

import pytest

from crmlab._files import replacing, replacing_files


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    return path


def test_a_file_is_replaced_when_all_went_well(page):
    with replacing(page) as partial:
        partial.write_text("new")
        assert page.read_text() == "old"
    assert page.read_text() == "new"
    assert os.listdir(page.parent) == ["page.html"]


def test_a_new_file_is_written_where_none_was(tmp_path):
    with replacing(tmp_path / "page.html") as partial:
        partial.write_text("new")
    assert (tmp_path / "page.html").read_text() == "new"


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_goes_wrong_while_writing_leaves_the_old_file_alone(page, stop):
    def write():
        with replacing(page) as partial:
            partial.write_text("half")
            raise stop

    with pytest.raises(stop):
        write()
    assert page.read_text() == "old"
    assert os.listdir(page.parent) == ["page.html"]


def test_a_disk_that_is_full_only_when_it_stores_leaves_the_old_file_alone(page, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"), replacing(page) as partial:
        partial.write_text("new")
    assert page.read_text() == "old"
    assert os.listdir(page.parent) == ["page.html"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_keeps_its_permissions_and_the_link_to_it(page, tmp_path):
    page.chmod(0o640)
    link = tmp_path / "link.html"
    link.symlink_to(page)
    with replacing(link) as partial:
        partial.write_text("new")
    assert link.is_symlink()
    assert page.read_text() == "new"
    assert stat.S_IMODE(page.stat().st_mode) == 0o640


def test_files_of_a_folder_move_together_and_others_stay(page):
    with replacing_files(page.parent) as staged:
        (staged / "page.html").write_text("new")
        (staged / "truth").mkdir()
        (staged / "truth" / "settings.json").write_text("{}")
        assert page.read_text() == "old"
    assert page.read_text() == "new"
    assert (page.parent / "truth" / "settings.json").read_text() == "{}"
    assert sorted(os.listdir(page.parent)) == ["page.html", "truth"]


def test_a_place_where_no_file_can_be_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*none'\. Make it first"):
        replacing(tmp_path / "none" / "page.html").__enter__()
    with pytest.raises(IsADirectoryError, match="is a folder; give the name of a file"):
        replacing(tmp_path).__enter__()
