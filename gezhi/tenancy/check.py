"""Prove on live data what PostgreSQL enforces and SQLite cannot: a tenant key names a row of its own jurisdiction."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef

from gezhi.kernel.finding import Finding
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

TENANCY = "tenancy"


def findings() -> Iterator[Finding]:
    """Rows of the jurisdiction in force with a key into another one, or to nowhere. 1 query per key."""
    for model in apps.get_models():
        if issubclass(model, TenantModel):
            for field in model._meta.local_fields:
                if isinstance(field, TenantFK):
                    yield from _astray(model, field)


def _astray(model: Any, field: Any) -> Iterator[Finding]:
    target = field.remote_field.model.objects.filter(
        id=OuterRef(field.attname), jurisdiction_id=OuterRef("jurisdiction_id")
    )
    rows = model.objects.exclude(**{field.attname: None}).filter(~Exists(target)).order_by("id")
    for row_id, key in rows.values_list("id", field.attname).iterator(chunk_size=2000):
        where = f"{model._meta.db_table} {row_id}"
        yield Finding(TENANCY, where, f"{field.name} {key} is no row of this jurisdiction")
