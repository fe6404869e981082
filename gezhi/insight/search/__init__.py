"""Cases found by what stands in them: any words of one sign and more, the same on both engines."""
