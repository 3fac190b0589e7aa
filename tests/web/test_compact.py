"""Templates are compiled without their indentation, whichever app wraps the loaders."""

from pathlib import Path

import pytest
from django.template.loader import get_template

from tenantpilot import web

TEMPLATES = sorted(Path(web.__file__).parent.glob("*/templates/web/**/*.html"))


@pytest.mark.same_on_both
def test_no_template_is_compiled_with_blank_lines_or_leading_spaces():
    assert len(TEMPLATES) > 100
    for path in TEMPLATES:
        source = get_template(str(path).partition("/templates/")[2]).template.source
        assert "\n " not in source, path
        assert "\n\n" not in source, path
