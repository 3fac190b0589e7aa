"""`python -m intunesim`."""

from intunesim.cli import main

raise SystemExit(main())
