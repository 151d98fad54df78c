//! Names and beginnings of the cache's files, and how they are opened.
//!
//! A name says what a file is about and how to open it: `IDENTITY.KEY.session`, where KEY is the id
//! of the key that it is sealed with, or `plain`. So places that have one home directory and
//! keyrings of their own (user namespaces, containers, machines) each have their own file, look at
//! no other one, and neither can take the other's session away. The name is sealed with the
//! content, so a file that is renamed does not open.

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::edge::private_dir::PrivateDir;
use crate::edge::private_dir::trust::FileIdentity;
use crate::edge::store::crypto::{seal, unseal};
use crate::edge::store::keyring::{CacheKey, key_id};
use crate::error::Result;

/// What a file begins with: format 2, and whether it is sealed, plain, or plain for as long as a
/// keyring refuses that is there.
const SEALED: &[u8; 5] = b"MFX2e";
const PLAIN: &[u8; 5] = b"MFX2p";
const PROVISIONAL: &[u8; 5] = b"MFX2t";
/// Is in the name of a plain file where others have the id of a key.
const NO_KEY: &str = "plain";

/// What a file is about: the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Session,
    /// A device that was looked up.
    Device,
    /// The user that keys belong to.
    Caller,
}

impl About {
    /// The end of names.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Session => ".session",
            Self::Device => ".device",
            Self::Caller => ".caller",
        }
    }

    /// Of a file's name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let mut all = [Self::Session, Self::Device, Self::Caller].into_iter();
        all.find(|about| name.ends_with(about.suffix()))
    }
}

/// The name of a plain file.
pub(crate) fn plain_name(id: &str, about: About) -> String {
    format!("{id}.{NO_KEY}{}", about.suffix())
}

/// A key, with what its files are called.
pub(crate) struct Opener {
    key: Option<(CacheKey, String)>,
    /// Whether plain files are read.
    plain: bool,
}

/// An opened file.
pub(crate) struct Opened<T> {
    /// What was in it.
    pub record: T,
    /// Which file it was.
    pub seen: FileIdentity,
    /// Whether it is not sealed.
    pub plain: bool,
    /// Whether that is so only because the keyring refused.
    pub provisional: bool,
}

/// What came of reading a file.
pub(crate) enum Read<T> {
    /// There is none.
    Nothing,
    /// It does not open although its name says that it would, or makes no sense: it was changed since
    /// it was written.
    Broken(FileIdentity),
    Record(Opened<T>),
}

impl Opener {
    /// Opens what is sealed with this key, and, if asked to, plain files.
    pub(crate) fn new(key: Option<CacheKey>, plain: bool) -> Self {
        let key = key.map(|key| {
            let id = key_id(&key);
            (key, id)
        });
        Self { key, plain }
    }

    /// Whether it has a key.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The name of the one file to look at; none if there can be none.
    pub(crate) fn name(&self, id: &str, about: About) -> Option<String> {
        match &self.key {
            Some((_, key)) => Some(format!("{id}.{key}{}", about.suffix())),
            None => self.plain.then(|| plain_name(id, about)),
        }
    }

    /// Whether a file of that name is one to open. All others are someone else's.
    pub(crate) fn can_open(&self, name: &str) -> bool {
        let place = name.rsplit('.').nth(1);
        is_plain(name) && self.plain || self.key.as_ref().is_some_and(|(_, key)| place == Some(key))
    }

    /// Reads a file that it can open.
    ///
    /// # Errors
    /// The file cannot be trusted or read.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        dir: &PrivateDir,
        name: &str,
    ) -> Result<Read<T>> {
        let Some((content, seen)) = dir.read(name)? else {
            return Ok(Read::Nothing);
        };
        let plain = is_plain(name);
        let (json, provisional) = match content.split_first_chunk() {
            Some((PLAIN, json)) if plain => (Some(Zeroizing::new(json.to_vec())), false),
            Some((PROVISIONAL, json)) if plain => (Some(Zeroizing::new(json.to_vec())), true),
            Some((SEALED, sealed)) => {
                let key = self.key.as_ref();
                (key.and_then(|(key, _)| unseal(key, name, sealed)), false)
            }
            _ => (None, false),
        };
        let record = json.and_then(|json| serde_json::from_slice(&json).ok());
        Ok(match record {
            None => Read::Broken(seen),
            Some(record) => Read::Record(Opened {
                record,
                seen,
                plain,
                provisional,
            }),
        })
    }
}

fn is_plain(name: &str) -> bool {
    name.rsplit('.').nth(1) == Some(NO_KEY)
}

/// Name and content of a file that is sealed with this key; none if the system has no random
/// numbers.
pub(crate) fn sealed(
    key: &CacheKey,
    id: &str,
    about: About,
    json: &[u8],
) -> Option<(String, Vec<u8>)> {
    let name = format!("{id}.{}{}", key_id(key), about.suffix());
    let sealed = seal(key, &name, json)?;
    Some((name, [SEALED.as_slice(), &sealed].concat()))
}

/// The content of a plain file.
pub(crate) fn plain(json: &[u8], provisional: bool) -> Zeroizing<Vec<u8>> {
    let magic = if provisional { PROVISIONAL } else { PLAIN };
    Zeroizing::new([magic, json].concat())
}
