"""Parties, their calendars and dated service of places, accounts and posts."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from gezhi.tenancy.clock import new_id
from gezhi.tenancy.models import Jurisdiction


class AccountManager(BaseUserManager["Account"]):
    """Accounts by user name."""


class Account(AbstractBaseUser):
    """Somebody who logs in. Reference row; what they may do comes from their current posts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    home = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.name
