"""A kernel under a debugger: Bochs's own, or gdb over QEMU."""
import contextlib
import errno
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading

from bochs import bochs_command, demand_good_end, environment, prepare
from qemu import qemu_command
from reader import attached, colours_wanted, kernel_words, stem
from trouble import Trouble

HERE = os.path.dirname(os.path.abspath(__file__))
COMMANDS = os.path.join(HERE, "gdb", "pagewise.py")


def words_of(options):
    """The kernel's command line: the debugger says how to quit, and a script
    does not wait for a kernel that waits."""
    more = ["color"] if colours_wanted(options) else []
    if not sys.stdin.isatty():
        more.append("once")
    return [word for word in kernel_words(options, *more) if word != "qemu"]


def command_bochs(options):
    """Bochs's debugger on this terminal, at the first breakpoint."""
    directory = os.path.join(os.path.dirname(os.path.abspath(options.kernel)),
                             "bochs", stem(options.kernel))
    prepare(options, words_of(options), directory, debug=True)
    print("boot: %s in Bochs with %s of memory stops at each breakpoint; "
          "%s goes on, q quits" % (
              stem(options.kernel), options.mem, "in the window Continue"
              if options.gui else "c"))
    print("boot: while the machine runs or waits, %s the prompt back" % (
        "Break brings" if options.gui else "Ctrl-C brings"), flush=True)
    with open(os.path.join(directory, "bochs.err"), "wb") as err:
        run = {"cwd": directory, "stderr": err, "env": environment(options)}
        if sys.stdout.isatty():
            attached(bochs_command(options), **run)
        else:
            relayed(bochs_command(options), **run)
    demand_good_end(directory, options.cpu)
    return 0


def relayed(command, **more):
    """Run the command; Bochs would write over a file that it shares."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, **more) as process:
        try:
            relay(process.stdout)
        finally:
            process.kill()


def find_gdb(options):
    """Path of the debugger."""
    name = options.gdb or os.environ.get("GDB") or "gdb"
    path = shutil.which(name)
    if path is None:
        raise Trouble("gdb (%s) is missing; make doctor says what to install"
                      % name)
    return path


def gdb_command(options, remote):
    """gdb, connected to a machine that has not run yet."""
    command = [find_gdb(options), "-q", options.kernel]
    if not sys.stdin.isatty():
        command.append("-nx")  # a script gets the same everywhere
    return command + [
        "-ex", "set confirm off", "-ex", "set pagination off", "-x", COMMANDS, "-ex", "target remote " + remote,
        "-ex", "pw-start"]


def relay(source):
    """Copy what the machine says to our terminal, as it comes."""
    while True:
        some = os.read(source.fileno(), 4096)
        if not some:
            return
        sys.stdout.write(some.decode(errors="replace").replace("\r", ""))
        sys.stdout.flush()


def command_debug(options):
    """QEMU and gdb on one terminal, stopped at kernel_main()."""
    print("boot: %s in QEMU with %s of memory, under gdb; c goes on, q quits,"
          " help pw lists our commands" % (stem(options.kernel), options.mem),
          flush=True)
    with tempfile.TemporaryDirectory(prefix="pagewise-") as directory:
        remote = os.path.join(directory, "gdb")
        command = qemu_command(options, words_of(options)) + [
            "-S", "-serial", "stdio", "-monitor", "none",
            "-chardev", "socket,id=gdb,server=on,wait=off,path=" + remote,
            "-gdb", "chardev:gdb"]
        # A session of its own: our Ctrl-C is for gdb.
        out = reopened_stdout() or subprocess.PIPE
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                              start_new_session=True) as machine:
            try:
                await_socket(machine, remote)
                if machine.stdout is not None:
                    threading.Thread(target=relay, args=(machine.stdout,),
                                     daemon=True).start()
                return attached(gdb_command(options, remote) + [
                    "-ex", "pw-own"])
            finally:
                machine.kill()


def reopened_stdout():
    """Our output, so that the machine's text comes in time with gdb's; None
    where two cannot write to it.

    It is opened anew because QEMU makes it non-blocking, which would trouble
    gdb.
    """
    mode = os.fstat(1).st_mode
    if not stat.S_ISCHR(mode) and not stat.S_ISFIFO(mode):
        return None
    try:
        return open("/dev/stdout", "wb", buffering=0)
    except OSError:
        return None


def await_socket(machine, path):
    """Until QEMU listens, which it does before anything else."""
    for _ in range(100):
        if os.path.exists(path):
            return
        try:
            machine.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        raise Trouble("QEMU ended before gdb could reach it")
    raise Trouble("QEMU does not answer")


def is_listening(port):
    """Whether somebody waits at the port: then we could not."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def waiting(options):
    """The file that names the kernel which waits for gdb."""
    return os.path.join(os.path.dirname(os.path.abspath(options.kernel)),
                        "waits-for-gdb")


def lesson_of(options):
    """3 of lesson-3, for what the reader types."""
    return stem(options.kernel).rpartition("-")[2]


def command_qemu_gdb(options):
    """A machine that waits for gdb from another terminal."""
    command = qemu_command(options, kernel_words(options))
    if is_listening(options.port):
        raise Trouble("port %d is taken: quit the machine that waits there "
                      "for gdb already" % options.port)
    command += ["-S", "-gdb", "tcp:127.0.0.1:%d" % options.port,
                "-serial", "mon:stdio"]
    print("boot: %s in QEMU with %s of memory waits for gdb; in another "
          "terminal: make lesson N=%s gdb" % (
              stem(options.kernel), options.mem, lesson_of(options)))
    print("boot: to quit: Ctrl-A, then x", flush=True)
    with open(waiting(options), "w", encoding="utf-8") as file:
        file.write(lesson_of(options))
    try:
        return attached(command)
    finally:
        os.remove(waiting(options))


def command_gdb(options):
    """gdb for the machine of command_qemu_gdb()."""
    other = lesson_of(options)
    if not is_listening(options.port):
        raise Trouble("no machine waits for gdb; first, in another terminal: "
                      "make lesson N=%s qemu-gdb" % other)
    with contextlib.suppress(OSError), open(
            waiting(options), encoding="utf-8") as file:
        other = file.read()
    if other != lesson_of(options):
        raise Trouble("the machine that waits has lesson %s: type make lesson "
                      "N=%s gdb" % (other, other))
    print("boot: gdb for %s; c goes on, q quits, help pw lists our commands"
          % stem(options.kernel), flush=True)
    return attached(gdb_command(options, "127.0.0.1:%d" % options.port))


def command_explain(options):
    """Run again with QEMU's log of exceptions, and say what it means."""
    from explain import explain
    return explain(options)
