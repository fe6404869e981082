"""One case on a screen: its line, page, story and the forms of its moves, as desk, pocket and programs share them."""
