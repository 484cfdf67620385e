"""`python -m bambleweeny`."""

from bambleweeny.cli import main

raise SystemExit(main())
