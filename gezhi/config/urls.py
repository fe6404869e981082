"""All doors. Each face keeps its own list."""

from django.urls import URLPattern, URLResolver, include, path

handler400 = "gezhi.web.errors.bad_request"
handler403 = "gezhi.web.errors.forbidden"
handler404 = "gezhi.web.errors.not_found"
handler500 = "gezhi.web.errors.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("gezhi.web.public.urls")),
    path("api/v1/", include("gezhi.web.api.urls")),
    path("open311/v2/", include("gezhi.web.open311.urls")),
    path("wecom/", include("gezhi.web.wecom.urls")),
    path("account/", include("gezhi.web.desk.account_urls")),
    path("desk/", include("gezhi.web.desk.urls")),
    path("my/", include("gezhi.web.pocket.urls")),
]
