//! The key that sessions at rest are encrypted with. It lives in the kernel's keyring of the user
//! and nowhere else: a disk that is stolen or backed up does not hold it.

use ring::digest;
use zeroize::Zeroizing;

/// A key for AES-256.
pub type CacheKey = Zeroizing<[u8; 32]>;

/// Tells a key from others in the names of files: 16 hexadecimal digits of a digest, which say
/// nothing of its 32 random bytes.
pub(crate) fn key_id(key: &CacheKey) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"mfaexec cache key id:");
    context.update(&key[..]);
    hex::encode(&context.finish().as_ref()[..8])
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whether there is a keyring, which may come to its senses. Else this system or this
    /// container has none, and will have none.
    pub may_pass: bool,
    /// In words.
    pub cause: String,
    /// What can be done about it.
    pub remedy: &'static str,
}

/// Seconds after which the kernel forgets the key unless a session is stored again: the longest
/// session, and a minute.
const TIMEOUT: usize = 129_600 + 60;

pub(crate) use platform::{create, find, forget, renew};

#[cfg(target_os = "linux")]
mod platform {
    use linux_keyutils::{Key, KeyError, KeyPermissions, KeyRing, KeyRingIdentifier};
    use zeroize::Zeroizing;

    use super::{CacheKey, TIMEOUT, Trouble};

    /// The possessor may do everything, the same user may view, read and search. By default only
    /// a possessor may read, and a login whose session keyring does not link the user's keyring
    /// (`keyctl session`, some of sudo, cron and ssh) possesses nothing in it (keyrings(7)).
    const PERMISSIONS: u32 = 0x3f0b_0000;

    /// The key, if there is one.
    ///
    /// # Errors
    /// The kernel has no keyrings, or does not let this process use them.
    pub(crate) fn find(description: &str) -> Result<Option<CacheKey>, Trouble> {
        let Some(key) = search(description)? else {
            return Ok(None);
        };
        let mut bytes: CacheKey = Zeroizing::new([0; 32]);
        match key.read(&mut *bytes) {
            Ok(32) => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(trouble(error)),
        }
    }

    /// Puts a key there, instead of one of that description. The caller has to see to it that
    /// no one else does the same just now.
    ///
    /// # Errors
    /// As [`find`], or the user's quota is full.
    pub(crate) fn create(description: &str, key: &CacheKey) -> Result<(), Trouble> {
        let store = || -> Result<(), KeyError> {
            let stored = possessed_keyring()?.add_key(description, &key[..])?;
            stored.set_perms(KeyPermissions::from_u32(PERMISSIONS))?;
            stored.set_timeout(TIMEOUT)
        };
        store().map_err(trouble)
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

    fn search(description: &str) -> Result<Option<Key>, Trouble> {
        let user = KeyRing::from_special_id(KeyRingIdentifier::User, true).map_err(|error| {
            // ENOKEY is all that the kernel says here, whatever the reason.
            if error == KeyError::KeyDoesNotExist {
                return Trouble {
                    may_pass: true,
                    cause: "the user's keyring in the kernel cannot be used: it was revoked, or \
                            this user has as many keys as one may have"
                        .to_owned(),
                    remedy: "log out of all sessions of this user and log in again, or remove keys that are not needed: keyctl show, keyctl unlink",
                };
            }
            trouble(error)
        })?;
        match user.search(description) {
            Ok(key) => Ok(Some(key)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(trouble(error)),
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
    fn trouble(error: KeyError) -> Trouble {
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
        Trouble {
            may_pass,
            cause: format!("{cause} ({error:?})"),
            remedy,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::{CacheKey, Trouble};

    fn absent() -> Trouble {
        Trouble {
            may_pass: false,
            cause: "this system has no kernel keyring".to_owned(),
            remedy: "encrypt the disk",
        }
    }

    /// There is no keyring.
    ///
    /// # Errors
    /// Always.
    pub fn find(_description: &str) -> Result<Option<CacheKey>, Trouble> {
        Err(absent())
    }

    /// There is no keyring.
    ///
    /// # Errors
    /// Always.
    pub fn create(_description: &str, _key: &CacheKey) -> Result<(), Trouble> {
        Err(absent())
    }

    /// Nothing to renew.
    pub fn renew(_description: &str) {}

    /// Nothing to forget.
    pub fn forget(_description: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_keys_apart_and_is_not_the_key() {
        let (one, other) = (CacheKey::new([7; 32]), CacheKey::new([8; 32]));
        assert_eq!(key_id(&one), key_id(&one.clone()));
        assert_ne!(key_id(&one), key_id(&other));
        assert_eq!(key_id(&one).len(), 16);
        assert!(!key_id(&one).contains("0707"));
    }
}
