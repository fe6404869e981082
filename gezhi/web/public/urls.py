"""Addresses of the public face. Those of design §7 are promises."""

from django.urls import include, path

from gezhi.web.public import danger, health, home, look, offline, photos, pin, place, report, status, wall
from gezhi.web.public.face import feed, page, table

urlpatterns = [
    path("", home.home, name="home"),
    path("find", home.find_report, name="find_report"),
    path("p/<str:code>", place.place, name="place"),
    path("r/", report.report_anywhere, name="report_anywhere"),
    path("r/<str:code>", report.report, name="report"),
    path("t/<str:code>", status.status, name="status"),
    path("wall/<str:secret>", wall.screen, name="wall"),
    path("wall/<str:secret>/now", wall.now, name="wall_now"),
    path("find/spots", pin.spots, name="find_spots"),
    path("find/map", pin.frame, name="find_map"),
    path("find/cells", pin.cells, name="find_cells"),
    path("map", page.page, name="public_map"),
    path("map/points", page.points, name="public_points"),
    path("feeds/<str:code>.atom", feed.feed, name="feed"),
    path("open-data/", table.about, name="open_data"),
    path("open-data/cases.csv", table.cases, name="open_data_cases"),
    path("danger", danger.danger, name="danger"),
    path("photo/<uuid:evidence_id>/<int:size>", photos.photo, name="photo"),
    path("look", look.set_look, name="set_look"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("sw.js", offline.worker, name="service_worker"),
    path("unsent/", offline.unsent, name="unsent"),
    path("unsent/token", offline.token, name="unsent_token"),
    path("robots.txt", look.robots, name="robots"),
    path("favicon.ico", look.favicon, name="favicon"),
]
