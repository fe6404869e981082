"""Print the tracking code of the first report of each case, as JSON by case number: `python -m tests.browser.codes`.

Only a reporter gets to know his code; the demonstration's reporters are invented and nobody noted theirs.
"""

import json
import os

import django


def main() -> None:
    """Reads the data folder that GEZHI_DATA names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "gezhi.config.settings"
    django.setup()
    from gezhi.cases import queries as cases
    from gezhi.cases.models import Case
    from gezhi.reports.queries import tracking_code
    from gezhi.tenancy.current import scope
    from gezhi.tenancy.queries import all_jurisdictions

    (office,) = all_jurisdictions()
    with scope(office.id):
        numbers = dict(Case.objects.values_list("id", "number"))
        reports = cases.report_ids(numbers)
        print(json.dumps({numbers[case]: tracking_code(ids[0]) for case, ids in reports.items()}))


if __name__ == "__main__":
    main()
