"""What may be refused, and why. Domain code raises these; one file in `web/` turns them into sentences."""

from collections.abc import Iterable


class Refusal(Exception):
    """A deed was refused for a reason that a person can act upon. Nothing was changed."""

    code = "refused"

    def __init__(self, code: str = "", **details: object) -> None:
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.code, details)


class NotFound(Refusal):
    """No such thing, or none that this actor may see. Web: 404."""

    code = "not_found"


class NotYours(Refusal):
    """The actor may see it but not do this. Web: 403."""

    code = "not_yours"


class NotFromHere(Refusal):
    """No arrow leads from the present state by this event. Web: 409."""

    code = "not_from_here"


class Stale(Refusal):
    """Somebody else was faster: the version or round named is not the newest. Web: 409."""

    code = "stale"


class Missing(Refusal):
    """Something needed is not on file. Web: 422. `.facts` = what lacks, as sorted words."""

    code = "missing"

    def __init__(self, facts: Iterable[str]) -> None:
        self.facts = tuple(sorted(str(fact) for fact in facts))
        super().__init__("missing", facts=self.facts)


class Invalid(Refusal):
    """A value cannot be taken. Web: 422. `.field` = where, `.code` = why."""

    code = "invalid"

    def __init__(self, field: str, code: str = "invalid", **details: object) -> None:
        self.field = field
        super().__init__(code, field=field, **details)


class Unavailable(Refusal):
    """Storage cannot take it now. Web: 503 with Retry-After."""

    code = "unavailable"
