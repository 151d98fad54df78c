//! A code on standard input.

use std::io;

use nix::errno::Errno;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// Reads one line from stdin and not a byte more: the rest is the command's.
///
/// # Errors
/// stdin cannot be read, or ends before there is anything.
pub(crate) fn line_from_stdin() -> io::Result<SecretString> {
    let mut line = Zeroizing::new(Vec::with_capacity(64));
    let mut byte = [0];
    loop {
        match nix::unistd::read(io::stdin(), &mut byte) {
            Ok(0) if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(1) if byte[0] != b'\n' && line.len() < 4096 => line.push(byte[0]),
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    let text = Zeroizing::new(String::from_utf8_lossy(&line).into_owned());
    Ok(SecretString::from(text.trim_end_matches('\r')))
}
