"""Other people's forms: a workbook as somebody above sends it, filled from the ledger, everything else in it left as it was."""
