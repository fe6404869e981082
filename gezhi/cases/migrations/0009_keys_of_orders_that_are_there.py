"""Orders that are there get the key of their number. Of several that now have the same one the first keeps it, the others stay as
they are, each under a key that nothing else has.
"""

import hashlib
import re
import unicodedata

from django.db import migrations

DASHES = "\\-\u058a\u05be\u1400\u1806\u2010-\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\u2212_"
BETWEEN_DIGITS = re.compile(rf"(?<=\d)[\s\u200b]*[{DASHES}][\s\u200b]*(?=\d)")
NOISE = re.compile(rf"[\s{DASHES}]+")
ZEROS = str.maketrans("〇○◯", "000")


def key_of(number):
    parts = BETWEEN_DIGITS.split(unicodedata.normalize("NFKC", number))
    key = "-".join(NOISE.sub("", part).translate(ZEROS).upper() for part in parts) or number
    return key if len(key) <= 80 else hashlib.sha256(key.encode()).hexdigest()


def give_keys(apps, schema_editor):
    """Row by row, the oldest first; safe to run again."""
    Order = apps.get_model("cases", "Order")
    taken = set(Order.objects.exclude(number_key="").values_list("jurisdiction_id", "issuer", "number_key"))
    rows = Order.objects.filter(number_key="").order_by("received_at", "id")
    for id, office, issuer, number in list(rows.values_list("id", "jurisdiction_id", "issuer", "number")):
        key = key_of(number)
        if (office, issuer, key) in taken:
            key = f"{key[:40]} {id.hex}"  # no key has a space in it
        taken.add((office, issuer, key))
        Order.objects.filter(id=id).update(number_key=key)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_orders_get_a_key_of_their_number"),
    ]

    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
