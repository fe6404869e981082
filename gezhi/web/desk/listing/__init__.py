"""The desk's list of cases: what may be asked of it, its columns, its pages and the views that people keep."""
