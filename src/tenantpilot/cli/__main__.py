"""`python -m tenantpilot.cli`: how a supervisor starts its children, whatever is on the PATH."""

from tenantpilot.cli.main import main

main()
