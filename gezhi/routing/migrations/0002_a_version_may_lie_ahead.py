"""The version without an end is no longer always the one in force: the names of two constraints say so. No row changes."""

from django.db import migrations, models

NAMES = (
    ("one_version_of_a_rule_is_in_force", "a_rule_has_one_open_version", "line"),
    ("rules_in_force_stand_in_one_order", "open_rules_stand_in_one_order", "rank"),
)


def renamed(old, new, field):
    constraint = models.UniqueConstraint(
        fields=["jurisdiction", field], condition=models.Q(valid_to__isnull=True), name=new
    )
    return (
        migrations.RemoveConstraint("routingrule", old),
        migrations.AddConstraint("routingrule", constraint),
    )


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_begins")]
    operations = [step for names in NAMES for step in renamed(*names)]
