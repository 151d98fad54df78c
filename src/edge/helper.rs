//! Programs that people name to help: run without a shell, found where nobody else could put one,
//! and given up after a while.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::model::environment::Environment;

/// How long a program may take. Somebody may have to touch a token.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked at.
const STEP: Duration = Duration::from_millis(5);
/// More than this is no code.
const LIMIT: u64 = 64 * 1024;

/// What a program has printed.
#[derive(Debug)]
pub struct Printed {
    /// On stdout; perhaps a secret.
    pub stdout: Zeroizing<String>,
    /// On stderr.
    pub stderr: String,
}

/// Runs a command line and waits for it.
///
/// # Errors
/// It cannot be read, found or run; it fails, or takes too long. In words; what it has said on
/// stderr comes with them.
pub fn run(line: &str, env: &Environment) -> Result<Printed, (String, String)> {
    let quiet = |cause: String| (cause, String::new());
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| quiet("its quotes do not match".to_owned()))?;
    let program = find(&words[0], env).map_err(quiet)?;
    let mut child = Command::new(program)
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| quiet(error.to_string()))?;
    let stdout = child.stdout.take().map(read_in_background);
    let stderr = child.stderr.take().map(read_in_background);
    let begun = Instant::now();
    let end = wait(&mut child, begun);
    // A child of its own may hold the pipes open for ever: what is there in time counts.
    let text = |reader: Option<Receiver<Zeroizing<Vec<u8>>>>| {
        let left = PATIENCE.saturating_sub(begun.elapsed()).max(STEP);
        let bytes = reader.and_then(|reader| reader.recv_timeout(left).ok());
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    match end {
        Ok(true) => {
            let stdout = text(stdout);
            let stdout = stdout.ok_or_else(|| quiet("what it prints does not end".to_owned()))?;
            Ok(Printed {
                stdout: Zeroizing::new(stdout),
                stderr: text(stderr).unwrap_or_default(),
            })
        }
        Ok(false) => Err(("it failed".to_owned(), text(stderr).unwrap_or_default())),
        Err(cause) => Err(quiet(cause)),
    }
}

/// A program by an absolute path, or in an absolute directory of PATH: what lies in the working
/// directory is not run, whoever put it there.
///
/// # Errors
/// There is none; in words.
pub fn find(name: &str, env: &Environment) -> Result<PathBuf, String> {
    if name.contains('/') {
        return match Path::new(name).is_absolute() {
            true => Ok(PathBuf::from(name)),
            false => Err(format!("{name} is not an absolute path")),
        };
    }
    let path = env
        .get("PATH")
        .unwrap_or_else(|| OsStr::new("/bin:/usr/bin"));
    let directories = path.as_bytes().split(|byte| *byte == b':');
    directories
        .map(|directory| Path::new(OsStr::from_bytes(directory)))
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
        .ok_or_else(|| format!("no absolute directory of PATH has a program {name}"))
}

/// Whether it ended well; an error in words if it had to be ended.
fn wait(child: &mut Child, begun: Instant) -> Result<bool, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if begun.elapsed() < PATIENCE => thread::sleep(STEP),
            Ok(None) => {
                let _ended_by_itself = child.kill();
                let _ = child.wait();
                return Err(format!("it took more than {} s", PATIENCE.as_secs()));
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn read_in_background(pipe: impl io::Read + Send + 'static) -> Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let _as_far_as_it_goes = pipe.take(LIMIT).read_to_end(&mut bytes);
        // Nobody waits any more when the time is over: fine.
        drop(sender.send(bytes));
    });
    receiver
}
