//! Programs that people name to help: run without a shell, found where nobody else could put one,
//! and given up after a while.

use std::ffi::OsStr;
use std::io::{self, BufRead, Read};
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

/// Runs a command line, waits for it, and gives what it has printed on stdout; perhaps a secret. Each
/// line on stderr goes to `say` when it comes: it may be what makes a person touch a token.
///
/// # Errors
/// It cannot be read, found or run; it fails, or takes too long. In words.
pub fn run(
    line: &str,
    env: &Environment,
    mut say: impl FnMut(&str),
) -> Result<Zeroizing<String>, String> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or("its quotes do not match")?;
    let program = find(&words[0], env)?;
    let mut child = Command::new(program)
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let stdout = child.stdout.take().map(read_in_background);
    let lines = child.stderr.take().map(lines_in_background);
    let begun = Instant::now();
    let mut say_all = |patience: Duration| {
        let next = || {
            lines
                .as_ref()
                .and_then(|lines| lines.recv_timeout(patience).ok())
        };
        while let Some(line) = next() {
            say(&line);
        }
    };
    let end = wait(&mut child, begun, || say_all(STEP));
    say_all(STEP);
    if !end? {
        return Err("it failed".to_owned());
    }
    // A child of its own may hold the pipes open for ever: what is there in time counts.
    let left = PATIENCE.saturating_sub(begun.elapsed()).max(STEP);
    let bytes = stdout.and_then(|stdout| stdout.recv_timeout(left).ok());
    let bytes = bytes.ok_or("what it prints does not end")?;
    Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
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

/// Whether it ended well; an error in words if it had to be ended. Every now and then it looks up,
/// for as long as `meanwhile` takes.
fn wait(child: &mut Child, begun: Instant, mut meanwhile: impl FnMut()) -> Result<bool, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if begun.elapsed() < PATIENCE => {
                meanwhile();
                thread::sleep(STEP);
            }
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

fn lines_in_background(pipe: impl io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in io::BufReader::new(pipe.take(LIMIT)).split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).into_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
