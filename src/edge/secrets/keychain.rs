//! The login keychain of macOS.

use secrecy::{ExposeSecret, SecretString};
use security_framework::base::Error;
use security_framework::item::{ItemClass, ItemSearchOptions, Limit, Reference, SearchResult};
use security_framework::os::macos::keychain::{KeychainUserInteractionLock, SecKeychain};
use security_framework::passwords::{
    PasswordOptions, generic_password, set_generic_password_options,
};
use zeroize::Zeroizing;

use crate::edge::secrets::error::{Presence, SecretStoreError, Unlock};
use crate::edge::system::keychain::{
    AUTH_FAILED, CANCELLED, INTERACTION_NOT_ALLOWED, NO_DEFAULT_KEYCHAIN, NO_SUCH_KEYCHAIN,
    NOT_FOUND, is_unlocked,
};

/// What people call it.
pub(crate) const NAME: &str = "the keychain";

/// How to unlock it where it cannot ask.
pub(crate) const UNLOCK: &str = "security unlock-keychain";

/// Under this name Keychain Access shows the keys.
const SERVICE: &str = "mfaexec";

/// Reads the secret of a key.
pub(crate) fn read(id: &str, unlock: &Unlock<'_>) -> Result<SecretString, SecretStoreError> {
    let _silent = quiet(unlock)?;
    let options = PasswordOptions::new_generic_password(SERVICE, id);
    let secret = generic_password(options).map_err(|error| store_error(&error, unlock))?;
    let secret = Zeroizing::new(secret);
    let text = std::str::from_utf8(&secret);
    let text = text.map_err(|_| SecretStoreError::Failed("what it has is not text".to_owned()))?;
    Ok(SecretString::from(text))
}

/// Keeps the secret of a key, in the place of one that is there.
pub(crate) fn write(
    id: &str,
    label: &str,
    secret: &SecretString,
    unlock: &Unlock<'_>,
) -> Result<(), SecretStoreError> {
    let _silent = quiet(unlock)?;
    let mut options = PasswordOptions::new_generic_password(SERVICE, id);
    options.set_label(label);
    let written = set_generic_password_options(secret.expose_secret().as_bytes(), options);
    written.map_err(|error| store_error(&error, unlock))
}

/// Deletes a key. SecItemDelete would leave what another build of mfaexec has put there.
pub(crate) fn delete(id: &str, unlock: &Unlock<'_>) -> Result<(), SecretStoreError> {
    let _silent = quiet(unlock)?;
    let mut search = ItemSearchOptions::new();
    search
        .class(ItemClass::generic_password())
        .service(SERVICE)
        .account(id)
        .load_refs(true)
        .limit(Limit::All);
    let found = search
        .search()
        .map_err(|error| store_error(&error, unlock))?;
    for result in found {
        if let SearchResult::Ref(Reference::KeychainItem(item)) = result {
            item.delete();
        }
    }
    Ok(())
}

/// What is known of keys without unlocking anything.
pub(crate) fn look(ids: &[&str]) -> Result<Vec<Presence>, SecretStoreError> {
    let presence = |id: &&str| match read(id, &Unlock::Never("")) {
        Ok(_) => Ok(Presence::Readable),
        Err(SecretStoreError::Missing) => Ok(Presence::Missing),
        Err(SecretStoreError::Locked(_)) => Ok(Presence::Locked),
        Err(error) => Err(error),
    };
    ids.iter().map(presence).collect()
}

/// Keeps the system from asking where no one may be asked.
fn quiet(unlock: &Unlock<'_>) -> Result<Option<KeychainUserInteractionLock>, SecretStoreError> {
    match unlock {
        // It may ask as well whether this build of mfaexec may have a key: no one is told of that.
        Unlock::Ask(tell) => {
            if !is_unlocked() {
                tell();
            }
            Ok(None)
        }
        Unlock::Never(_) => {
            let lock = SecKeychain::disable_user_interaction();
            lock.map(Some)
                .map_err(|error| SecretStoreError::Failed(error.to_string()))
        }
    }
}

fn store_error(error: &Error, unlock: &Unlock<'_>) -> SecretStoreError {
    match error.code() {
        NOT_FOUND => SecretStoreError::Missing,
        CANCELLED => SecretStoreError::Unanswered { in_time: true },
        NO_DEFAULT_KEYCHAIN => {
            SecretStoreError::NoPlace("this user has no default keychain".to_owned())
        }
        NO_SUCH_KEYCHAIN => SecretStoreError::Unreachable(error.to_string()),
        AUTH_FAILED | INTERACTION_NOT_ALLOWED => match unlock {
            // The keys of another build are asked about, though the keychain is open.
            Unlock::Never(why) if is_unlocked() => SecretStoreError::Failed(format!(
                "it would ask whether this build of mfaexec may have the key, and {why}"
            )),
            Unlock::Never(why) => SecretStoreError::Locked((*why).to_owned()),
            Unlock::Ask(_) if error.code() == AUTH_FAILED => {
                SecretStoreError::Unanswered { in_time: true }
            }
            Unlock::Ask(_) => SecretStoreError::Locked("no window can be shown here".to_owned()),
        },
        _ => SecretStoreError::Failed(error.to_string()),
    }
}
