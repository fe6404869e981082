"""The desk's addresses of what an office shows."""

from django.urls import path

from gezhi.web.desk.showing import album_lines, albums, brief, walls

urlpatterns = [
    path("albums/", albums.albums, name="albums"),
    path("albums/new/", albums.new_album, name="new_album"),
    path("albums/<uuid:album_id>/", albums.album, name="album"),
    path("albums/<uuid:album_id>/progress/", albums.progress, name="album_progress"),
    path("albums/<uuid:album_id>/file.pdf", albums.file, name="album_file"),
    path("albums/<uuid:album_id>/lines/new/", album_lines.new_line, name="new_album_line"),
    path("albums/<uuid:album_id>/lines/<uuid:line_id>/", album_lines.line, name="album_line"),
    path(
        "albums/<uuid:album_id>/lines/<uuid:line_id>/change/",
        album_lines.change_line,
        name="change_album_line",
    ),
    path("brief/", brief.brief, name="brief"),
    path("brief/word/", brief.as_word, name="brief_word"),
    path("brief/pdf/", brief.set_brief, name="brief_pdf"),
    path("brief/jobs/<str:job>/", brief.job, name="brief_job"),
    path("brief/jobs/<str:job>/file.pdf", brief.file, name="brief_file"),
    path("receivers/walls/", walls.walls, name="walls"),
    path("receivers/walls/new/", walls.new_wall, name="new_wall"),
    path("receivers/walls/<uuid:wall_id>/end/", walls.end_wall, name="end_wall"),
]
