"""What several tests of pages share."""

import shutil
from contextlib import contextmanager

import nbformat
import pytest
from bs4 import BeautifulSoup


def text_of(page):
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").get_text(" ", strip=True)


@contextmanager
def stored_outputs():
    """Publish notebooks as they are stored; `make test` compares that with a run of each."""

    def read(template, executed, **_):
        shutil.copy(template, executed)
        notebook = nbformat.read(template, as_version=4)
        notebook.metadata["papermill"] = nbformat.from_dict({"duration": 1.0})  # of a run
        return notebook

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crmlab.reports._execute.execute", read)
        yield


def code(text, *tags):
    return nbformat.v4.new_code_cell(text, metadata={"tags": list(tags)})


def write(folder, name, *cells, **metadata):
    folder.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=list(cells), metadata={"kernelspec": kernel, **metadata}
    )
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def as_notebook(*cells, **metadata):
    return nbformat.v4.new_notebook(cells=list(cells), metadata=metadata)
