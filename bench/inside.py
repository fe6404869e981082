"""One step of bench/steps.py in a process of its own: `python -m bench.inside STEP [ARGUMENT…]`.

The last line of standard output is the step's answer as JSON.
"""

import json
import sys

import django


def main() -> None:
    """Do it in the office there is. Its imports need the product ready, so they wait for it."""
    django.setup()
    from bench.steps import STEPS
    from gezhi.tenancy.current import scope
    from gezhi.tenancy.queries import all_jurisdictions

    step, *arguments = sys.argv[1:]
    with scope(all_jurisdictions()[0].id):
        print(json.dumps(STEPS[step](*arguments)))


if __name__ == "__main__":
    main()
