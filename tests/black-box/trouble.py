"""Puts a program into trouble: `trouble.py WHAT [ARGUMENT] [COMMAND...]`.

What the command line of the system has no tool for: filters of system calls, keys and keyrings, a
TLS server, a DNS server that knows no name.
"""
import ctypes
import errno
import fcntl
import os
import platform
import signal
import socket
import ssl
import struct
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
ADD_KEY, REQUEST_KEY, KEYCTL = {
    "x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
CLONE, CLONE3 = {"x86_64": 56, "aarch64": 220}[platform.machine()], 435
GET_KEYRING, JOIN_SESSION, REVOKE, SETPERM, DESCRIBE, CLEAR = 0, 1, 3, 5, 6, 7
LINK, READ, SET_TIMEOUT = 8, 11, 15
PROCESS_KEYRING, SESSION_KEYRING, USER_KEYRING = -2, -3, -4


def call(number, *args):
    libc.syscall.restype = ctypes.c_long
    args = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    result = libc.syscall(ctypes.c_long(number), *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def prctl(*args):
    args = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in args]
    if libc.prctl(*args) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def without_keyring(error, *command):
    """As in a container whose filter of system calls knows no keyring."""
    without((ADD_KEY, REQUEST_KEY, KEYCTL), error, *command)


def without_threads(*command):
    """As where no thread and no process can be started."""
    without((CLONE, CLONE3), "EAGAIN", *command)


def without(numbers, error, *command):
    """Runs the command under a filter that refuses these system calls."""
    rows = [(0x20, 0, 0, 0)]  # load the number of the call
    for number in numbers:
        rows += [(0x15, 0, 1, number), (0x06, 0, 0, 0x50000 | getattr(errno, error))]
    rows += [(0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HL", len(rows), ctypes.addressof(code)))
    prctl(38, 1, 0, 0, 0)  # no new privileges, without which there is no filter
    prctl(22, 2, ctypes.byref(program))
    os.execvp(command[0], command)


def in_new_session_keyring(*command):
    """As in `keyctl session -`: a session keyring that does not link the user's."""
    call(KEYCTL, JOIN_SESSION, None)
    os.execvp(command[0], command)


def with_full_quota(*command):
    """As a user who has all the keys that one may have."""
    call(KEYCTL, GET_KEYRING, USER_KEYRING, 1)
    call(KEYCTL, JOIN_SESSION, None)
    full, number = 0, 0
    while full < 10:  # what somebody gave up just now becomes free only now
        try:
            call(ADD_KEY, b"user", b"filler:%d" % number, b"x", 1, SESSION_KEYRING)
            full, number = 0, number + 1
        except OSError as error:
            if error.errno != errno.EDQUOT:
                raise
            full += 1
            time.sleep(0.02)
    os.execvp(command[0], command)


def cache_keys():
    """The keys of mfaexec in the user's keyring, which is to be a namespace's own."""
    call(KEYCTL, LINK, USER_KEYRING, PROCESS_KEYRING)
    room = ctypes.create_string_buffer(4096)
    size = call(KEYCTL, READ, USER_KEYRING, room, 4096)
    for (key,) in struct.iter_unpack("i", room.raw[:size]):
        name = ctypes.create_string_buffer(512)
        call(KEYCTL, DESCRIBE, key, name, 512)
        if b";mfaexec:" in name.value:
            yield key


def revoke_key():
    keys = list(cache_keys())
    assert len(keys) == 1, keys
    call(KEYCTL, REVOKE, keys[0])


def let_key_expire():
    keys = list(cache_keys())
    assert len(keys) == 1, keys
    call(KEYCTL, SET_TIMEOUT, keys[0], 1)
    time.sleep(1.2)


def forbid_key():
    """As after `keyctl setperm KEY 0`."""
    keys = list(cache_keys())
    assert len(keys) == 1, keys
    call(KEYCTL, SETPERM, keys[0], 0)


def clear_keyring():
    call(KEYCTL, CLEAR, USER_KEYRING)


def revoke_keyring():
    call(KEYCTL, REVOKE, USER_KEYRING)


def pipe(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve_tls(certificate, key, upstream):
    """TLS in front of a server; the port is the first line on stdout."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        plain, _ = listener.accept()
        try:
            client = context.wrap_socket(plain, server_side=True)
        except OSError:
            continue
        server = socket.create_connection(("127.0.0.1", int(upstream)))
        threading.Thread(target=pipe, args=(client, server), daemon=True).start()
        threading.Thread(target=pipe, args=(server, client), daemon=True).start()


def with_no_names(*command):
    """In a network of its own, whose DNS server says of each name that it does not exist."""
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    up = struct.pack("16sh22x", b"lo", 1)  # IFF_UP
    fcntl.ioctl(control, 0x8914, up)  # SIOCSIFFLAGS
    dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    dns.bind(("127.0.0.1", 53))
    if os.fork() > 0:
        os.execvp(command[0], command)
    prctl(1, signal.SIGKILL)  # ends with the command
    for number in (0, 1, 2):
        os.close(number)
    while True:
        question, client = dns.recvfrom(512)
        end = question.index(b"\0", 12) + 5
        header = question[:2] + b"\x81\x83" + b"\0\1\0\0\0\0\0\0"
        dns.sendto(header + question[12:end], client)


globals()[sys.argv[1]](*sys.argv[2:])
