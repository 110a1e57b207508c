# ruff: noqa: E501 - attacks read best as they are
"""Locks, leases and terminals: what a job can do to a file it may only read, or to a terminal it may not have."""

from tests.sandbox.attack.entry import Attack

ATTACKS = [
    Attack(
        name="flock on a library",
        machine="x86_64",
        code="def attack(world):\n    handle = os.open(os.__file__, os.O_RDONLY)\n    return got(shared=lambda: call(73, handle, 1 | 4), exclusive=lambda: call(73, handle, 2 | 4), null=lambda: call(73, 0, 2 | 4))\n",
    ),
    Attack(
        name="record locks on a library",
        code="""
def attack(world):
    import fcntl
    handle = os.open(os.__file__, os.O_RDONLY)
    return got(read=lambda: fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB), open_file=lambda: fcntl.fcntl(handle, 37, bytes(32)),
               get=lambda: fcntl.fcntl(handle, fcntl.F_GETLK, bytes(32)), posix=lambda: os.lockf(os.open("f", os.O_CREAT | os.O_RDWR), os.F_TLOCK, 0))
""",
    ),
    Attack(
        name="leases, notices and seals",
        code="""
def attack(world):
    import fcntl
    handle = os.open(os.__file__, os.O_RDONLY)
    folder = os.open(os.path.dirname(__import__("json").__file__), os.O_RDONLY)
    return got(lease=lambda: fcntl.fcntl(handle, 1024, 0), notice=lambda: fcntl.fcntl(folder, 1026, 0x8000001f), hint=lambda: fcntl.fcntl(handle, 1036, bytes(8)),
               seal=lambda: fcntl.fcntl(0, 1033, 1), query=lambda: fcntl.fcntl(handle, 1025))
""",
    ),
    Attack(
        name="typing into a terminal",
        code="""
def attack(world):
    import fcntl
    found = []
    for number in (0, 1, 2):
        found += got(**{f"type {number}": lambda: fcntl.ioctl(number, 0x5412, b"x"), f"linux {number}": lambda: fcntl.ioctl(number, 0x541C, b"\\2"),
                        f"take {number}": lambda: fcntl.ioctl(number, 0x540E, 1), f"give {number}": lambda: fcntl.ioctl(number, 0x5422, 0)})
    return found + got(tty=lambda: os.open("/dev/tty", os.O_RDWR), name=lambda: os.ttyname(0), pty=lambda: os.openpty())
""",
    ),
    Attack(
        name="ioctls on files and devices",
        code="""
def attack(world):
    import fcntl
    handle = os.open(os.__file__, os.O_RDONLY)
    numbers = dict(getflags=0x80086601, setflags=0x40086602, clone=0x40049409, dedupe=0xC0189436, fiemap=0xC020660B, freeze=0xC0045877, owner=0x8901, group=0x8902,
                   asynchronous=0x5452, verity=0x40806685, encryption=0x800C6613, version=0x80087601, trim=0xC0185879, label=0x81009431)
    return [name for name, number in numbers.items() if got(call=lambda: fcntl.ioctl(handle, number, bytes(256)))]
""",
    ),
    Attack(
        name="advice and flushing on shared pages",
        machine="x86_64",
        code="""
def attack(world):
    handle = os.open(os.__file__, os.O_RDONLY)
    return got(drop=lambda: os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED), readahead=lambda: call(187, handle, 0, 4096), cached=lambda: call(451, handle, 0, 0, 0),
               resident=lambda: call(27, 0, 4096, 0), sync=lambda: call(162), range=lambda: call(277, handle, 0, 0, 7))
""",
    ),
    Attack(
        name="a map of a library, written",
        code="""
def attack(world):
    import mmap
    def shared():
        mmap.mmap(os.open(os.__file__, os.O_RDONLY), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    def protect():
        page = mmap.mmap(os.open(os.__file__, os.O_RDONLY), 4096, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)
        libc.mmap.restype = ctypes.c_void_p
        address = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, os.open(os.__file__, os.O_RDONLY), ctypes.c_long(0))
        if libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), 3) != 0:
            raise OSError
    return got(shared=shared, protect=protect)
""",
    ),
]
