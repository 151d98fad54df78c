//! Other processes, by libproc.

use std::ffi::{c_int, c_void};
use std::mem::{MaybeUninit, size_of};
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc;
use nix::unistd::{Pid, getsid};

use crate::edge::system::Stat;

/// A process that this one can see. One that has ended and is not waited for is none.
pub(crate) fn stat(pid: Pid) -> Option<Stat> {
    // SAFETY: for this flavour, the system fills in a proc_bsdinfo (proc_info.h).
    let about: libc::proc_bsdinfo = unsafe { info(pid, libc::PROC_PIDTBSDINFO) }?;
    Some(Stat {
        runs: about.pbi_status != libc::SZOMB,
        parent: Pid::from_raw(i32::try_from(about.pbi_ppid).ok()?),
        session: getsid(Some(pid)).unwrap_or(Pid::from_raw(0)),
        started: about.pbi_start_tvsec * 1_000_000 + about.pbi_start_tvusec,
    })
}

pub(crate) fn all() -> Vec<Pid> {
    // Some may be started meanwhile.
    const MORE: usize = 64;
    // SAFETY: without a buffer it only says how many processes there are.
    let count = unsafe { libc::proc_listallpids(std::ptr::null_mut(), 0) };
    let mut pids = vec![0; usize::try_from(count).unwrap_or(0) + MORE];
    // SAFETY: it writes as many bytes as it is told at most.
    let found = unsafe { libc::proc_listallpids(pids.as_mut_ptr().cast(), bytes(&pids)) };
    pids.truncate(usize::try_from(found).unwrap_or(0));
    pids.into_iter().map(Pid::from_raw).collect()
}

/// A pipe of a process: `pipe_fdinfo` of proc_info.h, which the crate libc does not have.
#[repr(C)]
struct PipeInfo {
    _file: [u64; 3],
    _stat: libc::vinfo_stat,
    handle: u64,
    peer: u64,
    _status: [c_int; 2],
}

// PROC_PIDFDPIPEINFO_SIZE.
const _: () = assert!(size_of::<PipeInfo>() == 184);

/// Whether one of these pipes is open in a process, as far as this one may look. The number that
/// fstat(2) gives for an end of a pipe is its handle here; the other end has a handle of its own.
pub(crate) fn has_pipe(pid: Pid, pipes: &[u64]) -> bool {
    const PIPE: u32 = libc::PROX_FDTYPE_PIPE as u32;
    let is_one = |open: &libc::proc_fdinfo| {
        // SAFETY: for a pipe, the system fills in a pipe_fdinfo.
        let pipe: Option<PipeInfo> = unsafe { descriptor_info(pid, open.proc_fd) };
        pipe.is_some_and(|pipe| pipes.contains(&pipe.handle) || pipes.contains(&pipe.peer))
    };
    let open = descriptors(pid);
    let mut open_pipes = open.iter().filter(|open| open.proc_fdtype == PIPE);
    open_pipes.any(is_one)
}

fn descriptors(pid: Pid) -> Vec<libc::proc_fdinfo> {
    let list = |buffer: *mut c_void, size: c_int| {
        // SAFETY: the system writes `size` bytes at most.
        unsafe { libc::proc_pidinfo(pid.as_raw(), libc::PROC_PIDLISTFDS, 0, buffer, size) }
    };
    let room = usize::try_from(list(std::ptr::null_mut(), 0)).unwrap_or(0);
    let mut open: Vec<libc::proc_fdinfo> =
        Vec::with_capacity(room / size_of::<libc::proc_fdinfo>());
    let size = c_int::try_from(open.capacity() * size_of::<libc::proc_fdinfo>()).unwrap_or(0);
    let written = usize::try_from(list(open.as_mut_ptr().cast(), size)).unwrap_or(0);
    let count = (written / size_of::<libc::proc_fdinfo>()).min(open.capacity());
    // SAFETY: so many were written.
    unsafe { open.set_len(count) };
    open
}

/// The environments of other programs cannot be read for sure: those of the system hide theirs.
pub(crate) fn any_has_in_environment(_: &[u8]) -> Option<bool> {
    None
}

/// No descriptor represents a process.
///
/// # Errors
/// Always.
pub(crate) fn end_of(_: Pid) -> nix::Result<OwnedFd> {
    Err(Errno::ENOSYS)
}

/// # Safety
/// The system fills in a `T` for the flavour.
unsafe fn info<T>(pid: Pid, flavour: c_int) -> Option<T> {
    let mut about = MaybeUninit::<T>::uninit();
    let size = c_int::try_from(size_of::<T>()).ok()?;
    // SAFETY: it writes `size` bytes at most, and says how many. Only a whole one is read.
    unsafe {
        let buffer = about.as_mut_ptr().cast();
        let written = libc::proc_pidinfo(pid.as_raw(), flavour, 0, buffer, size);
        (written == size).then(|| about.assume_init())
    }
}

/// # Safety
/// The descriptor is a pipe, for which the system fills in a `T`.
unsafe fn descriptor_info<T>(pid: Pid, fd: c_int) -> Option<T> {
    /// PROC_PIDFDPIPEINFO of proc_info.h.
    const PIPE_INFO: c_int = 6;
    let mut about = MaybeUninit::<T>::uninit();
    let size = c_int::try_from(size_of::<T>()).ok()?;
    // SAFETY: as above.
    unsafe {
        let buffer = about.as_mut_ptr().cast();
        let written = libc::proc_pidfdinfo(pid.as_raw(), fd, PIPE_INFO, buffer, size);
        (written == size).then(|| about.assume_init())
    }
}

fn bytes(pids: &[libc::pid_t]) -> c_int {
    c_int::try_from(size_of_val(pids)).unwrap_or(0)
}
