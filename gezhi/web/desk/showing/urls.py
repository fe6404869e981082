"""The desk's addresses of what an office shows."""

from django.urls import path

from gezhi.web.desk.showing import brief, walls

urlpatterns = [
    path("brief/", brief.brief, name="brief"),
    path("brief/word/", brief.as_word, name="brief_word"),
    path("brief/pdf/", brief.set_brief, name="brief_pdf"),
    path("brief/jobs/<str:job>/", brief.job, name="brief_job"),
    path("brief/jobs/<str:job>/file.pdf", brief.file, name="brief_file"),
    path("receivers/walls/", walls.walls, name="walls"),
    path("receivers/walls/new/", walls.new_wall, name="new_wall"),
    path("receivers/walls/<uuid:wall_id>/end/", walls.end_wall, name="end_wall"),
]
