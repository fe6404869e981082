"""An office filled with whole cases in bulk: copies of cases that the product itself played, moved in time and place, with words of their own."""
