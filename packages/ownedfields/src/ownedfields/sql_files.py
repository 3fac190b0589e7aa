"""Protected columns that `.sql` files write."""

from __future__ import annotations

from ownedfields.engine.files.project import Project
from ownedfields.engine.libraries import sql
from ownedfields.findings import Finding


def sql_findings(project: Project, path: str, content: bytes) -> list[Finding]:
    """Return the protected columns that an .sql file writes."""
    text = content.decode("utf-8", "replace")
    findings = []
    for model in project.tracked:
        for guard in model.guards:
            columns = sql.written_columns(text, model.table) if not guard.is_owner(path) else None
            names = {model.field_of(name) for name in columns or ()} | (
                set(guard.fields) if "*" in (columns or ()) else set()
            )
            for name in sorted(item for item in names if item is not None and item in guard.fields):
                findings.append(_sql_finding(path, text, f"{model.name}.{name}", name, guard.instead))
    return findings


def _sql_finding(path: str, text: str, subject: str, name: str, instead: str) -> Finding:
    lines = text.split("\n")
    line = next((number for number, item in enumerate(lines, 1) if name in item.lower()), 1)
    return Finding(
        rule="OPR111",
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=len(lines[line - 1]) + 1,
        message=f"{subject} written by SQL",
        subject=subject,
        snippet=(lines[line - 1],),
        fix=instead or "leave it to the owner",
        first_line=line,
        last_line=line,
    )
