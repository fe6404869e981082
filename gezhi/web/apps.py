from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "gezhi.web"
    label = "web"

    def ready(self) -> None:
        """Tracking codes and everyday answers stay out of the logs."""
        from gezhi.web.logs import write_calmly

        write_calmly()
