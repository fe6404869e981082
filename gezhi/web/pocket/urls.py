"""The doors of the pocket, below /my/."""

from django.urls import path

from gezhi.web.pocket import case, found, me, moves, notices, practice, roster, work

urlpatterns = [
    path("", work.work, name="my_work"),
    path("cases/<str:number>/", case.case, name="my_case"),
    path("cases/<str:number>/contact/<uuid:report_id>/", case.contact, name="my_contact"),
    path("cases/<str:number>/practice/<uuid:practice_id>/", practice.used, name="my_practice_used"),
    path("cases/<str:number>/<slug:event>/", moves.move, name="my_move"),
    path("notices/", notices.notices, name="my_notices"),
    path("notices/read/", notices.all_read, name="my_notices_read"),
    path("notices/<uuid:notice_id>/", notices.opened, name="my_notice"),
    path("found/", found.found, name="my_found"),
    path("found/<str:number>/", found.result, name="my_found_result"),
    path("duty/", roster.roster, name="my_duty"),
    path("duty/<uuid:shift_id>/hand-over/", roster.hand_over, name="my_hand_over"),
    path("duty/<uuid:shift_id>/swap/", roster.swap, name="my_swap"),
    path("duty/sheets/<uuid:sheet_id>/confirm/", roster.confirm, name="my_confirm"),
    path("me/", me.me, name="my_me"),
]
