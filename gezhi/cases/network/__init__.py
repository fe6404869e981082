"""What stands around a case: other parties' tasks, supervision, meetings; the door of the packages above."""
