# ruff: noqa: E501 - attacks read best as they are
"""Reaching other processes over sockets. Every address is loopback's, and every listener planted."""

from tests.sandbox.attack.entry import Attack

ATTACKS = [
    Attack(
        name="TCP to a planted listener",
        code="""
def attack(world):
    import socket
    return got(ipv4=lambda: socket.create_connection(("127.0.0.1", world["port"]), 1), ipv6=lambda: socket.create_connection(("::1", world["port"]), 1),
               mapped=lambda: socket.create_connection(("::ffff:127.0.0.1", world["port"]), 1))
""",
    ),
    Attack(
        name="UDP to loopback",
        code="""
def attack(world):
    import socket
    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", ("127.0.0.1", world["port"]))
    return got(send=send)
""",
    ),
    Attack(
        name="HTTP by the standard library",
        ends="EXCEPTION",
        code="""
def attack(world):
    import urllib.request
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{world['port']}/", timeout=1).read()
""",
    ),
    Attack(
        name="an abstract unix socket",
        code="""
def attack(world):
    import socket
    def connect(kind):
        with socket.socket(socket.AF_UNIX, kind) as s:
            s.connect("\\0" + world["abstract"] + ("" if kind == socket.SOCK_STREAM else "-datagram"))
            s.send(b"x")
    return got(stream=lambda: connect(socket.SOCK_STREAM), datagram=lambda: connect(socket.SOCK_DGRAM))
""",
    ),
    Attack(
        name="a unix socket with a path",
        code="""
def attack(world):
    import socket
    def connect():
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(world["folder"] + "/socket")
            s.send(b"x")
    return got(connect=connect)
""",
    ),
    Attack(
        name="one end of a socket pair, sending elsewhere",
        profiles=("proc",),
        code="""
def attack(world):
    import socket
    def send(address):
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        a.sendto(b"x", address)
    return got(abstract=lambda: send("\\0" + world["abstract"] + "-datagram"), path=lambda: send(world["folder"] + "/datagram"))
""",
    ),
    Attack(
        name="socket pairs of other families",
        profiles=("proc",),
        code="""
def attack(world):
    import socket
    return [family for family in range(46) if family != socket.AF_UNIX and got(pair=lambda: socket.socketpair(family, socket.SOCK_STREAM))]
""",
    ),
    Attack(
        name="a listener of its own",
        code="""
def attack(world):
    import socket
    return got(tcp=lambda: socket.create_server(("127.0.0.1", 0)), any=lambda: socket.create_server(("", 0)))
""",
    ),
    Attack(
        name="raw, packet and netlink sockets",
        code="""
def attack(world):
    import socket
    kinds = dict(raw=(socket.AF_INET, socket.SOCK_RAW, 1), ping=(socket.AF_INET, socket.SOCK_DGRAM, 1), packet=(17, socket.SOCK_RAW, 0x300),
                 route=(16, socket.SOCK_RAW, 0), audit=(16, socket.SOCK_RAW, 9), uevent=(16, socket.SOCK_DGRAM, 15), netfilter=(16, socket.SOCK_RAW, 12))
    return [name for name, kind in kinds.items() if got(socket=lambda: socket.socket(*kind))]
""",
    ),
    Attack(
        name="vsock, crypto, bluetooth and every other family",
        code="""
def attack(world):
    import socket
    return [(family, kind) for family in range(46) for kind in (1, 2, 3, 5) if got(socket=lambda: socket.socket(family, kind))]
""",
    ),
    Attack(
        name="names of interfaces",
        code="""
def attack(world):
    import socket
    return got(names=lambda: 1 / len(socket.if_nameindex()), hostname=lambda: 1 / (socket.gethostname() != "box") if world["tier"] != "landlock" else 1 / 0)
""",
    ),
    Attack(
        name="an event loop",
        profiles=("func",),
        ends="EXCEPTION",
        code="""
def attack(world):
    import asyncio
    async def connect():
        await asyncio.open_connection("127.0.0.1", world["port"])
    asyncio.run(connect())
""",
    ),
    Attack(
        name="sockets by number",
        machine="x86_64",
        profiles=("func",),
        code="""
def attack(world):
    return reached(socket=41, connect=42, accept=43, sendto=44, recvfrom=45, sendmsg=46, recvmsg=47, bind=49, listen=50, socketpair=53, setsockopt=54,
                   accept4=288, recvmmsg=299, sendmmsg=307)
""",
    ),
    Attack(
        name="sockets by number, with processes",
        machine="x86_64",
        profiles=("proc",),
        code="""
def attack(world):
    return reached(socket=41, connect=42, accept=43, bind=49, listen=50, setsockopt=54, accept4=288, recvmmsg=299, sendmmsg=307)
""",
    ),
]
