# ruff: noqa: E501 - attacks read best as they are
"""Reading and writing what belongs to the host."""

from tests.sandbox.attack.entry import Attack

_NAMESPACED = ("nsjail", "bubblewrap")

ATTACKS = [
    # Reading
    Attack(
        name="a planted file",
        code="""
def attack(world):
    import io, linecache, mmap, shutil
    path = world["secret"]
    def mapped():
        with open(path, "rb") as file:
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:]
    return got(open=lambda: open(path).read(), raw=lambda: os.read(os.open(path, os.O_RDONLY), 9), code=lambda: io.open_code(path),
               lines=lambda: linecache.getlines(path)[0], copy=lambda: shutil.copy(path, "c"), mapped=mapped,
               creat=lambda: os.open(path, os.O_RDWR | os.O_CREAT), truncate=lambda: os.open(path, os.O_RDONLY | os.O_TRUNC))
""",
    ),
    Attack(
        name="a planted file by an O_PATH handle",
        code="""
def attack(world):
    def read():
        handle = os.open(world["secret"], os.O_PATH)
        os.pread(handle, 9, 0)
    def reopen():
        handle = os.open(world["folder"], os.O_PATH)
        os.read(os.open("secret", os.O_RDONLY, dir_fd=handle), 9)
    return got(read=read, reopen=reopen)
""",
    ),
    Attack(
        name="a planted file through links",
        code="""
def attack(world):
    path = world["secret"]
    def soft():
        os.symlink(path, "soft")
        open("soft").read()
    def hard():
        os.link(path, "hard")
        open("hard").read()
    def moved():
        os.rename(path, "moved")
    def folder():
        os.symlink(os.path.dirname(path), "dir")
        open("dir/secret").read()
    def dots():
        open("../" * 40 + path[1:]).read()
    def cwd():
        os.chdir(os.path.dirname(path))
        open("secret").read()
    return got(soft=soft, hard=hard, moved=moved, folder=folder, dots=dots, cwd=cwd)
""",
        proc="OK",
    ),
    Attack(
        name="a planted module",
        code="""
def attack(world):
    sys.path.insert(0, world["folder"])
    import planted
    return planted.TOKEN
""",
        ends="EXCEPTION",
    ),
    Attack(
        name="a planted program",
        profiles=("proc",),
        code="""
def attack(world):
    import runpy, subprocess
    return got(run=lambda: subprocess.run([world["program"]], check=True), sh=lambda: subprocess.run(["/bin/sh" if not world["programs"] else "/bin/dash", "-c", "true"], check=True),
               path=lambda: runpy.run_path(world["folder"] + "/planted.py"))
""",
    ),
    Attack(
        name="password files",
        code="""
def attack(world):
    return [p for p in ("/etc/shadow", "/etc/passwd", "/etc/hosts", "/etc/machine-id", "/root/.bashrc") if got(open=lambda: open(p).read())]
""",
    ),
    Attack(
        name="the host's processes in /proc",
        code="""
def attack(world):
    found = []
    for pid in ("self", "thread-self", "1", str(world["host"]), str(world["victim"]), str(os.getppid())):
        for name in ("environ", "cmdline", "maps", "mem", "fd", "root", "status", "ns/pid", "task", f"root{world['folder']}", "cwd/../secret"):
            path = f"/proc/{pid}/{name}"
            if got(open=lambda: open(path, "rb").read(1)) or got(list=lambda: os.listdir(path)) or got(link=lambda: open(path + "/etc/passwd")):
                found.append(path)
    return found
""",
    ),
    Attack(
        name="the kernel in /proc and /sys",
        code="""
def attack(world):
    paths = ("/proc", "/sys", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/kallsyms", "/proc/meminfo", "/proc/mounts",
             "/proc/self/mountinfo", "/sys/kernel", "/sys/fs/cgroup", "/sys/fs/cgroup/memory/release_agent", "/sys/kernel/security",
             "/proc/self/uid_map", "/proc/self/oom_score_adj", "/sys/fs/cgroup/cgroup.procs")
    return [p for p in paths if got(read=lambda: open(p).read(1)) or got(list=lambda: os.listdir(p)) or got(write=lambda: open(p, "w").write("1"))]
""",
    ),
    Attack(
        name="devices",
        code="""
def attack(world):
    names = ("mem", "kmsg", "port", "kvm", "fuse", "vda", "sda", "loop-control", "tty", "console", "ptmx", "pts/0", "shm", "mqueue", "zero",
             "full", "random", "urandom", "net/tun", "vsock", "userfaultfd", "vhost-net")
    found = [n for n in names if got(open=lambda: os.close(os.open("/dev/" + n, os.O_RDONLY)), write=lambda: os.close(os.open("/dev/" + n, os.O_RDWR)))]
    return found + (["a list of /dev"] if got(list=lambda: 1 / (set(os.listdir("/dev")) - {"null"} != set())) else [])
""",
    ),
    Attack(
        name="environment variables",
        code="""
def attack(world):
    raw, words, i = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ"), [], 0
    while raw[i]:
        words.append(raw[i].decode())
        i += 1
    known = {"PATH", "HOME", "TMPDIR", "LANG", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8", "PWD", "LC_CTYPE", "PYTEST_VERSION"} | ({"PYTHONPATH"} if world["programs"] else set())
    return [w for w in (*words, *(f"{k}={v}" for k, v in os.environ.items())) if w.partition("=")[0] not in known or "axion-planted" in w]
""",
    ),
    Attack(
        name="the command line and stack of the zygote",
        code="""
def attack(world):
    raw = ctypes.POINTER(ctypes.c_char_p)
    argc, argv = ctypes.c_int(), raw()
    ctypes.pythonapi.Py_GetArgcArgv(ctypes.byref(argc), ctypes.byref(argv))
    words = [argv[i].decode() for i in range(argc.value)]
    return [w for w in words if "axion-planted" in w or "pytest" in w or w == world["folder"]]
""",
    ),
    Attack(
        name="axion's own code",
        code="""
def attack(world):
    def package(name):
        import importlib
        importlib.import_module(name)
    sys.path.insert(0, os.path.dirname(world["package"]))
    return got(file=lambda: open(world["package"] + "/task.py").read(), list=lambda: 1 / len(set(os.listdir(world["package"])) - {"sandbox"}),
               axion=lambda: package("axion_env.record.task"), host=lambda: package("axion_env.sandbox.slot"), zoo=lambda: package("axion_zoo.reasoning.arithmetic"),
               train=lambda: package("axion_train"))
""",
    ),
    Attack(
        name="answers of installed environments",
        code="""
def attack(world):
    found = []
    for path in world["answers"]:
        found += got(**{path: lambda: open(path).read()})
    for site in world["sites"]:
        for name in got(list=lambda: 1 / len(os.listdir(site))) and os.listdir(site):
            if name.partition("-")[0] not in world["offered"]:
                found.append(f"{site}/{name}")
    return found
""",
    ),
    Attack(
        name="names of what is installed",
        profiles=("func",),
        code="""
def attack(world):
    import importlib.metadata
    for site in world["sites"]:
        sys.path.insert(0, site)
    return [d.name for d in importlib.metadata.distributions()] + [e.name for e in importlib.metadata.entry_points(group="axion.envs")]
""",
    ),
    Attack(
        name="names and sizes of files",
        tiers=_NAMESPACED,
        code="""
def attack(world):
    os.symlink(".", "l")
    return got(stat=lambda: os.stat(world["secret"]), access=lambda: 1 / os.access(world["secret"], os.F_OK), cwd=lambda: os.chdir(world["folder"]),
               passwd=lambda: os.stat("/etc/passwd"), path=lambda: os.open(world["secret"], os.O_PATH), proc=lambda: os.stat("/proc/self"))
""",
    ),
    Attack(
        name="lists of folders",
        code="""
def attack(world):
    def handle():
        return os.listdir(os.open(world["folder"], os.O_RDONLY | os.O_DIRECTORY))
    paths = ("/etc", "/root", "/home", "/var", "/run", "/tmp", "/opt", world["folder"])
    inside = " ".join([sys.executable, world["package"], *sys.path, *world["sites"]])  # folders on the way to these can be seen, with nothing else in them
    return [p for p in paths if got(list=lambda: 1 / len([n for n in os.listdir(p) if f"{p}/{n}" not in inside]))] + got(handle=handle)
""",
    ),
    Attack(
        name="another slot's folder",
        code="""
def attack(world):
    import glob
    others = [p for p in glob.glob("/tmp/axion-slot-*") + glob.glob("/tmp/axion-slot-*/*/*") if not os.getcwd().startswith(p)]
    paths = [world["neighbor"], world["neighbor"] + "/tmp", world["neighbor"] + "/tmp/marker"] if world["neighbor"] else []
    def write(path):
        open(path + "/written", "w").close()
    return others + [p for p in paths if got(list=lambda: os.listdir(p), read=lambda: open(p).read(), write=lambda: write(p))]
""",
    ),
    # Writing
    Attack(
        name="writing into a planted folder",
        code="""
def attack(world):
    folder, secret = world["folder"], world["secret"]
    def write(path, mode="w"):
        with open(path, mode) as file:
            file.write("x")
    def temporary():
        os.open(folder, os.O_TMPFILE | os.O_RDWR)
    return got(new=lambda: write(folder + "/new"), over=lambda: write(secret), append=lambda: write(secret, "a"), mkdir=lambda: os.mkdir(folder + "/d"),
               soft=lambda: os.symlink("x", folder + "/soft"), fifo=lambda: os.mkfifo(folder + "/fifo"), temporary=temporary,
               truncate=lambda: os.truncate(secret, 0), hard=lambda: os.link(secret, folder + "/hard"))
""",
    ),
    Attack(
        name="removing and moving planted files",
        code="""
def attack(world):
    folder, secret = world["folder"], world["secret"]
    def move_in():
        open("mine", "w").close()
        os.rename("mine", folder + "/mine")
    def exchange():
        open("mine", "w").close()
        call(316, -100, ctypes.c_char_p(b"mine"), -100, ctypes.c_char_p(secret.encode()), 2)
    return got(unlink=lambda: os.unlink(secret), rename=lambda: os.rename(secret, folder + "/gone"), rmdir=lambda: os.rmdir(folder + "/empty"),
               move_in=move_in, exchange=exchange, move_out=lambda: os.rename(folder + "/empty", "empty"))
""",
    ),
    Attack(
        name="modes and times of planted files",
        code="""
def attack(world):
    folder, secret = world["folder"], world["secret"]
    def by_handle(path):
        handle = os.open(path, os.O_PATH)
        os.chmod(f"/proc/self/fd/{handle}", 0o777)
    def relative():
        handle = os.open(folder, os.O_PATH)
        os.chmod("secret", 0o600, dir_fd=handle)
    return got(chmod=lambda: os.chmod(secret, 0o600), folder=lambda: os.chmod(folder, 0o700), utime=lambda: os.utime(secret, (1, 1)), now=lambda: os.utime(secret),
               by_handle=lambda: by_handle(secret), relative=relative, chown=lambda: os.chown(secret, os.getuid(), os.getgid()),
               attribute=lambda: os.setxattr(secret, "user.x", b"1"), fchmodat2=lambda: call(452, -100, ctypes.c_char_p(secret.encode()), 0o600, 0),
               futimesat=lambda: call(261, -100, ctypes.c_char_p(secret.encode()), None), utimes=lambda: call(235, ctypes.c_char_p(secret.encode()), None))
""",
    ),
    Attack(
        name="writing anywhere",
        code="""
def attack(world):
    def write(path):
        with open(path + "/axion-attack", "w") as file:
            file.write("x")
    paths = ["/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/run", "/etc", "/usr/lib", "/lib", "/lib64", "/home", "/proc", "/sys", "/opt", "/box/..",
             os.path.dirname(os.__file__), os.path.dirname(sys.executable), os.path.dirname(world["package"]), *sys.path, *world["sites"]]
    return [p for p in paths if p and os.path.abspath(p) != os.getcwd() and got(write=lambda: write(p))]
""",
    ),
    Attack(
        name="changing the interpreter",
        code="""
def attack(world):
    import json
    paths = (os.__file__, json.__file__, sys.executable, __import__("_ctypes").__file__, sys.modules["wire"].__file__ if "wire" in sys.modules else os.__file__)
    return [p for p in paths if got(open=lambda: open(p, "r+"), chmod=lambda: os.chmod(p, 0o666), unlink=lambda: os.unlink(p), over=lambda: os.rename("x", p),
                                    utime=lambda: os.utime(p), link=lambda: os.link(p, "l"))]
""",
    ),
    Attack(
        name="the null device's inode",
        code="""
def attack(world):
    def set_times(handle):
        os.utime(handle, (1, 1))
    return got(chmod=lambda: os.chmod("/dev/null", 0o600), fchmod=lambda: os.fchmod(os.open("/dev/null", os.O_RDWR), 0o600), chown=lambda: os.chown("/dev/null", 1000, 1000),
               utime=lambda: set_times(os.open("/dev/null", os.O_RDWR)), unlink=lambda: os.unlink("/dev/null"), replace=lambda: os.rename("x", "/dev/null"),
               stdin=lambda: os.fchmod(0, 0o600) if os.fstat(0).st_rdev else 1 / 0, truncate=lambda: os.truncate("/dev/null", 5))
""",
    ),
    Attack(
        name="a setuid program",
        code="""
def attack(world):
    got(make=lambda: os.open("s", os.O_CREAT | os.O_WRONLY, 0o4755))
    found = got(setuid=lambda: os.setuid(0), setresuid=lambda: os.setresuid(0, 0, 0), setgroups=lambda: os.setgroups([0]), setgid=lambda: os.setgid(0))
    return found + (["root"] if 0 in (os.getuid(), os.geteuid(), os.getgid()) else [])
""",
        profiles=("func",),
    ),
]
