"""What states and kinds of a task are called, the same on every screen."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

from gezhi.work.lifecycle import TaskState

TASK_STATES: Mapping[str, Any] = {
    TaskState.SENT: pgettext_lazy("task", "已派，等接单"),
    TaskState.TAKEN: pgettext_lazy("task", "在办"),
    TaskState.RETURNED: pgettext_lazy("task", "已退回"),
    TaskState.DONE: pgettext_lazy("task", "办好了"),
    TaskState.ENDED: pgettext_lazy("task", "已收回"),
}
CONTRIBUTIONS: Mapping[str, Any] = {
    "people": pgettext_lazy("contribution", "人"),
    "things": pgettext_lazy("contribution", "物"),
    "money": pgettext_lazy("contribution", "钱"),
}
