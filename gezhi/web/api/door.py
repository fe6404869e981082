"""Who knocks at the programs' door: nobody in particular, or a person by his token; how often; and with what kind of body."""

from dataclasses import dataclass
from typing import Final, cast

from django.http import HttpRequest

from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Invalid, NotYours, Refusal
from gezhi.parties import tokens
from gezhi.parties.tokens import Bearer, Scope
from gezhi.web import limits
from gezhi.web.api.shapes import Sent
from gezhi.web.asked import Asked

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
STRANGERS_PER_MINUTE = 300  # of one address
TOKENS_PER_MINUTE = 1200  # of one token


class NoToken(Refusal):
    """No token, or none that is valid here. Web: 401."""

    code = "no_token"


class WrongKind(Refusal):
    """The body is of another media type than this address takes. Web: 415."""

    code = "wrong_media_type"


@dataclass(frozen=True, slots=True)
class Door:
    """One address's: ninja calls it before it reads anything. It sets `request.actor`.

    scope: what a token must be good for. is_open: whether one gets in without a token; who shows one is taken at his word, so a
    wrong one is refused here too. body: the media type of what is sent, "" where nothing is. asks: the words of its query.
    """

    scope: Scope | None = None
    is_open: bool = False
    body: str = ""
    asks: type[Sent] | None = None

    def __call__(self, request: HttpRequest) -> bool:
        """True. Raises NoToken, NotYours("scope"), TooOften, WrongKind, Invalid for a word that is not asked for."""
        asked = cast("Asked", request)
        bearer = _bearer(asked)
        if bearer is None and not self.is_open:
            raise NoToken
        if bearer is not None and self.scope is not None and self.scope not in bearer.scopes:
            raise NotYours("scope", scope=self.scope.value)
        if self.body and request.content_type != self.body:
            raise WrongKind(expected=self.body)
        known = self.asks.model_fields if self.asks else {}
        if strange := sorted(set(request.GET) - set(known)):  # ninja leaves out what it does not know
            raise Invalid(strange[0][:40], "extra_forbidden")
        asked.actor = bearer.actor if bearer else VISITOR
        asked.token = bearer.token_id.hex if bearer else ""
        return True


def maker_of(request: Asked) -> str:
    """Who made the idempotency keys of this request: the program with this token; without one, whoever comes by this door."""
    return f"api:{request.token}"


def _bearer(request: Asked) -> Bearer | None:
    """Whose token it is, None without one. Everybody is counted: by token, or by address without a valid one."""
    said = request.headers.get("Authorization")
    bearer = _known(said, request) if said is not None else None
    if bearer is not None:
        limits.count("api-token", bearer.token_id.hex, most=TOKENS_PER_MINUTE, minutes=1, at=request.now)
        return bearer
    limits.count("api", limits.address(request), most=STRANGERS_PER_MINUTE, minutes=1, at=request.now)
    if said is not None:
        raise NoToken("not_valid")
    return None


def _known(said: str, request: Asked) -> Bearer | None:
    kind, _space, secret = said.partition(" ")
    return tokens.bearer(secret.strip(), at=request.now) if kind.casefold() == "bearer" else None
