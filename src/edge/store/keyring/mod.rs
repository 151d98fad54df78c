//! The key that sessions at rest are encrypted with. On Linux it lives in the kernel's keyring of the
//! user and nowhere else: a disk that is stolen or backed up does not hold it. On macOS it is in the
//! user's keychain, which is a file that the login password opens.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

use ring::digest;
use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
pub(crate) use linux::{PLACE, create, find, forget, renew};
#[cfg(target_os = "macos")]
pub(crate) use macos::{PLACE, create, find, forget, renew};

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
pub struct KeyringError {
    /// Whether there is a keyring, which may come to its senses. Else this system or this
    /// container has none, and will have none.
    pub may_pass: bool,
    /// In words.
    pub cause: String,
    /// What can be done about it.
    pub remedy: &'static str,
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
