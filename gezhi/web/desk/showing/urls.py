"""The desk's addresses of what an office shows."""

from django.urls import path

from gezhi.web.desk.showing import walls

urlpatterns = [
    path("receivers/walls/", walls.walls, name="walls"),
    path("receivers/walls/new/", walls.new_wall, name="new_wall"),
    path("receivers/walls/<uuid:wall_id>/end/", walls.end_wall, name="end_wall"),
]
