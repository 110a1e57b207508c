# ruff: noqa: E501 - attacks read best as they are
"""Namespaces, mounts and roots."""

from tests.sandbox.attack.entry import Attack

ATTACKS = [
    Attack(
        name="unshare",
        code="""
def attack(world):
    flags = dict(user=0x10000000, mount=0x20000, pid=0x20000000, net=0x40000000, ipc=0x8000000, uts=0x4000000, cgroup=0x2000000, time=0x80,
                 both=0x10020000, files=0x400, fs=0x200)
    return [name for name, flag in flags.items() if libc.unshare(flag) == 0]
""",
    ),
    Attack(
        name="clone with a namespace",
        machine="x86_64",
        code="""
def attack(world):
    found = []
    for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80, 0x10020000):
        for high in (0, 1 << 32, 1 << 63):
            answer = libc.syscall(ctypes.c_long(56), ctypes.c_ulong(flag | high | 17), None, None, None, None)
            if answer == 0:
                os._exit(0)
            if answer > 0:
                found.append(hex(flag | high))
    return found
""",
    ),
    Attack(
        name="clone3",
        machine="x86_64",
        code="""
def attack(world):
    arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
    answer = libc.syscall(ctypes.c_long(435), arguments, ctypes.c_long(88))
    if answer == 0:
        os._exit(0)
    return answer > 0
""",
    ),
    Attack(
        name="clone with the parent's parent",
        machine="x86_64",
        profiles=("proc",),
        code="""
def attack(world):
    answer = libc.syscall(ctypes.c_long(56), ctypes.c_ulong(0x8000 | 17), None, None, None, None)  # CLONE_PARENT: a sibling, which outlives its maker
    if answer == 0:
        time.sleep(60)
        os._exit(0)
""",
    ),
    Attack(
        name="joining a namespace",
        code="""
def attack(world):
    handles = [h for h in range(64) if got(stat=lambda: os.fstat(h))]
    return [h for h in handles if libc.setns(h, 0) == 0 or libc.setns(h, 0x20000000) == 0] + got(
        host=lambda: os.open(f"/proc/{world['host']}/ns/mnt", os.O_RDONLY), pid=lambda: libc.setns(os.pidfd_open(world["host"]), 0x20000) and 1 / 0)
""",
    ),
    Attack(
        name="mounts",
        code="""
def attack(world):
    here = os.getcwd().encode()
    stdlib = os.path.dirname(os.__file__).encode()
    def mount(source, target, kind, flags):
        if libc.mount(source, target, kind, ctypes.c_ulong(flags), None) != 0:
            raise OSError
    return got(tmpfs=lambda: mount(b"none", here, b"tmpfs", 0), proc=lambda: mount(b"proc", here, b"proc", 0), sysfs=lambda: mount(b"sysfs", here, b"sysfs", 0),
               bind=lambda: mount(b"/", here, None, 0x1000), remount=lambda: mount(None, stdlib, None, 0x1000 | 32), root=lambda: mount(None, b"/", None, 32),
               cgroup=lambda: mount(b"cgroup", here, b"cgroup2", 0), devpts=lambda: mount(b"devpts", here, b"devpts", 0), overlay=lambda: mount(b"o", here, b"overlay", 0))
""",
    ),
    Attack(
        name="uncovering what is covered",
        code="""
def attack(world):
    paths = ["/", "/box", "/dev/null", "/lib64", os.path.dirname(os.__file__), *world["covered"]]
    return [p for p in paths for flags in (0, 2, 8) if libc.umount2(p.encode(), flags) == 0]
""",
    ),
    Attack(
        name="the new way to mount",
        machine="x86_64",
        code="def attack(world):\n    return reached(open_tree=428, move_mount=429, fsopen=430, fsconfig=431, fsmount=432, fspick=433, mount_setattr=442, statmount=457, listmount=458)\n",
    ),
    Attack(
        name="another root",
        code="""
def attack(world):
    def pivot():
        call(155, ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
    def dots():
        os.chroot(".")
        os.chdir("../" * 40)
    return got(chroot=lambda: os.chroot("."), dots=dots, pivot=pivot)
""",
    ),
    Attack(
        name="device nodes",
        code="""
def attack(world):
    import stat
    return got(mem=lambda: os.mknod("mem", stat.S_IFCHR | 0o666, os.makedev(1, 1)), disk=lambda: os.mknod("disk", stat.S_IFBLK | 0o666, os.makedev(254, 0)),
               null=lambda: os.mknod("null", stat.S_IFCHR | 0o666, os.makedev(1, 3)), socket=lambda: os.mknod("socket", stat.S_IFSOCK | 0o666),
               whiteout=lambda: os.mknod("w", stat.S_IFCHR | 0o666, 0))
""",
    ),
    Attack(
        name="names of the machine",
        code="""
def attack(world):
    return got(host=lambda: 1 / (libc.sethostname(b"x", 1) == 0), domain=lambda: 1 / (libc.setdomainname(b"x", 1) == 0))
""",
    ),
    Attack(
        name="files by handle",
        machine="x86_64",
        code="""
def attack(world):
    handle = ctypes.create_string_buffer(136)
    handle[0:4] = (128).to_bytes(4, "little")
    number = ctypes.c_int()
    return got(name=lambda: call(303, -100, ctypes.c_char_p(b"/"), handle, ctypes.byref(number), 0), open=lambda: call(304, -100, handle, 0))
""",
    ),
    Attack(
        name="capabilities",
        machine="x86_64",
        code="""
def attack(world):
    import struct
    header, data = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0)), ctypes.create_string_buffer(24)
    full = ctypes.create_string_buffer(b"\\xff" * 24)
    found = got(set=lambda: call(126, header, full), ambient=lambda: call(157, 47, 2, 21, 0, 0), keep=lambda: call(157, 8, 1, 0, 0, 0))
    if not got(get=lambda: call(125, header, data)) or not any(data.raw[:24]):
        return found
    return [*found, "capabilities: " + data.raw[:24].hex()]
""",
    ),
]
