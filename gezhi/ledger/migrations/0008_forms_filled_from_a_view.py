"""A form of others may take the cases of a view."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("ledger", "0007_books_files_and_forms"),)

    operations = (migrations.AddField("sheetform", "view", models.UUIDField(null=True)),)
