//! Whose process is at the other end of a connection on this machine.

use std::net::SocketAddr;

/// The connections of this machine, proc_net_tcp(5). A socket for both families is in the second.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// Whether the system says whose a connection is.
pub(crate) fn can_be_told() -> bool {
    std::fs::read_to_string(TABLES[0]).is_ok()
}

/// Whether the process that has connected from `peer` to `own` is this user's, or root's: in WSL, a
/// process of root passes connections on that come from Windows. Where the system does not say, no.
pub(crate) fn is_ours(peer: SocketAddr, own: SocketAddr) -> bool {
    let me = nix::unistd::geteuid().as_raw();
    let mut tables = TABLES
        .iter()
        .filter_map(|t| std::fs::read_to_string(t).ok());
    tables.any(|table| {
        let owner = owner(&table, peer, own);
        owner.is_some_and(|owner| owner == me || owner == 0)
    })
}

/// The user that an established connection belongs to, in a table of proc_net_tcp(5).
fn owner(table: &str, from: SocketAddr, to: SocketAddr) -> Option<u32> {
    const ESTABLISHED: &str = "01";
    let (from, to) = (in_table(from)?, in_table(to)?);
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, local, remote, state, _, _, _, uid, ..] = fields[..] else {
            return None;
        };
        // Of IPv6, the last 32 bits.
        let same = local.ends_with(&from) && remote.ends_with(&to) && state == ESTABLISHED;
        same.then(|| uid.parse().ok())?
    })
}

/// An address as the kernel writes it: the bytes in the order of the machine, then the port.
fn in_table(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else {
        return None;
    };
    let bytes = u32::from_ne_bytes(address.ip().octets());
    Some(format!("{bytes:08X}:{:04X}", address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2 1
   2: 0100007F:C351 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0        0 0 1
   3: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 3 1
   4: 0000000000000000FFFF00000100007F:C352 0000000000000000FFFF00000100007F:1F90 01 \
00000000:00000000 00:00000000 00000000  1002        0 4 1
";

    #[test]
    #[cfg(target_endian = "little")]
    fn the_owner_is_that_of_the_other_end() {
        let own = SocketAddr::from(([127, 0, 0, 1], 8080));
        let owner = |port| owner(TABLE, SocketAddr::from(([127, 0, 0, 1], port)), own);
        assert_eq!(owner(50_000), Some(1001));
        // It is closed, and belongs to no one any more.
        assert_eq!(owner(50_001), None);
        assert_eq!(owner(50_002), Some(1002));
        assert_eq!(owner(1), None);
    }
}
