"""Tasks: shares of a case, a meeting or a project that another party does; who has it, by when, with which proof."""
