//! Becoming the command: what the process got from its caller is put back as it was, then the
//! process image is replaced. Nothing of mfaexec stays.

use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString, c_char};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};

use crate::edge::process::{home, inherited};
use crate::error::{Error, Kind, Result};
use crate::model::child::private_files::own_files_again;
use crate::model::environment::Environment;

unsafe extern "C" {
    /// environ(7): the entries that getenv(3) and execvp(3) look at.
    static mut environ: *const *const c_char;
}

/// The environment as it was handed over, entry by entry. The standard library's view drops
/// entries without `=`.
pub(crate) fn environment() -> Environment {
    let mut entries = Vec::new();
    // SAFETY: environ points to a null-terminated array of C strings. Nothing in this process
    // changes the environment while another thread exists, so it cannot move while it is read.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let bytes = std::ffi::CStr::from_ptr(*entry).to_bytes().to_vec();
            entries.push(OsString::from_vec(bytes));
            entry = entry.add(1);
        }
    }
    let env = Environment::new(entries);
    match env.get("HOME") {
        Some(_) => env,
        None => env.with_home(home::of_user()),
    }
}

/// In a command that reads private config files, mfaexec and the programs that it starts read the
/// user's own.
pub(crate) fn use_own_files() {
    for (name, value) in own_files_again(&environment()) {
        // SAFETY: no other thread exists yet that could read the environment.
        unsafe {
            match value {
                Some(value) => std::env::set_var(name, value),
                None => std::env::remove_var(name),
            }
        }
    }
}

/// Where this program is, for those who call it later; its bare name where the system does not say.
/// On Linux this is the file behind all links. macOS has the path that it was started with, which may
/// be a link that stays when a package manager changes the file, or a relative one.
pub(crate) fn own_path() -> String {
    let path = std::env::current_exe().and_then(std::path::absolute).ok();
    let path = path.and_then(|path| path.into_os_string().into_string().ok());
    path.unwrap_or_else(|| "mfaexec".to_owned())
}

/// The process that started this one, and this one, which the command will be.
pub(crate) fn parent_and_self() -> (u32, u32) {
    (std::os::unix::process::parent_id(), std::process::id())
}

/// Replaces this process by `command` (name and arguments, the name as typed) with `env` as its
/// environment, by the rules of execvp(3).
///
/// # Errors
/// The reason why the command does not run. There is no other return.
pub(crate) fn become_command(command: &[OsString], env: &Environment) -> Result<Infallible> {
    let c_strings = |words: &[OsString]| -> std::result::Result<Vec<CString>, _> {
        words
            .iter()
            .map(|word| CString::new(word.as_bytes()))
            .collect()
    };
    let (Ok(argv), Ok(entries)) = (c_strings(command), c_strings(env.entries())) else {
        return Err(Error::new(
            "cannot run the command",
            "a word contains a NUL",
            "remove it",
        ));
    };
    let Some(name) = argv.first() else {
        return Err(Error::new(
            "cannot run the command",
            "there is none",
            "name it after --",
        ));
    };
    let mut envp: Vec<*const c_char> = entries.iter().map(|entry| entry.as_ptr()).collect();
    envp.push(std::ptr::null());
    inherited::put_back();
    // SAFETY: envp is null-terminated, its strings live in `entries` until execvp(3) has copied
    // them or failed; after a failure nothing reads the environment any more but through
    // `environment()`, which is put back right below.
    let errno = unsafe {
        let parent = environ;
        environ = envp.as_ptr();
        let result = nix::unistd::execvp(name, &argv);
        environ = parent;
        match result {
            Err(errno) => errno,
        }
    };
    Err(refusal(&command[0], errno))
}

/// What exec said, with the exit codes of env(1): 127 for "no such file", else 126.
fn refusal(name: &OsStr, errno: Errno) -> Error {
    let shown = name.to_string_lossy();
    match errno {
        // The file is there, so it is another one that is missing.
        Errno::ENOENT if find_runnable(name).is_ok() => Error::of(
            Kind::NotFound,
            format!("{shown}: cannot be run"),
            "the interpreter that its first line names does not exist",
            "correct the first line of the file",
        ),
        Errno::ENOENT => not_found(name),
        Errno::E2BIG => Error::of(
            Kind::CannotRun,
            format!("{shown}: cannot be run"),
            "arguments and environment together are longer than the system allows",
            "pass fewer arguments, with xargs or in a file",
        ),
        errno => Error::of(
            Kind::CannotRun,
            format!("{shown}: cannot be run"),
            errno.desc(),
            "check that it is a program for this machine and that you may run it",
        ),
    }
}

fn not_found(name: &OsStr) -> Error {
    let shown = name.to_string_lossy();
    let (cause, remedy) = if name.as_bytes().contains(&b'/') {
        ("there is no such file", "check the path")
    } else {
        (
            "no directory of PATH has a program of that name",
            "install it, or give its path",
        )
    };
    Error::of(
        Kind::NotFound,
        format!("{shown}: command not found"),
        cause,
        remedy,
    )
}

/// Looks whether `name` can be run, so that no one types a code for nothing: the search of
/// execvp(3), without running anything. execvp(3) itself has the last word.
///
/// # Errors
/// 127 for a command that is not there, 126 for one that may not be run.
pub(crate) fn check_command(name: &OsStr) -> Result<()> {
    find_runnable(name).map_err(|errno| refusal(name, errno))
}

fn find_runnable(name: &OsStr) -> std::result::Result<(), Errno> {
    if name.as_bytes().contains(&b'/') {
        return run_permission(Path::new(name));
    }
    // What execvp(3) searches without a PATH: confstr(_CS_PATH).
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/bin:/usr/bin"));
    let mut reason = Errno::ENOENT;
    for directory in path
        .as_bytes()
        .split(|byte| *byte == b':')
        .filter(|_| !name.is_empty())
    {
        // An empty element is the working directory.
        match run_permission(&Path::new(OsStr::from_bytes(directory)).join(name)) {
            Ok(()) => return Ok(()),
            Err(Errno::EACCES) => reason = Errno::EACCES,
            Err(_) => {}
        }
    }
    Err(reason)
}

/// Asks as execve(2) will: with the effective ids, and a directory is not for running.
fn run_permission(path: &Path) -> std::result::Result<(), Errno> {
    faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS)?;
    if path.is_dir() {
        return Err(Errno::EACCES);
    }
    Ok(())
}
