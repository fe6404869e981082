"""Under which name, and on whose behalf, a request says it comes: class 35 of docs/bad-input.md."""

NAMES = (
    "evil.example", "localhost.evil.example", "localhost@evil.example", "localhost:80@evil.example", "localhost:port",
    "", " ", "localhost ", "local host", "localhost,evil.example", "localhost\tevil.example", "evil.example#localhost", "evil.example/localhost",
    "[::1", "::1", "[::1]]", "[fe80::1%25eth0]", "127.1", "0x7f000001", "2130706433", "xn--localhost-", "ｌｏｃａｌｈｏｓｔ", "localhost..", ".localhost",
    "169.254.169.254", "localhost\u200b", "a" * 300, "*", "..",
)  # fmt: skip

# What a proxy may add and a stranger may pretend. None of it may change what a page says.
HEADERS = (
    {"HTTP_X_FORWARDED_HOST": "evil.example"},
    {"HTTP_X_FORWARDED_SERVER": "evil.example"},
    {"HTTP_X_HOST": "evil.example"},
    {"HTTP_FORWARDED": "for=6.6.6.6;host=evil.example;proto=https"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_FORWARDED_PORT": "1234"},
    {"HTTP_X_FORWARDED_PREFIX": "/evil"},
    {"HTTP_X_ORIGINAL_URL": "/desk/"},
    {"HTTP_X_REWRITE_URL": "/desk/"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"HTTP_X_FORWARDED_FOR": "6.6.6.6"},
    {"HTTP_X_REAL_IP": "6.6.6.6"},
    {"HTTP_X_SCRIPT_NAME": "/evil"},
    {"HTTP_HOST_": "evil.example"},
)
