//! Reads a file that someone else wrote or named: never without end, neither in size nor in time.
//! It may be a device, a directory, or a pipe, as in `AWS_CONFIG_FILE=<(pass show aws)`.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Error, ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::edge::system;

/// Bytes of the longest file: 300,000 profiles.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;
/// Milliseconds that a pipe without a writer is waited for.
const WITHOUT_WRITER: u16 = 1000;
/// Milliseconds that a writer may be silent: it may be a password manager that asks a person.
const SILENCE_MS: u16 = 15_000;
/// An empty file to a user who names it.
const NULL: &str = "/dev/null";

/// The content of a file.
///
/// # Errors
/// Those of the system; a directory, a device, or what has no end in size or time.
pub(crate) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for its writer.
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)?;
    let metadata = file.metadata()?;
    let kind = metadata.file_type();
    if kind.is_fifo() {
        return read_pipe(file);
    }
    if kind.is_char_device() && is_null(&metadata) {
        return Ok(Vec::new());
    }
    if kind.is_char_device() || kind.is_block_device() {
        return Err(Error::other("it is a device, not a file"));
    }
    let length = metadata.len();
    if length > FILE_LIMIT {
        return Err(too_long());
    }
    // A little more than it has: so the end is found without another buffer.
    let room = usize::try_from(length).map_err(|_| too_long())?;
    let mut content = Vec::with_capacity(room + 64);
    file.take(FILE_LIMIT + 1).read_to_end(&mut content)?;
    within_limit(content)
}

/// Whether it is the device of that name, under whichever name it was found.
fn is_null(metadata: &Metadata) -> bool {
    let null = std::fs::metadata(NULL);
    null.is_ok_and(|null| null.file_type().is_char_device() && null.rdev() == metadata.rdev())
}

/// Reads to the end of what is written into a pipe. One with a name that no one has open for writing
/// looks as if it had ended; its writer may be about to open it.
fn read_pipe(mut pipe: File) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut wait_for_writer = system::pipe_has_name(&pipe);
    let mut missing = false;
    loop {
        match pipe.read(&mut chunk) {
            Ok(0) if wait_for_writer => {
                wait_for_writer = false;
                missing = !wait(&pipe, WITHOUT_WRITER)?;
            }
            Ok(0) if missing => {
                let words = "no process writes to this pipe";
                return Err(Error::new(ErrorKind::TimedOut, words));
            }
            Ok(0) => return Ok(content),
            Ok(read) => {
                (wait_for_writer, missing) = (false, false);
                content.extend_from_slice(&chunk[..read]);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // There is a writer.
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                (wait_for_writer, missing) = (false, false);
                if !wait(&pipe, SILENCE_MS)? {
                    let words = "the writer of this pipe has sent nothing for 15 seconds";
                    return Err(Error::new(ErrorKind::TimedOut, words));
                }
            }
            Err(error) => return Err(error),
        }
        if content.len() as u64 > FILE_LIMIT {
            return Err(too_long());
        }
    }
}

/// Whether something has come in time.
fn wait(pipe: &File, milliseconds: u16) -> io::Result<bool> {
    let mut fds = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
    match poll(&mut fds, PollTimeout::from(milliseconds)) {
        Ok(ready) => Ok(ready > 0),
        Err(nix::errno::Errno::EINTR) => Ok(true),
        Err(errno) => Err(errno.into()),
    }
}

fn within_limit(content: Vec<u8>) -> io::Result<Vec<u8>> {
    match content.len() as u64 > FILE_LIMIT {
        true => Err(too_long()),
        false => Ok(content),
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::FileTooLarge, "it is longer than 64 MB")
}
