"""Who called whom, from where the CPU stands or where an exception struck.

Between an exception and its handler is assembly that gdb cannot see
through.  So from there on we go by frame pointers, as the kernel does.
"""
import gdb

MOST = 32


def place(address):
    """The function and line of an address."""
    block = gdb.block_for_pc(address)
    while block is not None and block.function is None:
        block = block.superblock
    line = gdb.find_pc_line(address)
    if block is not None:
        name = block.function.name
    else:  # assembly
        name = gdb.execute("info symbol 0x%x" % address,
                           to_string=True).split(" ")[0]
        name = name if name != "No" else "no function of ours"
    if line.symtab is None:
        return name
    return "%s at %s:%d" % (name, line.symtab.filename, line.line)


def frame_list(rbp):
    """Return addresses of the list that rbp begins."""
    memory = gdb.selected_inferior()
    while rbp != 0 and rbp % 8 == 0:
        try:
            raw = memory.read_memory(rbp, 16)
        except gdb.MemoryError:
            return
        caller, address = memoryview(raw.tobytes()).cast("Q")
        if address == 0:
            return
        yield address
        if caller <= rbp:
            return
        rbp = caller


def caller_of_nowhere(rip, rsp):
    """Its return address in a list, where a call of a bad pointer went."""
    if gdb.find_pc_line(rip).symtab is not None:
        return []
    try:
        raw = gdb.selected_inferior().read_memory(rsp, 8)
    except gdb.MemoryError:
        return []
    address = memoryview(raw.tobytes()).cast("Q")[0]
    return [address] if gdb.find_pc_line(address).symtab is not None else []


def find_trap():
    """The frame of trap_handle(), if we are in or below it."""
    frame = gdb.newest_frame()
    while frame is not None:
        if frame.name() == "trap_handle":
            return frame
        frame = frame.older()
    return None


def lines():
    """The lines to print, the innermost function first."""
    trap = find_trap()
    if trap is not None:
        return trap_lines(trap)
    frame = gdb.newest_frame()
    addresses = [frame.pc()]
    while frame.older() is not None and len(addresses) < MOST:
        frame = frame.older()
        addresses.append(frame.pc() - 1)
    return ["#%d 0x%016x %s" % (i, a, place(a))
            for i, a in enumerate(addresses)]


def trap_lines(trap):
    """From where the exception struck."""
    state = trap.read_var("frame")
    vector, rip, rsp, rbp = (int(state[name]) for name in
                             ("vector", "rip", "rsp", "rbp"))
    names = gdb.lookup_static_symbol("names", gdb.SYMBOL_VAR_DOMAIN)
    result = ["exception %d, error code 0x%x" % (vector, int(state["error"]))]
    if names is not None:
        result[0] = "%s: %s" % (names.value()[vector].string(), result[0])
    result.append("#0 0x%016x %s" % (rip, place(rip)))
    calls = caller_of_nowhere(rip, rsp) + list(frame_list(rbp))
    for i, address in enumerate(calls, 1):
        if i == MOST:
            break
        result.append("#%d 0x%016x %s" % (i, address, place(address - 1)))
    return result
