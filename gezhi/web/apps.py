from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gezhi.web"
    label = "web"

    def ready(self) -> None:
        """Tracking codes stay out of the logs."""
        from gezhi.web.logs import hide_codes

        hide_codes()
