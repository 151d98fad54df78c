//! Files that anyone may read, written into a directory that the user names.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes files by their names. The directory is made if it is not there; what has such a name is
/// replaced.
///
/// # Errors
/// One of them cannot be written; those before it are.
pub(crate) fn write_into<'a>(
    directory: &Path,
    files: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let failed = |path: &Path, error: &std::io::Error| {
        Error::new(
            format!("{} cannot be written", path.display()),
            error.to_string(),
            "name a directory that you can write to: mfaexec man --into ~/.local/share/man/man1",
        )
    };
    fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
    for (name, text) in files {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, &error))?;
    }
    Ok(())
}
