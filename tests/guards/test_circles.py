"""GUARD-K: circles of imports are found, whatever hides them, and neither the product nor a package has one."""

from guards import circles


def package(tmp_path, **modules):
    folder = tmp_path / "house"
    folder.mkdir()
    for name, text in {"__init__": "", **modules}.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def test_a_circle_that_only_type_checking_sees_is_found(tmp_path):
    hidden = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.roof import Roof\n"
    house = package(tmp_path, walls=hidden, roof="from house import walls\n")
    assert circles.circles(circles.graph_of(house)) == [["house.roof", "house.walls"]]


def test_a_circle_inside_functions_is_found(tmp_path):
    inside = "def f():\n    import house.c\n"
    house = package(tmp_path, a="import house.b\n", b=inside, c="from house.a import x\n", d="import house.a\n")
    assert circles.circles(circles.graph_of(house)) == [["house.a", "house.b", "house.c"]]


def test_imports_that_go_down_are_no_circle(tmp_path):
    house = package(tmp_path, a="from house import b, c\n", b="from house.c import x\n", c="import json\n")
    assert circles.circles(circles.graph_of(house)) == []


def test_the_product_and_its_packages_have_no_circle():
    assert [str(finding) for finding in circles.check()] == []
