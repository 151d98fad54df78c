//! The memory of used codes, for all devices of a cache directory. It has a file of its own, locked
//! for a moment only: whichever run asks, and whatever becomes of the directory meanwhile, looks here
//! right before a code is sent.

use secrecy::SecretString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::edge::clock::moment;
use crate::edge::private_dir::PrivateDir;
use crate::model::session::one_time_code::UsedCodes;

const FILE: &str = "used-codes";
/// More bytes than the memory ever has.
const MEMORY_LIMIT: u64 = 1024 * 1024;

/// The memory, and no one else changes it.
struct Memory {
    file: File,
    codes: UsedCodes,
}

/// Writes down that a code is used. To be called before it is sent: a call whose answer is lost may
/// have used it all the same. False if it was used already.
///
/// # Errors
/// The file cannot be trusted or written; then no one knows whether the code was used.
pub(crate) fn claim(dir: &PrivateDir, serial: &str, code: &SecretString) -> io::Result<bool> {
    let mut memory = Memory::open(dir)?;
    let fresh = memory.codes.claim(serial, code, moment());
    if fresh {
        memory.write()?;
    }
    Ok(fresh)
}

/// Forgets a code that was surely not sent.
///
/// # Errors
/// As [`claim`].
pub(crate) fn forget(dir: &PrivateDir, serial: &str, code: &SecretString) -> io::Result<()> {
    let mut memory = Memory::open(dir)?;
    memory.codes.forget(serial, code);
    memory.write()
}

impl Memory {
    /// A file that cannot be trusted is discarded: what it says is nothing to go by, and with it
    /// nothing could be remembered any more.
    fn open(dir: &PrivateDir) -> io::Result<Self> {
        let in_words = |error: crate::error::Error| io::Error::other(error.summary());
        let mut file = match dir.locked_file(FILE) {
            Ok(file) => file,
            Err(_) if dir.discard(FILE) => dir.locked_file(FILE).map_err(in_words)?,
            Err(error) => return Err(in_words(error)),
        };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        (&file).take(MEMORY_LIMIT).read_to_end(&mut bytes)?;
        // Lines that cannot be read are left out, and gone with the next one that is written.
        let codes = UsedCodes::parse(&String::from_utf8_lossy(&bytes), moment());
        Ok(Self { file, codes })
    }

    fn write(&mut self) -> io::Result<()> {
        let text = self.codes.to_string();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}
