//! The kernel's keyring of the user (keyrings(7)). The key is there until no session can need it, or the
//! user's last process is gone.

use linux_keyutils::{Key, KeyError, KeyPermissions, KeyRing, KeyRingIdentifier};
use zeroize::Zeroizing;

use super::{CacheKey, KeyringError};

/// Seconds after which the kernel forgets the key unless a session is stored again: the longest
/// session, and a minute.
const TIMEOUT: usize = 129_600 + 60;

/// The possessor may do everything, the same user may view, read and search. By default only
/// a possessor may read, and a login whose session keyring does not link the user's keyring
/// (`keyctl session`, some of sudo, cron and ssh) possesses nothing in it (keyrings(7)).
const PERMISSIONS: u32 = 0x3f0b_0000;

/// Where the key is, for people.
pub(crate) const PLACE: &str = "the keyring of the kernel";

/// The key, if there is one.
///
/// # Errors
/// The kernel has no keyrings, or does not let this process use them.
pub(crate) fn find(description: &str) -> Result<Option<CacheKey>, KeyringError> {
    let Some(key) = search(description)? else {
        return Ok(None);
    };
    let mut bytes: CacheKey = Zeroizing::new([0; 32]);
    match key.read(&mut *bytes) {
        Ok(32) => Ok(Some(bytes)),
        Ok(_) => Ok(None),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(keyring_error(error)),
    }
}

/// Puts a key there, instead of one of that description. The caller has to see to it that
/// no one else does the same just now.
///
/// # Errors
/// As [`find`], or the user's quota is full.
pub(crate) fn create(description: &str, key: &CacheKey) -> Result<(), KeyringError> {
    let store = || -> Result<(), KeyError> {
        let stored = possessed_keyring()?.add_key(description, &key[..])?;
        stored.set_perms(KeyPermissions::from_u32(PERMISSIONS))?;
        stored.set_timeout(TIMEOUT)
    };
    store().map_err(keyring_error)
}

/// Makes the kernel keep the key for the longest session's time from now on.
pub(crate) fn renew(description: &str) {
    let renew = || {
        possessed_keyring()?
            .search(description)?
            .set_timeout(TIMEOUT)
    };
    if let Err(error) = renew() {
        log::debug!("cannot renew the cache key: {error:?}");
    }
}

/// The user's keyring, reachable from this process's own, which goes away by itself: to
/// change a key's permissions or time-out one has to possess it.
fn possessed_keyring() -> Result<KeyRing, KeyError> {
    let user = KeyRing::from_special_id(KeyRingIdentifier::User, true)?;
    KeyRing::from_special_id(KeyRingIdentifier::Process, true)?.link_keyring(user)?;
    Ok(user)
}

/// Removes the key: what was encrypted with it stays so for ever.
pub(crate) fn forget(description: &str) {
    if let Ok(Some(key)) = search(description)
        && let Ok(user) = KeyRing::from_special_id(KeyRingIdentifier::User, false)
        && let Err(error) = user.unlink_key(key)
    {
        log::debug!("cannot remove the cache key: {error:?}");
    }
}

fn search(description: &str) -> Result<Option<Key>, KeyringError> {
    let user = KeyRing::from_special_id(KeyRingIdentifier::User, true).map_err(|error| {
        // ENOKEY is all that the kernel says here, whatever the reason.
        if error == KeyError::KeyDoesNotExist {
            return KeyringError {
                may_pass: true,
                cause: "the user's keyring in the kernel cannot be used: it was revoked, or \
                        this user has as many keys as one may have"
                    .to_owned(),
                remedy: "log out of all sessions of this user and log in again, or remove keys that are not needed: keyctl show, keyctl unlink",
            };
        }
        keyring_error(error)
    })?;
    match user.search(description) {
        Ok(key) => Ok(Some(key)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(keyring_error(error)),
    }
}

fn is_absent(error: &KeyError) -> bool {
    matches!(
        error,
        KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked
    )
}

/// A keyring that is full or refuses is something else than none, which is what filters of
/// system calls in containers imitate by EPERM or ENOSYS.
fn keyring_error(error: KeyError) -> KeyringError {
    const NO_CALL: i32 = nix::libc::ENOSYS;
    let (may_pass, cause, remedy) = match error {
        KeyError::PermissionDenied
        | KeyError::OperationNotSupported
        | KeyError::Unknown(NO_CALL) => (
            false,
            "there is no kernel keyring here, or this process may not use it",
            "let the container use the system calls add_key and keyctl",
        ),
        KeyError::QuotaExceeded => (
            true,
            "the kernel's keyring is full: this user has as many keys as one may have",
            "remove keys that are not needed: keyctl show @u lists them, keyctl unlink ID @u \
             removes one",
        ),
        KeyError::AccessDenied => (
            true,
            "mfaexec may not read its key in the kernel's keyring: the permissions of the key \
             or of the user's keyring were changed",
            "remove that key: keyctl show @u lists it, keyctl unlink ID @u removes it",
        ),
        _ => (
            true,
            "the kernel's keyring refuses",
            "log out of all sessions of this user, and log in again",
        ),
    };
    KeyringError {
        may_pass,
        cause: format!("{cause} ({error:?})"),
        remedy,
    }
}
