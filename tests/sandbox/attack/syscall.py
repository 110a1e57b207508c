# ruff: noqa: E501 - attacks read best as they are
"""System calls that no job needs, by number: the filter must answer, and the kernel never see them."""

from axion_env.sandbox import Limits
from tests.sandbox.attack.entry import Attack

_TABLE = {
    "keys": "add_key=248 request_key=249 keyctl=250",
    "io_uring": "io_uring_setup=425 io_uring_enter=426 io_uring_register=427",
    "asynchronous I/O": "io_setup=206 io_destroy=207 io_submit=209 io_cancel=210 io_getevents=208 io_pgetevents=333",
    "bpf": "bpf=321",
    "userfaultfd": "userfaultfd=323",
    "performance events": "perf_event_open=298",
    "secret memory and memfds": "memfd_secret=447 memfd_create=319 map_shadow_stack=453",
    "segments and execution domains": "modify_ldt=154 personality=135 uselib=134",
    "ports": "iopl=172 ioperm=173",
    "fanotify and inotify": "fanotify_init=300 fanotify_mark=301 inotify_init=253 inotify_init1=294 inotify_add_watch=254",
    "another kernel": "kexec_load=246 kexec_file_load=320 reboot=169",
    "kernel modules": "init_module=175 finit_module=313 delete_module=176 create_module=174",
    "the clock": "clock_settime=227 clock_adjtime=305 settimeofday=164 adjtimex=159",
    "filters and rulesets": "seccomp=317 landlock_create_ruleset=444 landlock_add_rule=445 landlock_restrict_self=446",
    "System V shared memory": "shmget=29 shmat=30 shmctl=31 shmdt=67",
    "System V semaphores and queues": "semget=64 semop=65 semctl=66 semtimedop=220 msgget=68 msgsnd=69 msgrcv=70 msgctl=71",
    "POSIX queues": "mq_open=240 mq_unlink=241 mq_timedsend=242 mq_timedreceive=243 mq_notify=244",
    "timers and signal descriptors": "timer_create=222 timer_settime=223 timerfd_create=283 timerfd_settime=286 signalfd=282 signalfd4=289",
    "identities": "setuid=105 setgid=106 setreuid=113 setregid=114 setgroups=116 setresuid=117 setresgid=119 setfsuid=122 setfsgid=123 capset=126",
    "owners": "chown=92 fchown=93 lchown=94 fchownat=260",
    "attributes": "setxattr=188 lsetxattr=189 fsetxattr=190 getxattr=191 listxattr=194 removexattr=197 setxattrat=463",
    "locked and moved memory": "mlock=149 mlock2=325 mlockall=151 mbind=237 set_mempolicy=238 migrate_pages=256 move_pages=279 process_madvise=440",
    "splicing": "splice=275 tee=276 vmsplice=278",
    "handles of processes": "pidfd_open=434 pidfd_getfd=438 pidfd_send_signal=424 process_mrelease=448 kcmp=312",
    "quotas, swap and accounts": "quotactl=179 quotactl_fd=443 swapon=167 swapoff=168 acct=163 nfsservctl=180 syslog=103 lookup_dcookie=212",
    "terminals and sessions": "vhangup=153 sethostname=170 setdomainname=171",
    "flushing the host's disks": "sync=162 syncfs=306",
    "scheduling": "sched_setparam=142 sched_setscheduler=144 sched_setattr=314 sched_setaffinity=203 ioprio_set=251 setpriority=141",
    "protection keys": "pkey_mprotect=329 pkey_alloc=330 pkey_free=331",
    "security modules": "lsm_get_self_attr=459 lsm_set_self_attr=460 lsm_list_modules=461",
}

ATTACKS = [
    Attack(
        name=name,
        machine="x86_64",
        code=f"def attack(world):\n    return reached({', '.join(numbers.split())})\n",
    )
    for name, numbers in _TABLE.items()
] + [
    Attack(
        name="every number there is",
        machine="x86_64",
        limits=Limits(cpu_s=2.0, wall_s=15.0),
        code="""
def attack(world):
    listed = set(world["syscalls"])
    # 335 and 336 belong to the kernel's own probes: it takes them past every filter, and gives those who call them an error or a signal
    return [number for number in range(600) if number not in listed and number not in (335, 336) and reached(x=number)]
""",
    ),
    Attack(
        name="the x32 interface",
        machine="x86_64",
        ends="NO_RESULT",
        code="def attack(world):\n    return libc.syscall(ctypes.c_long(0x40000000 | 39))\n",
    ),
    Attack(
        name="x32 with a number of its own",
        machine="x86_64",
        ends="NO_RESULT",
        code="def attack(world):\n    return libc.syscall(ctypes.c_long(0x40000000 | 520), None, None, None)\n",
    ),
    Attack(
        name="negative and huge numbers",
        machine="x86_64",
        ends="OK NO_RESULT",
        code="""
def attack(world):
    return [n for n in (600, 1000, 0x3fffffff, 0x100000000 | 600) if libc.syscall(ctypes.c_long(n)) != -1] + [n for n in (-1, 0xffffffff) if libc.syscall(ctypes.c_long(n)) != -1]
""",
    ),
    Attack(
        name="int 0x80",
        machine="x86_64",
        ends="NO_RESULT",
        code="""
def attack(world):
    import mmap
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(bytes.fromhex("b814000000" "cd80" "c3"))  # getpid of the 32-bit interface
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_long)(address)() + 1
""",
    ),
    Attack(
        name="arguments with high halves",
        machine="x86_64",
        code="""
def attack(world):
    high = 1 << 32
    return got(fcntl=lambda: call(72, 0, high | 1024, 0), ioctl=lambda: call(16, 0, high | 0x5412, ctypes.create_string_buffer(1)),
               prctl=lambda: call(157, high | 4, 1), prlimit=lambda: call(302, world["host"] | high, 7, None, ctypes.create_string_buffer(16)))
""",
    ),
    Attack(
        name="names of threads, and what else prctl does",
        machine="x86_64",
        code="""
def attack(world):
    options = dict(dumpable=4, death=1, keepcaps=8, seccomp=22, drop=24, timing=14, tsc=26, securebits=28, subreaper=36, nonewprivs=38, ptracer=0x59616d61, mm=35, thp=41,
                   memory=65, speculation=53, ambient=47, vma=0x53564d41, core=62, merge=67)
    return [name for name, option in options.items() if got(call=lambda: call(157, option, 1, 0, 0, 0))]
""",
    ),
]
