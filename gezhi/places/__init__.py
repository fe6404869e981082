"""Places and grid cells: a tree from the district to the stairwell, their names, their borders, what stood when."""
