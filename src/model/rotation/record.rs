//! What is kept beside the file with the key while a rotation is under way: the new key, so that it is
//! never in one process alone. It is as safe as the file with the key.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::model::rotation::NewKey;

/// The bytes of every record. The room is taken before a key is created, so that a full disk cannot
/// come between; a sector, so that a write is whole or missing.
pub(crate) const RECORD_SIZE: usize = 512;

/// A rotation under way.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub old: String,
    /// None before IAM has answered.
    pub new: Option<NewKey>,
    pub secret: Secret,
}

/// Where the secret of the new key is until the rotation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secret {
    InRecord,
    /// In the store of keys: the record has the id alone.
    Stored,
}

#[derive(Serialize, Deserialize)]
struct RecordJson {
    old_key_id: String,
    new_key_id: Option<String>,
    new_secret_access_key: Option<Zeroizing<String>>,
    #[serde(default)]
    secret_is_stored: bool,
}

impl Record {
    /// JSON, filled up with blanks.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let secret = |new: &NewKey| Zeroizing::new(new.secret.expose_secret().to_owned());
        let stored = RecordJson {
            old_key_id: self.old.clone(),
            new_key_id: self.new.as_ref().map(|new| new.id.clone()),
            new_secret_access_key: match self.secret {
                Secret::InRecord => self.new.as_ref().map(secret),
                Secret::Stored => None,
            },
            secret_is_stored: self.secret == Secret::Stored,
        };
        // Text alone: it cannot fail.
        let mut bytes = Zeroizing::new(serde_json::to_vec(&stored).unwrap_or_default());
        let room = RECORD_SIZE.saturating_sub(bytes.len() + 1);
        bytes.extend(std::iter::repeat_n(b' ', room));
        bytes.push(b'\n');
        bytes
    }

    pub(crate) fn is_about(&self, key: &str) -> bool {
        self.old == key || self.new.as_ref().is_some_and(|new| new.id == key)
    }

    /// None for what is no whole record: a run was killed, or the power failed, before it was written.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let stored: RecordJson = serde_json::from_slice(bytes).ok()?;
        let new = match (stored.new_key_id, stored.new_secret_access_key) {
            (Some(id), Some(secret)) => Some(NewKey {
                id,
                secret: secret.as_str().into(),
            }),
            (Some(id), None) if stored.secret_is_stored => Some(NewKey {
                id,
                secret: "".into(),
            }),
            _ => None,
        };
        let secret = match stored.secret_is_stored {
            true => Secret::Stored,
            false => Secret::InRecord,
        };
        Some(Self {
            old: stored.old_key_id,
            new,
            secret,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_size_and_comes_back() {
        let mut record = Record {
            old: "AKIAOLD".to_owned(),
            new: None,
            secret: Secret::InRecord,
        };
        let before = record.to_bytes();
        record.new = Some(NewKey {
            id: "AKIANEW".to_owned(),
            secret: "s/+".into(),
        });
        let after = record.to_bytes();
        assert_eq!((before.len(), after.len()), (RECORD_SIZE, RECORD_SIZE));
        assert!(Record::parse(&before).unwrap().new.is_none());
        let new = Record::parse(&after).unwrap().new.unwrap();
        assert_eq!((&*new.id, new.secret.expose_secret()), ("AKIANEW", "s/+"));
        assert!(!format!("{record:?}").contains("s/+"));
        record.secret = Secret::Stored;
        let stored = record.to_bytes();
        let text = std::str::from_utf8(&stored).unwrap();
        assert!(text.contains("AKIANEW") && !text.contains("s/+"), "{text}");
        let read = Record::parse(&stored).unwrap();
        assert_eq!(read.secret, Secret::Stored);
        assert_eq!(&*read.new.unwrap().id, "AKIANEW");
        for torn in [&b""[..], &after[..40], &[0; RECORD_SIZE]] {
            assert!(Record::parse(torn).is_none());
        }
    }
}
