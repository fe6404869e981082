"""Addresses that somebody would have us fetch: class 29 of docs/bad-input.md."""

# Each leads inside, however it is written; names are those of the tests that use them.
FORBIDDEN = (
    *(
        f"https://{host}/a.jpg"
        for host in (
            "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0.0.0.0", "0", "2130706433", "017700000001", "0x7f000001", "0x7f.1",
            "0177.0.0.1", "localhost", "localtest.me", "rebind.example", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
            "192.168.0.1", "192.168.1.254", "169.254.169.254", "169.254.170.2", "2852039166", "0xa9fea9fe", "100.64.0.1", "100.100.100.200",
            "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
            "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[fe80::1]", "[fc00::1]",
            "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[100::1]",
        )
    ),
    "http://127.0.0.1/a.jpg",
    "http://169.254.169.254/latest/meta-data/iam/",
    "http://[::1]/a.jpg",
)  # fmt: skip

# None of these is a whole address that a picture could lie at.
MALFORMED = (
    "gopher://127.0.0.1:6379/_FLUSHALL", "file:///etc/passwd", "ftp://example.cn/a.jpg", "dict://127.0.0.1:11211/stat", "data:image/png;base64,AA==",
    "javascript:alert(1)", "jar:https://example.cn!/a.jpg", "ldap://127.0.0.1/", "//example.cn/a.jpg", "example.cn/a.jpg", "https://", "https:///a.jpg",
    "https://user:pass@example.cn/a.jpg", "https://example.cn@127.0.0.1/a.jpg", "https://127.0.0.1#@example.cn/", "https://example.cn:22/a.jpg",
    "https://example.cn:6379/a.jpg", "http://example.cn:8080/a.jpg", "https://example.cn:0/a.jpg", "https://example.cn:99999/a.jpg",
    "https://example.cn\\@127.0.0.1/a.jpg", "https://例子.cn/a.jpg", "https://①②⑦.⓪.⓪.①/a.jpg", "https://example.cn/a b.jpg",
    "https://example.cn/\r\nHost: 127.0.0.1", "https://localhost:8000/t/x", "https://[::1/a.jpg", "https://" + "a" * 500,
)  # fmt: skip
