//! Signals while a question is open on the terminal: they are noted instead of obeyed, so that the
//! terminal can be put right first, and obeyed afterwards.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};

/// What a keyboard, a shell or the end of a login sends to the process that asks.
const CAUGHT: [Signal; 13] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
    // After a SIGSTOP, which no one notices, the shell has changed the terminal's modes.
    Signal::SIGCONT,
    // No one means these, but they end a process all the same.
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGVTALRM,
    Signal::SIGXCPU,
];

/// The first noted signal that ends a process. Nothing that comes later takes its place: systemd
/// sends SIGCONT right behind SIGTERM.
static ENDING: AtomicI32 = AtomicI32::new(0);
/// The last noted signal that stops or continues.
static STOPPING: AtomicI32 = AtomicI32::new(0);
static WAKE_FD: AtomicI32 = AtomicI32::new(-1);

/// A pipe that ends a wait: signal handlers write to it, and so may other threads.
#[derive(Debug)]
pub struct Wake {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Wake {
    /// Makes the pipe; neither end ever blocks.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        for fd in [reader.as_fd(), writer.as_fd()] {
            fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(Self { reader, writer })
    }

    /// An end to write to from another thread.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn waker(&self) -> io::Result<PipeWriter> {
        self.writer.try_clone()
    }

    /// Becomes readable when someone has written.
    pub fn readable(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }

    /// Takes out what was written.
    pub fn drain(&mut self) {
        while matches!(self.reader.read(&mut [0; 64]), Ok(1..)) {}
    }
}

/// Writes the byte that wakes; a full pipe wakes, too.
pub(crate) fn wake(mut waker: &PipeWriter) {
    // A full pipe wakes too.
    let _ = waker.write(&[1]);
}

/// While this lives, [`CAUGHT`] signals are noted. Those that were ignored stay so: the one who
/// started mfaexec under nohup meant it.
#[derive(Debug)]
pub(crate) struct Noting {
    previous: Vec<(Signal, SigAction)>,
}

impl Noting {
    /// Begins; the handler writes to `wake`.
    pub(crate) fn start(wake: &Wake) -> Self {
        WAKE_FD.store(wake.writer.as_raw_fd(), Ordering::SeqCst);
        let note = SigAction::new(SigHandler::Handler(note), SaFlags::empty(), SigSet::empty());
        let mut previous = Vec::new();
        for signal in CAUGHT {
            // SAFETY: the handler only touches atomics and calls write(2), which is allowed in
            // one (signal-safety(7)); the previous action is put back as it was.
            unsafe {
                match sigaction(signal, &note) {
                    Ok(old) if matches!(old.handler(), SigHandler::SigIgn) => {
                        let _ = sigaction(signal, &old);
                    }
                    Ok(old) => previous.push((signal, old)),
                    Err(_) => {}
                }
            }
        }
        Self { previous }
    }

    /// Whether a signal came.
    pub(crate) fn has_noted() -> bool {
        ENDING.load(Ordering::SeqCst) != 0 || STOPPING.load(Ordering::SeqCst) != 0
    }

    /// The signal to obey, if one came; all are taken out. One that ends the process counts before
    /// all that stop or continue it, in whichever order they came.
    pub(crate) fn noted() -> Option<Signal> {
        let [ending, stopping] = [&ENDING, &STOPPING].map(|noted| noted.swap(0, Ordering::SeqCst));
        Signal::try_from(ending).or(Signal::try_from(stopping)).ok()
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        for (signal, action) in self.previous.drain(..) {
            // SAFETY: it is the action that was in force before, default or ignored.
            unsafe {
                let _ = sigaction(signal, &action);
            }
        }
        WAKE_FD.store(-1, Ordering::SeqCst);
    }
}

extern "C" fn note(signal: libc::c_int) {
    match signal {
        libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU | libc::SIGCONT => {
            STOPPING.store(signal, Ordering::SeqCst);
        }
        _ => {
            // The first one counts.
            let _ = ENDING.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
        }
    }
    let fd = WAKE_FD.load(Ordering::SeqCst);
    if fd >= 0 {
        // SAFETY: the descriptor is open while the handler is installed, one byte is read from a
        // constant; errno is what write(2) may change, and its only reader is interrupted code
        // that checks it right after its own call, hence it is put back.
        unsafe {
            let errno = nix::errno::Errno::last_raw();
            libc::write(fd, [1_u8].as_ptr().cast(), 1);
            nix::errno::Errno::set_raw(errno);
        }
    }
}

/// Does something in which signals are noted, and obeys them afterwards. When one has only stopped
/// this process, it is done once more.
pub(crate) fn attend<T>(wake: &mut Wake, mut once: impl FnMut(&Wake) -> T) -> T {
    loop {
        let outcome = {
            let _noting = Noting::start(wake);
            once(wake)
        };
        wake.drain();
        match Noting::noted() {
            Some(signal) => obey(signal),
            None => return outcome,
        }
    }
}

/// Whether the signal ends a process, rather than to stop it or to let it go on.
pub(crate) fn ends(signal: Signal) -> bool {
    !matches!(
        signal,
        Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU | Signal::SIGCONT
    )
}

/// Does to this process what the signal does by default; comes back if it only stopped it and
/// someone continued it.
pub(crate) fn obey(signal: Signal) {
    let _ = raise(signal);
}

/// Whether this process ignores a signal. False where the system does not say.
pub(crate) fn is_ignored(signal: Signal) -> bool {
    let mut action = std::mem::MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: without a new action sigaction(2) only writes the present one to where it is told,
    // and it is read only if it did.
    unsafe {
        libc::sigaction(signal as i32, std::ptr::null(), action.as_mut_ptr()) == 0
            && action.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Runs `start` with every signal blocked, so that threads it starts leave signals to the one
/// that asks the questions.
pub(crate) fn with_signals_blocked<T>(start: impl FnOnce() -> T) -> T {
    let previous = SigSet::all().thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK);
    let result = start();
    if let Ok(previous) = previous {
        let _ = previous.thread_set_mask();
    }
    result
}
