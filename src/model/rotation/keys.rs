//! The keys that a user has in IAM, and how they are shown.

use crate::model::time::Timestamp;

/// Keys that a user can have, active and inactive ones (IAM and STS quotas).
pub(super) const MOST_KEYS: usize = 2;

/// A key, as IAM lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserKey {
    pub id: String,
    pub active: bool,
    pub created: Option<Timestamp>,
    pub last_use: LastUse,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LastUse {
    /// No one has asked, or the user may not ask.
    Unknown,
    Never,
    At(Timestamp, String),
}

impl UserKey {
    /// `AKIA… (inactive, created 2026-01-31, last used 2026-11-20 for sts)`
    pub(super) fn shown(&self, more: &str) -> String {
        let mut parts = vec![if self.active { "active" } else { "inactive" }.to_owned()];
        parts.extend(
            self.created
                .map(|created| format!("created {}", day(created))),
        );
        parts.extend(match &self.last_use {
            LastUse::Unknown => None,
            LastUse::Never => Some("never used".to_owned()),
            LastUse::At(at, service) => Some(format!("last used {} for {service}", day(*at))),
        });
        format!("{} ({more}{})", self.id, parts.join(", "))
    }
}

/// The day in UTC, as IAM's console shows it.
fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
