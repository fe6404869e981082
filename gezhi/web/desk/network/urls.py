"""Where the desk's pages of the whole network are found: each part brings a module of its own, unpacked here."""

from gezhi.web.desk.network import tasks_urls

urlpatterns = [
    *tasks_urls.urlpatterns,
]
