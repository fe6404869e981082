"""The jurisdiction (a district, county or development zone) and what every tenant row has in common."""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.db import models

from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current, in_city_scope
from gezhi.tenancy.fields import JurisdictionKey
from gezhi.tenancy.inserting import insert


class Jurisdiction(models.Model):
    """Reference row, on every node. `code`: the six-digit national division code (GB/T 2260); everything human begins with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    host = models.CharField(max_length=253, blank=True, default="")
    demonstration = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class TenantManager(models.Manager[Any]):
    """Every query names the jurisdiction in force, or raises NoJurisdiction."""

    def get_queryset(self) -> models.QuerySet[Any]:
        rows = super().get_queryset()
        return rows if in_city_scope() else rows.filter(jurisdiction_id=current())

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[Any]:
        """Django's; where no conflicts are updated, with a statement made once per table (inserting.py), which knows no batch_size."""
        if not update_conflicts:
            if batch_size is not None:
                raise ValueError("batch_size: rows are written in as few statements as the engine takes")
            return insert(list(objs), ignore_conflicts=ignore_conflicts)
        return super().bulk_create(
            objs, batch_size, ignore_conflicts, update_conflicts, update_fields, unique_fields
        )


class TenantModel(models.Model):
    """A row that belongs to one jurisdiction for ever. The id is a UUIDv7 made here, never by the database."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    jurisdiction = JurisdictionKey(Jurisdiction, models.PROTECT, related_name="+", default=current)

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
