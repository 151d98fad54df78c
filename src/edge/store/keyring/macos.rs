//! The user's default keychain, which is the login keychain unless the user has chosen another one.
//!
//! It must never ask: a question in the middle of a command would be no answer to anything, and over
//! ssh no one sees it. So its dialogs are off while it is used, and what would need one is an error.
//!
//! Only the very build that has stored a key may read it without a question: the item's partition
//! list has the hash of its code (`cdhash:`), unless the program is signed by a developer. The key of
//! an older build counts as none, and is replaced. Its sessions are lost, which costs one code. Each
//! path of the program has a key of its own, so two builds side by side do not replace each other's.

use security_framework::base::Error;
use security_framework::item::{ItemClass, ItemSearchOptions, Limit, Reference, SearchResult};
use security_framework::os::macos::keychain::{KeychainUserInteractionLock, SecKeychain};
use zeroize::Zeroizing;

use super::{CacheKey, KeyringError};
use crate::edge::system::keychain::{
    AUTH_FAILED, INTERACTION_NOT_ALLOWED, NO_DEFAULT_KEYCHAIN, NO_SUCH_KEYCHAIN, NOT_FOUND,
    is_unlocked,
};

/// Where the key is, for people.
pub(crate) const PLACE: &str = "the keychain";

/// The key, if there is one that this build may read.
///
/// # Errors
/// There is no keychain, or it is locked.
pub(crate) fn find(description: &str) -> Result<Option<CacheKey>, KeyringError> {
    let keychain = Quiet::open()?;
    match keychain
        .keychain
        .find_generic_password(description, &account())
    {
        Ok((password, _)) => Ok(<[u8; 32]>::try_from(&*password).ok().map(Zeroizing::new)),
        Err(error) if error.code() == NOT_FOUND => Ok(None),
        Err(error) if needs_question(error) && is_unlocked() => {
            log::debug!("the cache key is that of another build of mfaexec");
            Ok(None)
        }
        Err(error) => Err(keyring_error(error)),
    }
}

/// Puts a key there, instead of the one of this program. The caller has to see to it that no one else
/// does the same just now.
///
/// # Errors
/// As [`find`].
pub(crate) fn create(description: &str, key: &CacheKey) -> Result<(), KeyringError> {
    let keychain = Quiet::open()?;
    let account = account();
    keychain.remove(description, Some(&account));
    let added = keychain
        .keychain
        .add_generic_password(description, &account, &key[..]);
    added.map_err(keyring_error)
}

/// A keychain keeps a key until it is removed.
pub(crate) fn renew(_: &str) {}

/// Removes the keys of all builds: what was encrypted with them stays so for ever.
pub(crate) fn forget(description: &str) {
    if let Ok(keychain) = Quiet::open() {
        keychain.remove(description, None);
    }
}

/// The keychain, without its dialogs.
struct Quiet {
    keychain: SecKeychain,
    _no_dialogs: KeychainUserInteractionLock,
}

impl Quiet {
    fn open() -> Result<Self, KeyringError> {
        let no_dialogs = SecKeychain::disable_user_interaction().map_err(keyring_error)?;
        Ok(Self {
            keychain: SecKeychain::default().map_err(keyring_error)?,
            _no_dialogs: no_dialogs,
        })
    }

    /// SecItemDelete leaves what this program may not read; SecKeychainItemDelete does not ask.
    fn remove(&self, description: &str, account: Option<&str>) {
        let mut search = ItemSearchOptions::new();
        search
            .keychains(std::slice::from_ref(&self.keychain))
            .class(ItemClass::generic_password())
            .service(description)
            .load_refs(true)
            .limit(Limit::All);
        if let Some(account) = account {
            search.account(account);
        }
        match search.search() {
            Ok(found) => {
                for result in found {
                    if let SearchResult::Ref(Reference::KeychainItem(item)) = result {
                        item.delete();
                    }
                }
            }
            Err(error) if error.code() == NOT_FOUND => {}
            Err(error) => log::debug!("cannot remove the cache key: {error}"),
        }
    }
}

/// Where this program is, behind all links.
fn account() -> String {
    let path = std::env::current_exe().and_then(|path| path.canonicalize());
    path.map_or_else(
        |_| "mfaexec".to_owned(),
        |path| path.to_string_lossy().into_owned(),
    )
}

fn needs_question(error: Error) -> bool {
    matches!(error.code(), AUTH_FAILED | INTERACTION_NOT_ALLOWED)
}

fn keyring_error(error: Error) -> KeyringError {
    let (may_pass, cause, remedy) = match error.code() {
        NO_SUCH_KEYCHAIN | NO_DEFAULT_KEYCHAIN => (
            false,
            "this user has no default keychain",
            "make one: security create-keychain login.keychain-db, and: security \
             default-keychain -s login.keychain-db",
        ),
        AUTH_FAILED | INTERACTION_NOT_ALLOWED if !is_unlocked() => (
            true,
            "the keychain is locked",
            "unlock it: security unlock-keychain",
        ),
        _ => (
            true,
            "the keychain refuses",
            "see whether it works in Keychain Access, or unlock it: security unlock-keychain",
        ),
    };
    KeyringError {
        may_pass,
        cause: format!("{cause} ({error}, {})", error.code()),
        remedy,
    }
}
