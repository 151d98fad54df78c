"""The network of the proof: listeners, name servers and the files of /etc, all in a namespace."""

import fcntl
import os
import socket
import struct
import subprocess
import threading

# Where mfaexec arrived, oldest first.
ARRIVED = []

A, CNAME, AAAA = 1, 5, 28
# What the name server knows.
RECORDS = {
    "dns.test": {A: ["127.0.0.12"]},
    "alias.test": {CNAME: "dns.test"},
    "v6.test": {AAAA: ["::1"]},
    "short.corp.test": {A: ["127.0.0.13"]},
    # More than fits into a datagram of 512 bytes.
    "long.test": {A: ["127.0.0.14"] * 60},
}
HOSTS = "127.0.0.1 localhost\n127.0.0.11 hosts.test\n::1 hosts6.test\n"


class Etc:
    """The files that say where names come from, put over those of the system."""

    def __init__(self, home):
        self.nsswitch, self.resolver = home / "nsswitch.conf", home / "resolv.conf"
        hosts, users = home / "hosts", home / "passwd"
        hosts.write_text(HOSTS)
        users.write_text(f"root:x:{os.getuid()}:0::{home}:/bin/sh\n")
        self.write("files dns", "")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        for ours, theirs in [(hosts, "/etc/hosts"), (users, "/etc/passwd"),
                             (self.nsswitch, "/etc/nsswitch.conf"),
                             (self.resolver, "/etc/resolv.conf")]:
            subprocess.run(["mount", "--bind", ours, os.path.realpath(theirs)], check=True)

    def write(self, modules, resolver):
        """`modules` are those for hosts and users; none leaves the file empty."""
        databases = "" if modules is None else f"hosts: {modules}\npasswd: {modules}\n"
        self.nsswitch.write_text(databases)
        self.resolver.write_text(resolver + "\n")


def start(port):
    """Brings loopback up, and starts listeners and name servers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        interface = struct.pack("16sh14x", b"lo", 0x1)  # IFF_UP
        fcntl.ioctl(handle, 0x8914, interface)  # SIOCSIFFLAGS
    for address in ["127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14", "::1"]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, port), family=family)
        in_background(welcome, listener, address)
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.53", 53))
    in_background(serve_datagrams, datagrams)
    in_background(serve_streams, socket.create_server(("127.0.0.53", 53)))
    # One that never answers; nobody is at 127.0.0.98.
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.99", 53))
    in_background(swallow, silent)


def in_background(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


def welcome(listener, address):
    while True:
        connection, _ = listener.accept()
        ARRIVED.append(address)
        connection.close()


def swallow(datagrams):
    while True:
        datagrams.recv(4096)


def serve_datagrams(datagrams):
    while True:
        query, client = datagrams.recvfrom(4096)
        datagrams.sendto(answer(query, 512), client)


def serve_streams(listener):
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            while len(head := stream.read(2)) == 2:
                reply = answer(stream.read(int.from_bytes(head)), 65535)
                connection.sendall(len(reply).to_bytes(2) + reply)


def encoded(name):
    labels = [bytes([len(label)]) + label.encode() for label in name.split(".")]
    return b"".join(labels) + b"\0"


def answer(query, room):
    """The answer to a query for A or AAAA: what is known, nothing, or that there is no such
    name; cut short, and marked as such, if there is no room (RFC 1035, 4.1)."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    name = ".".join(labels).lower()
    question = query[12:at + 5]
    kind = int.from_bytes(query[at + 1:at + 3])
    records, count, owner = b"", 0, name

    def add(kind, data):
        nonlocal records, count
        records += encoded(owner) + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
        count += 1

    known = RECORDS.get(name)
    while known and CNAME in known:
        add(CNAME, encoded(known[CNAME]))
        owner = known[CNAME]
        known = RECORDS.get(owner)
    for address in (known or {}).get(kind, []):
        add(kind, socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, address))
    flags = 0x8580 | (0 if name in RECORDS else 3)
    if 12 + len(question) + len(records) > room:
        flags, records, count = flags | 0x0200, b"", 0
    return query[:2] + struct.pack(">HHHHH", flags, 1, count, 0, 0) + question + records
