"""One office among several: whose rows are seen, sealed values, derived keys, the clock of ids."""
