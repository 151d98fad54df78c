//! The Secret Service of Linux desktops, which GNOME Keyring, KWallet and KeePassXC offer on the
//! session's D-Bus (freedesktop.org, Secret Service API). Secrets cross the bus encrypted.

use std::collections::HashMap;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use tokio::runtime::Builder;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::edge::secrets::error::{Presence, SecretStoreError, Unlock};
use crate::model::prompt::question::QUESTION_TIME;

/// What people call it.
pub(crate) const NAME: &str = "the Secret Service";

/// How to unlock it where it cannot ask. GNOME's daemon takes a line's end for a part of the password.
pub(crate) const UNLOCK: &str = "on the desktop, or, of GNOME, with (read -rs p; printf %s \"$p\" | \
                                 gnome-keyring-daemon --replace --unlock)";

/// How long it may take to answer what it asks no one about. The bus may have to start it.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// What marks the keys of mfaexec among the secrets of others.
const APPLICATION: (&str, &str) = ("application", "mfaexec");
/// By this attribute a key is found. An access key id is no secret.
const ID: &str = "aws_access_key_id";
const CONTENT: &str = "text/plain";
/// The collection that is gone when the session ends (Secret Service API, "Session").
const PASSING: &str = "/session";

/// Reads the secret of a key.
pub(crate) fn read(id: &str, unlock: &Unlock<'_>) -> Result<SecretString, SecretStoreError> {
    run(async {
        let service = connect().await?;
        let item = find(&service, id).await?.ok_or(SecretStoreError::Missing)?;
        open(&item, unlock).await?;
        let secret = Zeroizing::new(quickly(item.get_secret()).await?);
        let text = std::str::from_utf8(&secret);
        let text =
            text.map_err(|_| SecretStoreError::Failed("what it has is not text".to_owned()))?;
        Ok(SecretString::from(text))
    })
}

/// Keeps the secret of a key, in the place of one that is there.
pub(crate) fn write(
    id: &str,
    label: &str,
    secret: &SecretString,
    unlock: &Unlock<'_>,
) -> Result<(), SecretStoreError> {
    run(async {
        let service = connect().await?;
        let collection = lasting(&service).await?;
        if quickly(collection.is_locked()).await? {
            ask(collection.unlock(), unlock).await?;
        }
        let secret = secret.expose_secret().as_bytes();
        let made = collection.create_item(label, attributes(id), secret, true, CONTENT);
        // The service may ask about it.
        within(QUESTION_TIME, made).await.map(drop)
    })
}

/// Deletes a key.
pub(crate) fn delete(id: &str, unlock: &Unlock<'_>) -> Result<(), SecretStoreError> {
    run(async {
        let service = connect().await?;
        let item = find(&service, id).await?.ok_or(SecretStoreError::Missing)?;
        open(&item, unlock).await?;
        within(QUESTION_TIME, item.delete()).await
    })
}

/// What is known of keys without unlocking anything.
pub(crate) fn look(ids: &[&str]) -> Result<Vec<Presence>, SecretStoreError> {
    run(async {
        let service = connect().await?;
        let mut found = Vec::new();
        for id in ids {
            found.push(match find(&service, id).await? {
                None => Presence::Missing,
                Some(item) if quickly(item.is_locked()).await? => Presence::Locked,
                Some(_) => Presence::Readable,
            });
        }
        Ok(found)
    })
}

/// Nothing of it outlives the call. Meanwhile ^C ends this process. GNOME's question stays on the screen
/// then, as with every client that ends; an answer to it unlocks the keyring all the same.
fn run<T>(work: impl Future<Output = Result<T, SecretStoreError>>) -> Result<T, SecretStoreError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| SecretStoreError::Failed(error.to_string()))?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Everything that fails here means that there is no store.
async fn connect() -> Result<SecretService<'static>, SecretStoreError> {
    let connected = quickly(SecretService::connect(EncryptionType::Dh)).await;
    connected.map_err(|error| match error {
        SecretStoreError::Failed(cause) => SecretStoreError::Unreachable(cause),
        error => error,
    })
}

async fn find<'a>(
    service: &'a SecretService<'_>,
    id: &str,
) -> Result<Option<Item<'a>>, SecretStoreError> {
    let found = quickly(service.search_items(attributes(id))).await?;
    Ok(found.unlocked.into_iter().chain(found.locked).next())
}

/// Where new secrets belong. `default` is an alias that may lead nowhere, or to the collection that
/// does not outlive the session.
async fn lasting<'a>(service: &'a SecretService<'_>) -> Result<Collection<'a>, SecretStoreError> {
    let no_place = |words: &str| Err(SecretStoreError::NoPlace(words.to_owned()));
    let found = timeout(ANSWER_TIME, service.get_default_collection()).await;
    match found.map_err(|_| silent())? {
        Ok(collection) if collection.collection_path.ends_with(PASSING) => {
            no_place("its default keyring is gone after a logout")
        }
        Ok(collection) => Ok(collection),
        Err(Error::NoResult) => no_place("it has no default keyring"),
        Err(error) => Err(store_error(&error)),
    }
}

async fn open(item: &Item<'_>, unlock: &Unlock<'_>) -> Result<(), SecretStoreError> {
    match quickly(item.is_locked()).await? {
        true => ask(item.unlock(), unlock).await,
        false => Ok(()),
    }
}

/// Has the service ask the person.
async fn ask(
    unlocked: impl Future<Output = Result<(), Error>>,
    unlock: &Unlock<'_>,
) -> Result<(), SecretStoreError> {
    match unlock {
        Unlock::Never(why) => Err(SecretStoreError::Locked((*why).to_owned())),
        Unlock::Ask(on_wait) => {
            on_wait();
            within(QUESTION_TIME, unlocked).await
        }
    }
}

async fn quickly<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, SecretStoreError> {
    let answer = timeout(ANSWER_TIME, call).await;
    answer
        .map_err(|_| silent())?
        .map_err(|error| store_error(&error))
}

async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, SecretStoreError> {
    let answer = timeout(limit, call).await;
    answer
        .map_err(|_| SecretStoreError::Unanswered { in_time: false })?
        .map_err(|error| store_error(&error))
}

fn silent() -> SecretStoreError {
    SecretStoreError::Unreachable(format!("it did not answer for {} s", ANSWER_TIME.as_secs()))
}

fn store_error(error: &Error) -> SecretStoreError {
    match error {
        Error::Unavailable => {
            SecretStoreError::Unreachable("there is no session bus (D-Bus)".to_owned())
        }
        Error::PromptDisconnected => {
            SecretStoreError::Unreachable("it ended while its question was open".to_owned())
        }
        Error::Prompt => SecretStoreError::Unanswered { in_time: true },
        Error::Locked => SecretStoreError::Locked("it was locked meanwhile".to_owned()),
        Error::NoResult => SecretStoreError::Missing,
        Error::Zbus(error) => SecretStoreError::Failed(error.to_string()),
        Error::ZbusFdo(error) => SecretStoreError::Failed(error.to_string()),
        error => SecretStoreError::Failed(error.to_string()),
    }
}

fn attributes(id: &str) -> HashMap<&str, &str> {
    HashMap::from([APPLICATION, (ID, id)])
}
