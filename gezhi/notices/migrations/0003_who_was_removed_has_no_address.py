"""Receivers that were removed kept their address; many an address has a key in it. The chain of the journal stays valid (I14)."""

from django.db import migrations


def forget_addresses(apps, schema_editor):
    """In the rows and beside the journal. Few rows; safe to run again."""
    Receiver, Words = apps.get_model("notices", "Receiver"), apps.get_model("journal", "Words")
    for id, removed_at in Receiver.objects.exclude(removed_at=None).values_list("id", "removed_at"):
        Receiver.objects.filter(id=id).update(url="", last_error="")
        told = Words.objects.filter(entry__subject_kind="receiver", entry__subject_id=id, erased_at=None)
        told.update(text="", erased_at=removed_at)


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_what_was_before_is_not_told"),
        ("journal", "0003_errand_gets_road"),
    ]

    operations = [migrations.RunPython(forget_addresses, migrations.RunPython.noop)]
