//! The keys that a user has in IAM, and how they are shown.

use crate::model::listed_key::{LastUse, ListedKey};
use crate::model::time::Timestamp;

/// Keys that a user can have, active and inactive ones (IAM and STS quotas).
pub(super) const MOST_KEYS: usize = 2;

/// A key of the user, with its last use where that was asked for and may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserKey {
    pub id: String,
    pub active: bool,
    pub created: Option<Timestamp>,
    pub last_use: Option<LastUse>,
}

impl From<ListedKey> for UserKey {
    fn from(key: ListedKey) -> Self {
        Self {
            id: key.id,
            active: key.active,
            created: key.created,
            last_use: None,
        }
    }
}

impl UserKey {
    /// `AKIA… (inactive, created 2026-01-31, last used 2026-11-20 for sts)`
    pub(super) fn shown(&self, more: &str) -> String {
        let mut parts = vec![if self.active { "active" } else { "inactive" }.to_owned()];
        parts.extend(
            self.created
                .map(|created| format!("created {}", day(created))),
        );
        parts.extend(self.last_use.as_ref().map(|last| match last.at {
            None => "never used".to_owned(),
            Some(at) => format!("last used {} for {}", day(at), last.service),
        }));
        format!("{} ({more}{})", self.id, parts.join(", "))
    }
}

/// The day in UTC, as IAM's console shows it.
fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
