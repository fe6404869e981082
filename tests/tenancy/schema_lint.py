"""Design §6 rules 1-4 for tables: what may stand in the database, and which key may point where."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from gezhi.tenancy.fields import JurisdictionKey, TenantFK
from gezhi.tenancy.models import TenantModel

REFERENCE = {"tenancy.Jurisdiction", "parties.Account"}
LOCAL: set[str] = set()
THIRD_PARTY = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
    "contenttypes.ContentType",
    "mfa.Authenticator",
    "sessions.Session",
    "socialaccount.SocialAccount",
    "socialaccount.SocialApp",
    "socialaccount.SocialToken",
}


def broken(tables: Iterable[type[models.Model]]) -> list[str]:
    """One line per rule that a table breaks, in order."""
    return sorted(line for table in tables for line in _table(table))


def _table(model: Any) -> Iterator[str]:
    label = model._meta.label
    if not model.__module__.startswith("gezhi."):
        if label not in THIRD_PARTY:
            yield f"{label} is not on the list of other people's tables"
        yield from _keys(model)
        return
    if not is_tenant(model) and label not in REFERENCE | LOCAL:
        yield f"{label} is neither tenant nor reference nor local"
    yield from _id(model)
    yield from _keys(model)
    yield from _house_keys(model)
    if is_tenant(model):
        yield from _tenant(model)


def is_tenant(model: Any) -> bool:
    return issubclass(model, TenantModel)


def _id(model: Any) -> Iterator[str]:
    key = model._meta.pk
    if not isinstance(key, models.UUIDField) or key.name != "id" or not key.has_default():
        yield f"{model._meta.label}.{key.name} is not an id that the application makes"
    elif key.get_default().version != 7:
        yield f"{model._meta.label}.id is not a UUIDv7"


def _keys(model: Any) -> Iterator[str]:
    """Nothing but a tenant row points at a tenant row, and only by a TenantFK."""
    for field in model._meta.local_fields:
        if field.is_relation and is_tenant(field.remote_field.model):
            if not is_tenant(model):
                yield f"{model._meta.label}.{field.name} points at the rows of one jurisdiction"
            elif not isinstance(field, TenantFK):
                yield f"{model._meta.label}.{field.name} is a tenant key without its jurisdiction"


def _house_keys(model: Any) -> Iterator[str]:
    label = model._meta.label
    for field in model._meta.local_fields:
        if field.is_relation and not field.remote_field.hidden:
            yield f"{label}.{field.name} gives the other side an accessor"
    for field in model._meta.private_fields:
        if isinstance(field, GenericForeignKey):
            yield f"{label}.{field.name} is a generic key"
    for field in model._meta.local_many_to_many:
        yield f"{label}.{field.name} is many-to-many"


def _tenant(model: Any) -> Iterator[str]:
    label, field = model._meta.label, model._meta.get_field("jurisdiction")
    if not isinstance(field, JurisdictionKey) or field.null:
        yield f"{label}.jurisdiction may be empty"
    for one in model._meta.local_fields:
        if one.unique and not one.primary_key:
            yield f"{label}.{one.name} is unique beyond its jurisdiction"
    for names in model._meta.unique_together:
        if "jurisdiction" not in names:
            yield f"{label} {names} are unique beyond their jurisdiction"
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and "jurisdiction" not in _named(rule):
            yield f"{label} {rule.name} is unique beyond its jurisdiction"


def _named(rule: Any) -> set[str]:
    """Fields that a unique constraint names, by themselves or in an expression."""
    parts = (part for one in rule.expressions for part in one.flatten())
    found = {getattr(part, "name", "") for part in parts}
    return found | set(rule.fields)
