//! Long-term keys outside of the files of AWS: in the secret store of the system, or in files that a
//! passphrase opens. Only the system's own program asks a person here, to unlock its store.

pub(crate) mod error;
pub(crate) mod key_files;

#[cfg(target_os = "macos")]
pub(crate) mod keychain;
#[cfg(target_os = "linux")]
pub(crate) mod secret_service;

#[cfg(target_os = "macos")]
pub(crate) use keychain as system;
#[cfg(target_os = "linux")]
pub(crate) use secret_service as system;
