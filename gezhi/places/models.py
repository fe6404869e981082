"""The place tree, its other names, grid cells, fixtures, and the register that numbers them."""

from django.db import models
from django.db.models import F, Q

from gezhi.places.kinds import NATIONAL, FixtureKind, Kind, NameKind
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.fields import TenantFK
from gezhi.tenancy.models import TenantModel

_IS_NATIONAL = Q(kind__in=NATIONAL)
# said aloud, for a check that comes out as "unknown" passes
_HAS_POINT = Q(lon__isnull=False, lat__isnull=False)


class PlaceRegister(TenantModel):
    """One row per jurisdiction: the last spoken numbers given, and a stamp that changes with every grid outline.

    Whoever writes anything in this package locks it first, so numbers run and no two moves cross.
    """

    last_number = models.PositiveIntegerField(default=0)
    last_fixture = models.PositiveIntegerField(default=0)
    map_stamp = models.UUIDField(default=new_id)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_place_register_per_jurisdiction"),
        )


class Named(TenantModel):
    """A name and what it is found by (see wording.Keys)."""

    name = models.CharField(max_length=60)
    folded = models.CharField(max_length=200)
    initials = models.CharField(max_length=1000)
    pinyin = models.CharField(max_length=4000)

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class GridCell(TenantModel):
    """A part of a community. outline: GeoJSON Polygon or MultiPolygon in WGS-84, "" while nobody has drawn it.

    closed_on: the first day it is no more. Its border is given up then, for a sister may cover the ground.
    """

    code = models.CharField(max_length=24)
    name = models.CharField(max_length=60)
    community = TenantFK("places.Place")
    outline = models.TextField(blank=True, default="")
    invented = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "code"], name="grid_code_once_in_the_jurisdiction"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "community", "name"], name="grid_name_once_in_its_community"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Place(Named):
    """A node of the tree. full_name: from the community down, parts with a space between.

    number: the spoken number, the tail of the code; places with a national code have none. households: counted here, not below.
    """

    code = models.CharField(max_length=24)
    number = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    full_name = models.CharField(max_length=400)
    parent = TenantFK("self", null=True)
    path = models.CharField(max_length=400)
    grid = TenantFK(GridCell, null=True)
    households = models.PositiveIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    invented = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    class Meta(Named.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "code"], name="place_code_once_in_the_jurisdiction"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "number"], name="spoken_number_once_in_the_jurisdiction"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "path"], name="place_path_once_in_the_jurisdiction"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "parent", "name"],
                condition=Q(closed_on=None),
                name="open_place_name_once_under_its_parent",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction"],
                condition=Q(kind=Kind.DISTRICT, closed_on=None),
                name="one_district_is_the_root",
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="place_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.DISTRICT, parent=None)
                | (~Q(kind=Kind.DISTRICT) & Q(parent__isnull=False)),
                name="only_the_root_has_no_parent",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="place_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=(_IS_NATIONAL & Q(number=None))
                | (~_IS_NATIONAL & Q(number__isnull=False, number__gt=0)),
                name="spoken_number_below_the_community_only",
            ),
            models.CheckConstraint(
                condition=(_IS_NATIONAL & Q(grid=None)) | (~_IS_NATIONAL & Q(grid__isnull=False)),
                name="grid_for_every_place_below_a_community",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None)
                | (_HAS_POINT & Q(lon__range=(-180, 180), lat__range=(-90, 90))),
                name="place_point_is_on_earth_or_absent",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="place_name_is_not_empty"),
        )


class PlaceName(Named):
    """Another name of a place: what it was called, what people call it."""

    place = TenantFK(Place)
    kind = models.CharField(max_length=12, choices=NameKind.choices)

    class Meta(Named.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "place", "name"], name="other_name_once_at_its_place"
            ),
            models.CheckConstraint(condition=Q(kind__in=NameKind.values), name="other_name_kind_is_known"),
        )


class Fixture(TenantModel):
    """A lift, hydrant, lamp or manhole at a place. Who owns and maintains it stands in parties."""

    code = models.CharField(max_length=24)
    place = TenantFK(Place)
    kind = models.CharField(max_length=12, choices=FixtureKind.choices)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["jurisdiction", "code"], name="fixture_code_once_in_the_jurisdiction"
            ),
            models.CheckConstraint(condition=Q(kind__in=FixtureKind.values), name="fixture_kind_is_known"),
        )

    def __str__(self) -> str:
        return self.name


class MapBackground(TenantModel):
    """What lies below the map: tiles of somebody else. One row for each office that has set it; tiles "" = none.

    tiles, labels: addresses with {x}, {y} and {z}, of one host. system: wgs84, gcj02 (Amap, Tencent) or bd09 (Baidu).
    """

    tiles = models.CharField(max_length=500, blank=True, default="")
    labels = models.CharField(max_length=500, blank=True, default="")
    attribution = models.CharField(max_length=200, blank=True, default="")
    system = models.CharField(max_length=8, default="wgs84")
    most_zoom = models.PositiveSmallIntegerField(default=18)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction"], name="one_map_background_per_jurisdiction"),
            models.CheckConstraint(
                condition=Q(system__in=["wgs84", "gcj02", "bd09"]), name="system_of_the_tiles_is_known"
            ),
            models.CheckConstraint(
                condition=Q(tiles="") | ~Q(attribution=""), name="tiles_say_whose_they_are"
            ),
        )

    def __str__(self) -> str:
        return self.tiles


class MapPlan(TenantModel):
    """A scanned plan laid on the map. picture: id of the kept picture. marks: [x, y, lon, lat] each, as somebody set them.

    corners: [lon, lat] of its upper left, upper right and lower left corner, as follows from the marks. is_public: residents see it, too.
    """

    name = models.CharField(max_length=60)
    picture = models.UUIDField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    marks = models.JSONField()
    corners = models.JSONField()
    is_public = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["jurisdiction", "picture"], name="a_picture_is_one_plan"),
            models.CheckConstraint(condition=~Q(name=""), name="map_plan_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name
