"""An office with a life of some weeks, filled with so many cases: `python -m bench.found MONTHS CASES`, in the data folder of its environment.

The half year of the demonstration takes longer than a test may.
"""

import os
import sys
from datetime import UTC, datetime

import django


def main() -> None:
    """Found it and fill it. Its imports need the product ready, so they wait for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gezhi.config.settings")
    django.setup()
    from bench.whole import filling
    from gezhi.config.install import make_demonstration, prepare
    from gezhi.tenancy.current import scope
    from gezhi.tenancy.queries import all_jurisdictions

    months, cases = (int(one) for one in sys.argv[1:])
    prepare()
    make_demonstration(months=months)
    with scope(all_jurisdictions()[0].id):
        filling.fill(cases, datetime.now(UTC))


if __name__ == "__main__":
    main()
