"""The published ways to make a server call where it should not: parsers that disagree, addresses in disguise, names
that lead inside, metadata services, schemes other than HTTP's. Each with what saving it is refused with.

`KINDS` says what must be among them, so that none gets lost; `NAMES` where the names lead that stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.hostile_addresses import HOSTILE


def lines(text: str) -> list[str]:
    return text.split()


#: By the code that they are refused with. What has white space in it follows below.
CORPUS: Mapping[str, Sequence[str]] = {
    "address_forbidden": lines(r"""
        http://127.0.0.1 http://0.0.0.0 http://127.127.127.127 http://127.0.0.1./ http://127.0.0.1:80/ http://[::]/
        http://[::1]/ http://[0000::1]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/
        http://[::127.0.0.1]/ http://[::ffff:0:127.0.0.1]/ http://[64:ff9b::7f00:1]/ http://[64:ff9b::127.0.0.1]/
        http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::7f00:1]/ http://[2002:7f00:1::]/ http://[2002:a9fe:a9fe::]/
        http://[2001:0:7f00:1::]/ http://[fe80::1]/ http://[fec0::1]/ http://[fc00::1]/ http://[fd00:ec2::254]/
        http://[fd20:ce::254]/ http://[ff02::1]/ http://169.254.169.254/latest/meta-data/ http://169.254.170.2/
        http://100.100.100.200/ http://192.0.0.192/ http://168.63.129.16/ http://10.0.0.1 http://172.16.0.1
        http://172.31.255.255 http://192.168.0.1 http://100.64.0.1 http://198.18.0.1 http://240.0.0.1
        http://255.255.255.255 http://224.0.0.1 http://localtest.me http://127.0.0.1.nip.io
        http://app.127.0.0.1.nip.io http://7f000001.1u.example.com/ https://metadata.example.com/
    """),
    "host_forbidden": lines(r"""
        http://127.1 http://127.0.1 http://0/ http://2130706433/ http://017700000001/ http://0x7f000001/
        http://0X7F000001/ http://0x7f.0.0.1/ http://0x7f.1/ http://0177.0.0.1/ http://0177.1/
        http://00000177.0.0.1/ http://0177.0x0.0.1/ http://127.0.0.0x1/ http://2852039166/ http://0xa9fea9fe/
        http://0251.0376.0251.0376/ http://0xa9.0xfe.0xa9.0xfe/ http://4294967297/ http://383.0.0.1/
        http://127.0.0.1../ http://.127.0.0.1/ http://1.2.3.4.5/ http://256.1.1.1/ http://example.0x7f/ http://0x/
        http://localhost http://LOCALHOST http://localhost. http://foo.localhost http://localhost../
        http://metadata.google.internal/ http://metadata/ http://instance-data/ http://printer.local/
        http://nas.lan/ http://x.home.arpa/ http://a.corp/ http://b.onion/ http://-a.com/ http://a-.com/
        http://a..b/ http://xn--/ http://127.0.0.1%00.example.com/ http://example%2ecom/ http://127%2e0%2e0%2e1/
        http://%31%32%37.0.0.1/ http://127.0.0.1,example.com/ http://127.0.0.1;example.com/
        http://example.com&127.0.0.1/ http://127.0.0.1%23.example.com/
    """),
    "url_invalid": [
        *lines(r"""
            http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://１２７.０.０.１/ http://ｌｏｃａｌｈｏｓｔ/
            http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/ http://exämple.com/ http://example.com／@127.0.0.1/ http://example.com﹫127.0.0.1/
            http://[fe80::1%25eth0]/ http://[::1%25lo]/ http://[::1%lo]/ http://[127.0.0.1]/ http://[example.com]/
            http://[::1 http://::1]/ http://::1/ http://[::1]example.com/ http://[::1].example.com/
            http://127.1.1.1:80\@127.2.2.2:80/ http://127.1.1.1:80\@@127.2.2.2:80/
            http://127.1.1.1:80#\@127.2.2.2:80/ http://127.0.0.1#@example.com/ http://example.com#@127.0.0.1/
            http:\\127.0.0.1/ http:/\127.0.0.1/ http:\/127.0.0.1/ \\127.0.0.1\share http:///127.0.0.1/
            http:////127.0.0.1/ http:127.0.0.1/ http:/127.0.0.1/ //127.0.0.1/ ///127.0.0.1/ /127.0.0.1/ ?127.0.0.1
            127.0.0.1 [::1] https:// https: http: https://? https:///path https://:443/ example.com
            https://example.com:443:443/ http://127.0.0.1:80:8080/ https://example.com:/ https://example.com:x/
            https://example.com:-1/ https://example.com:+443/ https://example.com:0x50/ https://example.com:443443/
            https://example.com/#fragment https://example.com/{a} https://example.com/"a" https://<example.com>/
            https://example.com/`id` https://example.com/a|b https://a^b.com/
        """),
        "http://127.0.0.1\u00ad/",  # a soft hyphen, which some resolvers leave out
        "http://127.0.0.1\u200b/",
        "http://127.0.0.1\u3002/",
        "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
        "http://example.com @127.0.0.1/",
        "http:// 127.0.0.1/",
        "ht\ttp://127.0.0.1/",
        "http://exa\tmple.com/",
        "http://exa\nmple.com/",
        "http://127.0.0.1\r\n.example.com/",
        "http://127.0.0.1\v/",
        "http://127.0.0.1\x7f/",
        "https://example.com/\r\nX: y",
        "https://example.com/\r\n\r\nGET /internal HTTP/1.1\r\nHost: 127.0.0.1",
        "https://example.com/\0",
        "http://127.0.0.1\0.example.com/",
        "https://example.com/" + "x" * 2048,
        "",
    ],
    "userinfo_forbidden": lines(r"""
        http://example.com@127.0.0.1/ http://127.0.0.1@example.com/ https://user:secret@example.com/
        https://example.com:443@127.0.0.1/ https://@127.0.0.1/ https://a@b@127.0.0.1/ https://127.0.0.1:80@[::1]/
        https://example.com%2f@127.0.0.1/
    """),
    "port_forbidden": lines(r"""
        http://example.com:0/ http://example.com:99999/ https://example.com:65536/ https://example.com:22/
        https://example.com:25/ https://example.com:80/ https://example.com:6379/ https://example.com:5432/
        https://example.com:11211/ https://example.com:00022/
    """),
    "scheme_forbidden": lines(r"""
        http://example.com/ http://example.com:22/ http://example.com:6379/ file:///etc/passwd
        file://127.0.0.1/etc/passwd gopher://127.0.0.1:6379/_ dict:// dict://127.0.0.1:11211/stat ftp:// ftp://example.com/
        sftp://127.0.0.1/ scp://127.0.0.1/ tftp://127.0.0.1/ ldap:// ldap://127.0.0.1/ ldaps://127.0.0.1/
        imap://127.0.0.1/ pop3://127.0.0.1/ smtp://127.0.0.1/ telnet://127.0.0.1/ rtsp://127.0.0.1/ mqtt://127.0.0.1/
        smb://127.0.0.1/share ws://127.0.0.1/ wss://example.com/ netdoc:///etc/passwd jar: jar:http://127.0.0.1!/ data:
        data:text/plain,x javascript:alert(1) unix: unix:/run/x.sock view-source:http://127.0.0.1/
        url:http://127.0.0.1/ example.com:443/ localhost:80/ httpx://127.0.0.1/ https+unix://%2frun%2fx.sock/
    """),
}  # fmt: skip

#: Each with its code; every hostile address besides, as the only thing that is wrong with a URL.
URLS: Sequence[tuple[str, str]] = [
    *((url, code) for code, urls in CORPUS.items() for url in urls),
    *((f"https://{a}/", "address_forbidden") for a in HOSTILE if ":" not in a),
    *((f"https://[{a}]/", "address_forbidden") for a in HOSTILE if ":" in a and "%" not in a),
]

#: Where the names in the URLs lead, as their owners or a network's own name server would have it.
NAMES: Mapping[str, Sequence[str]] = {
    "localtest.me": ["127.0.0.1", "::1"],
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "app.127.0.0.1.nip.io": ["127.0.0.1"],
    "7f000001.1u.example.com": ["127.0.0.1"],
    "metadata.example.com": ["169.254.169.254"],
    "localhost": ["127.0.0.1", "::1"],
    "foo.localhost": ["127.0.0.1"],
    "metadata": ["169.254.169.254"],
    "metadata.google.internal": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    "printer.local": ["192.168.0.1"],
    "nas.lan": ["192.168.0.1"],
    "x.home.arpa": ["192.168.0.1"],
    "a.corp": ["10.0.0.1"],
    "b.onion": ["127.0.0.1"],
    "-a.com": ["127.0.0.1"],
    "a-.com": ["127.0.0.1"],
    "a..b": ["127.0.0.1"],
    "xn--": ["127.0.0.1"],
    "example.0x7f": ["127.0.0.1"],
    "0x": ["127.0.0.1"],
}

#: What has to be among the URLs: a way to get round a guard, and what shows it.
KINDS: Mapping[str, str] = {
    "octal": r"//0[0-7]{2,}",
    "octal with more zeros": r"//0000+1",
    "hexadecimal": r"//0x[0-9a-f]{8}",
    "hexadecimal in capitals": r"//0X[0-9A-F]{8}",
    "dotted hexadecimal": r"//0x7f\.0\.0\.1",
    "decimal": r"//2130706433",
    "decimal that overflows": r"//4294967297",
    "two parts": r"//127\.1$",
    "three parts": r"//127\.0\.1$",
    "one part": r"//0/",
    "octets mixed": r"//0177\.0x0",
    "an octet that overflows": r"//383\.",
    "trailing dot": r"127\.0\.0\.1\./",
    "two trailing dots": r"127\.0\.0\.1\.\./",
    "loopback elsewhere": r"127\.127",
    "unspecified": r"//0\.0\.0\.0",
    "unspecified of version 6": r"\[::\]",
    "written out": r"\[0:0:0",
    "IPv4-mapped": r"\[::ffff:127",
    "IPv4-mapped, hexadecimal": r"\[::ffff:7f00",
    "IPv4-compatible": r"\[::127",
    "IPv4-translated": r"\[::ffff:0:127",
    "NAT64": r"\[64:ff9b::7f00",
    "NAT64, dotted": r"\[64:ff9b::127",
    "NAT64 of one's own": r"\[64:ff9b:1:",
    "6to4": r"\[2002:",
    "Teredo": r"\[2001:0:",
    "ISATAP": r"5efe:10\.",
    "link-local": r"\[fe80::1\]",
    "site-local": r"\[fec0:",
    "unique local": r"\[fc00:",
    "multicast": r"\[ff02:",
    "zone": r"%25eth0",
    "zone, not encoded": r"::1%lo",
    "enclosed digits": "①",
    "full-width digits": "１２７",
    "full-width letters": "ｌｏｃａｌ",
    "ideographic full stop": "。",
    "soft hyphen": "\u00ad",
    "zero-width space": "\u200b",
    "percent-encoded": r"127%2e",
    "percent-encoded digits": r"%31%32%37",
    "encoded NUL": r"%00\.",
    "NUL": "\0",
    "user": r"//example\.com@127",
    "user and port": r":443@127",
    "empty user": r"//@127",
    "two users": r"a@b@",
    "backslash before the user": r"80\\@127",
    "two at signs": r"80\\@@",
    "fragment before the user": r"#\\@",
    "space before the user": r" &@2",
    "backslashes for slashes": r"http:\\\\",
    "three slashes": r"http:///1",
    "one slash": r"http:/1",
    "no slash": r"http:1",
    "no scheme": r"^//127",
    "tab": "\t",
    "line feed": r"exa\nmple",
    "line end that begins a header": r"\r\nX: y",
    "line end that begins a request": r"\r\n\r\nGET",
    "brackets round a name": r"\[example",
    "brackets round IPv4": r"\[127",
    "two ports": r":80:8080",
    "port nought": r":0/",
    "port that overflows": r":99999",
    "ports of other services": r":(22|25|6379|5432|11211)/",
    "localhost": r"//localhost$",
    "localhost with a dot": r"//localhost\.$",
    "localhost in capitals": r"//LOCALHOST",
    "below localhost": r"foo\.localhost",
    "a public name that leads inside": r"localtest\.me",
    "a public name of any address": r"nip\.io",
    "metadata by name": r"metadata\.google\.internal",
    "metadata by its short name": r"//metadata/",
    "metadata of AWS": r"169\.254\.169\.254/latest",
    "metadata of AWS over version 6": r"fd00:ec2::254",
    "metadata of AWS, of containers": r"169\.254\.170\.2",
    "metadata of Google over version 6": r"fd20:ce::254",
    "metadata of Alibaba": r"100\.100\.100\.200",
    "metadata of Oracle": r"192\.0\.0\.192",
    "metadata of Azure": r"168\.63\.129\.16",
    "carrier-grade NAT": r"//100\.64\.",
    "benchmarking": r"//198\.18\.",
    "reserved": r"//240\.",
    "broadcast": r"//255\.255\.255\.255",
    "multicast of version 4": r"//224\.",
    **{f"scheme {name}": f"^{name}:" for name in lines("file gopher dict ftp ldap jar data javascript unix smb")},
}  # fmt: skip


def missing() -> list[str]:
    """The kinds that no URL shows."""
    return [kind for kind, sign in KINDS.items() if not any(re.search(sign, url) for url, _code in URLS)]
