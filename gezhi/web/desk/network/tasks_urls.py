"""Addresses of tasks, below /desk/."""

from django.urls import URLPattern, path

from gezhi.web.desk.network import sharing, tasks

urlpatterns: list[URLPattern] = [
    path("cases/<str:number>/tasks/", sharing.share_out, name="share_out"),
    path("tasks/", tasks.listed, name="tasks"),
    path("tasks/<uuid:task_id>/", tasks.task, name="task"),
    path("tasks/<uuid:task_id>/<slug:event>/", tasks.move, name="task_move"),
]
