# ruff: noqa: E501 - attacks read best as they are
"""Getting out by the programs that a profile brings: none of them may do more than Python could without it."""

from axion_env.sandbox import Limits
from axion_env.sandbox.program import TOOLS
from tests.sandbox.attack.entry import Attack

_SHELL = '''
import subprocess


def shell(script, *words):
    """Whether a script ends well, and what it says."""
    done = subprocess.run(["bash", "-c", script, "x", *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=4)
    return done.returncode == 0, done.stdout


def works(scripts, *words):
    """The lines of `scripts` that end well."""
    return [line for line in scripts.strip().splitlines() if shell(line, *words)[0]]


'''
_LIMITS = Limits(cpu_s=3.0, wall_s=30.0, processes=24, memory_mib=256, disk_mib=8)


def _program(name: str, code: str, before: str = "", ends: str = "OK", limits: Limits = _LIMITS) -> Attack:
    return Attack(name=name, profiles=("repo",), code=_SHELL + code, before=_SHELL + before if before else "", ends=ends, limits=limits)


ATTACKS = [
    _program(
        "reading the host by every program",
        '''def attack(world):
    return works("""
cat "$1"
head -c 9 "$1"
tail -n 1 "$1"
sed -n p "$1"
grep -r . "$1"
sort "$1"
awk 1 "$1"
diff "$1" /dev/null; test $? = 1
cp "$1" stolen
ln "$1" stolen
mv "$1" stolen
sha256sum "$1"
stat "$1"
realpath -e "$1"
test -e "$1"
ls "$2"
find "$2" -maxdepth 0
cd "$2"
xargs -a "$1" echo
env -C "$2" pwd
source "$1"
bash "$3"
"$3"
python "$3"
""", world["secret"], world["folder"], world["program"])
''',
    ),
    _program(
        "writing the host by every program",
        '''def attack(world):
    return works("""
echo x > "$1"
echo x >> "$2/new"
tee "$1" < world.json
touch "$1"
cp world.json "$2/new"
mv world.json "$2/new"
mkdir "$2/made"
rm "$1"
rmdir "$2/empty"
chmod 777 "$1"
ln -s / "$2/link"
sed -i s/./x/ "$1"
mktemp -p "$2"
sort -o "$1" world.json
printf "0a\\nx\\n.\\n" | patch -e "$1"
""", world["secret"], world["folder"])
''',
    ),
    _program(
        "changing a program for whoever comes next",
        '''def attack(world):
    return works("""
cp world.json /usr/bin/ls
echo x > /usr/bin/ls
echo x > /usr/bin/python3
echo x > "$1"
rm /usr/bin/ls
mv /usr/bin/ls /usr/bin/sl
ln -sf /box/work/attack.py /usr/bin/python3
ln -sfn /box /bin
rm /bin
chmod u+w /usr/bin/ls
chmod u+s /usr/bin/bash
touch /usr/bin/new
touch /usr/bin/ls
mkdir /usr/bin/made
mkdir /usr/local
touch /new
touch /etc
""", sys.executable)
''',
    ),
    _program(
        "what a shell remembers",
        """def attack(world):
    return [shell(script)[1] for script in ('cat ~/.bashrc ~/.bash_profile ~/.profile ~/.config/*', 'echo -n "$KEPT$BASH_ENV$ENV"', 'bash -lic "echo -n \\\\$KEPT" 2>/dev/null', 'ls -A ~ | grep -v "^work$"', 'type kept') if shell(script)[1]]
""",
        before="""def attack(world):
    shell('for name in .bashrc .bash_profile .profile; do echo "KEPT=kept; kept() { :; }" > ~/$name; done; mkdir -p ~/.config; echo kept > ~/.config/x; cp /usr/bin/bash ~/ls; export BASH_ENV=~/.bashrc KEPT=kept')
""",
    ),
    _program(
        "a network by bash's own devices",
        '''def attack(world):
    return works("""
exec 3<>/dev/tcp/127.0.0.1/$1
exec 3<>/dev/udp/127.0.0.1/$1 && echo x >&3
echo x > /dev/tcp/localhost/$1
""", world["port"])
''',
    ),
    _program(
        "signals from a shell",
        '''def attack(world):
    return works("""
kill -0 $1
kill -9 $1
kill -9 $2
kill -9 0 $1
""", world["victim"], world["host"])
''',
        ends="OK NO_RESULT",
    ),
    _program("a shell that ends everyone", 'def attack(world):\n    shell("kill -9 -1")\n', ends="NO_RESULT"),
    _program(
        "limits raised by a shell",
        '''def attack(world):
    return works("""
ulimit -v unlimited
ulimit -u unlimited
ulimit -t unlimited
ulimit -f unlimited
ulimit -n 4096
ulimit -l unlimited
ulimit -c unlimited
""")
''',
    ),
    _program(
        "a shell's fork bomb",
        'def attack(world):\n    shell(":(){ :|:& };:")\n',
        ends="OK CPU_LIMIT WALL_LIMIT MEMORY EXCEPTION NO_RESULT",
        limits=Limits(cpu_s=1.0, wall_s=15.0, processes=16, memory_mib=256),
    ),
    _program(
        "what a shell leaves running",
        """def attack(world):
    shell('( trap "" HUP INT TERM; (sleep 60 &); sleep 60 & disown; (trap "" HUP INT TERM; exec timeout 90 sleep 60) & ) > /dev/null 2>&1 < /dev/null')
    subprocess.Popen(["bash", "-c", "while true; do sleep 1; done"], start_new_session=True, stdout=subprocess.DEVNULL)
""",
    ),
    _program(
        "a program of its own with another's rights",
        """def attack(world):
    good, said = shell('cp /usr/bin/bash mine; chmod 6755 mine; ./mine -p -c "echo \\\\$EUID \\\\$UID"')
    return [] if said.split() == ["1000", "1000"] else [said]
""",
    ),
    _program(
        "programs that nobody brought",
        f"""def attack(world):
    expected = {set(TOOLS) | {"python", "python3"}!r} | {{os.path.basename(sys.executable)}}
    more = set(os.listdir("/usr/bin")) - expected
    return sorted(more) + works("git --version\\nsudo -n true\\nmount\\nls /etc/passwd\\nls /proc/1\\nls /sys\\nls /dev/shm\\nls /var")
""",
    ),
    _program(
        "a search of everything",
        """def attack(world):
    _, said = shell('find / -xdev \\\\( -name "axion_zoo" -o -name "driver.py" -o -name "planted.py" -o -name "shadow" -o -name "id_rsa" -o -name ".git" \\\\) 2>/dev/null')
    return [line for line in said.splitlines() if not line.startswith("/box")]
""",
    ),
    _program(
        "what a shell's environment tells",
        """def attack(world):
    _, said = shell("env")
    names = {line.partition("=")[0] for line in said.splitlines()}
    return sorted(names - {"HOME", "LANG", "PATH", "PWD", "OLDPWD", "SHLVL", "TMPDIR", "_", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONPATH", "PYTHONUTF8"})
""",
    ),
    _program(
        "a cold interpreter that looks around",
        """def attack(world):
    _, said = shell('python3 -c "import sys, json; print(json.dumps(sys.path))"')
    import json
    found = [path for path in json.loads(said) if path and path not in (*sys.path, *world["covered"]) and os.path.isdir(path)]
    good, _ = shell('python3 -c "import axion_env"')
    zoo, _ = shell('python3 -c "import axion_zoo"')
    return found + ["axion_env"] * good + ["axion_zoo"] * zoo
""",
    ),
]
