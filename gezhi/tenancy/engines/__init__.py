"""The two databases as this product uses them."""
