"""All addresses of the network below /desk/, gathered from its parts."""

from gezhi.web.desk.network import (
    agencies_urls,
    gatherings_urls,
    meetings_urls,
    minutes_urls,
    projects_urls,
    supervised_urls,
    tasks_urls,
    visits_urls,
)

PARTS = (
    tasks_urls,
    agencies_urls,
    supervised_urls,
    meetings_urls,
    minutes_urls,
    gatherings_urls,
    projects_urls,
    visits_urls,
)
urlpatterns = [one for part in PARTS for one in part.urlpatterns]
