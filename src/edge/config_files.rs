//! Finds and reads the shared config and credentials files, once.

use std::path::{Path, PathBuf};

use crate::edge::bounded::read_bounded;
use crate::edge::store::private_dir::is_absent;
use crate::error::{Error, Result};
use crate::model::config::{ConfigFile, FileKind};
use crate::model::environment::Environment;

/// Reads both files. One that is not there is empty, wherever it was looked for, as in the SDKs.
///
/// # Errors
/// A file that is there but cannot be read; no home directory to look in.
pub(crate) fn read(env: &Environment) -> Result<Vec<ConfigFile>> {
    [
        (FileKind::Config, "AWS_CONFIG_FILE", ".aws/config"),
        (
            FileKind::Credentials,
            "AWS_SHARED_CREDENTIALS_FILE",
            ".aws/credentials",
        ),
    ]
    .into_iter()
    .map(|(kind, variable, default)| {
        let path = locate(env, variable, default)?;
        let bytes = read_one(&path)?;
        tracing::debug!("{}: {} bytes", path.display(), bytes.len());
        Ok(ConfigFile { kind, path, bytes })
    })
    .collect()
}

fn locate(env: &Environment, variable: &str, default: &str) -> Result<PathBuf> {
    let Some(path) = env.get(variable).filter(|path| !path.is_empty()) else {
        return Ok(home(env, variable)?.join(default));
    };
    // `~/` expands, `~user/` does not: the SDKs' rule.
    match Path::new(path).strip_prefix("~") {
        Ok(rest) => Ok(home(env, variable)?.join(rest)),
        Err(_) => Ok(PathBuf::from(path)),
    }
}

fn home(env: &Environment, variable: &str) -> Result<PathBuf> {
    env.get("HOME")
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
        .ok_or_else(|| {
            Error::new(
                "cannot find the AWS config files",
                "HOME is not set",
                format!("set HOME, or name the file in {variable}"),
            )
        })
}

fn read_one(path: &Path) -> Result<Vec<u8>> {
    match read_bounded(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(Error::new(
            format!("cannot read {}", path.display()),
            error.to_string(),
            "check the file and its permissions",
        )),
    }
}

/// Reads a session policy.
///
/// # Errors
/// It cannot be read, or is no JSON.
pub(crate) fn read_policy(path: &Path) -> Result<String> {
    let failed = |cause: String| {
        let what = format!("cannot use the policy {}", path.display());
        Error::new(what, cause, "name a file with a policy in JSON")
    };
    let text = read_bounded(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(text).map_err(|_| failed("it is not UTF-8 text".to_owned()))?;
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(failed(format!("it is not JSON: {error}"))),
    }
}

/// The directory of the sessions: `mfaexec` in the user's cache directory (XDG Source Directory
/// Specification; a relative XDG_CACHE_HOME is invalid there and counts as unset).
///
/// # Errors
/// There is no home directory.
pub(crate) fn cache_directory(env: &Environment) -> Result<PathBuf> {
    let xdg = env
        .get("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    if let Some(path) = xdg {
        return Ok(path.join("mfaexec"));
    }
    let home = env
        .get("HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = home.ok_or_else(|| {
        Error::new(
            "there is no place to keep sessions",
            "neither XDG_CACHE_HOME nor HOME names a directory",
            "set HOME, or use --cache none",
        )
    })?;
    let base = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    Ok(home.join(base).join("mfaexec"))
}
