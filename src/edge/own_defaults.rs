//! Reads mfaexec's own config file, once in a process.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::edge::bounded::read_bounded;
use crate::edge::private_dir::is_absent;
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::own_defaults::OwnDefaults;
use crate::model::prompt::method::{PromptMethod, names_in_words};

static READ: OnceLock<Result<OwnDefaults>> = OnceLock::new();

/// The defaults in the file; nothing if there is none. Nothing is logged here: whether a log has colours is
/// one of the defaults.
///
/// # Errors
/// It is there and cannot be read, or says what has no meaning.
pub(crate) fn own_defaults(env: &Environment) -> Result<&'static OwnDefaults> {
    READ.get_or_init(|| read(env))
        .as_ref()
        .map_err(Clone::clone)
}

/// Where the file is, or would be: in the user's directory for such files (the
/// `XDG Base Directory Specification`), on macOS as well, as programs for the terminal have it there.
/// None without a home.
fn path(env: &Environment) -> Option<PathBuf> {
    let named = env.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let named = named.filter(|path| path.is_absolute());
    let directory = named.or_else(|| env.in_home(".config").map(PathBuf::from))?;
    Some(directory.join("mfaexec/config.toml"))
}

fn read(env: &Environment) -> Result<OwnDefaults> {
    let Some(path) = path(env) else {
        return Ok(OwnDefaults::default());
    };
    let shown = path.display().to_string();
    let failed = |cause: &str| {
        Error::new(
            format!("cannot read {shown}"),
            cause,
            "correct the file, or move it away",
        )
    };
    match read_bounded(&path) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8 text"))?;
            OwnDefaults::parse(&text, &shown, |name| {
                PromptMethod::parse(name).err().map(|_| names_in_words())
            })
        }
        Err(error) if is_absent(&error) => Ok(OwnDefaults::default()),
        Err(error) => Err(failed(&error.to_string())),
    }
}
