from django.db import migrations
from django.db.models import Max


def begin_at_the_end(apps, schema_editor):
    """An office that was at work before there were notices: they begin with what is sealed next. Safe to run again."""
    Cursor, Seal = apps.get_model("notices", "Cursor"), apps.get_model("journal", "Seal")
    known = set(Cursor.objects.values_list("jurisdiction_id", flat=True))
    last = Seal.objects.order_by().values("jurisdiction_id").annotate(reached=Max("last"))
    for row in last:
        if row["jurisdiction_id"] not in known:
            Cursor.objects.create(
                jurisdiction_id=row["jurisdiction_id"], position=row["reached"], since=row["reached"]
            )


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0001_begins"),
        ("journal", "0003_errand_gets_road"),
        ("tenancy", "0001_begins"),
    ]

    operations = [migrations.RunPython(begin_at_the_end, migrations.RunPython.noop)]
