"""Where attackers have pointed webhooks, and the public addresses that lie right beside."""

from __future__ import annotations

HOSTILE = """
127.0.0.1 127.127.127.127 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.100.100.200
169.254.169.254 169.254.170.2 168.63.129.16 192.0.0.9 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::7f00:1 2002:7f00:1:: 2002:a9fe:a9fe:: 2001:0:7f00:1:: 2001:db8::1
fe80::1 fe80::1%eth0 ::1%lo fec0::1 fc00::1 fd00:ec2::254 fd20:ce::254 ff02::1 ff0e::1 3fff::1 5f00::1 100::1
2a00:1450::5efe:10.0.0.1 2a00:1450::200:5efe:10.0.0.1 2a00:1450::5efe:7f00:1
""".split()

PUBLIC = """
1.1.1.1 8.8.8.8 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.1.1 169.255.0.1 172.15.255.255
172.32.0.1 192.167.255.255 192.169.0.1 223.255.255.255 2606:4700:4700::1111 2a00:1450:4007:80e::200e
2a00:1450::5efe:808:808
""".split()

NOT_ADDRESSES = [
    "",
    " 1.1.1.1",
    *"127.1 2130706433 0x7f000001 0177.0.0.1 localhost [::1] ① example.com 1.1.1.1:80".split(),
]

# Ways to write a URL that some parser takes for a private address, and what we say to them.
URLS = [
    *((url, "address_forbidden") for url in (f"https://{a}/" for a in HOSTILE if ":" not in a)),
    *(
        (url, "address_forbidden")
        for url in (f"https://[{a}]/" for a in HOSTILE if ":" in a and "%" not in a)
    ),
    *(
        (f"http://{host}/", "address_forbidden")
        for host in ("127.0.0.1", "[::1]", "169.254.169.254", "127.0.0.1.")
    ),
    ("http://169.254.169.254/latest/meta-data/", "address_forbidden"),
    *(
        (f"http://{host}/", "host_forbidden")
        for host in (
            "127.1 127.0.1 0 2130706433 017700000001 0x7f000001 0x7f.0.0.1 0177.0.0.1 00000177.0.0.1 2852039166 "
            "0xa9fea9fe 127.0.0.1.. 1.2.3.4.5 256.1.1.1 example.0x7f 0x localhost LOCALHOST localhost. foo.localhost "
            "metadata.google.internal metadata printer.local nas.lan x.home.arpa a.corp b.onion -a.com a-.com a..b "
            "127.0.0.1%00.example.com example%2ecom xn--"
        ).split()
    ),
    *(
        (url, "url_invalid")
        for url in (
            "http://①②⑦.⓪.⓪.①/",
            "http://127。0。0。1/",
            "http://ｌｏｃａｌｈｏｓｔ/",
            "http://127.0.0.1\u00ad/",
            "http://[fe80::1%25eth0]/",
            "http://[::1%25lo]/",
            "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
            "http://127.1.1.1:80\\@127.2.2.2:80/",
            "http://127.1.1.1:80\\@@127.2.2.2:80/",
            "http://127.1.1.1:80#\\@127.2.2.2:80/",
            "http://127.0.0.1#@example.com/",
            "http:///127.0.0.1/",
            "http:127.0.0.1/",
            "//127.0.0.1/",
            "http://[example.com]/",
            "http://[::1",
            "http://[127.0.0.1]/",
            "http://exa\tmple.com/",
            "http://exa\nmple.com/",
            "https://example.com/\r\nX: y",
            "https://example.com/\0",
            "https://example.com:443:443/",
            "http://127.0.0.1:80:8080/",
            "https://example.com:/",
            "https://example.com:x/",
            "https://example.com:-1/",
            "https://example.com/#fragment",
            "https://example.com/" + "x" * 2048,
            "https://",
            "https:",
            "example.com",
            "",
        )
    ),
    ("http://example.com@127.0.0.1/", "userinfo_forbidden"),
    ("https://user:secret@example.com/", "userinfo_forbidden"),
    *((f"https://example.com:{port}/", "port_forbidden") for port in (0, 22, 25, 80, 6379, 65536, 99999)),
    ("http://example.com/", "scheme_forbidden"),
    *(
        (url, "scheme_forbidden")
        for url in (
            "file:///etc/passwd gopher://127.0.0.1:6379/_ dict://127.0.0.1/ ftp://example.com/ ldap://127.0.0.1/ "
            "jar:http://127.0.0.1!/ data:text/plain,x javascript:alert(1) unix:/run/x.sock example.com:443/"
        ).split()
    ),
]
