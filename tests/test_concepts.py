import json

import pytest

from crmlab.concepts import concept_homes, load_concepts

PER_LETTER = dict(zip("ABCDEFGHIPQ", [11, 8, 6, 6, 5, 6, 5, 4, 5, 8, 6], strict=True))


def markdown(source, *concepts):
    metadata = {"crmlab": {"concepts": list(concepts)}} if concepts else {}
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(source):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}


@pytest.fixture
def write(tmp_path):
    """Write a notebook into the temporary folder and return that folder."""

    def write(name, cells, *, claims=None):
        metadata = {"kernelspec": {"name": "python3"}}
        if claims is not None:
            metadata["crmlab"] = {"concepts": claims}
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"cells": cells, "metadata": metadata}), encoding="utf-8")
        return tmp_path

    return write


def homes_of(concept, folder):
    homes = concept_homes(folder)
    return homes.loc[homes["id"] == concept, ["notebook", "section"]].to_numpy().tolist()


def test_every_letter_runs_from_one_without_a_gap():
    ids = [f"{letter}{i + 1}" for letter, count in PER_LETTER.items() for i in range(count)]
    assert load_concepts()["id"].to_list() == ids


def test_kinds_are_concept_figure_or_case():
    assert load_concepts()["kind"].value_counts().to_dict() == {"C": 50, "F": 13, "K": 7}


def test_titles_are_short_and_differ():
    titles = load_concepts()["title"]
    assert titles.is_unique
    assert titles.str.split().str.len().between(1, 10).all()
    assert (titles == titles.str.strip()).all()


def test_every_concept_a_notebook_of_the_workbook_claims_exists():
    homes = concept_homes()  # an unknown id is an error
    assert homes["id"].drop_duplicates().to_list() == load_concepts()["id"].to_list()


def test_home_is_the_section_whose_heading_is_marked(write):
    cells = [
        markdown("# 02 · Pareto\nWho brings the money?"),
        code("# not a heading"),
        markdown(["## The claim\n", "\n", "Some text."], "A4"),
        markdown("## Products or customers ##", "E1"),
    ]
    folder = write("02_pareto", cells, claims=["A4", "E1"])
    assert homes_of("A4", folder) == [["02_pareto", "The claim"]]
    assert homes_of("E1", folder) == [["02_pareto", "Products or customers"]]


def test_home_is_the_title_when_only_the_notebook_claims_the_concept(write):
    folder = write("02_pareto", [markdown("# Pareto"), markdown("## More")], claims=["A4"])
    assert homes_of("A4", folder) == [["02_pareto", "Pareto"]]


def test_home_is_the_file_name_when_there_is_no_heading(write):
    assert homes_of("A4", write("02_pareto", [], claims=["A4"])) == [["02_pareto", "02_pareto"]]


def test_marked_cell_without_a_heading_belongs_to_the_section_above(write):
    cells = [markdown("# Title"), markdown("## Above\n\n### Closest"), markdown("Prose.", "A4")]
    assert homes_of("A4", write("02_pareto", cells, claims=["A4"])) == [["02_pareto", "Closest"]]


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_comment_inside_a_code_block_is_no_heading(write, fence):
    cells = [markdown(f"{fence}python\n# a comment\n{fence}\n## Heading", "A4")]
    assert homes_of("A4", write("02_pareto", cells, claims=["A4"])) == [["02_pareto", "Heading"]]


def test_concept_with_two_sections_has_two_rows_and_repeats_have_one(write):
    cells = [
        markdown("## First", "A4"),
        markdown("more of it", "A4"),
        markdown("## Second", "A4"),
    ]
    folder = write("02_pareto", cells, claims=["A4"])
    assert homes_of("A4", folder) == [["02_pareto", "First"], ["02_pareto", "Second"]]


def test_numbered_notebooks_come_before_reports(write):
    write("reports/customer_base", [markdown("# Base")], claims=["A4"])
    write("10_later", [markdown("# Later")], claims=["A4"])
    folder = write("02_pareto", [markdown("# Pareto")], claims=["A4"])
    notebooks = [notebook for notebook, _ in homes_of("A4", folder)]
    assert notebooks == ["02_pareto", "10_later", "reports/customer_base"]


def test_concept_without_a_home_has_one_row_of_empty_text(write):
    folder = write("02_pareto", [markdown("# Pareto")], claims=["A4"])
    assert homes_of("B1", folder) == [["", ""]]
    assert len(concept_homes(folder)) == sum(PER_LETTER.values())


def test_notebook_without_our_metadata_claims_nothing(write):
    folder = write("99_other", [markdown("# Other")])
    assert (concept_homes(folder)["notebook"] == "").all()


def test_empty_folder_gives_every_concept_without_a_home(tmp_path):
    homes = concept_homes(tmp_path)
    assert homes.columns.to_list() == ["id", "kind", "title", "notebook", "section"]
    assert (homes[["notebook", "section"]] == "").all(axis=None)


def test_non_ascii_headings_survive(write):
    folder = write("02_pareto", [markdown("# 고객의 20:80", "A4")], claims=["A4"])
    assert homes_of("A4", folder) == [["02_pareto", "고객의 20:80"]]


def test_unknown_concept_is_an_error(write):
    folder = write("02_pareto", [markdown("# Pareto")], claims=["A4", "Z9", "A99"])
    with pytest.raises(ValueError, match=r"02_pareto claims unknown concepts 'Z9', 'A99'; the ids"):
        concept_homes(folder)


def test_section_that_marks_what_its_notebook_does_not_claim_is_an_error(write):
    folder = write("02_pareto", [markdown("## Whales", "E1")], claims=["A4"])
    with pytest.raises(ValueError, match=r"02_pareto: section 'Whales' marks 'E1', which .* Add"):
        concept_homes(folder)


@pytest.mark.parametrize("claims", ["A4", [4], {"A4": 1}], ids=["text", "number", "dict"])
def test_claims_that_are_no_list_of_ids_are_an_error(write, claims):
    folder = write("02_pareto", [], claims=claims)
    with pytest.raises(
        ValueError, match=r"02_pareto: `crmlab.concepts` must be a list of ids; .* Write"
    ):
        concept_homes(folder)


def test_metadata_that_is_no_mapping_is_an_error(tmp_path):
    page = {"cells": [], "metadata": {"crmlab": "A4"}}
    (tmp_path / "02_pareto.ipynb").write_text(json.dumps(page))
    with pytest.raises(ValueError, match=r"`crmlab.concepts` must be a list .*; got 'A4'"):
        concept_homes(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "not json"], ids=["empty", "no-cells", "list", "prose"]
)
def test_file_that_is_no_notebook_is_an_error_with_its_name(tmp_path, text):
    (tmp_path / "02_pareto.ipynb").write_text(text)
    with pytest.raises(ValueError, match=r"02_pareto.ipynb is not a notebook .*: .* Restore"):
        concept_homes(tmp_path)


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"`notebooks` must be a folder; got '.*nowhere'"):
        concept_homes(tmp_path / "nowhere")
