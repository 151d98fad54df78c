//! The long-term keys of all profiles, and where they are: what `mfaexec keys list` shows.

use serde_json::json;

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// In a file of AWS, unencrypted: the file and the line.
    AwsFile(String),
    /// In the system's store, by the name that people call it.
    System(&'static str),
    /// In a file that a passphrase opens.
    PassphraseFile(String),
}

/// Whether the key is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Present,
    /// It can be read once its store is unlocked.
    Locked,
    Missing,
    /// The store did not say; why, with its name.
    Unknown(String),
}

/// The key of a profile.
#[derive(Debug)]
pub(crate) struct KeyOfProfile {
    pub(crate) profile: String,
    pub(crate) id: String,
    pub(crate) whereabouts: Whereabouts,
    pub(crate) state: State,
}

impl KeyOfProfile {
    fn place(&self) -> &str {
        match &self.whereabouts {
            Whereabouts::AwsFile(place) | Whereabouts::PassphraseFile(place) => place,
            Whereabouts::System(name) => name,
        }
    }

    fn state(&self) -> &'static str {
        match self.state {
            State::Present => "present",
            State::Locked => "locked",
            State::Missing => "missing",
            State::Unknown(_) => "unknown",
        }
    }

    fn in_words(&self) -> String {
        let place = self.place();
        match (&self.whereabouts, &self.state) {
            (Whereabouts::AwsFile(_), _) => format!("{place}, unencrypted"),
            (Whereabouts::PassphraseFile(_), _) => format!("{place}, with a passphrase"),
            (_, State::Present) => place.to_owned(),
            (_, State::Unknown(why)) => why.clone(),
            (_, State::Locked | State::Missing) => format!("{place}: {}", self.state()),
        }
    }
}

pub(crate) fn to_text(keys: &[KeyOfProfile]) -> String {
    let rows: Vec<[&str; 2]> = [["PROFILE", "KEY"]]
        .into_iter()
        .chain(
            keys.iter()
                .map(|key| [key.profile.as_str(), key.id.as_str()]),
        )
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let (first, second) = (width(0).unwrap_or_default(), width(1).unwrap_or_default());
    let places = std::iter::once("WHERE".to_owned()).chain(keys.iter().map(KeyOfProfile::in_words));
    rows.iter()
        .zip(places)
        .map(|([profile, id], place)| format!("{profile:first$}  {id:second$}  {place}\n"))
        .collect()
}

pub(crate) fn to_json(keys: &[KeyOfProfile]) -> String {
    let keys = keys.iter().map(|key| {
        let store = match key.whereabouts {
            Whereabouts::AwsFile(_) => "aws_file",
            Whereabouts::System(_) => "system",
            Whereabouts::PassphraseFile(_) => "file",
        };
        let place = match &key.whereabouts {
            Whereabouts::System(_) => None,
            _ => Some(key.place()),
        };
        json!({
            "profile": key.profile,
            "access_key_id": key.id,
            "store": store,
            "place": place,
            "state": key.state(),
        })
    });
    let keys: Vec<_> = keys.collect();
    format!("{:#}\n", json!({ "keys": keys }))
}
