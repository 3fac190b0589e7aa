"""A commit's subject is `area: verb what`, at most 72 characters."""

import pytest

from guards.commit_subjects import fault_of, subjects_of

GOOD = ["queues: name the started jobs by a noun", "bench-scale: report the fastest round", "Merge branch 'main'"]
BAD = {
    "The benchmark's child says its last line": "area: verb what",
    "web: break lines.": "full stop",
    "web: the long lines are broken": "imperative",
    "web: fixed the list": "imperative",
    "web: " + "x" * 70: "72 at most",
}


@pytest.mark.parametrize("subject", GOOD)
def test_a_good_subject_has_no_fault(subject):
    assert fault_of(subject) == ""


@pytest.mark.parametrize("subject", BAD)
def test_a_bad_subject_is_named_with_the_reason(subject):
    assert BAD[subject] in fault_of(subject)


def test_a_hook_reads_the_first_line_of_the_message(tmp_path):
    message = tmp_path / "COMMIT_EDITMSG"
    message.write_text("web: break lines\n\nThe reason.\n")
    assert subjects_of([str(message)]) == ["web: break lines"]
