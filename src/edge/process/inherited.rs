//! The first and the last thing of every run: what the caller has set up of signals and standard
//! descriptors is written down, changed to what mfaexec can work with, and put back before the
//! command takes over.
//!
//! The standard library's own start ignores SIGPIPE and opens closed standard descriptors, too, and
//! does not say how they were. A command has to find both as the caller left them. So `main` is the
//! system's (`no_main`), and [`take_over`] is the first thing that it does.

use std::ffi::{CStr, OsString, c_char, c_int};
use std::os::fd::IntoRawFd;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::stat::Mode;

use crate::edge::system::memory;

static SIGPIPE_IGNORED: AtomicBool = AtomicBool::new(false);
static SIGXFSZ_IGNORED: AtomicBool = AtomicBool::new(false);
static SIGCHLD_IGNORED: AtomicBool = AtomicBool::new(false);
static CLOSED: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];

/// Makes standard streams and signals as Rust code expects them: a reader that is gone is an
/// error of a write and not the end of the process, as is a file that is too large, and no file that
/// is opened becomes stdout.
/// To be called once, first.
pub(crate) fn take_over() {
    for (fd, closed) in (0..).zip(&CLOSED) {
        // SAFETY: F_GETFD only asks; a bad descriptor is the answer looked for.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } == -1 {
            closed.store(true, Ordering::Relaxed);
            // The lowest free descriptor is this one. It stays until it is closed by number.
            if let Ok(null) = open("/dev/null", OFlag::O_RDWR, Mode::empty()) {
                // It stays open until the process ends.
                let _ = null.into_raw_fd();
            }
        }
    }
    // SAFETY: to ignore a signal, or to do its default, no handler is called.
    let was_ignored =
        |number, now| matches!(unsafe { signal(number, now) }, Ok(SigHandler::SigIgn));
    let ignored = was_ignored(Signal::SIGPIPE, SigHandler::SigIgn);
    SIGPIPE_IGNORED.store(ignored, Ordering::Relaxed);
    // A file that may grow no more (setrlimit(2), RLIMIT_FSIZE) is an error, too.
    let ignored = was_ignored(Signal::SIGXFSZ, SigHandler::SigIgn);
    SIGXFSZ_IGNORED.store(ignored, Ordering::Relaxed);
    // Where children are ignored, those that give codes and keys could not be waited for.
    let ignored = was_ignored(Signal::SIGCHLD, SigHandler::SigDfl);
    SIGCHLD_IGNORED.store(ignored, Ordering::Relaxed);
}

/// Whether the caller has closed stdout: what is written goes nowhere.
pub(crate) fn stdout_was_closed() -> bool {
    CLOSED[1].load(Ordering::Relaxed)
}

/// The words of the command line, from what the system gives to `main`. `std::env::args_os` knows
/// them without the standard library's start only on some systems.
///
/// # Safety
/// `argv` points to `argc` C strings, as it does in `main`.
pub unsafe fn words(argc: c_int, argv: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(argc).unwrap_or(0);
    // SAFETY: the caller's promise.
    let words = (0..count).map(|at| unsafe { CStr::from_ptr(*argv.add(at)) });
    words
        .map(|word| OsString::from_vec(word.to_bytes().to_vec()))
        .collect()
}

/// Puts back what [`take_over`] has changed, and what protected the memory.
pub(crate) fn put_back() {
    memory::put_back();
    for (number, ignored) in [
        (Signal::SIGPIPE, &SIGPIPE_IGNORED),
        (Signal::SIGXFSZ, &SIGXFSZ_IGNORED),
    ] {
        if !ignored.load(Ordering::Relaxed) {
            // SAFETY: the default action is no handler, nothing can be called.
            if let Err(error) = unsafe { signal(number, SigHandler::SigDfl) } {
                log::debug!("cannot restore {number}: {error}");
            }
        }
    }
    if SIGCHLD_IGNORED.load(Ordering::Relaxed) {
        // SAFETY: to ignore a signal, no handler is called.
        if let Err(error) = unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn) } {
            log::debug!("cannot restore SIGCHLD: {error}");
        }
    }
    for (fd, closed) in (0..).zip(&CLOSED) {
        if closed.load(Ordering::Relaxed) {
            // SAFETY: the descriptor is our own /dev/null; no object in this process owns it.
            unsafe { libc::close(fd) };
        }
    }
}
