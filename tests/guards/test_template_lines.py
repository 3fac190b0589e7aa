"""The formatter of templates changes white space alone, and only where HTML renders it the same."""

import re

import pytest
from django.template import engines

from guards.findings import SOURCES
from guards.template_lines import LONGEST, broken_values, check, format_template

LONG = "x" * 70


def test_a_template_that_is_not_formatted_is_found(tmp_path):
    (tmp_path / "long.html").write_text(f"<tr><td>{LONG}</td><td>{LONG}</td></tr>\n")
    (tmp_path / "short.html").write_text("<p>short</p>\n")
    assert [finding.snippet for finding in check(tmp_path)] == ["long.html"]


def test_every_template_is_formatted():
    assert len(list(SOURCES.rglob("*.html"))) > 100
    assert not list(check())


BROKEN = {
    "between blocks": f"<tr><td>{LONG}</td><td>{LONG}</td></tr>",
    "between attributes": f'<a class="{LONG}" href="{LONG}">more</a>',
    "at white space": f"{LONG} {LONG}",
    "around a branch between blocks": f"<p>{LONG}</p>{{% if a %}}<p>{LONG}</p>{{% endif %}}",
    "in a branch that fills a block": f"<td>{{% if a %}}{LONG}{{% else %}}{LONG}{{% endif %}}</td>",
    "in a button": f"<button>{{% icon 'x' %}}<span>{LONG}</span><span>{LONG}</span></button>",
    "in a comment": f"{{% comment %}}{LONG} {LONG}{{% endcomment %}}",
    "in a comment of many lines": f"{{% comment %}}\n{LONG} {LONG}\n{{% endcomment %}}",
    "at the end of a tag": f'<a\n  href="{LONG}"><bdi>{LONG}</bdi></a>',
}
KEPT = {
    "inside a word": LONG * 2,
    "between inline elements": f"<b>{LONG}</b><i>{LONG}</i>",
    "in a text for translation": f"{{% blocktranslate %}}{LONG}\n{LONG} {LONG}\n{{% endblocktranslate %}}",
    "in a text with spaces at its edge": f"{{% blocktranslate %}} {LONG} {LONG}{{% endblocktranslate %}}",
    "in a text that a tag keeps": f'{{% translate "{LONG} {LONG}" as words %}}',
    "in preformatted text": f"<pre>{LONG}\n{LONG} {LONG}\n</pre>",
    "a short line": "<tr><td>short</td></tr>",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_long_line_is_broken_where_white_space_means_nothing(text):
    lines = format_template(f"{text}\n").splitlines()
    assert max(map(len, lines)) <= LONGEST
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_a_line_is_kept_where_white_space_means_something(text):
    assert format_template(f"{text}\n") == f"{text}\n"


def test_a_value_is_not_broken_in_the_middle_of_a_tag():
    """The line begins inside a tag: its spaces between attributes break, and none inside of them."""
    line = f'    hx-post="{LONG}" hx-confirm="{{% url \'a b\' c %}}" hx-swap="none swap" hx-disable="find button">\n'
    after = format_template(f"<form method=post\n{line}")
    assert max(map(len, after.splitlines())) <= LONGEST
    assert 'hx-disable="find button"' in after
    assert not list(broken_values(after))


def test_a_value_in_single_quotes_is_not_broken_either():
    value = """hx-boost:inherited='{"swap": "outerMorph", "target": "#list"}'"""
    line = f"""<nav class="{LONG}" aria-label="{{% translate 'a b' %}}" {value}>\n"""
    after = format_template(line)
    assert max(map(len, after.splitlines())) <= LONGEST
    assert not list(broken_values(after))


VALUES = {
    "hx-disable": '<form hx-disable="find\n  button">',
    "hx-vals": "<p>\n<a hx-vals='{\n}'>",
    "hx-on:click": '<a hx-on:click="{% if a %}b{% endif %}\nc">',
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_of_htmx_with_a_line_break_is_found(tmp_path, name):
    (tmp_path / "broken.html").write_text(VALUES[name] + "\n")
    (tmp_path / "whole.html").write_text('<a hx-get="b"\n  title="c\n  d">\n')
    assert [(finding.snippet, name in finding.reason) for finding in check(tmp_path)] == [("broken.html", True)]


def test_a_text_of_htmx_that_is_trimmed_has_no_line_break():
    text = '<a hx-confirm="{% blocktranslate trimmed %}\n  Sure?\n{% endblocktranslate %}">'
    assert not list(broken_values(text))


TEXTS = {
    "a text": f'<b>{{% translate "{LONG} {LONG}" %}}</b>',
    "a variable": f"<b>{{% blocktranslate with a=b %}}{LONG} {{{{ a }}}} {LONG}{{% endblocktranslate %}}</b>",
    "a plural": f"{{% blocktranslate count a=b %}}{LONG} {{{{ a }}}}{{% plural %}}{LONG} y{{% endblocktranslate %}}",
    "two texts": (
        f"<b>{{% blocktranslate %}}{LONG}{{% endblocktranslate %}}</b>, <i>{{% translate '1' %}}</i>"
        f'<i>{{% translate "{LONG} {LONG}" %}}</i>'
    ),
    "a text of many lines": f"{{% blocktranslate trimmed %}}\n  {LONG} {LONG}\n{{% endblocktranslate %}}",
    "a text in an attribute": f'<a title="{{% blocktranslate %}}{LONG} {LONG}{{% endblocktranslate %}}">x</a>',
    "a word with a hyphen at the edge": f'{{% translate "{LONG} {"y" * 40}-{LONG}" %}}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("number", [1, 2])
def test_a_long_text_is_unfolded_and_renders_the_same(text, number):
    after = format_template(f"{text}\n")
    assert max(map(len, after.splitlines())) <= LONGEST
    assert _rendered(after, number) == _rendered(text, number)
    assert format_template(after) == after


def _rendered(text: str, number: int) -> str:
    words = engines["django"].from_string("{% load i18n %}" + text).render({"b": number})
    return " ".join(words.split())


def test_a_text_that_is_unfolded_has_lines_of_its_own():
    text = f"  <b>{{% blocktranslate count a=b %}}{LONG} x{{% plural %}}{LONG} y{{% endblocktranslate %}}</b>"
    assert format_template(text + "\n").splitlines() == [
        "  <b>{% blocktranslate trimmed count a=b %}",
        f"    {LONG} x",
        "  {% plural %}",
        f"    {LONG} y",
        "  {% endblocktranslate %}</b>",
    ]
