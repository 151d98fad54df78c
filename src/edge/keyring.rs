//! The key that sessions at rest are encrypted with. It lives in the kernel's keyring of the user
//! and nowhere else: a disk that is stolen or backed up does not hold it.

use zeroize::Zeroizing;

/// A key for AES-256.
pub type CacheKey = Zeroizing<[u8; 32]>;

/// Seconds after which the kernel forgets the key unless a session is stored again: the longest
/// session, and a minute.
const TIMEOUT: usize = 129_600 + 60;

pub use platform::{create, find, forget, renew};

#[cfg(target_os = "linux")]
mod platform {
    use linux_keyutils::{Key, KeyError, KeyPermissions, KeyRing, KeyRingIdentifier};
    use zeroize::Zeroizing;

    use super::{CacheKey, TIMEOUT};

    /// The possessor may do everything, the same user may view, read and search. By default only
    /// a possessor may read, and a login whose session keyring does not link the user's keyring
    /// (`keyctl session`, some of sudo, cron and ssh) possesses nothing in it (keyrings(7)).
    const PERMISSIONS: u32 = 0x3f0b_0000;

    /// The key, if there is one.
    ///
    /// # Errors
    /// The kernel has no keyrings, or does not let this process use them; in words.
    pub fn find(description: &str) -> Result<Option<CacheKey>, String> {
        let Some(key) = search(description)? else {
            return Ok(None);
        };
        let mut bytes: CacheKey = Zeroizing::new([0; 32]);
        match key.read(&mut *bytes) {
            Ok(32) => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(in_words(&error)),
        }
    }

    /// Puts a key there, in place of one of that description. The caller has to see to it that
    /// nobody else does the same just now.
    ///
    /// # Errors
    /// As [`find`], or the user's quota is full.
    pub fn create(description: &str, key: &CacheKey) -> Result<(), String> {
        let store = || -> Result<(), KeyError> {
            let stored = possessed_keyring()?.add_key(description, &key[..])?;
            stored.set_perms(KeyPermissions::from_u32(PERMISSIONS))?;
            stored.set_timeout(TIMEOUT)
        };
        store().map_err(|error| in_words(&error))
    }

    /// Makes the kernel keep the key for the longest session's time from now on.
    pub fn renew(description: &str) {
        let renew = || {
            possessed_keyring()?
                .search(description)?
                .set_timeout(TIMEOUT)
        };
        if let Err(error) = renew() {
            tracing::debug!("cannot renew the cache key: {}", in_words(&error));
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
    pub fn forget(description: &str) {
        if let Ok(Some(key)) = search(description)
            && let Ok(user) = KeyRing::from_special_id(KeyRingIdentifier::User, false)
            && let Err(error) = user.unlink_key(key)
        {
            tracing::debug!("cannot remove the cache key: {}", in_words(&error));
        }
    }

    fn search(description: &str) -> Result<Option<Key>, String> {
        // ENOKEY is all that the kernel says here, whatever the reason.
        let user =
            KeyRing::from_special_id(KeyRingIdentifier::User, true).map_err(
                |error| match error {
                    KeyError::KeyDoesNotExist => {
                        "the user's keyring is not to be had: it was revoked, \
                                              or the user has as many keys as one may have"
                            .to_owned()
                    }
                    error => in_words(&error),
                },
            )?;
        match user.search(description) {
            Ok(key) => Ok(Some(key)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(in_words(&error)),
        }
    }

    fn is_absent(error: &KeyError) -> bool {
        matches!(
            error,
            KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked
        )
    }

    fn in_words(error: &KeyError) -> String {
        format!("the kernel's keyring refuses: {error:?}")
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::CacheKey;

    const ABSENT: &str = "this system has no kernel keyring";

    /// There is no keyring.
    ///
    /// # Errors
    /// Always.
    pub fn find(_description: &str) -> Result<Option<CacheKey>, String> {
        Err(ABSENT.to_owned())
    }

    /// There is no keyring.
    ///
    /// # Errors
    /// Always.
    pub fn create(_description: &str, _key: &CacheKey) -> Result<(), String> {
        Err(ABSENT.to_owned())
    }

    /// Nothing to renew.
    pub fn renew(_description: &str) {}

    /// Nothing to forget.
    pub fn forget(_description: &str) {}
}
