"""Keys between tenant rows: always within one jurisdiction, joined on it, enforced by the database where it can."""

from typing import Any

from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact

from gezhi.tenancy.current import in_city_scope


class JurisdictionKey(models.ForeignKey[Any, Any]):
    """The jurisdiction of a tenant row. It never changes."""


class TenantFK(models.ForeignKey[Any, Any]):
    """tenant → tenant: same jurisdiction on both ends, no reverse accessor, PROTECT unless told otherwise.

    Joins carry `jurisdiction_id` on both sides (so that sharding by jurisdiction stays one command away); on PostgreSQL the
    key is composite in the database, on SQLite `gezhi check` proves it (design §6 rule 3).
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def get_extra_restriction(self, alias: Any, related_alias: Any) -> Any:
        """ON … AND there.jurisdiction_id = here.jurisdiction_id."""
        here: Any = self.model._meta.get_field("jurisdiction")
        there: Any = self.remote_field.model._meta.get_field("jurisdiction")
        return Exact(Col(alias, there), Col(related_alias, here))

    def get_extra_descriptor_filter(self, instance: models.Model) -> Any:
        """Following the key from a row looks in that row's own jurisdiction."""
        return {} if in_city_scope() else {"jurisdiction_id": instance.jurisdiction_id}  # type: ignore[attr-defined]
